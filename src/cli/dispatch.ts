import { didYouMean } from "../study/nearest.ts";
import { readArguments } from "./arguments.ts";
import { exit, type ExitCode } from "./exit.ts";
import { generalHelp, verbHelp } from "./help.ts";
import { Refused } from "./refused.ts";
import { systemCause } from "./system-cause.ts";
import { terminalOn } from "./terminal.ts";
import type { Scene, Verb } from "./verb.ts";

/** Everything around a command that a test may want to replace. */
export interface World {
  readonly stdout: Parameters<typeof terminalOn>[0];
  readonly stderr: Parameters<typeof terminalOn>[1];
  readonly environment: NodeJS.ProcessEnv;
  readonly stop: AbortSignal;
  readonly kinds: Scene["kinds"];
  readonly version: () => Promise<string>;
}

/** Runs `semimech ARGV…`; the answer is the exit code. */
export async function dispatch(argv: readonly string[], verbs: Readonly<Record<string, () => Promise<Verb>>>, world: World): Promise<ExitCode> {
  const [name, ...rest] = argv;
  const plain = terminalOn(world.stdout, world.stderr, world.environment, { quiet: false, verbose: false });
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    const asked = rest[0] === undefined || name !== "help" ? undefined : verbs[rest[0]];
    plain.data(asked ? verbHelp(await asked()) : generalHelp(await Promise.all(Object.values(verbs).map((load) => load()))));
    return name === undefined ? exit.usage : exit.ok;
  }
  if (name === "--version" || name === "-V") {
    plain.data(`${await world.version()}\n`);
    return exit.ok;
  }
  const verb = Object.hasOwn(verbs, name) ? await verbs[name]?.() : undefined;
  if (!verb) {
    plain.problem(`semimech: unknown ${name.startsWith("-") ? "option" : "verb"} ${name}${didYouMean(name, Object.keys(verbs))}`);
    return exit.usage;
  }
  const read = readArguments(verb, rest);
  if ("problems" in read) {
    for (const problem of read.problems) plain.problem(`semimech ${name}: ${problem}`);
    plain.problem(`semimech ${name} --help shows how it is used`);
    return exit.usage;
  }
  if (read.call.flag("help")) {
    plain.data(verbHelp(verb));
    return exit.ok;
  }
  const volume = { quiet: read.call.flag("quiet"), verbose: read.call.flag("verbose") };
  const terminal = terminalOn(world.stdout, world.stderr, world.environment, volume);
  try {
    return await verb.run(read.call, { terminal, stop: world.stop, kinds: world.kinds });
  } catch (error) {
    const cause = systemCause(error);
    if (cause !== null) {
      terminal.problem(`semimech ${name}: ${cause}`);
      return exit.usage;
    }
    if (!(error instanceof Refused)) throw error;
    for (const problem of error.problems) terminal.problem(`semimech ${name}: ${problem}`);
    return error.code;
  }
}
