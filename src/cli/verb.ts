import type { MechanismKind } from "../study/kind.ts";
import type { Call } from "./arguments.ts";
import type { Terminal } from "./terminal.ts";
import type { ExitCode } from "./exit.ts";

/** How an option's value is read. */
export type OptionKind =
  | { readonly kind: "flag" }
  | { readonly kind: "text" }
  | { readonly kind: "number"; readonly min?: number }
  | { readonly kind: "integer"; readonly min: number; readonly max?: number }
  | { readonly kind: "seed" }
  | { readonly kind: "choice"; readonly of: readonly string[] };

/** One option of a verb. */
export type Option = OptionKind & {
  readonly help: string;
  /** What stands for the value in help, such as `FILE`. */
  readonly value?: string;
  readonly short?: string;
  /** May be given several times. */
  readonly many?: true;
};

export interface VerbFacts {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** Positional arguments as help shows them; each is required unless it ends in `?`. */
  readonly takes: readonly string[];
  readonly examples: readonly string[];
}

/** What a verb works with besides its arguments. */
export interface Scene {
  readonly terminal: Terminal;
  /** Aborted by the first Ctrl-C. */
  readonly stop: AbortSignal;
  /** Kinds of mechanism a scenario may declare. */
  readonly kinds: () => Promise<readonly MechanismKind[]>;
}

/** One command: what it is called, what it takes, and what it does. Its answer is the exit code. */
export interface Verb {
  readonly facts: VerbFacts;
  readonly options: Readonly<Record<string, Option>>;
  run(call: Call, scene: Scene): Promise<ExitCode>;
}

/** Options every verb has. */
export const commonOptions = {
  help: { kind: "flag", short: "h", help: "print this and stop" },
  json: { kind: "flag", help: "print one JSON object on stdout" },
  quiet: { kind: "flag", short: "q", help: "say nothing on stderr but problems" },
  verbose: { kind: "flag", short: "v", help: "say more on stderr" },
  seed: { kind: "seed", value: "N", help: "64-bit root seed, decimal or 0x" },
  threads: { kind: "integer", min: 1, value: "N", help: "threads at most; answers do not depend on it" },
  out: { kind: "text", value: "DIR", help: "folder for what is written" },
} as const satisfies Readonly<Record<string, Option>>;
