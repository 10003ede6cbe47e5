import type { Optimiser, OptimiserState } from "./optimiser.ts";

export interface AdamOptions {
  readonly learningRate: number;
  /** The learning rate falls to this fraction of itself along half a cosine over `iterations`. */
  readonly finalFraction: number;
  readonly iterations: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Largest Euclidean norm of a gradient; longer ones are shortened to it. */
  readonly clip: number;
}

/**
 * Adaptive moment estimation with gradient clipping and a cosine schedule.
 *
 * @source Kingma & Ba 2015, arXiv:1412.6980, algorithm 1; schedule: Loshchilov & Hutter 2017, arXiv:1608.03983, eq. 5
 */
export const adam: Optimiser<AdamOptions> = {
  facts: { id: "adam", title: "Adam", needs: "gradient", source: "Kingma & Ba 2015, arXiv:1412.6980" },
  defaults: { learningRate: 0.01, finalFraction: 0.05, iterations: 1000, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, clip: 10 },
  begin: (x) => ({
    x: [...x],
    iteration: 0,
    value: Number.MAX_VALUE,
    converged: false,
    memory: { m: x.map(() => 0), v: x.map(() => 0), failures: 0 },
  }),
  step(state, objective, options) {
    const gradient = new Float64Array(state.x.length);
    const value = objective.gradientInto(gradient, Float64Array.from(state.x));
    const m = [...(state.memory.m as readonly number[])];
    const v = [...(state.memory.v as readonly number[])];
    const failures = state.memory.failures as number;
    const norm = Math.hypot(...gradient);
    if (!Number.isFinite(value) || !Number.isFinite(norm)) return afterFailure(state, m, v, failures);

    const iteration = state.iteration + 1;
    const shrink = norm > options.clip ? options.clip / norm : 1;
    const progress = Math.min(1, state.iteration / options.iterations);
    const schedule = options.finalFraction + (1 - options.finalFraction) * 0.5 * (1 + Math.cos(Math.PI * progress));
    // Each failed evaluation has halved the step; it recovers one halving per success.
    const rate = options.learningRate * schedule * 2 ** -failures;
    const x = state.x.map((value0, index) => {
      const g = shrink * (gradient[index] ?? 0);
      const first = options.beta1 * (m[index] ?? 0) + (1 - options.beta1) * g;
      const second = options.beta2 * (v[index] ?? 0) + (1 - options.beta2) * g * g;
      m[index] = first;
      v[index] = second;
      const unbiased1 = first / (1 - options.beta1 ** iteration);
      const unbiased2 = second / (1 - options.beta2 ** iteration);
      return value0 - (rate * unbiased1) / (Math.sqrt(unbiased2) + options.epsilon);
    });
    return { x, iteration, value, converged: iteration >= options.iterations, memory: { m, v, failures: Math.max(0, failures - 1), last: state.x } };
  },
};

/** A point where the model cannot be solved: go half way back to the last good one and forget the momentum. */
function afterFailure(state: OptimiserState, m: readonly number[], v: readonly number[], failures: number): OptimiserState {
  const last = (state.memory.last as readonly number[] | undefined) ?? state.x;
  return {
    x: state.x.map((value, index) => 0.5 * (value + (last[index] ?? value))),
    iteration: state.iteration + 1,
    value: Number.MAX_VALUE,
    converged: failures > 20,
    memory: { m: m.map(() => 0), v: [...v], failures: failures + 1, last },
  };
}
