import { multiply, subtract, sum } from "../../kernel/arithmetic.ts";
import { evaluateAll } from "../../kernel/evaluate.ts";
import type { Expression } from "../../kernel/expression.ts";
import type { Target } from "../../kernel/instance.ts";
import type { NetworkProblem } from "../../models/check.ts";
import type { Network } from "../../models/network.ts";
import type { OdeSystem, SystemEvent } from "../../models/system.ts";
import { compileSolver } from "../compile.ts";
import type { OdeControl } from "../ode/control.ts";
import type { OdeMethod } from "../ode/method.ts";
import type { OdeSolver } from "../ode/solver.ts";
import { tsit5 } from "../ode/tsit5.ts";
import { countSymbol } from "./channel.ts";
import { hybridFacts, partitionDefaults } from "./hybrid-method.ts";
import type { PartitionControl } from "./hybrid-method.ts";
import { beginHybridRun } from "./hybrid-run.ts";
import type { StochasticFacts } from "./method.ts";
import { pathSolver } from "./path-solver.ts";
import type { PathSolver } from "./path-solver.ts";
import type { StochasticPath, StochasticProblem, StochasticRun } from "./solver.ts";
import { timedModel } from "./timed-model.ts";
import type { TimedModel, TimedModelOptions } from "./timed-model.ts";

export type { PartitionControl } from "./hybrid-method.ts";
export { hybridFacts } from "./hybrid-method.ts";

export interface HybridOptions extends Omit<TimedModelOptions, "delays"> {
  readonly partition: Partial<PartitionControl> & Pick<PartitionControl, "interval">;
  /** Solves the fast channels; an implicit one where they are stiff. Default tsit5. */
  readonly method?: OdeMethod;
  readonly control?: Partial<OdeControl>;
  readonly target?: Target;
}

/** A sampled path, and what it cost. `firings` of fast channels are what their rates integrate to, rounded where a channel turns slow. */
export interface HybridPath extends StochasticPath {
  readonly slowEvents: number;
  /** Slow events left out because a reactant that fast channels move stood below what they take. */
  readonly refused: number;
  /** How long each channel counted as fast · the network's time [nChannel]. */
  readonly fastTime: Float64Array;
}

export interface HybridRun extends StochasticRun {
  path(): HybridPath;
}

export interface HybridSolver extends PathSolver<{ readonly facts: StochasticFacts }, StochasticProblem, HybridRun> {
  readonly partition: PartitionControl;
}

export type HybridResult = { readonly solver: HybridSolver; readonly problems?: undefined } | { readonly problems: readonly NetworkProblem[]; readonly solver?: undefined };

/** Names of a hybrid system's own states and parameters; a colon cannot be in an id. */
export const hybridNames = {
  hazard: "hybrid:hazard",
  running: "hybrid:running",
  firedAt: "hybrid:firedAt",
  threshold: "hybrid:threshold",
  extent: (channel: number): string => `hybrid:extent${channel}`,
  fast: (channel: number): string => `hybrid:fast${channel}`,
} as const;

/** A model's channels, the solver of whatever part of them is fast, and propensities for the partition. */
export interface HybridScene {
  readonly model: TimedModel;
  readonly ode: OdeSolver;
  readonly partition: PartitionControl;
  /** States that each channel changes, and how many molecules of each it takes or makes [nChannel]. */
  readonly touched: readonly ReadonlyMap<number, number>[];
  values(expressions: readonly Expression[], time: number, molecules: ArrayLike<number>, parameters: ArrayLike<number>): number[];
}

/**
 * Compiles a network for hybrid paths: dn/dt = sum of nu a over fast channels, beside the hazard h' = sum of a over slow ones; the next
 * slow event comes where h reaches an exponential number, located on the dense output, and is drawn among the slow propensities there.
 *
 * Error: the fast noise that is left out, of relative variance 1/n, next to the tolerance of the ODE. Where a channel turns slow its
 * firings are rounded up or down at random, so that means and conserved sums stay and molecules that no fast channel moves are whole.
 * @status problems: those of `timedModel`, events, and an interval or thresholds that are not above 0.
 */
export async function compileHybrid(network: Network, { partition: given, method = tsit5, control, target, ...options }: HybridOptions): Promise<HybridResult> {
  const partition: PartitionControl = { firings: partitionDefaults.firings, molecules: partitionDefaults.molecules, ...given };
  const problems = Object.entries(partition).flatMap(([name, value]): NetworkProblem[] => (value > 0 ? [] : [{ where: `option:${name}`, message: `${name} is ${value}; it must be above 0` }]));
  for (const { id } of network.events ?? []) problems.push({ where: `event:${id}`, message: `the hybrid method does not follow events; remove event "${id}", or use an exact method` });
  const read = timedModel(network, options);
  if (read.problems) return { problems: [...problems, ...read.problems] };
  if (problems.length > 0) return { problems };
  const { model } = read;
  const ode = await compileSolver(hybridSystem(model), { method, ...(control && { control }), ...(target && { target }) });
  const stateOf = new Map(model.system.states.map((id, index) => [countSymbol(id), index]));
  const touched = model.channels.map(({ starts }) => new Map(starts.map(({ state, change }) => [state, Math.abs(change)])));
  const parameterOf = new Map(model.system.parameters.map((id, index) => [id, index]));
  const values: HybridScene["values"] = (expressions, time, molecules, parameters) =>
    evaluateAll(expressions, (name) => (name === "time" ? time : stateOf.has(name) ? molecules[stateOf.get(name) ?? 0] : parameters[parameterOf.get(name) ?? -1]));
  const scene: HybridScene = { model, ode, partition, touched, values };
  const kept = { runs: 0 };
  return { solver: { ...pathSolver({ network, method: { facts: hybridFacts }, model, outputs: model.outputs }, (problem: StochasticProblem): HybridRun => beginHybridRun(scene, kept, problem)), partition } };
}

/** Molecule numbers, then the firings of fast channels, then the hazard and what stops it, with a parameter for each channel that says whether it is fast. */
function hybridSystem({ system, channels }: TimedModel): OdeSystem {
  const { graph } = system;
  const [zero, one] = [graph.constant(0), graph.constant(1)];
  const running = graph.symbol(hybridNames.running);
  const fluxes = channels.map(({ propensity }) => multiply(graph, running, propensity));
  const fast = channels.map((_, channel) => multiply(graph, graph.symbol(hybridNames.fast(channel)), fluxes[channel]));
  const slow = channels.map((_, channel) => multiply(graph, subtract(graph, one, graph.symbol(hybridNames.fast(channel))), fluxes[channel]));
  const rates = system.states.map((_, state) =>
    sum(graph, channels.flatMap(({ starts }, channel) => starts.filter((change) => change.state === state).map(({ change }) => multiply(graph, graph.constant(change), fast[channel])))),
  );
  const slowEvent: SystemEvent = {
    id: "slow event",
    trigger: graph.apply("lessOrEqual", graph.symbol(hybridNames.threshold), graph.symbol(hybridNames.hazard)),
    initialValue: false,
    persistent: true,
    delay: null,
    valuesFromTriggerTime: true,
    priority: null,
    assignments: [
      { target: hybridNames.running, value: zero, factor: null, divisor: null },
      { target: hybridNames.firedAt, value: graph.symbol("time"), factor: null, divisor: null },
    ],
  };
  return {
    id: system.id,
    graph,
    states: [...system.states.map(countSymbol), ...channels.map((_, channel) => hybridNames.extent(channel)), hybridNames.hazard, hybridNames.running, hybridNames.firedAt],
    parameters: [...system.parameters, ...channels.map((_, channel) => hybridNames.fast(channel)), hybridNames.threshold],
    rhs: [...rates, ...fast, sum(graph, slow), zero, zero],
    outputs: [],
    parameterValues: [...system.parameterValues, ...channels.map(() => 0), Infinity],
    initialState: [...system.states, ...channels, 0, 0, 0].map(() => zero),
    events: [slowEvent],
  };
}
