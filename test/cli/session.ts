import { mkdtempSync, mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dispatch } from "../../src/cli/dispatch.ts";
import { verbs } from "../../src/cli/index.ts";
import type { MechanismKind } from "../../src/study/kind.ts";
import { toyKind, toyScenario } from "../study/toy-kind.ts";

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command in this process, from source. */
export async function semimech(argv: readonly string[], options: { readonly stop?: AbortSignal; readonly kinds?: readonly MechanismKind[] } = {}): Promise<Said> {
  const text = { out: "", err: "" };
  const stream = (key: "out" | "err") => ({
    isTTY: false as const,
    columns: 80,
    write: (part: string | Uint8Array) => {
      text[key] += String(part);
      return true;
    },
  });
  const code = await dispatch(argv, verbs, {
    stdout: stream("out") as unknown as NodeJS.WriteStream,
    stderr: stream("err") as unknown as NodeJS.WriteStream,
    environment: {},
    stop: options.stop ?? new AbortController().signal,
    kinds: async () => options.kinds ?? [toyKind],
    version: () => Promise.resolve("1.2.3"),
  });
  return { code, ...text };
}

/** A fresh folder. */
export function freshFolder(): string {
  return mkdtempSync(join(tmpdir(), "semimech-cli-"));
}

/** A folder with a scenario of the toy kind. */
export function toyFolder(text: string = toyScenario, files: Readonly<Record<string, string>> = {}): string {
  const folder = join(freshFolder(), "toy");
  mkdirSync(folder);
  for (const [name, content] of Object.entries({ "scenario.yaml": text, ...files })) writeFileSync(join(folder, name), content);
  return folder;
}
