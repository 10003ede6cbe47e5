import type { InteractionShape } from "../hybrid/interaction-network.ts";
import { stream } from "../numerics/random.ts";

/** Starting values of an interaction network's training. */
export const interactionStart = {
  /** Mean and standard deviation of the weights. */
  weightMean: 0.01,
  weightSd: 1,
  /** Of the free values behind ε and α. */
  raw: 1,
} as const;

/**
 * Free values [nWeight + 2n] as a training starts: normal weights, then the values behind ε and α, which are their softplus.
 * @source Yuan et al. 2021, doi:10.1016/j.cels.2020.11.013, and the published code (github.com/sanderlab/CellBox)
 */
export function startValues(shape: InteractionShape, seed: bigint): Float64Array {
  const draw = stream(seed, "interaction weights", 0);
  const values = new Float64Array(shape.edges.length + 2 * shape.roles.length).fill(interactionStart.raw);
  for (let edge = 0; edge < shape.edges.length; edge++) values[edge] = interactionStart.weightMean + interactionStart.weightSd * draw.normal();
  return values;
}

/** ln(1 + e^x) without overflow. */
export function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/** Fills a network's parameters from the free values behind them: weights as they are, ε and α through softplus. */
export function parametersInto(parameters: Float64Array, values: Float64Array, nWeight: number): void {
  parameters.set(values.subarray(0, nWeight));
  for (let place = nWeight; place < values.length; place++) parameters[place] = softplus(values[place] ?? Number.NaN);
}

/** Turns a gradient by the parameters into one by the free values, in place. */
export function chainIntoValues(gradient: Float64Array, values: Float64Array, nWeight: number): void {
  for (let place = nWeight; place < values.length; place++) gradient[place] = (gradient[place] ?? Number.NaN) / (1 + Math.exp(-(values[place] ?? Number.NaN)));
}

/** Penalty on weights: l1 Σ|w| + l2 Σ w². */
export interface WeightPenalty {
  readonly l1: number;
  readonly l2: number;
}

/** The penalty's value; with a gradient, its gradient is added (0 where a weight is 0). */
export function weightPenalty(values: Float64Array, nWeight: number, { l1, l2 }: WeightPenalty, gradient: Float64Array | null): number {
  let absolute = 0;
  let squared = 0;
  for (let edge = 0; edge < nWeight; edge++) {
    const weight = values[edge] ?? Number.NaN;
    absolute += Math.abs(weight);
    squared += weight * weight;
    if (gradient) gradient[edge] = (gradient[edge] ?? Number.NaN) + l1 * Math.sign(weight) + 2 * l2 * weight;
  }
  return l1 * absolute + l2 * squared;
}

/** Moments of Adam and how many steps they have seen. */
export interface AdamMoments {
  readonly first: Float64Array;
  readonly second: Float64Array;
}

const adamDefaults = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

/**
 * One step of Adam in place; `step` counts from 1 over the whole training.
 * @source Kingma & Ba 2015, arXiv:1412.6980, section 2, the reordered form
 */
export function adamStep(values: Float64Array, gradient: Float64Array, { first, second }: AdamMoments, step: number, learningRate: number): void {
  const { beta1, beta2, epsilon } = adamDefaults;
  const rate = (learningRate * Math.sqrt(1 - beta2 ** step)) / (1 - beta1 ** step);
  for (let place = 0; place < values.length; place++) {
    const g = gradient[place] ?? Number.NaN;
    const m = beta1 * (first[place] ?? Number.NaN) + (1 - beta1) * g;
    const v = beta2 * (second[place] ?? Number.NaN) + (1 - beta2) * g * g;
    first[place] = m;
    second[place] = v;
    values[place] = (values[place] ?? Number.NaN) - (rate * m) / (Math.sqrt(v) + epsilon);
  }
}
