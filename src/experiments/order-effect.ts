import { evaluate } from "../kernel/evaluate.ts";
import type { OdeSolver } from "../solvers/ode/solver.ts";
import type { Status } from "../solvers/status.ts";
import { runProtocol } from "./flow.ts";
import type { FlowProblem } from "./flow.ts";
import type { Instrumented } from "./perturbation.ts";
import type { DesignProblem } from "./problem.ts";
import type { Segment } from "./protocol.ts";

/** How much the order of two segments matters, per observable. */
export interface OrderEffect {
  readonly observables: readonly {
    readonly id: string;
    readonly unit: string | null;
    /** At the end of p then q, and of q then p. */
    readonly forward: number;
    readonly backward: number;
    /** Forward minus backward. */
    readonly difference: number;
  }[];
  /** C(p, q): the Euclidean norm of the differences, 0 only if the order does not matter for these observables. */
  readonly norm: number;
}

/**
 * Runs p then q and q then p from one state and compares the ends, in the system's outputs at the parameters given (no control set), so that only states differ.
 * @source Kovacevic et al. 2025, arXiv:2501.19178 (non-commuting perturbation operator); reported, never assumed zero.
 * @status problems: what does not fit, or the failure of either run.
 */
export function orderEffect(
  solver: OdeSolver,
  instrumented: Instrumented,
  p: Segment,
  q: Segment,
  problem: Omit<FlowProblem, "times"> & { readonly observables?: readonly string[] } = {},
): OrderEffect | { readonly problems: readonly DesignProblem[] } {
  const { system } = solver;
  const parameters = problem.parameters ?? Float64Array.from(system.parameterValues);
  const chosen = problem.observables ?? system.outputs.map(({ id }) => id);
  const problems: DesignProblem[] = chosen.filter((id) => !system.outputs.some((output) => output.id === id)).map((id) => ({ path: ["observables", id], message: `"${id}" is not an output of the system` }));
  const endOf = (id: string, segments: readonly Segment[]): Float64Array | null => {
    const flow = runProtocol(solver, instrumented, { id, segments }, { ...problem, times: new Float64Array() });
    if ("problems" in flow) problems.push(...flow.problems.map(({ path, message }) => ({ path: [id, ...path], message })));
    else if (flow.trajectory.status.status !== "done") problems.push({ path: [id], message: failure(flow.trajectory.status) });
    else return flow.trajectory.final;
    return null;
  };
  const forward = endOf("p then q", [p, q]);
  const backward = endOf("q then p", [q, p]);
  if (problems.length > 0 || forward === null || backward === null) return { problems };

  const end = (problem.startTime ?? 0) + p.duration + q.duration;
  const reader = (state: Float64Array): ((name: string) => number) => {
    const values = new Map<string, number>([["time", end]]);
    system.parameters.forEach((id, index) => values.set(id, parameters[index] ?? Number.NaN));
    system.states.forEach((id, index) => values.set(id, state[index] ?? Number.NaN));
    return (name) => values.get(name) ?? Number.NaN;
  };
  const observables = system.outputs
    .filter(({ id }) => chosen.includes(id))
    .map(({ id, unit, expression }) => {
      const [first, second] = [evaluate(expression, reader(forward)), evaluate(expression, reader(backward))];
      return { id, unit, forward: first, backward: second, difference: first - second };
    });
  return { observables, norm: Math.hypot(...observables.map(({ difference }) => difference)) };
}

function failure(status: Status): string {
  return "hint" in status ? `${status.status} at time ${status.time} in "${status.worst}"; ${status.hint}` : status.status;
}
