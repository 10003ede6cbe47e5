import { parametersWith, predictPath } from "../../calibrate/predict.ts";
import type { FitCondition } from "../../calibrate/problem.ts";
import { evaluate } from "../../kernel/evaluate.ts";
import type { Expression } from "../../kernel/expression.ts";
import type { PredictionTask } from "../../experiments/task.ts";
import { reactionRates } from "../../models/compile.ts";
import type { Network } from "../../models/network.ts";
import type { OdeSystem } from "../../models/system.ts";
import { pearson } from "../../numerics/statistics.ts";
import { type OdeSolver, compileSolver } from "../../solvers/compile.ts";
import { tsit5 } from "../../solvers/ode/index.ts";
import type { Finding, FitCurve, LearnedFluxCurve, MechanismShare } from "../result.ts";
import type { DesignCondition } from "./design.ts";
import type { ReactionNetworkScenario } from "./schema.ts";
import type { ModelSetup } from "./setup.ts";

/** Rows of a drawn curve. */
const nCurvePoint = 61;

/** A model at fitted values, able to run any condition of the study. */
export interface FittedPaths {
  readonly system: OdeSystem;
  readonly parameters: Float64Array;
  readonly solver: OdeSolver;
  /** Path of a condition at given times, row-major [nTime, nState]; the sentence says why there is none. */
  path(condition: DesignCondition, times: Float64Array): Float64Array | string;
  /** Accepted and rejected steps so far. */
  steps(): { readonly accepted: number; readonly rejected: number };
}

/** Binds fitted values to a setup. */
export async function fittedPaths(scenario: ReactionNetworkScenario, setup: ModelSetup, values: Readonly<Record<string, number>>): Promise<FittedPaths> {
  const { rtol, atol } = scenario.budget;
  const solver: OdeSolver = await compileSolver(setup.system, { method: tsit5, control: { rtol, atol } });
  const parameters = parametersWith(setup.system, values);
  const spent = { accepted: 0, rejected: 0 };
  return {
    system: setup.system,
    parameters,
    solver,
    path(condition, times) {
      const empty = new Float64Array(0);
      const asked: FitCondition = { id: condition.table.id, segments: setup.segments(condition), times, values: empty, sd: empty };
      const path = predictPath(solver, setup.system, asked, parameters);
      spent.accepted += path.accepted;
      spent.rejected += path.rejected;
      return path.failure ?? path.states;
    },
    steps: () => spent,
  };
}

/** Times of a drawn curve · the scenario's time unit. */
export function curveTimes(scenario: ReactionNetworkScenario): Float64Array {
  const { duration } = scenario.protocols;
  return Float64Array.from({ length: nCurvePoint }, (_, index) => (duration * index) / (nCurvePoint - 1));
}

/** Fit against data of some conditions: every observable through time with the measurements. */
export function curvesOf(
  scenario: ReactionNetworkScenario,
  model: string,
  fitted: FittedPaths,
  conditions: readonly { readonly condition: DesignCondition; readonly row: number; readonly role: "train" | "test" }[],
  task: PredictionTask,
  unit: string,
): readonly FitCurve[] {
  const times = curveTimes(scenario);
  const nState = fitted.system.states.length;
  const { table } = task;
  return conditions.flatMap(({ condition, row, role }) => {
    const path = fitted.path(condition, times);
    if (typeof path === "string") return [];
    return scenario.protocols.observables.map((observable): FitCurve => {
      const column = fitted.system.states.indexOf(observable);
      const line = Array.from(times, (_, index) => path[index * nState + column] ?? Number.NaN);
      const { relative, floor } = scenario.protocols.design.noise;
      const spread = line.map((value) => Math.max(relative * Math.abs(value), floor));
      const data = table.features.flatMap((feature, at) => {
        const value = table.values[row * table.features.length + at] ?? Number.NaN;
        if (feature.observable !== observable || Number.isNaN(value)) return [];
        return [{ time: feature.time, value, sd: table.sd?.[row * table.features.length + at] ?? null }];
      });
      return {
        condition: condition.table.id,
        observable,
        unit,
        timeUnit: scenario.protocols.timeUnit,
        role,
        times: [...times],
        lines: { [model]: line },
        band: { kind: "noise", low: line.map((value, index) => value - 2 * (spread[index] ?? 0)), high: line.map((value, index) => value + 2 * (spread[index] ?? 0)) },
        data,
      };
    });
  });
}

/** A rate of a network as a function of its system's time, states and parameters. */
export interface RateReader {
  readonly system: OdeSystem;
  readonly rate: Expression;
}

/** Reads one reaction's rate. */
export function rateReader(network: Network, system: OdeSystem, reaction: string): RateReader | null {
  const index = network.reactions.findIndex((each) => each.id === reaction);
  const rate = reactionRates(network, system.graph)[index];
  return rate ? { system, rate } : null;
}

/** Value of an expression at one row of a path; `lookup` falls back from states to parameters. */
export function valueAt(system: OdeSystem, expression: Expression, states: (id: string) => number | undefined, parameters: Float64Array, time: number): number {
  return evaluate(expression, (name) => (name === "time" ? time : (states(name) ?? parameters[system.parameters.indexOf(name)] ?? Number.NaN)));
}

/** Parameter vector of a condition that runs under one segment of controls. */
export function conditionParameters(setup: ModelSetup, parameters: Float64Array, condition: DesignCondition): Float64Array {
  const changed = Float64Array.from(parameters);
  for (const [id, value] of Object.entries(setup.segments(condition).at(-1)?.controls ?? {})) changed[setup.system.parameters.indexOf(id)] = value;
  return changed;
}

/**
 * Every learned rate beside the true one, both read at the same states: those of the true path of each condition.
 */
export function learnedFluxCurves(
  scenario: ReactionNetworkScenario,
  setup: ModelSetup,
  fitted: FittedPaths,
  truth: { readonly setup: ModelSetup; readonly fitted: FittedPaths; readonly counterparts: ReadonlyMap<string, string> },
  conditions: readonly { readonly condition: DesignCondition; readonly role: "train" | "test" }[],
  unit: string,
): readonly LearnedFluxCurve[] {
  const times = curveTimes(scenario);
  const readers = (setup.learned?.reactions ?? []).flatMap((id) => {
    const counterpart = truth.counterparts.get(id);
    const learned = rateReader(setup.network, setup.system, id);
    return learned ? [{ id, learned, known: counterpart === undefined ? null : rateReader(truth.setup.network, truth.setup.system, counterpart) }] : [];
  });
  const asked = readers.flatMap((reader) => conditions.map((condition) => ({ ...reader, ...condition })));
  return asked.flatMap(({ id: flux, learned, known, condition, role }): LearnedFluxCurve[] => {
    const source = known ? truth.fitted : fitted;
    const path = source.path(condition, times);
    if (typeof path === "string") return [];
    const nState = source.system.states.length;
    const own = conditionParameters(setup, fitted.parameters, condition);
    const read = (reader: RateReader, parameters: Float64Array): readonly number[] =>
      Array.from(times, (time, row) => valueAt(reader.system, reader.rate, (id) => stateAt(source.system, path, nState, row, id), parameters, time));
    return [
      {
        flux,
        condition: condition.table.id,
        role,
        unit,
        times: [...times],
        learned: read(learned, own),
        truth: known ? read(known, conditionParameters(truth.setup, truth.fitted.parameters, condition)) : null,
      },
    ];
  });
}

const stateAt = (system: OdeSystem, path: Float64Array, nState: number, row: number, id: string): number | undefined => {
  const column = system.states.indexOf(id);
  return column === -1 ? undefined : path[row * nState + column];
};

/**
 * Whether each learned rate follows the true one over held-out trajectories, said both ways that weight each trajectory equally:
 * one Pearson r over all of them (each has the same number of points), and the mean of each one's own r. The first also asks for
 * the differences between trajectories; the second leaves out those where a flux does not vary, and says how many.
 */
export function fluxFinding(curves: readonly LearnedFluxCurve[]): readonly Finding[] {
  const held = curves.filter((curve) => curve.role === "test" && curve.truth !== null);
  return [...new Set(held.map(({ flux }) => flux))].flatMap((flux) => findingsOf(flux, held.filter((curve) => curve.flux === flux)));
}

function findingsOf(flux: string, held: readonly LearnedFluxCurve[]): readonly Finding[] {
  const pooled = pearson(
    held.flatMap((curve) => curve.learned),
    held.flatMap((curve) => curve.truth ?? []),
  );
  const own = held.map((curve) => pearson(curve.learned, curve.truth ?? [])).filter(Number.isFinite);
  const mean = own.reduce((sum, r) => sum + r, 0) / own.length;
  const left = held.length - own.length;
  return [
    recovered("recovered flux", pooled, "Pearson r of the learned and the true flux at the true states, pooled over held-out trajectories of equally many points", `${flux}, ${held.length} held-out trajectories`),
    recovered(
      "recovered flux, each trajectory",
      mean,
      "mean over held-out trajectories of Pearson r of the learned and the true flux at the true states",
      `${flux}, ${own.length} held-out trajectories${left > 0 ? `; ${left} left out because a flux does not vary there` : ""}; least r ${own.length > 0 ? Math.min(...own).toFixed(3) : "not known"}`,
    ),
  ];
}

/** Least correlation at which a flux counts as recovered. */
const recoveredFrom = 0.9;

const recovered = (check: string, value: number, equation: string, where: string): Finding => ({ check, verdict: value >= recoveredFrom ? "ok" : "violated", value, bound: recoveredFrom, equation, source: "scenario", where });

/** How much of each species' motion the known mechanism carries: 1 - Σ g² / Σ (f² + g²) over the given paths (decision 0001). */
export function mechanismShares(
  scenario: ReactionNetworkScenario,
  split: string,
  setup: ModelSetup,
  fitted: FittedPaths,
  conditions: readonly DesignCondition[],
): readonly MechanismShare[] {
  if (!setup.learned) return [];
  const { weights } = setup.learned;
  const times = Float64Array.from(scenario.protocols.times);
  const species = setup.network.species.filter((each) => setup.system.states.includes(each.id)).map((each) => each.id);
  const learned = new Map(species.map((id) => [id, 0]));
  const whole = new Map(species.map((id) => [id, 0]));
  for (const condition of conditions) {
    const path = fitted.path(condition, times);
    if (typeof path === "string") continue;
    const parameters = conditionParameters(setup, fitted.parameters, condition);
    // Without weights the mechanism runs alone: what is left is f in the state's own unit, whatever compartment the species lies in.
    const silent = parameters.map((value, index) => (weights.includes(setup.system.parameters[index] ?? "") ? 0 : value));
    times.forEach((time, row) => {
      for (const id of species) {
        const rate = setup.system.rhs[setup.system.states.indexOf(id)];
        if (!rate) continue;
        const at = (values: Float64Array): number => valueAt(setup.system, rate, (state) => stateAt(setup.system, path, setup.system.states.length, row, state), values, time);
        const change = at(parameters);
        const g = change - at(silent);
        learned.set(id, (learned.get(id) ?? 0) + g ** 2);
        whole.set(id, (whole.get(id) ?? 0) + (change - g) ** 2 + g ** 2);
      }
    });
  }
  return species.map((id) => ({ split, species: id, share: 1 - (learned.get(id) ?? 0) / Math.max(whole.get(id) ?? 0, Number.MIN_VALUE) }));
}

