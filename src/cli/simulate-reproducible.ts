import type { Expression, Operation } from "../kernel/expression.ts";
import { postorder } from "../kernel/traverse.ts";
import type { OdeSystem, Output } from "../models/system.ts";
import { Refused } from "./refused.ts";

/** Operations whose last bits are the host's; all others are rounded correctly, or the same everywhere because nobody but semimech computes them. */
const hostOperations: ReadonlySet<Operation> = new Set(["sine", "cosine", "tangent", "arcsine", "arccosine", "arctangent"]);

const callsHost = (expression: Expression): boolean => postorder([expression]).some(({ operation }) => hostOperations.has(operation));

/** What `--reproducible` refuses outside the program of a solver: initial values and columns whose bits depend on the engine. */
export function hostFunctionProblems(system: OdeSystem, outputs: readonly Output[]): string[] {
  const starts = system.states.flatMap((id, state) => {
    const start = system.initialState[state];
    return start && callsHost(start) ? [`the initial value of "${id}"`] : [];
  });
  const columns = outputs.flatMap(({ id, expression }) => (callsHost(expression) ? [`column "${id}"`] : []));
  return [...starts, ...columns].map((place) => `--reproducible: ${place} takes a trigonometric function, whose bits depend on the engine; leave that out of the model, or leave the option out`);
}

/** What the program of a solver that must be reproducible says it calls. @throws Refused with that, and any other error as it is */
export function refusedAsReproducible(error: unknown): never {
  const found = error instanceof Error ? /^reproducible bits: (.*)$/.exec(error.message)?.[1] : undefined;
  if (found === undefined) throw error;
  throw new Refused([`--reproducible: ${found}`]);
}
