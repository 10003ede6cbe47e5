import { compileSolver } from "../solvers/compile.ts";
import { sensitivitySystem } from "../solvers/sensitivity.ts";
import type { LeastSquares } from "./objective.ts";
import { countMeasured, observationWeights } from "./observation.ts";
import { type FitProblem, fitMaxSteps, fitMethod, valueOf } from "./problem.ts";
import { initialDerivatives, planSegments } from "./segment-plan.ts";

/**
 * The same objective as residuals (y - d)/sd/√nValue and priors, with its Jacobian by forward sensitivities: the states
 * and their derivatives are solved together, steps chosen by the states alone.
 */
export async function compileTrajectoryLeastSquares(problem: FitProblem): Promise<LeastSquares> {
  const { system, free } = problem;
  const ids = free.map((parameter) => parameter.id);
  const control = { rtol: problem.rtol, atol: problem.atol, maxSteps: fitMaxSteps };
  const method = problem.method ?? fitMethod;
  const nState = system.states.length;
  const plain = await compileSolver(system, { method, control });
  const augmented = await compileSolver(sensitivitySystem(system, ids), { method, control, errorStates: nState });
  const plans = problem.conditions.map((condition) => planSegments(system, condition));
  const weights = observationWeights(problem);
  const startDerivatives = initialDerivatives(system, ids);
  const priors = free.flatMap((parameter, index) => (parameter.prior ? [{ index, ...parameter.prior }] : []));
  const nMeasured = countMeasured(problem.conditions);
  const root = 1 / Math.sqrt(nMeasured);
  const nObservation = problem.observations.length;
  const freeIndex = ids.map((id) => system.parameters.indexOf(id));
  const values = new Float64Array(system.parameters.length);

  const run = (residuals: Float64Array, jacobian: Float64Array | null, x: Float64Array): boolean => {
    values.set(system.parameterValues);
    free.forEach((parameter, index) => {
      values[freeIndex[index] ?? 0] = valueOf(parameter, x[index] ?? 0);
    });
    const solver = jacobian ? augmented : plain;
    const width = jacobian ? nState * (1 + free.length) : nState;
    let row = 0;
    for (const plan of plans) {
      let state = new Float64Array(width);
      state.set(plan.initialState(values));
      if (jacobian) for (const { state: at, parameter, derivative } of startDerivatives) state[nState * (1 + freeIndex.indexOf(parameter)) + at] = derivative(values);
      for (const segment of plan.segments) {
        segment.enterInto(state);
        for (let block = 1; block * nState < width; block++) segment.leaveInto(state.subarray(block * nState, (block + 1) * nState));
        const trajectory = solver.solve({ parameters: segment.parameters(values), state, times: segment.times, startTime: segment.begin });
        if (trajectory.status.status !== "done") return false;
        for (const { row: at, time } of segment.measured) {
          for (let o = 0; o < nObservation; o++) {
            const datum = plan.condition.values[time * nObservation + o] ?? Number.NaN;
            if (Number.isNaN(datum)) continue;
            const factor = root / (plan.condition.sd[time * nObservation + o] ?? 1);
            const observe = (block: number): number => {
              let sum = 0;
              for (let s = 0; s < nState; s++) sum += (weights[o * nState + s] ?? 0) * (trajectory.values[at * width + block * nState + s] ?? 0);
              return sum;
            };
            residuals[row] = factor * (observe(0) - datum);
            if (jacobian) {
              for (let p = 0; p < free.length; p++) {
                const slope = free[p]?.scale === "log" ? (values[freeIndex[p] ?? 0] ?? 0) : 1;
                jacobian[row * free.length + p] = factor * observe(1 + p) * slope;
              }
            }
            row++;
          }
        }
        state = Float64Array.from(trajectory.final);
      }
    }
    for (const { index, mean, sd } of priors) {
      residuals[row] = (root * ((x[index] ?? 0) - mean)) / sd;
      if (jacobian) jacobian[row * free.length + index] = root / sd;
      row++;
    }
    return true;
  };
  return {
    nResidual: nMeasured + priors.length,
    jacobianInto(residuals, jacobian, x) {
      jacobian.fill(0);
      return run(residuals, jacobian, x);
    },
    residualsInto: (residuals, x) => run(residuals, null, x),
  };
}
