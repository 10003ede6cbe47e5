import type { Target } from "../../../src/kernel/instance.ts";
import { odeSystem } from "../../../src/models/compile.ts";
import { initialState } from "../../../src/models/initial-state.ts";
import type { OdeSystem } from "../../../src/models/system.ts";
import { readReactionText } from "../../../src/models/text.ts";
import { compileSolver } from "../../../src/solvers/compile.ts";
import type { OdeControl } from "../../../src/solvers/ode/control.ts";
import { auto, bdf, odeMethods, odex, tsit5 } from "../../../src/solvers/ode/index.ts";
import { type AnyOdeMethod, isOneStep } from "../../../src/solvers/ode/method.ts";
import type { Trajectory } from "../../../src/solvers/trajectory.ts";

/** The network that reaction text gives. */
export function networkFrom(text: string) {
  const { network, problems } = readReactionText(text);
  if (!network) throw new Error(JSON.stringify(problems));
  return network;
}

/** The system of a network written as reaction text. */
export function systemFrom(text: string): OdeSystem {
  const { system, problems } = odeSystem(networkFrom(text));
  if (!system) throw new Error(JSON.stringify(problems));
  return system;
}

/** One of each kind that follows events: a step at a time, several steps behind, both in turn, and by a package. */
export const followers: readonly (readonly [string, AnyOdeMethod])[] = [tsit5, bdf, auto, odex].map((method) => [method.facts.id, method] as const);

/** Every method that follows events, by id. */
export const following = Object.entries<AnyOdeMethod>(odeMethods).filter(([, method]) => isOneStep(method) || method.facts.events);

/** Relative tolerance of the runs below. */
export const rtol = 1e-12;
/** Errors of at most `rtol` a step, added up over a smooth path of up to a few hundred steps. */
export const accumulated = 100 * rtol;
/** The same over as many steps as were taken, where those are more. */
export const accumulatedIn = ({ statistics }: Pick<Trajectory, "statistics">): number => Math.max(accumulated, statistics.accepted * rtol);

/** How far a value is from what it should be, relative to that. */
export const away = (value: number | undefined, expected: number): number => Math.abs((value ?? Number.NaN) / expected - 1);

export interface Solved {
  readonly trajectory: Trajectory;
  /** A state at each time reached. */
  of(state: string): number[];
}

export interface SolveOptions {
  readonly method?: AnyOdeMethod;
  readonly target?: Target;
  readonly startTime?: number;
  readonly control?: Partial<OdeControl>;
}

/** `solveText` with a method of its own. */
export const solving = (method: AnyOdeMethod) => (text: string, times: readonly number[], options: SolveOptions = {}): Promise<Solved> => solveText(text, times, { method, ...options });

/** Solves reaction text at its own values, tightly. */
export async function solveText(text: string, times: readonly number[], { method = tsit5, target = "wasm", startTime, control }: SolveOptions = {}): Promise<Solved> {
  const system = systemFrom(text);
  const solver = await compileSolver(system, { method, target, control: { rtol, atol: 1e-14, ...control } });
  const parameters = Float64Array.from(system.parameterValues);
  const trajectory = solver.solve({ parameters, state: initialState(system, parameters), times: Float64Array.from(times), ...(startTime === undefined ? {} : { startTime }) });
  const of = (state: string): number[] => {
    const column = system.states.indexOf(state);
    if (column < 0) throw new Error(`no state ${state}`);
    return Array.from(trajectory.times, (_, row) => trajectory.values[row * system.states.length + column] ?? Number.NaN);
  };
  return { trajectory, of };
}
