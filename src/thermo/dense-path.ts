import { refuseEvents } from "../solvers/ode/event.ts";
import type { WovenSolver } from "../solvers/ode/solver.ts";
import type { Status } from "../solvers/status.ts";

/** A stretch of a path with the states at the nodes of a Gauss-Legendre rule inside it. */
export interface PathPiece {
  readonly startTime: number;
  /** Length · time. */
  readonly size: number;
  /** States at both ends [nState]. */
  readonly start: Float64Array;
  readonly final: Float64Array;
  /** Nodes [`gaussNodes.length`] and the states there, row-major [nNode, nState]. */
  readonly times: Float64Array;
  readonly states: Float64Array;
}

/** A solved path that can be looked at ever more closely. It uses its solver for that, which ends any other run of it. */
export interface DensePath {
  /** The solver's; the path ends where it got. */
  readonly status: Status;
  /** Tolerances the path was solved with. */
  readonly rtol: number;
  readonly atol: number;
  readonly parameters: Float64Array;
  readonly startTime: number;
  readonly endTime: number;
  /** States at both ends [nState]. */
  readonly start: Float64Array;
  readonly final: Float64Array;
  /** One per accepted step. */
  readonly pieces: readonly PathPiece[];
  /** Rates of the system [nState] · state per time; valid until the next call. */
  rates(time: number, state: Float64Array): Float64Array;
  /** Both halves of a piece, solved again from its start. */
  split(piece: PathPiece): PathPiece[];
}

/** One initial value problem up to `endTime`. */
export interface PathProblem {
  readonly parameters: Float64Array;
  readonly state: Float64Array;
  readonly endTime: number;
  readonly startTime?: number;
}

/** Nodes in (0, 1) and their weights: exact to degree 7, beyond the order of the methods that make the steps. */
export const gaussNodes: readonly number[] = [0.06943184420297371, 0.33000947820757187, 0.6699905217924281, 0.9305681557970263];
export const gaussWeights: readonly number[] = [0.17392742256872692, 0.32607257743127305, 0.32607257743127305, 0.17392742256872692];

const shortSteps = [...gaussNodes, 1].map((edge, index) => edge - (gaussNodes[index - 1] ?? 0));

/**
 * Solves a problem and puts Gauss-Legendre nodes into every step. Each node is the end of a step of its own, taken again inside
 * the accepted one, so that states there are as accurate as at the steps' ends and need no interpolation.
 *
 * @source Abramowitz & Stegun 1964, Handbook of Mathematical Functions, table 25.4 (the rule with four nodes)
 * @throws Error unless the solver was compiled with `record`, or when its system has events; RangeError when the problem does not fit it.
 */
export function densePath(solver: WovenSolver, { parameters, state, endTime, startTime = 0 }: PathProblem): DensePath {
  refuseEvents(solver.system, "a path of whole steps", "remove them");
  const run = solver.begin({ parameters, state, startTime, times: Float64Array.of(endTime) });
  while (run.status.status === "paused") run.advance(1_000_000);
  const { status } = run;
  const tape = run.tape();
  const sizes = Array.from(tape.steps, (size, index) => Math.min(size, endTime - (tape.times[index] ?? endTime)));
  // A step that begins at the end, or after it, adds nothing.
  while ((sizes.at(-1) ?? 1) <= 0) sizes.pop();
  const pieces = piecesOf(solver, parameters, startTime, state, sizes);
  const last = pieces.at(-1);
  const { instance, memory } = solver;
  return {
    status,
    rtol: solver.control.rtol,
    atol: solver.control.atol,
    parameters,
    startTime,
    endTime: status.status === "done" ? endTime : last ? last.startTime + last.size : startTime,
    start: state.slice(),
    final: last ? last.final : state.slice(),
    pieces,
    rates(time, at) {
      instance.f64.set(parameters, memory.parameters / 8);
      instance.f64.set(at, memory.next / 8);
      instance.functions["rhs"]?.(memory.spare, time, memory.next);
      return instance.f64.subarray(memory.spare / 8, memory.spare / 8 + at.length);
    },
    split: ({ startTime: from, start, size }) => piecesOf(solver, parameters, from, start, [size / 2, size / 2]),
  };
}

/** Consecutive pieces of the given sizes from one state on. */
function piecesOf(solver: WovenSolver, parameters: Float64Array, startTime: number, state: Float64Array, sizes: readonly number[]): PathPiece[] {
  if (sizes.length === 0) return [];
  const steps = Float64Array.from(sizes.flatMap((size) => shortSteps.map((part) => size * part)));
  const end = steps.reduce((time, step) => time + step, startTime);
  // The limit on steps was for the first run; this one takes that many short ones in any case.
  const run = solver.begin({ parameters, state, startTime, steps, times: Float64Array.of(end), control: { maxSteps: steps.length + 1 } });
  while (run.status.status === "paused") run.advance(1_000_000);
  const { count, times, states } = run.tape();
  const { final } = run.trajectory();
  const width = state.length;
  const row = (index: number): Float64Array => (index < count ? states.subarray(index * width, (index + 1) * width) : final);
  return sizes.map((size, piece) => {
    // The tape holds the start of each short step; the first of them is the start of the piece itself.
    const from = piece * shortSteps.length;
    const nodes = from + 1;
    return {
      startTime: times[from] ?? Number.NaN,
      size,
      start: row(from),
      final: row(from + shortSteps.length),
      times: times.subarray(nodes, nodes + gaussNodes.length),
      states: states.subarray(nodes * width, (nodes + gaussNodes.length) * width),
    };
  });
}
