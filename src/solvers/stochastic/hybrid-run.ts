import { stream } from "../../numerics/random.ts";
import type { RandomStream } from "../../numerics/random.ts";
import type { Expression } from "../../kernel/expression.ts";
import type { Status } from "../status.ts";
import { checkProblem } from "./check-problem.ts";
import type { HybridRun, HybridScene } from "./hybrid-partition.ts";
import { readsTime } from "./interval.ts";
import { stochasticDefaults } from "./run.ts";
import { largestPropensity } from "./scene.ts";
import type { StochasticProblem } from "./solver.ts";
import { stepwiseRun } from "./stepwise-run.ts";

/** Where a run stands; `molecules`, `extents` and `fast` are parts of `state` and `parameters`. */
interface Standing {
  readonly scene: HybridScene;
  readonly times: Float64Array;
  readonly random: RandomStream;
  readonly maxEvents: number;
  /** The network's own parameters [nParameter]. */
  readonly own: Float64Array;
  /** Of the ODE: the network's own, whether each channel is fast [nChannel], and the hazard that ends a solution. */
  readonly parameters: Float64Array;
  /** Of the ODE: molecules [nState], firings of fast channels [nChannel], the hazard, whether anything moves, and when it stopped. */
  readonly state: Float64Array;
  readonly molecules: Float64Array;
  readonly extents: Float64Array;
  readonly fast: Float64Array;
  readonly at: { readonly hazard: number; readonly running: number; readonly fired: number; readonly threshold: number };
  readonly propensities: readonly Expression[];
  readonly recorded: readonly Expression[];
  /** Whether no propensity reads the time. */
  readonly isStill: boolean;
  readonly slowFirings: Float64Array;
  readonly fastTime: Float64Array;
  /** [nTime, nState] and [nTime, nOutput]. */
  readonly rows: Float64Array;
  readonly outputs: Float64Array;
  time: number;
  reached: number;
  slowEvents: number;
  refused: number;
  status: Status;
}

/** Starts a run. @throws RangeError naming what does not fit the network. */
export function beginHybridRun(scene: HybridScene, kept: { runs: number }, problem: StochasticProblem): HybridRun {
  checkProblem(scene.model, problem);
  const run = ++kept.runs;
  const now = standingAtStart(scene, problem);
  return stepwiseRun({
    id: scene.model.system.id,
    isCurrent: () => kept.runs === run,
    status: () => now.status,
    pause: () => void (now.status = { status: "paused", time: now.time }),
    advanceOne: () => advanceOne(now),
    path() {
      const { status, times, reached, molecules, rows, outputs, slowFirings, extents, slowEvents, refused, fastTime } = now;
      const [nState, nOutput] = [molecules.length, now.recorded.length];
      const firings = slowFirings.map((count, channel) => count + extents[channel]);
      return { status, times: times.slice(0, reached), molecules: rows.slice(0, reached * nState), outputs: outputs.slice(0, reached * nOutput), firings, events: slowEvents, slowEvents, refused, fastTime: fastTime.slice() };
    },
  });
}

function standingAtStart(scene: HybridScene, problem: StochasticProblem): Standing {
  const { model, ode } = scene;
  const { system, channels } = model;
  const { times } = problem;
  const [nState, nChannel, nOutput] = [system.states.length, channels.length, model.outputs.length];
  const random = stream(problem.seed, "ssa", problem.index ?? 0);
  const own = Float64Array.from(problem.parameters ?? system.parameterValues);
  const parameters = Float64Array.from([...own, ...channels.map(() => 0), 0]);
  const state = new Float64Array(ode.system.states.length);
  state.set(problem.molecules ?? model.initial);
  const at = { hazard: nState + nChannel, running: nState + nChannel + 1, fired: nState + nChannel + 2, threshold: own.length + nChannel };
  state[at.running] = 1;
  parameters[at.threshold] = random.exponential();
  const propensities = channels.map(({ propensity }) => propensity);
  return {
    scene,
    times,
    random,
    maxEvents: problem.maxEvents ?? stochasticDefaults.maxEvents,
    own,
    parameters,
    state,
    molecules: state.subarray(0, nState),
    extents: state.subarray(nState, nState + nChannel),
    fast: parameters.subarray(own.length, own.length + nChannel),
    at,
    propensities,
    recorded: model.outputs.map(({ expression }) => expression),
    isStill: !propensities.some(readsTime),
    slowFirings: new Float64Array(nChannel),
    fastTime: new Float64Array(nChannel),
    rows: new Float64Array(times.length * nState),
    outputs: new Float64Array(times.length * nOutput),
    time: 0,
    reached: 0,
    slowEvents: 0,
    refused: 0,
    status: times.length === 0 ? { status: "done" } : { status: "paused", time: 0 },
  };
}

function writeDue(now: Standing): void {
  const { scene, times, time, molecules, own, recorded, rows, outputs } = now;
  while (now.reached < times.length && times[now.reached] <= time) {
    rows.set(molecules, now.reached * molecules.length);
    outputs.set(scene.values(recorded, time, molecules, own), now.reached * recorded.length);
    now.reached += 1;
  }
  if (now.reached === times.length) now.status = { status: "done" };
}

function canAdd({ scene, molecules }: Standing, channel: number, firings: number): boolean {
  return scene.model.channels[channel].starts.every(({ state, change }) => molecules[state] + change * firings >= 0);
}

function add({ scene, molecules }: Standing, channel: number, firings: number): void {
  for (const { state, change } of scene.model.channels[channel].starts) molecules[state] += change * firings;
}

/** Makes whole, at random so that the mean stays, how often a channel that turns slow has fired; molecules that no fast channel moves are then whole. */
function makeWhole(now: Standing, channel: number): void {
  const { scene, random, molecules, extents } = now;
  const below = Math.floor(extents[channel]);
  const part = extents[channel] - below;
  if (part === 0) return;
  const up = random.uniform() < part;
  const [wanted, other] = up ? [below + 1, below] : [below, below + 1];
  const to = canAdd(now, channel, wanted - extents[channel]) ? wanted : other;
  add(now, channel, to - extents[channel]);
  extents[channel] = to;
  // What is whole but for rounding is made whole outright.
  for (const { state } of scene.model.channels[channel].starts) {
    const near = Math.round(molecules[state]);
    if (Math.abs(molecules[state] - near) <= 1e-6) molecules[state] = near;
    molecules[state] = Math.max(0, molecules[state]);
  }
}

/** Decides which channels are fast from here; whether all propensities can be. */
function divide(now: Standing, rates: readonly number[]): boolean {
  const { scene: { model: { channels }, partition, touched }, molecules, fast, time } = now;
  const wrong = rates.findIndex((rate) => !(rate >= 0 && rate < largestPropensity));
  if (wrong >= 0) {
    const kind = rates[wrong] < 0 ? "negative-propensity" : "non-finite";
    now.status = { status: kind, time, worst: channels[wrong].id, hint: `its rate is ${rates[wrong]}; write it as two reactions where it is a difference, or look for a parameter without a value or a division by zero` };
    return false;
  }
  for (let channel = 0; channel < channels.length; channel++) {
    const isFast = rates[channel] * partition.interval >= partition.firings && [...touched[channel]].every(([state, size]) => molecules[state] >= partition.molecules * size);
    if (!isFast && fast[channel] === 1) makeWhole(now, channel);
    fast[channel] = isFast ? 1 : 0;
  }
  return true;
}

/** The slow event whose hazard is used up; its channel is drawn at the state where that happened. */
function fireSlow(now: Standing): void {
  const { scene, random, own, parameters, state, molecules, fast, at, propensities, slowFirings } = now;
  const rates = scene.values(propensities, now.time, molecules, own).map((rate, channel) => (fast[channel] === 1 ? 0 : rate));
  let target = random.uniform() * rates.reduce((total, rate) => total + rate, 0);
  let chosen = -1;
  for (let channel = 0; channel < rates.length; channel++) {
    if (rates[channel] === 0) continue;
    chosen = channel;
    target -= rates[channel];
    if (target < 0) break;
  }
  [state[at.running], state[at.hazard]] = [1, 0];
  parameters[at.threshold] = random.exponential();
  if (chosen < 0) return;
  if (!canAdd(now, chosen, 1)) now.refused += 1;
  else {
    add(now, chosen, 1);
    slowFirings[chosen] += 1;
  }
  now.slowEvents += 1;
}

/** What an ODE would find where nothing moves between slow events: the hazard grows at a constant rate. */
function jump(now: Standing, rates: readonly number[], end: number): void {
  const { parameters, state, at, time } = now;
  const total = rates.reduce((all, rate) => all + rate, 0);
  const next = total > 0 ? time + (parameters[at.threshold] - state[at.hazard]) / total : Infinity;
  if (next > end) {
    state[at.hazard] += total * (end - time);
    now.time = end;
    return;
  }
  now.time = next;
  fireSlow(now);
}

/** To the next look at the partition, the next requested time or the next slow event. */
function advanceOne(now: Standing): void {
  writeDue(now);
  if (now.status.status !== "paused") return;
  const { scene: { model, ode, partition, values }, times, own, parameters, state, molecules, fast, at, propensities, slowFirings, fastTime, time, slowEvents } = now;
  if (slowEvents >= now.maxEvents) {
    now.status = { status: "too-many-steps", time, worst: model.channels[slowFirings.indexOf(Math.max(...slowFirings))]?.id ?? "", hint: `${slowEvents} slow events; raise maxEvents, or lower the thresholds of the partition` };
    return;
  }
  if (!divide(now, values(propensities, time, molecules, own))) return;
  const end = Math.min(times[now.reached], time + partition.interval);
  if (now.isStill && fast.every((one) => one === 0)) return jump(now, values(propensities, time, molecules, own), end);
  const { status: solved, final } = ode.solve({ parameters, state, times: Float64Array.of(end), startTime: time });
  if (solved.status !== "done") {
    now.status = solved;
    return;
  }
  state.set(final);
  // Beside the tolerance of the ODE nothing takes a number below 0.
  for (let one = 0; one < molecules.length; one++) if (model.isCounted[one]) molecules[one] = Math.max(0, molecules[one]);
  const isSlowEvent = state[at.running] !== 1;
  now.time = isSlowEvent ? state[at.fired] : end;
  for (let channel = 0; channel < fast.length; channel++) fastTime[channel] += fast[channel] * (now.time - time);
  if (isSlowEvent) fireSlow(now);
}
