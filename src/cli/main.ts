#!/usr/bin/env node
import { readFile } from "node:fs/promises";
import * as nodeModule from "node:module";
import { dispatch } from "./dispatch.ts";
import { exit } from "./exit.ts";
import { verbs } from "./index.ts";

// Half of a short command is the parsing of its modules: Node 22.1 and later keep what they compiled in their own cache.
(nodeModule as { readonly enableCompileCache?: () => unknown }).enableCompileCache?.();

/** After a first Ctrl-C a verb has this long to write what it has. */
const graceMilliseconds = 950;

// A reader that closes early (`semimech … | head`) is no error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(exit.ok);
    throw error;
  });
}

const controller = new AbortController();
const interrupt = () => {
  if (controller.signal.aborted) process.exit(exit.interrupted);
  controller.abort();
  setTimeout(() => process.exit(exit.interrupted), graceMilliseconds).unref();
};
process.on("SIGINT", interrupt);
process.on("SIGTERM", interrupt);

async function version(): Promise<string> {
  const text = await readFile(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}

const kinds = async () => (await import("../study/mechanisms/index.ts")).mechanismKinds;

try {
  process.exitCode = await dispatch(process.argv.slice(2), verbs, { stdout: process.stdout, stderr: process.stderr, environment: process.env, stop: controller.signal, kinds, version });
} catch (error) {
  process.stderr.write(`semimech: this is a defect of semimech, please report it\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = exit.numerical;
}
