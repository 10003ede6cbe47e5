import { stream } from "../../numerics/random.ts";
import type { Status } from "../status.ts";
import { checkProblem } from "./check-problem.ts";
import type { HybridRun, HybridScene } from "./hybrid-partition.ts";
import { readsTime } from "./interval.ts";
import { stochasticDefaults } from "./run.ts";
import { largestPropensity } from "./scene.ts";
import type { StochasticProblem } from "./solver.ts";
import { stepwiseRun } from "./stepwise-run.ts";

/** Starts a run. @throws RangeError naming what does not fit the network. */
export function beginHybridRun({ model, ode, partition, touched, values }: HybridScene, kept: { runs: number }, problem: StochasticProblem): HybridRun {
  checkProblem(model, problem);
  const { system, channels } = model;
  const { times } = problem;
  const [nState, nChannel, nOutput] = [system.states.length, channels.length, model.outputs.length];
  const run = ++kept.runs;
  const random = stream(problem.seed, "ssa", problem.index ?? 0);
  const maxEvents = problem.maxEvents ?? stochasticDefaults.maxEvents;
  const own = Float64Array.from(problem.parameters ?? system.parameterValues);
  const parameters = Float64Array.from([...own, ...channels.map(() => 0), 0]);
  const state = new Float64Array(ode.system.states.length);
  state.set(problem.molecules ?? model.initial);
  const molecules = state.subarray(0, nState);
  const extents = state.subarray(nState, nState + nChannel);
  const [hazardAt, runningAt, firedAt] = [nState + nChannel, nState + nChannel + 1, nState + nChannel + 2];
  const fast = parameters.subarray(own.length, own.length + nChannel);
  const thresholdAt = own.length + nChannel;
  state[runningAt] = 1;
  parameters[thresholdAt] = random.exponential();
  const propensities = channels.map(({ propensity }) => propensity);
  const isStill = !propensities.some(readsTime);
  const recorded = model.outputs.map(({ expression }) => expression);

  const slowFirings = new Float64Array(nChannel);
  const fastTime = new Float64Array(nChannel);
  const [rows, outputs] = [new Float64Array(times.length * nState), new Float64Array(times.length * nOutput)];
  let [time, reached, slowEvents, refused] = [0, 0, 0, 0];
  let status: Status = times.length === 0 ? { status: "done" } : { status: "paused", time: 0 };

  const writeDue = (): void => {
    while (reached < times.length && times[reached] <= time) {
      rows.set(molecules, reached * nState);
      outputs.set(values(recorded, time, molecules, own), reached * nOutput);
      reached += 1;
    }
    if (reached === times.length) status = { status: "done" };
  };

  const canAdd = (channel: number, firings: number): boolean => channels[channel].starts.every(({ state: at, change }) => molecules[at] + change * firings >= 0);
  const add = (channel: number, firings: number): void => {
    for (const { state: at, change } of channels[channel].starts) molecules[at] += change * firings;
  };

  /** Makes whole, at random so that the mean stays, how often a channel that turns slow has fired; molecules that no fast channel moves are then whole. */
  const wholeFirings = (channel: number): void => {
    const below = Math.floor(extents[channel]);
    const part = extents[channel] - below;
    if (part === 0) return;
    const up = random.uniform() < part;
    const [wanted, other] = up ? [below + 1, below] : [below, below + 1];
    const to = canAdd(channel, wanted - extents[channel]) ? wanted : other;
    add(channel, to - extents[channel]);
    extents[channel] = to;
    // What is whole but for rounding is made whole outright.
    for (const { state: at } of channels[channel].starts) {
      const near = Math.round(molecules[at]);
      if (Math.abs(molecules[at] - near) <= 1e-6) molecules[at] = near;
      molecules[at] = Math.max(0, molecules[at]);
    }
  };

  /** Decides which channels are fast from here; whether all propensities can be. */
  const divide = (rates: readonly number[]): boolean => {
    const wrong = rates.findIndex((rate) => !(rate >= 0 && rate < largestPropensity));
    if (wrong >= 0) {
      const kind = rates[wrong] < 0 ? "negative-propensity" : "non-finite";
      status = { status: kind, time, worst: channels[wrong].id, hint: `its rate is ${rates[wrong]}; write it as two reactions where it is a difference, or look for a parameter without a value or a division by zero` };
      return false;
    }
    for (let channel = 0; channel < nChannel; channel++) {
      const isFast = rates[channel] * partition.interval >= partition.firings && [...touched[channel]].every(([at, size]) => molecules[at] >= partition.molecules * size);
      if (!isFast && fast[channel] === 1) wholeFirings(channel);
      fast[channel] = isFast ? 1 : 0;
    }
    return true;
  };

  /** The slow event whose hazard is used up; its channel is drawn at the state where that happened. */
  const fireSlow = (): void => {
    const rates = values(propensities, time, molecules, own).map((rate, channel) => (fast[channel] === 1 ? 0 : rate));
    let target = random.uniform() * rates.reduce((total, rate) => total + rate, 0);
    let chosen = -1;
    for (let channel = 0; channel < nChannel; channel++) {
      if (rates[channel] === 0) continue;
      chosen = channel;
      target -= rates[channel];
      if (target < 0) break;
    }
    [state[runningAt], state[hazardAt]] = [1, 0];
    parameters[thresholdAt] = random.exponential();
    if (chosen < 0) return;
    if (!canAdd(chosen, 1)) refused += 1;
    else {
      add(chosen, 1);
      slowFirings[chosen] += 1;
    }
    slowEvents += 1;
  };

  /** What an ODE would find where nothing moves between slow events: the hazard grows at a constant rate. */
  const jump = (rates: readonly number[], end: number): void => {
    const total = rates.reduce((all, rate) => all + rate, 0);
    const next = total > 0 ? time + (parameters[thresholdAt] - state[hazardAt]) / total : Infinity;
    if (next > end) {
      state[hazardAt] += total * (end - time);
      time = end;
      return;
    }
    time = next;
    fireSlow();
  };

  const advanceOne = (): void => {
    writeDue();
    if (status.status !== "paused") return;
    if (slowEvents >= maxEvents) {
      status = { status: "too-many-steps", time, worst: channels[slowFirings.indexOf(Math.max(...slowFirings))]?.id ?? "", hint: `${slowEvents} slow events; raise maxEvents, or lower the thresholds of the partition` };
      return;
    }
    const rates = values(propensities, time, molecules, own);
    if (!divide(rates)) return;
    const end = Math.min(times[reached], time + partition.interval);
    if (isStill && fast.every((one) => one === 0)) return jump(values(propensities, time, molecules, own), end);
    const { status: solved, final } = ode.solve({ parameters, state, times: Float64Array.of(end), startTime: time });
    if (solved.status !== "done") {
      status = solved;
      return;
    }
    state.set(final);
    // Beside the tolerance of the ODE nothing takes a number below 0.
    for (let at = 0; at < nState; at++) if (model.isCounted[at]) molecules[at] = Math.max(0, molecules[at]);
    const isSlowEvent = state[runningAt] !== 1;
    const passed = (isSlowEvent ? state[firedAt] : end) - time;
    for (let channel = 0; channel < nChannel; channel++) fastTime[channel] += fast[channel] * passed;
    time = isSlowEvent ? state[firedAt] : end;
    if (isSlowEvent) fireSlow();
  };

  return stepwiseRun({
    id: system.id,
    isCurrent: () => kept.runs === run,
    status: () => status,
    pause: () => void (status = { status: "paused", time }),
    advanceOne,
    path() {
      const firings = slowFirings.map((count, channel) => count + extents[channel]);
      return { status, times: times.slice(0, reached), molecules: rows.slice(0, reached * nState), outputs: outputs.slice(0, reached * nOutput), firings, events: slowEvents, slowEvents, refused, fastTime: fastTime.slice() };
    },
  });
}
