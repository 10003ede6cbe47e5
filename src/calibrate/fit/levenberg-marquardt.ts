import type { Objective } from "../objective.ts";
import { solveCholesky } from "../../numerics/linear.ts";
import type { Optimiser, OptimiserState } from "./optimiser.ts";

export interface LevenbergMarquardtOptions {
  readonly iterations: number;
  readonly initialDamping: number;
  /** Stop when a step lowers the value by less than this fraction. */
  readonly tolerance: number;
  /** Longest change of one free parameter in one step. */
  readonly maxChange: number;
}

/**
 * Damped Gauss-Newton on a sum of squares, with Nielsen's update of the damping.
 *
 * @source Marquardt 1963, doi:10.1137/0111030; damping: Nielsen 1999, IMM-REP-1999-05, section 3
 */
export const levenbergMarquardt: Optimiser<LevenbergMarquardtOptions> = {
  facts: {
    id: "levenberg-marquardt",
    title: "Levenberg-Marquardt",
    needs: "least squares",
    source: "Marquardt 1963, doi:10.1137/0111030",
  },
  defaults: { iterations: 100, initialDamping: 1e-2, tolerance: 1e-7, maxChange: 1 },
  begin: (x, _objective, options) => ({
    x: [...x],
    iteration: 0,
    value: Number.MAX_VALUE,
    converged: false,
    memory: { damping: options.initialDamping, growth: 2 },
  }),
  step,
};

function step(state: OptimiserState, objective: Objective, options: LevenbergMarquardtOptions): OptimiserState {
  const { leastSquares } = objective;
  if (!leastSquares) throw new Error("levenberg-marquardt: the objective is no sum of squares; use adam");
  const n = state.x.length;
  const { nResidual } = leastSquares;
  const residuals = new Float64Array(nResidual);
  const jacobian = new Float64Array(nResidual * n);
  const failed: OptimiserState = { ...state, iteration: state.iteration + 1, converged: true };
  if (!leastSquares.jacobianInto(residuals, jacobian, Float64Array.from(state.x))) return failed;
  const value = halfSquare(residuals);

  const normal = new Float64Array(n * n);
  const gradient = new Float64Array(n);
  accumulateNormalInto(normal, gradient, residuals, jacobian, n);
  let damping = state.memory.damping as number;
  let growth = state.memory.growth as number;
  for (let attempt = 0; attempt < 12; attempt++) {
    const damped = Float64Array.from(normal);
    // Marquardt's scaling; the small absolute part keeps a parameter without influence from making the matrix singular.
    for (let i = 0; i < n; i++) damped[i * n + i] = normal[i * n + i] * (1 + damping) + 1e-12 + damping * 1e-6;
    const solved = solveCholesky(damped, gradient.map((g) => -g), n);
    const change = "solution" in solved ? solved.solution : null;
    const longest = change ? change.reduce((a, b) => Math.max(a, Math.abs(b)), 0) : Number.POSITIVE_INFINITY;
    if (change && Number.isFinite(longest)) {
      const shrink = longest > options.maxChange ? options.maxChange / longest : 1;
      const x = state.x.map((x0, i) => x0 + shrink * (change[i] ?? 0));
      const trial = new Float64Array(nResidual);
      const trialValue = leastSquares.residualsInto(trial, Float64Array.from(x)) ? halfSquare(trial) : Number.POSITIVE_INFINITY;
      if (trialValue < value) {
        const predicted = predictedDecrease(normal, gradient, change, shrink, n);
        const ratio = (value - trialValue) / Math.max(predicted, Number.MIN_VALUE);
        return {
          x,
          iteration: state.iteration + 1,
          value: trialValue,
          converged: state.iteration + 1 >= options.iterations || value - trialValue < options.tolerance * value,
          memory: { damping: damping * Math.max(1 / 3, 1 - (2 * ratio - 1) ** 3), growth: 2 },
        };
      }
    }
    damping *= growth;
    growth *= 2;
  }
  return { ...failed, value, memory: { damping, growth } };
}

function halfSquare(residuals: Float64Array): number {
  let sum = 0;
  for (const r of residuals) sum += r * r;
  return 0.5 * sum;
}

/** JᵀJ [n, n] and Jᵀr [n]. */
function accumulateNormalInto(normal: Float64Array, gradient: Float64Array, residuals: Float64Array, jacobian: Float64Array, n: number): void {
  for (let row = 0; row < residuals.length; row++) {
    const r = residuals[row] ?? 0;
    const start = row * n;
    for (let i = 0; i < n; i++) {
      const a = jacobian[start + i] ?? 0;
      if (a === 0) continue;
      gradient[i] += a * r;
      for (let j = 0; j <= i; j++) normal[i * n + j] += a * (jacobian[start + j] ?? 0);
    }
  }
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) normal[j * n + i] = normal[i * n + j] ?? 0;
}

/** Decrease that the quadratic model promises for the step s·change. */
function predictedDecrease(normal: Float64Array, gradient: Float64Array, change: Float64Array, s: number, n: number): number {
  let linear = 0;
  let quadratic = 0;
  for (let i = 0; i < n; i++) {
    linear += (gradient[i] ?? 0) * (change[i] ?? 0);
    for (let j = 0; j < n; j++) quadratic += (change[i] ?? 0) * (normal[i * n + j] ?? 0) * (change[j] ?? 0);
  }
  return -(s * linear + 0.5 * s * s * quadratic);
}
