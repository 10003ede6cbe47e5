import { type ReversibleSolver, compileAdjoint } from "../solvers/adjoint.ts";
import type { Objective } from "./objective.ts";
import { countMeasured, observationWeights, requireDeviations } from "./observation.ts";
import { type FitProblem, fitMaxSteps, fitMethod, valueOf } from "./problem.ts";
import { type SegmentPlan, initialDerivatives, planSegments } from "./segment-plan.ts";
import { compileTrajectoryLeastSquares } from "./trajectory-least-squares.ts";

/**
 * The negative log-likelihood of Gaussian data along trajectories, per measured value, plus output penalties and priors:
 * value = (½ Σ ((y - d)/sd)² + ½ Σ ((x - prior)/sd)²) / nValue + Σ λ mean_c penalty.
 *
 * The gradient is the discrete adjoint of the steps really taken, so it is exact for the computed value at those steps.
 * `leastSquares: false` spares the forward sensitivities, which many weights make long to compile.
 */
export async function compileTrajectoryObjective(problem: FitProblem, options: { readonly leastSquares: boolean } = { leastSquares: true }): Promise<Objective> {
  const { system, free } = problem;
  requireDeviations(problem.conditions);
  const solver = await compileAdjoint(system, { method: problem.method ?? fitMethod, control: { rtol: problem.rtol, atol: problem.atol, maxSteps: fitMaxSteps } });
  const leastSquares = options.leastSquares && Object.keys(problem.penalties).length === 0 ? await compileTrajectoryLeastSquares(problem) : null;
  const plans = problem.conditions.map((condition) => planSegments(system, condition));
  const weights = observationWeights(problem);
  const startDerivatives = initialDerivatives(system, free.map((parameter) => parameter.id));
  const nValue = countMeasured(problem.conditions);
  const parameterIndex = new Map(system.parameters.map((id, index) => [id, index]));
  const freeIndex = free.map((parameter) => parameterIndex.get(parameter.id) ?? -1);
  const missing = free.filter((_, index) => freeIndex[index] === -1).map((parameter) => parameter.id);
  if (missing.length > 0) throw new Error(`fit of ${system.id}: no parameter called ${missing.join(", ")}`);
  const penalties = Object.entries(problem.penalties).map(([id, weight]) => ({ index: system.states.indexOf(id), weight: weight / plans.length }));

  const nParameter = system.parameters.length;
  const values = new Float64Array(nParameter);
  const total = new Float64Array(nParameter);
  const part = new Float64Array(nParameter);

  const assign = (x: Float64Array): void => {
    values.set(system.parameterValues);
    free.forEach((parameter, index) => {
      values[freeIndex[index] ?? 0] = valueOf(parameter, x[index] ?? 0);
    });
  };
  const evaluate = (x: Float64Array, gradient: Float64Array | null): number => {
    assign(x);
    total.fill(0);
    let sum = 0;
    for (const plan of plans) {
      part.fill(0);
      const value = conditionValue(solver, plan, values, weights, penalties, nValue, gradient ? part : null, startDerivatives);
      if (!Number.isFinite(value)) return Number.NaN;
      sum += value;
      // A control overrides the parameter of the same name, so that condition says nothing about it.
      for (let index = 0; index < nParameter; index++) total[index] += part[index] ?? 0;
    }
    free.forEach((parameter, index) => {
      const at = x[index] ?? 0;
      if (gradient) gradient[index] = (total[freeIndex[index] ?? 0] ?? 0) * (parameter.scale === "log" ? (values[freeIndex[index] ?? 0] ?? 0) : 1);
      if (!parameter.prior) return;
      const z = (at - parameter.prior.mean) / parameter.prior.sd;
      sum += (0.5 * z * z) / nValue;
      if (gradient) gradient[index] += z / parameter.prior.sd / nValue;
    });
    return sum;
  };
  return {
    names: free.map((parameter) => parameter.id),
    value: (x) => evaluate(x, null),
    gradientInto: (gradient, x) => evaluate(x, gradient),
    leastSquares,
  };
}

/** One condition's share of the objective; adds its gradient by system parameter into `into`. */
function conditionValue(
  solver: ReversibleSolver,
  plan: SegmentPlan,
  values: Float64Array,
  weights: Float64Array,
  penalties: readonly { index: number; weight: number }[],
  nValue: number,
  into: Float64Array | null,
  startDerivatives: ReturnType<typeof initialDerivatives>,
): number {
  const { condition } = plan;
  const nState = solver.system.states.length;
  const nObservation = weights.length / nState;
  const starts: Float64Array[] = [];
  const cotangents: Float64Array[] = [];
  let state = plan.initialState(values);
  let sum = 0;
  for (const [index, segment] of plan.segments.entries()) {
    segment.enterInto(state);
    starts.push(state);
    const trajectory = solver.solve({ parameters: segment.parameters(values), state, times: segment.times, startTime: segment.begin });
    if (trajectory.status.status !== "done") return Number.NaN;
    const cotangent = new Float64Array(trajectory.values.length);
    for (const { row, time } of segment.measured) {
      for (let o = 0; o < nObservation; o++) {
        const datum = condition.values[time * nObservation + o] ?? Number.NaN;
        if (Number.isNaN(datum)) continue;
        let predicted = 0;
        for (let s = 0; s < nState; s++) predicted += (weights[o * nState + s] ?? 0) * (trajectory.values[row * nState + s] ?? 0);
        const sd = condition.sd[time * nObservation + o] ?? 1;
        const residual = (predicted - datum) / sd;
        sum += (0.5 * residual * residual) / nValue;
        for (let s = 0; s < nState; s++) cotangent[row * nState + s] += ((weights[o * nState + s] ?? 0) * residual) / sd / nValue;
      }
    }
    if (index === plan.segments.length - 1) {
      const last = cotangent.length - nState;
      for (const penalty of penalties) {
        sum += penalty.weight * (trajectory.values[last + penalty.index] ?? 0);
        cotangent[last + penalty.index] += penalty.weight;
      }
    }
    cotangents.push(cotangent);
    state = trajectory.final;
  }
  if (into) pullBackSegments(solver, plan, values, starts, cotangents, into, startDerivatives);
  return sum;
}

function pullBackSegments(
  solver: ReversibleSolver,
  plan: SegmentPlan,
  values: Float64Array,
  starts: readonly Float64Array[],
  cotangents: readonly Float64Array[],
  into: Float64Array,
  startDerivatives: ReturnType<typeof initialDerivatives>,
): void {
  const nState = solver.system.states.length;
  const lambda = new Float64Array(nState);
  const own = new Float64Array(into.length);
  for (let index = plan.segments.length - 1; index >= 0; index--) {
    const segment = plan.segments[index];
    const cotangent = cotangents[index];
    if (!segment || !cotangent) continue;
    // The last segment's tape is still in memory; earlier ones are solved again, which costs less than keeping every tape.
    if (index < plan.segments.length - 1) {
      solver.solve({ parameters: segment.parameters(values), state: starts[index] ?? lambda, times: segment.times, startTime: segment.begin });
      const last = cotangent.length - nState;
      for (let s = 0; s < nState; s++) cotangent[last + s] += lambda[s] ?? 0;
    }
    own.fill(0);
    solver.pullBack(cotangent, own, lambda);
    for (const fixed of segment.controlled) own[fixed] = 0;
    for (let parameter = 0; parameter < into.length; parameter++) into[parameter] += own[parameter] ?? 0;
    segment.leaveInto(lambda);
  }
  for (const { state, parameter, derivative } of startDerivatives) into[parameter] += (lambda[state] ?? 0) * derivative(values);
}
