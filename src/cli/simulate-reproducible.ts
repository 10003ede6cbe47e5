import type { Expression, Operation } from "../kernel/expression.ts";
import { postorder } from "../kernel/traverse.ts";
import type { OdeSystem, Output, SystemEvent } from "../models/system.ts";
import { Refused } from "./refused.ts";

/** Operations whose last bits are the host's; all others are rounded correctly, or the same everywhere because nobody but semimech computes them. */
const hostOperations: ReadonlySet<Operation> = new Set(["sine", "cosine", "tangent", "arcsine", "arccosine", "arctangent"]);

const callsHost = (expression: Expression): boolean => postorder([expression]).some(({ operation }) => hostOperations.has(operation));

/** What an event of a system reads, by what it is called. */
function partsOf({ id, trigger, delay, priority, assignments }: SystemEvent): { readonly place: string; readonly expression: Expression | null }[] {
  return [
    { place: `the trigger of event "${id}"`, expression: trigger },
    { place: `the delay of event "${id}"`, expression: delay },
    { place: `the priority of event "${id}"`, expression: priority },
    ...assignments.flatMap(({ target, value, factor, divisor }) => [value, factor, divisor].map((expression) => ({ place: `what event "${id}" assigns to "${target}"`, expression }))),
  ];
}

/**
 * What `--reproducible` refuses by its place: initial values, columns and events whose bits depend on the engine. Times at which a trigger
 * over time alone turns are worked out outside the program of a solver, so it does not see them.
 */
export function hostFunctionProblems(system: OdeSystem, outputs: readonly Output[]): string[] {
  const starts = system.states.flatMap((id, state) => {
    const start = system.initialState[state];
    return start && callsHost(start) ? [`the initial value of "${id}"`] : [];
  });
  const columns = outputs.flatMap(({ id, expression }) => (callsHost(expression) ? [`column "${id}"`] : []));
  const events = (system.events ?? []).flatMap(partsOf).flatMap(({ place, expression }) => (expression && callsHost(expression) ? [place] : []));
  return [...new Set([...starts, ...columns, ...events])].map((place) => `--reproducible: ${place} takes a trigonometric function, whose bits depend on the engine; leave that out of the model, or leave the option out`);
}

/** What the program of a solver that must be reproducible says it calls. @throws Refused with that, and any other error as it is */
export function refusedAsReproducible(error: unknown): never {
  const found = error instanceof Error ? /^reproducible bits: (.*)$/.exec(error.message)?.[1] : undefined;
  if (found === undefined) throw error;
  throw new Refused([`--reproducible: ${found}`]);
}
