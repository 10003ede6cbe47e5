import { randomBytes } from "node:crypto";
import { appendFileSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { outputJson } from "./canonical.ts";
import { readExactJson, writeExactJson } from "./exact-json.ts";

/** Writes a file so that a reader sees the old or the new content, never a part. */
export async function writeAtomically(path: string, content: string | Uint8Array): Promise<void> {
  const draft = draftOf(path);
  await writeFile(draft, content);
  await rename(draft, path);
}

function writeAtomicallyNow(path: string, content: string): void {
  const draft = draftOf(path);
  writeFileSync(draft, content);
  renameSync(draft, path);
}

function draftOf(path: string): string {
  return `${path}.${randomBytes(4).toString("hex")}.part`;
}

/** One run's folder: plan, events, states of unfinished jobs, results of finished ones. */
export interface RunFolder {
  readonly path: string;
  /** Appends one line to `events.ndjson`. */
  event(name: string, details?: Readonly<Record<string, unknown>>): void;
  /** Writes `state/<key>.json` at once. */
  writeState(key: string, state: unknown): void;
  /** Writes `results/<key>.json` at once. */
  writeResult(key: string, result: unknown): void;
  /** States and results by job key. */
  readSaved(): Promise<{ readonly states: ReadonlyMap<string, unknown>; readonly results: ReadonlyMap<string, unknown> }>;
  /** Writes any other file of the folder, atomically. */
  write(name: string, content: string): Promise<void>;
}

/** Opens a run folder that exists, or makes its parts. */
export function runFolder(path: string): RunFolder {
  for (const part of ["state", "results", "figures"]) mkdirSync(join(path, part), { recursive: true });
  const fileOf = (part: string, key: string) => join(path, part, `${encodeURIComponent(key)}.json`);
  const saved = async (part: string) => {
    const names = (await readdir(join(path, part))).filter((name) => name.endsWith(".json")).toSorted();
    const entries = names.map(async (name) => [decodeURIComponent(name.slice(0, -".json".length)), readExactJson(await readFile(join(path, part, name), "utf8"))] as const);
    return new Map(await Promise.all(entries));
  };
  return {
    path,
    event: (name, details = {}) => appendFileSync(join(path, "events.ndjson"), `${outputJson({ time: new Date().toISOString(), event: name, ...details })}\n`),
    writeState: (key, state) => writeAtomicallyNow(fileOf("state", key), writeExactJson(state)),
    writeResult: (key, result) => writeAtomicallyNow(fileOf("results", key), writeExactJson(result)),
    readSaved: async () => ({ states: await saved("state"), results: await saved("results") }),
    write: (name, content) => writeAtomically(join(path, name), content),
  };
}

/** Makes `<base>/<name>`, or `<name>-2`, `-3`… where that exists: a run never overwrites another. */
export async function newRunFolder(base: string, name: string): Promise<string> {
  await mkdir(base, { recursive: true });
  for (let copy = 1; ; copy += 1) {
    const path = join(base, copy === 1 ? name : `${name}-${copy}`);
    try {
      await mkdir(path);
      return path;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}
