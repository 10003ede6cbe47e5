import { exit, type ExitCode } from "./exit.ts";

/** Ends a verb at once: what is wrong, and the exit code. Caught by the dispatcher only. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly problems: readonly string[];
  readonly code: ExitCode;

  constructor(problems: readonly string[], code: ExitCode = exit.usage) {
    super(problems.join("\n"));
    this.problems = problems;
    this.code = code;
  }
}

/** The answer without its problems. @throws Refused when it has some */
export function orRefuse<T extends object>(answer: T | { readonly problems: readonly string[] }): T {
  if ("problems" in answer && Array.isArray(answer.problems)) throw new Refused(answer.problems as readonly string[]);
  return answer as T;
}
