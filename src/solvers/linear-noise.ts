import { add, multiply, sum } from "../kernel/arithmetic.ts";
import { evaluateAll } from "../kernel/evaluate.ts";
import type { Expression } from "../kernel/expression.ts";
import type { NetworkProblem } from "../models/check.ts";
import { refusedEvents } from "../models/event.ts";
import type { Network } from "../models/network.ts";
import type { OdeSystem } from "../models/system.ts";
import { product, transpose } from "../numerics/linear.ts";
import { solveLyapunov } from "../numerics/lyapunov.ts";
import { linearisation } from "./linearisation.ts";
import { jacobianOf } from "./ode/jacobian.ts";
import { oneWayRates } from "./one-way-rates.ts";
import { reducedCoordinates, reducedJacobian } from "./reduced-coordinates.ts";
import type { SteadyState, SteadyStateOptions } from "./steady-state.ts";
import { steadyState } from "./steady-state.ts";

/** Fluctuations around a steady state, in the limit of a large volume. */
export interface LinearNoise {
  readonly states: readonly string[];
  /** Volume times the covariance of concentrations C, row-major [nState, nState] · concentration. */
  readonly covariance: Float64Array;
  /** Variance over mean of molecule numbers [nState], C_ii/x_i, dimensionless; null where the mean is 0. */
  readonly fano: readonly (number | null)[];
  /** S diag(J+ + J-) Sᵀ, row-major [nState, nState] · concentration per time. */
  readonly diffusion: Float64Array;
  /** What is left of J C + C Jᵀ + D, relative to its largest terms; dimensionless. */
  readonly residual: number;
  /** True where a rate law stands for several steps: its forward + reverse rate is not the diffusion of the steps. */
  readonly diffusionIsApproximate: boolean;
  readonly steady: SteadyState;
}

export type LinearNoiseResult = { readonly noise: LinearNoise; readonly problems?: undefined } | { readonly problems: readonly NetworkProblem[]; readonly noise?: undefined };

/**
 * Linear noise approximation at the steady state that `options` leads to: J C + C Jᵀ + D = 0 on the states with the same
 * conserved totals, in variables scaled by √x. A reaction that runs one way adds its one-way rate to D.
 * @status problems: those of `oneWayRates`, no steady state, one that is not stable or of which that cannot be told, no unique covariance.
 * @source van Kampen 2007, Stochastic Processes in Physics and Chemistry 3rd ed., sec. X.4; Elf & Ehrenberg 2003, doi:10.1101/gr.1196503
 */
export function linearNoise(network: Network, system: OdeSystem, options: SteadyStateOptions): LinearNoiseResult {
  const diffusion = diffusionOf(network, system);
  if ("problems" in diffusion) return { problems: diffusion.problems };
  const steady = steadyState(system, options);
  const where = `network:${network.id}`;
  if (steady.status.status !== "done") return { problems: [{ where, message: `no steady state to fluctuate around: ${steady.status.status}, ${steady.status.worst}: ${steady.status.hint}` }] };
  const largest = (steady.eigenvalues.re[0] ?? 0).toPrecision(3);
  if (steady.stable === null) return { problems: [{ where, message: `whether the steady state is stable cannot be told: the largest real part of an eigenvalue, ${largest}, is within rounding of 0, so a stationary covariance may not exist; keep away from constants at which states appear, vanish or lie in a line` }] };
  if (!steady.stable) return { problems: [{ where, message: `the steady state is not stable (largest real part of an eigenvalue ${largest}), so fluctuations grow and no stationary covariance exists; start nearer to a stable one` }] };

  const n = system.states.length;
  const coordinates = reducedCoordinates(n, steady.invariants);
  const { free, embedding } = coordinates;
  const spread = diffusion.at(options.parameters, steady.state);
  const { jacobian } = linearisation(system)(options.parameters, steady.state);
  const reduced = Float64Array.from({ length: free.length ** 2 }, (_, at) => spread[(free[Math.floor(at / free.length)] ?? 0) * n + (free[at % free.length] ?? 0)] ?? 0);
  const solved = solveLyapunov(
    reducedJacobian(coordinates, jacobian, n),
    reduced,
    free.length,
    free.map((state) => Math.sqrt(steady.state[state] ?? 0)),
  );
  if (!solved.solution) return { problems: [{ where, message: solved.problem }] };
  const covariance = product(product(embedding, solved.solution, n, free.length, free.length), transpose(embedding, n, free.length), n, free.length, n);
  const fano = system.states.map((_, state) => {
    const mean = steady.state[state] ?? 0;
    return mean > 0 ? (covariance[state * n + state] ?? 0) / mean : null;
  });
  return { noise: { states: system.states, covariance, fano, diffusion: spread, residual: solved.residual, diffusionIsApproximate: diffusion.isApproximate, steady } };
}

/** A system with its covariances as more states, or why there is none. */
export type CovarianceSystemResult = { readonly system: OdeSystem; readonly problems?: undefined } | { readonly problems: readonly NetworkProblem[]; readonly system?: undefined };

/** Id of the state that holds volume times the covariance of two species. */
export const covarianceState = (first: string, second: string): string => `cov(${first},${second})`;

/**
 * The system together with its linear noise: dC/dt = J C + C Jᵀ + D along the trajectory, from a sharp start. States are the
 * system's own [nState], then C_ij for i <= j, row by row, named by `covarianceState`. Solved with `errorStates: nState` the
 * steps are those of the plain system; without, the covariances are held to the tolerance as well.
 * @status problems: those of `oneWayRates`.
 * @source van Kampen 2007, Stochastic Processes in Physics and Chemistry 3rd ed., eq. X.4.3
 */
export function covarianceSystem(network: Network, system: OdeSystem): CovarianceSystemResult {
  const diffusion = diffusionOf(network, system);
  if ("problems" in diffusion) return { problems: diffusion.problems };
  const { graph, states } = system;
  const { entries } = jacobianOf(system);
  const rows = states.map((_, row) => entries.filter((entry) => entry.row === row));
  const pairs = states.flatMap((_, i) => states.slice(i).map((__, offset) => [i, i + offset] as const));
  const name = (i: number, j: number): string => covarianceState(states[Math.min(i, j)] ?? "", states[Math.max(i, j)] ?? "");
  const rhs = pairs.map(([i, j]) => {
    const drift = [
      ...(rows[i] ?? []).map(({ column, expression }) => multiply(graph, expression, graph.symbol(name(column, j)))),
      ...(rows[j] ?? []).map(({ column, expression }) => multiply(graph, expression, graph.symbol(name(i, column)))),
    ];
    return sum(graph, [...drift, diffusion.entry(i, j)]);
  });
  const zero = graph.constant(0);
  return {
    system: {
      ...system,
      id: `${system.id} with covariances`,
      states: [...states, ...pairs.map(([i, j]) => name(i, j))],
      rhs: [...system.rhs, ...rhs],
      initialState: [...system.initialState, ...pairs.map(() => zero)],
      outputs: [...system.outputs, ...pairs.map(([i, j]) => ({ id: name(i, j), unit: null, expression: graph.symbol(name(i, j)) }))],
    },
  };
}

interface Diffusion {
  /** D at a state, row-major [nState, nState]. */
  at(parameters: ArrayLike<number>, state: ArrayLike<number>): Float64Array;
  entry(i: number, j: number): Expression;
  readonly isApproximate: boolean;
}

/** D = S diag(J+ + J-) Sᵀ over the states. */
function diffusionOf(network: Network, system: OdeSystem): Diffusion | { readonly problems: readonly NetworkProblem[] } {
  const events = refusedEvents(network, "linear noise approximations");
  if (events.length > 0) return { problems: events };
  const rates = oneWayRates(network, system);
  if (rates.problems) return { problems: rates.problems };
  const { graph } = system;
  const n = system.states.length;
  const activities = rates.reactions.map(({ forward, reverse }) => (reverse ? add(graph, forward, reverse) : forward));
  const changeOf = (reaction: number, state: number): number => rates.reactions[reaction]?.changes.find((one) => one.state === state)?.change ?? 0;
  return {
    isApproximate: rates.reactions.some(({ elementary }) => !elementary),
    entry: (i, j) =>
      sum(
        graph,
        activities.flatMap((activity, reaction) => {
          const weight = changeOf(reaction, i) * changeOf(reaction, j);
          return weight === 0 ? [] : [multiply(graph, graph.constant(weight), activity)];
        }),
      ),
    at(parameters, state) {
      const places = new Map<string, number>();
      system.parameters.forEach((id, index) => places.set(id, parameters[index] ?? Number.NaN));
      system.states.forEach((id, index) => places.set(id, state[index] ?? Number.NaN));
      const values = evaluateAll(activities, (id) => (id === "time" ? 0 : (places.get(id) ?? Number.NaN)));
      const matrix = new Float64Array(n * n);
      rates.reactions.forEach(({ changes }, reaction) => {
        for (const row of changes) {
          for (const column of changes) {
            const at = row.state * n + column.state;
            matrix[at] = (matrix[at] ?? 0) + row.change * column.change * (values[reaction] ?? Number.NaN);
          }
        }
      });
      return matrix;
    },
  };
}
