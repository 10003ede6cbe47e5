import { multistart, type MultistartState } from "../../calibrate/multistart.ts";
import type { FitCondition, FitProblem, FreeParameter, Observation } from "../../calibrate/problem.ts";
import { mechanismFirst, type Recipe, residualAlone, together } from "../../calibrate/recipe.ts";
import type { FitHooks } from "../../calibrate/hooks.ts";
import { equalWidth, neuralOde } from "../../hybrid/neural-ode.ts";
import type { Instrumented } from "../../experiments/perturbation.ts";
import { odeSystem } from "../../models/compile.ts";
import type { Network } from "../../models/network.ts";
import type { OdeSystem } from "../../models/system.ts";
import { stream } from "../../numerics/random.ts";
import type { DesignCondition } from "./design.ts";
import { segmentsOf } from "./design.ts";
import { type LearnedPart, weave } from "./learned.ts";
import type { Iterations, ReactionNetworkScenario } from "./schema.ts";

/** A model ready to be fitted: its system, how a condition drives it, what moves, and by which recipe. */
export interface ModelSetup {
  readonly network: Network;
  readonly system: OdeSystem;
  readonly free: readonly FreeParameter[];
  readonly penalties: Readonly<Record<string, number>>;
  readonly recipe: Recipe;
  /** Starts of the recipe. */
  readonly starts: number;
  readonly learned: LearnedPart | null;
  /** The network with every agent woven in; null for a model without a mechanism. */
  readonly instrumented: Instrumented | null;
  segments(condition: DesignCondition): FitCondition["segments"];
}

/** The model as the modeller wrote it, with the learned term where `isLearned` is true. */
export function mechanisticSetup(scenario: ReactionNetworkScenario, model: Network, isLearned: boolean, iterations: Iterations, seed: string): ModelSetup {
  const { budget } = scenario;
  const { instrumented, learned } = weave(scenario, model, isLearned, seed);
  const start = (id: string): number => instrumented.network.parameters.find((parameter) => parameter.id === id)?.value ?? Number.NaN;
  const constants = budget.fit.map(
    (id): FreeParameter => ({ id, group: "mechanism", scale: "log", start: start(id), prior: { mean: Math.log(start(id)), sd: budget.priorLogSd } }),
  );
  const weights = (learned?.weights ?? []).map((id): FreeParameter => ({ id, group: "residual", scale: "linear", start: start(id), prior: { mean: 0, sd: learned?.priors[id] ?? budget.weightSd } }));
  return {
    network: instrumented.network,
    system: mustCompile(instrumented.network),
    free: [...constants, ...weights],
    penalties: learned ? { [learned.penalty]: 1 } : {},
    // A mechanism that lacks a reaction, fitted first, buys its misfit with absurd rate constants (docs/decisions/0002): so both at once.
    recipe: learned ? [together(iterations.together, budget.learningRate, budget.penalty)] : [mechanismFirst(iterations.mechanism)],
    starts: learned ? 1 : iterations.starts,
    learned,
    instrumented,
    segments: (condition) => segmentsOf(instrumented, condition.protocol),
  };
}

/** A neural ODE of the observables with as many weights as the hybrid has free parameters. */
export function neuralOdeSetup(scenario: ReactionNetworkScenario, truth: OdeSystem, hybrid: ModelSetup, iterations: Iterations, seed: string): ModelSetup {
  const { observables, agents, duration } = scenario.protocols;
  const doses = Object.keys(agents).map((id) => `dose_${id}`);
  const initial = new Map(observables.map((id) => [id, startOf(truth, id)]));
  const width = equalWidth(hybrid.free.length, observables.length, doses.length);
  const node = neuralOde(`${scenario.id}-neural-ode`, initial, doses, { hidden: [width], gain: 1 }, stream(BigInt(seed), "weights of the neural ODE", 0));
  const start = (id: string): number => node.network.parameters.find((parameter) => parameter.id === id)?.value ?? Number.NaN;
  return {
    network: node.network,
    system: mustCompile(node.network),
    free: node.weights.map((id) => ({ id, group: "residual", scale: "linear", start: start(id), prior: { mean: 0, sd: scenario.budget.weightSd } })),
    penalties: {},
    recipe: [residualAlone(iterations.neuralOde, scenario.budget.learningRate, 0)],
    starts: 1,
    learned: null,
    instrumented: null,
    segments: ({ table }) => [
      {
        // ln(1 + dose) keeps doses of different orders of magnitude comparable for the network.
        controls: Object.fromEntries(table.perturbations.map(({ agent, dose }) => [`dose_${agent}`, Math.log1p(dose)])),
        start: {},
        duration,
      },
    ],
  };
}

const startOf = (system: OdeSystem, state: string): number => {
  const start = system.initialState[system.states.indexOf(state)];
  return start?.operation === "constant" ? start.value : 0;
};

/** @throws when the network cannot be simulated; the scenario was checked with the same networks before. */
export function mustCompile(network: Network): OdeSystem {
  const compiled = odeSystem(network);
  if (compiled.problems) throw new Error(compiled.problems.map((problem) => problem.message).join("; "));
  return compiled.system;
}

/** The fit problem of a setup on some rows of a table. */
export function problemOf(scenario: ReactionNetworkScenario, setup: ModelSetup, conditions: readonly FitCondition[]): FitProblem {
  const { rtol, atol } = scenario.budget;
  const observations = scenario.protocols.observables.map((id): Observation => ({ id, states: { [id]: 1 } }));
  return { system: setup.system, free: setup.free, observations, conditions, penalties: setup.penalties, rtol, atol };
}

/** Fits a setup to conditions; every model goes through the same door. */
export function fitSetup(
  scenario: ReactionNetworkScenario,
  setup: ModelSetup,
  train: readonly FitCondition[],
  validation: readonly FitCondition[],
  seed: string,
  hooks: FitHooks,
  resume: MultistartState | null,
): ReturnType<typeof multistart> {
  return multistart(problemOf(scenario, setup, train), validation, setup.recipe, { starts: setup.starts, seed: BigInt(seed), purpose: scenario.id }, hooks, resume);
}
