import type { Expression } from "../kernel/expression.ts";
import { symbolsOf } from "../kernel/substitute.ts";
import type { OdeSystem } from "../models/system.ts";

/** A system that integrates expressions along its run. */
export interface QuadratureSystem {
  /** The given system's states [nState], then one integral per integrand, from 0 at the start of a run. */
  readonly system: OdeSystem;
  /** For the solver's `errorStates`: the given states alone where integrals do not steer the steps, all where they do. */
  readonly errorStates: number;
  /** A state of the given system [nState] with integrals of 0 behind it: the start of a run. */
  start(state: ArrayLike<number>): Float64Array;
}

export interface QuadratureProblem {
  /** "integrand:ID". */
  readonly where: string;
  readonly message: string;
}

export type QuadratureResult = { readonly quadrature: QuadratureSystem; readonly problems?: undefined } | { readonly problems: readonly QuadratureProblem[]; readonly quadrature?: undefined };

export interface QuadratureOptions {
  /**
   * Whether the error of the integrals bounds the steps too, and steps end where an integrand jumps in time. Default false: the
   * steps, and with them the states, are those of the given system, and an integral is as exact as these allow.
   */
  readonly steer?: boolean;
}

/**
 * Adds integrals ∫ g(time, y, p) dtime as states of a system, by id of the integral: over expressions of the system's graph in
 * `time`, its states and its parameters. Solvers, sensitivities and adjoints then treat them as any other state.
 *
 * Problems: an id that is taken; a symbol that the system does not have.
 * @source Hindmarsh et al. 2005, doi:10.1145/1089014.1089020, section 2.3 (pure quadratures kept out of the error test)
 */
export function quadratureSystem(system: OdeSystem, integrands: Readonly<Record<string, Expression>>, { steer = false }: QuadratureOptions = {}): QuadratureResult {
  const known = new Set(["time", ...system.states, ...system.parameters]);
  const entries = Object.entries(integrands);
  const problems = entries.flatMap(([id, expression]): QuadratureProblem[] => {
    const where = `integrand:${id}`;
    const unknown = [...symbolsOf([expression])].filter((name) => !known.has(name));
    return [
      ...(known.has(id) ? [{ where, message: `"${id}" is a state, a parameter or time of "${system.id}" already; call the integral something else` }] : []),
      ...(unknown.length > 0 ? [{ where, message: `the integrand of "${id}" reads ${unknown.map((name) => `"${name}"`).join(", ")}, which "${system.id}" does not have; write it with time, states and parameters` }] : []),
    ];
  });
  if (problems.length > 0) return { problems };
  const { graph, states } = system;
  const ids = entries.map(([id]) => id);
  const size = states.length + ids.length;
  return {
    quadrature: {
      system: {
        ...system,
        id: `${system.id} with integrals`,
        states: [...states, ...ids],
        rhs: [...system.rhs, ...entries.map(([, expression]) => expression)],
        initialState: [...system.initialState, ...ids.map(() => graph.constant(0))],
      },
      errorStates: steer ? size : states.length,
      start(state) {
        if (state.length !== states.length) throw new RangeError(`integrals of "${system.id}": ${state.length} initial values for ${states.length} states`);
        const start = new Float64Array(size);
        start.set(state);
        return start;
      },
    },
  };
}
