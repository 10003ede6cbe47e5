import type { Checkpoint, FitHooks } from "../../calibrate/hooks.ts";
import type { MultistartState } from "../../calibrate/multistart.ts";
import type { FitCondition } from "../../calibrate/problem.ts";
import type { Fold, PredictionTask } from "../../experiments/task.ts";
import type { FitJob, FitResult } from "../mechanism.ts";
import type { DesignCondition } from "./design.ts";
import { curvesOf, fittedPaths, type FittedPaths, fluxFinding, learnedFluxCurves, mechanismShares } from "./describe.ts";
import type { ReactionNetworkScenario } from "./schema.ts";
import { orderFinding } from "./order.ts";
import { fitSetup, type ModelSetup } from "./setup.ts";
import { thermoOf } from "./thermodynamics.ts";

/** Most conditions of each role that are drawn. */
const nDrawn = { train: 3, test: 5 } as const;

/** What a fit of one model works on. */
export interface FitRequest {
  readonly scenario: ReactionNetworkScenario;
  readonly setup: ModelSetup;
  readonly conditions: readonly DesignCondition[];
  /** The task whose fold is fitted, and those that ask the same fit about other conditions. */
  readonly task: PredictionTask;
  readonly others: readonly PredictionTask[];
  /** The world itself, and the true reaction behind each learned one where there is one. */
  readonly truth: { readonly setup: ModelSetup; readonly counterparts: ReadonlyMap<string, string> };
  readonly unit: string;
  readonly rateUnit: string;
}

/** Fits one model to the training rows of a fold, then predicts every condition that is asked for. */
export async function runFit(request: FitRequest, job: FitJob, hooks: FitHooks, resume: Checkpoint | null): Promise<FitResult> {
  const begun = Date.now();
  const { scenario, setup, task, others } = request;
  const fold = task.folds[job.fold];
  if (!fold) throw new RangeError(`job ${job.key}: split ${task.id} has no fold ${job.fold}`);
  const rows = (indices: readonly number[]): FitCondition[] => indices.map((row) => fitCondition(request, row));
  const fit = await fitSetup(scenario, setup, rows(fold.train), rows(fold.validation), job.seed, hooks, resume as MultistartState | null);
  const empty = { training: null, curves: [], learnedFluxes: [], shares: [], thermo: [], findings: [], numerics: [] } as const;
  const seconds = (): number => (Date.now() - begun) / 1000;
  if (fit.status !== "done" || !fit.best) {
    const failure = fit.status === "stopped" ? null : "no start led to a model that can be solved";
    return { job, status: fit.status === "stopped" ? "stopped" : "failed", failure, test: [], train: [], ...empty, seconds: seconds() };
  }
  const fitted = await fittedPaths(scenario, setup, fit.best);
  const described = await describe(request, job, fold, fitted);
  const asked = Object.fromEntries(others.map((other) => [other.id, predict(request, fitted, other, other.folds[job.fold]?.test ?? [])]));
  const steps = fitted.steps();
  return {
    job,
    status: "done",
    failure: null,
    test: predict(request, fitted, task, fold.test),
    train: predict(request, fitted, task, fold.train),
    also: asked,
    training: {
      split: task.id,
      model: job.model,
      iteration: fit.history.map((point) => point.iteration),
      loss: fit.history.map((point) => point.loss),
      validation: fit.history.map((point) => point.validation),
    },
    ...described,
    numerics: [
      { name: `${job.model}: solver`, value: `tsit5, rtol ${scenario.budget.rtol}, atol ${scenario.budget.atol}` },
      { name: `${job.model}: free parameters`, value: String(setup.free.length) },
      { name: `${job.model}: loss per value at the optimum`, value: fit.loss.toPrecision(6) },
      { name: `${job.model}: losses of all starts`, value: fit.losses.map((loss) => loss?.toPrecision(6) ?? "failed").join(", ") },
      { name: `${job.model}: steps of the predictions`, value: `${steps.accepted} accepted, ${steps.rejected} rejected` },
      ...scenario.budget.fit.filter((id) => id in (fit.best ?? {})).map((id) => ({ name: `${job.model}: ${id}`, value: (fit.best?.[id] ?? Number.NaN).toPrecision(4) })),
    ],
    seconds: seconds(),
  };
}

/** One row of the table as data to fit. */
function fitCondition({ scenario, setup, conditions, task }: FitRequest, row: number): FitCondition {
  const { times, observables } = scenario.protocols;
  const { table } = task;
  const condition = conditions[row];
  if (!condition) throw new RangeError(`no condition ${row}`);
  const pick = (source: Float64Array | null): Float64Array =>
    Float64Array.from({ length: times.length * observables.length }, (_, index) => {
      const observable = observables[index % observables.length];
      const time = times[Math.floor(index / observables.length)];
      const column = table.features.findIndex((feature) => feature.observable === observable && feature.time === time);
      return source?.[row * table.features.length + column] ?? Number.NaN;
    });
  return { id: condition.table.id, segments: setup.segments(condition), times: Float64Array.from(times), values: pick(table.values), sd: pick(table.sd) };
}

/** Predicted features of some rows, row-major [rows.length, nFeature]; NaN where the model cannot be solved. */
function predict({ scenario, conditions }: FitRequest, fitted: FittedPaths, task: PredictionTask, rows: readonly number[]): readonly number[] {
  const times = Float64Array.from(scenario.protocols.times);
  const nState = fitted.system.states.length;
  return rows.flatMap((row) => {
    const condition = conditions[row];
    const path = condition ? fitted.path(condition, times) : "no such condition";
    return task.table.features.map(({ observable, time }) => {
      if (typeof path === "string") return Number.NaN;
      return path[times.indexOf(time) * nState + fitted.system.states.indexOf(observable)] ?? Number.NaN;
    });
  });
}

async function describe(request: FitRequest, job: FitJob, fold: Fold, fitted: FittedPaths): Promise<Pick<FitResult, "curves" | "learnedFluxes" | "shares" | "thermo" | "findings">> {
  const { scenario, setup, conditions, task, truth, unit, rateUnit } = request;
  const at = (row: number): DesignCondition[] => (conditions[row] ? [conditions[row]] : []);
  const drawn = [
    ...fold.train.slice(0, nDrawn.train).flatMap((row) => at(row).map((condition) => ({ condition, row, role: "train" as const }))),
    ...fold.test.slice(0, nDrawn.test).flatMap((row) => at(row).map((condition) => ({ condition, row, role: "test" as const }))),
  ];
  const curves = curvesOf(scenario, job.model, fitted, drawn, task, unit);
  if (!setup.learned) return { curves, learnedFluxes: [], shares: [], thermo: [], findings: [] };
  const truthPaths = await fittedPaths(scenario, truth.setup, {});
  const held = [
    ...drawn.filter(({ role }) => role === "train"),
    ...fold.test.flatMap((row) => at(row).map((condition) => ({ condition, role: "test" as const }))),
  ];
  const learnedFluxes = learnedFluxCurves(scenario, setup, fitted, { ...truth, fitted: truthPaths }, held, rateUnit);
  const thermo = thermoOf(scenario, setup, fitted, drawn.map(({ condition }) => condition), unit);
  return {
    curves,
    learnedFluxes,
    shares: mechanismShares(scenario, task.id, setup, fitted, fold.train.flatMap(at)),
    thermo: thermo.curves,
    findings: [...fluxFinding(learnedFluxes), ...orderFinding(scenario, setup, fitted), ...thermo.findings],
  };
}
