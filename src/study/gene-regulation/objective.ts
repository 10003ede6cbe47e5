import type { LeastSquares } from "../../calibrate/objective.ts";
import { type FreeParameter, valueOf } from "../../calibrate/problem.ts";
import { initialDerivatives } from "../../calibrate/segment-plan.ts";
import { initialState } from "../../models/initial-state.ts";
import type { OdeSystem } from "../../models/system.ts";
import { type OdeSolver, compileSolver } from "../../solvers/compile.ts";
import { tsit5 } from "../../solvers/ode/index.ts";
import { sensitivitySystem } from "../../solvers/sensitivity.ts";
import { type NoiseModel, stabilised, stabilisedSlope } from "./noise.ts";

/** One stretch of constant parameters. */
export interface Stretch {
  /** System parameters during the stretch. */
  readonly controls: Readonly<Record<string, number>>;
  /** Times since its start that are read [nTime]; the last is its end. */
  readonly times: Float64Array;
  /**
   * Each time on its own, or their mean: a steady state, or the level around which a cycle goes whose phase nobody knows.
   * Later stretches start from the end, or from the mean.
   */
  readonly reads: "each time" | "mean over times";
  /** Row-major [nTime or 1, nObservable]; NaN = not measured. */
  readonly measured: Float64Array;
}

/** What was done to one culture, in order, from the wild type on. */
export interface Experiment {
  readonly id: string;
  /** Free parameters that belong to this experiment alone, by the system parameter that they set. */
  readonly own: Readonly<Record<string, string>>;
  readonly stretches: readonly Stretch[];
}

export interface RegulationProblem {
  readonly system: OdeSystem;
  /** Free parameters of the mechanism, named as the system's, then those of single experiments. */
  readonly free: readonly FreeParameter[];
  /** States that are measured [nObservable]. */
  readonly observables: readonly string[];
  /** From the system's initial state; the mean over its times is where experiments start. */
  readonly wildType: Stretch;
  readonly experiments: readonly Experiment[];
  readonly noise: NoiseModel;
  readonly rtol: number;
  readonly atol: number;
}

/** States at what a stretch reads, row-major [nTime or 1, width], and the state that the next stretch starts from [width]. */
interface Reading {
  readonly rows: Float64Array;
  readonly next: Float64Array;
}

/** Runs stretches at given parameter values; `width` is that of the solver's state. Null where the solver gives up. */
export function runStretch(solver: OdeSolver, stretch: Stretch, parameters: Float64Array, start: Float64Array): Reading | null {
  const trajectory = solver.solve({ parameters, state: start, times: stretch.times });
  if (trajectory.status.status !== "done") return null;
  if (stretch.reads === "each time") return { rows: trajectory.values, next: trajectory.final };
  const width = start.length;
  const mean = new Float64Array(width);
  for (let row = 0; row < stretch.times.length; row++) {
    for (let i = 0; i < width; i++) mean[i] = (mean[i] ?? 0) + (trajectory.values[row * width + i] ?? 0) / stretch.times.length;
  }
  return { rows: mean, next: mean };
}

/** Parameter vector of the system during a stretch [nParameter]. */
export function stretchParameters(system: OdeSystem, values: Float64Array, own: Readonly<Record<string, number>>, stretch: Stretch): Float64Array {
  const parameters = Float64Array.from(values);
  for (const [id, value] of [...Object.entries(own), ...Object.entries(stretch.controls)]) parameters[system.parameters.indexOf(id)] = value;
  return parameters;
}

/** Parameter vector with the mechanism's free parameters at coordinates x [nParameter]. */
export function mechanismValues({ system, free }: RegulationProblem, x: ArrayLike<number>): Float64Array {
  const values = Float64Array.from(system.parameterValues);
  free.forEach((parameter, index) => {
    const at = system.parameters.indexOf(parameter.id);
    if (at !== -1) values[at] = valueOf(parameter, x[index] ?? 0);
  });
  return values;
}

/** A least-squares problem whose Jacobian can be worked out in slices, so that a host stays responsive. */
export interface RegulationLeastSquares extends LeastSquares {
  readonly nMeasured: number;
  /** Works out residuals and Jacobian at x, pausing between stretches, unless it is stopped; `jacobianInto` at the same x then only copies. */
  prepare(x: Float64Array, pause: () => Promise<void>, stop: () => boolean): Promise<void>;
}

/**
 * Residuals of all measurements on the scale where their noise has unit variance, then of the priors, all over √nMeasured;
 * their Jacobian by forward sensitivities. The wild type is solved once and handed to every experiment with its sensitivities.
 */
export async function compileRegulationLeastSquares(problem: RegulationProblem): Promise<RegulationLeastSquares> {
  const { system, free, experiments, noise } = problem;
  const control = { rtol: problem.rtol, atol: problem.atol };
  const nState = system.states.length;
  const mechanism = free.filter((parameter) => system.parameters.includes(parameter.id)).map((parameter) => parameter.id);
  const columns = [...mechanism, ...new Set(experiments.flatMap((experiment) => Object.keys(experiment.own)))];
  const plain = await compileSolver(system, { method: tsit5, control });
  const augmented = await compileSolver(sensitivitySystem(system, columns), { method: tsit5, control, errorStates: nState });
  const startDerivatives = initialDerivatives(system, mechanism);
  const observed = problem.observables.map((id) => system.states.indexOf(id));
  const stretches = [problem.wildType, ...experiments.flatMap((experiment) => experiment.stretches)];
  const nMeasured = stretches.reduce((sum, { measured }) => sum + measured.reduce((count, value) => count + (Number.isNaN(value) ? 0 : 1), 0), 0);
  const nResidual = nMeasured + free.filter((parameter) => parameter.prior).length;
  const root = 1 / Math.sqrt(nMeasured);
  const places = new Map(free.map((parameter, index) => [parameter.id, index]));
  const placeOf = (id: string): number => places.get(id) ?? -1;

  /** Yields after every stretch; returns whether the model could be solved. */
  function* evaluate(residuals: Float64Array, jacobian: Float64Array | null, x: Float64Array): Generator<undefined, boolean> {
    const solver = jacobian ? augmented : plain;
    const width = jacobian ? nState * (1 + columns.length) : nState;
    const values = mechanismValues(problem, x);
    const slopes = Float64Array.from(free, (parameter, index) => (parameter.scale === "log" ? valueOf(parameter, x[index] ?? 0) : 1));
    let row = 0;
    const compare = (stretch: Stretch, rows: Float64Array, freeOf: readonly number[]): void => {
      stretch.measured.forEach((datum, index) => {
        if (Number.isNaN(datum)) return;
        const at = Math.floor(index / observed.length) * width + (observed[index % observed.length] ?? 0);
        const predicted = rows[at] ?? Number.NaN;
        residuals[row] = root * (stabilised(noise, predicted) - stabilised(noise, datum));
        if (jacobian) {
          const factor = root * stabilisedSlope(noise, predicted);
          freeOf.forEach((column, block) => {
            if (column !== -1) jacobian[row * free.length + column] = factor * (slopes[column] ?? 1) * (rows[at + (block + 1) * nState] ?? 0);
          });
        }
        row++;
      });
    };
    const start = new Float64Array(width);
    start.set(initialState(system, values));
    if (jacobian) for (const { state, parameter, derivative } of startDerivatives) start[nState * (1 + columns.indexOf(system.parameters[parameter] ?? "")) + state] = derivative(values);
    const wildType = runStretch(solver, problem.wildType, stretchParameters(system, values, {}, problem.wildType), start);
    if (!wildType) return false;
    compare(problem.wildType, wildType.rows, columns.map(placeOf));
    for (const experiment of experiments) {
      const own = Object.fromEntries(Object.entries(experiment.own).map(([id, parameter]) => [id, x[placeOf(parameter)] ?? 0]));
      const freeOf = columns.map((id) => placeOf(experiment.own[id] ?? id));
      let state = wildType.next;
      for (const stretch of experiment.stretches) {
        yield;
        const reading = runStretch(solver, stretch, stretchParameters(system, values, own, stretch), state);
        if (!reading) return false;
        compare(stretch, reading.rows, freeOf);
        state = reading.next;
      }
    }
    free.forEach(({ prior }, index) => {
      if (!prior) return;
      residuals[row] = (root * ((x[index] ?? 0) - prior.mean)) / prior.sd;
      if (jacobian) jacobian[row * free.length + index] = root / prior.sd;
      row++;
    });
    return residuals.every(Number.isFinite);
  }

  let known: { readonly x: Float64Array; readonly residuals: Float64Array; readonly jacobian: Float64Array; readonly solved: boolean } | null = null;
  const begin = (x: Float64Array) => {
    const residuals = new Float64Array(nResidual);
    const jacobian = new Float64Array(nResidual * free.length);
    return { x: Float64Array.from(x), residuals, jacobian, steps: evaluate(residuals, jacobian, x) };
  };
  return {
    nMeasured,
    nResidual,
    async prepare(x, pause, stop) {
      const { steps, ...rest } = begin(x);
      let step = steps.next();
      for (; step.done !== true; step = steps.next()) {
        await pause();
        if (stop()) return;
      }
      known = { ...rest, solved: step.value };
    },
    jacobianInto(residuals, jacobian, x) {
      if (!known?.x.every((value, index) => value === x[index])) {
        const { steps, ...rest } = begin(x);
        known = { ...rest, solved: drain(steps) };
      }
      residuals.set(known.residuals);
      jacobian.set(known.jacobian);
      return known.solved;
    },
    residualsInto: (residuals, x) => drain(evaluate(residuals, null, x)),
  };
}

function drain(steps: Generator<undefined, boolean>): boolean {
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}
