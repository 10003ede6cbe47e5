import { evaluate } from "../../kernel/evaluate.ts";
import { stream } from "../../numerics/random.ts";
import type { Breakpoints } from "../ode/breakpoint.ts";
import { switchTimes } from "../ode/breakpoint.ts";
import type { Status } from "../status.ts";
import { checkProblem } from "./check-problem.ts";
import { delayQueue } from "./delay-queue.ts";
import type { IntervalBounds } from "./interval.ts";
import { jumpEvents } from "./jump-events.ts";
import { stochasticDefaults } from "./run.ts";
import { largestPropensity } from "./scene.ts";
import { stepwiseRun } from "./stepwise-run.ts";
import type { ThinnedProblem, ThinnedRun } from "./thinned.ts";
import type { TimedChannel, TimedModel } from "./timed-model.ts";
import type { TimedProgram } from "./timed-program.ts";
import type { TriggerSearch } from "./trigger-search.ts";

/** A compiled model, and how its rates are bounded. */
export interface ThinnedScene {
  readonly model: TimedModel;
  readonly program: TimedProgram;
  /** Channels whose propensities stand still between jumps, and those whose propensities read time, as the program orders them. */
  readonly stillChannels: readonly number[];
  readonly timedChannels: readonly number[];
  readonly bounds: IntervalBounds;
  /** When timed rates jump or bend. */
  readonly switches: Breakpoints;
  /** Null where every trigger changes at known times or by jumps. */
  readonly search: TriggerSearch | null;
}

/** A value above its bound by more than rounding would make the law wrong. */
const BOUND_ROUNDING = 1e-9;
/** Of a window's ends this much, relative, is left out: what switches there is then decided inside. */
const EDGE = 8 * 2 ** -52;
/** Halvings of one window before its rates count as unbounded. */
const MOST_HALVINGS = 200;
/** Windows this short, relative to the time, mean that a rate grows without bound. */
const SHORTEST = 2 ** -44;

/** Starts a run. @throws RangeError naming what does not fit the network. */
export function beginThinnedRun({ model, program, stillChannels, timedChannels, bounds, switches, search }: ThinnedScene, kept: { runs: number }, problem: ThinnedProblem): ThinnedRun {
  const { system, channels } = model;
  const counted = problem.molecules?.map((count, state) => (model.isCounted[state] ? count : 0));
  checkProblem(model, counted ? { ...problem, molecules: counted } : problem);
  const { times, segments = [] } = problem;
  checkSegments(system.id, system.parameters.length, segments);
  const run = ++kept.runs;
  const random = stream(problem.seed, "ssa", problem.index ?? 0);
  const maxEvents = problem.maxEvents ?? stochasticDefaults.maxEvents;
  const end = times.at(-1) ?? 0;
  program.parameters.set(problem.parameters ?? system.parameterValues);
  program.molecules.set(problem.molecules ?? model.initial);
  const queue = delayQueue();
  const events = model.events.length > 0 ? jumpEvents(model, program, end) : null;
  const hasWindows = timedChannels.length > 0 || search !== null;

  const firings = new Float64Array(channels.length);
  const [nState, nOutput] = [system.states.length, program.outputs.length];
  const molecules = new Float64Array(times.length * nState);
  const outputs = new Float64Array(times.length * nOutput);
  let [time, reached, fired, thinned, segment] = [0, 0, 0, 0, 0];
  let rateSwitches = switchTimes(switches, program.lookup(0), 0, end);
  let nextRateSwitch = 0;
  let [windowEnd, width, from, to] = [0, 0, 0, 0];
  let [isMoment, isWhole, needsWindow, isStale] = [false, false, true, true];
  let [stillTotal, total] = [0, 0];
  let status: Status = times.length === 0 ? { status: "done" } : { status: "paused", time: 0 };

  const fail = (failure: Status): false => {
    status = failure;
    return false;
  };
  const failChannel = ({ id }: TimedChannel, hint: string, kind: "non-finite" | "negative-propensity" | "step-too-small" = "non-finite"): false => fail({ status: kind, time, worst: id, hint });

  /** Writes requested times up to a time, without that itself unless `isThere`; the last one ends the run. */
  const writeUpTo = (limit: number, isThere: boolean): void => {
    const isDue = (requested: number): boolean => requested < limit || (isThere && requested === limit);
    while (reached < times.length && isDue(times[reached])) {
      program.readOutputs(times[reached]);
      molecules.set(program.molecules, reached * nState);
      outputs.set(program.outputs, reached * nOutput);
      reached += 1;
    }
    if (reached === times.length) status = { status: "done" };
  };

  /** Reads rates and bounds at the present state; whether all are numbers that a rate can be. */
  const refresh = (): boolean => {
    program.readStill();
    stillTotal = 0;
    for (let index = 0; index < stillChannels.length; index++) {
      const value = program.still[index];
      if (!(value >= 0 && value < largestPropensity)) return wrongRate(stillChannels[index], value);
      stillTotal += value;
    }
    if (timedChannels.length > 0) bounds.update(program.lookup(time));
    total = stillTotal;
    for (let index = 0; index < timedChannels.length; index++) {
      if (bounds.high[index] < 0) return wrongRate(timedChannels[index], bounds.high[index]);
      total += bounds.high[index];
    }
    isStale = false;
    return true;
  };

  const wrongRate = (channel: number, value: number): false =>
    value < 0
      ? failChannel(channels[channel], `its rate is ${value}; write it as a difference of two positive terms, k_f*reactants - k_r*products, or as two reactions`, "negative-propensity")
      : failChannel(channels[channel], `its rate is ${value} (limit ${largestPropensity}); look for a parameter without a value, a division by zero, or a logarithm or root outside its domain`);

  /** Sets how far ahead rates are bounded; whether they can be. */
  const openWindow = (): boolean => {
    while (rateSwitches[nextRateSwitch] <= time) nextRateSwitch += 1;
    const moment = Math.min(segments[segment]?.time ?? Infinity, queue.next, events?.next() ?? Infinity);
    const limit = Math.min(moment, rateSwitches[nextRateSwitch]);
    windowEnd = limit;
    isWhole = false;
    needsWindow = false;
    if (hasWindows && limit > time) {
      if (width === 0) width = firstWidth();
      for (let halvings = 0; ; halvings++) {
        windowEnd = Math.min(limit, time + width);
        from = time + EDGE * time;
        to = Math.max(from, windowEnd - EDGE * windowEnd);
        bounds.setSpan(from, to, program.lookup(time));
        if (!refresh()) return false;
        isWhole = windowEnd < limit;
        if (total < largestPropensity) break;
        if (halvings > MOST_HALVINGS || width < SHORTEST * time) {
          const worst = bounds.high.findIndex((high) => !(high < largestPropensity));
          return failChannel(channels[timedChannels[worst] ?? 0], `its rate has no bound near time ${time}; look for a division by zero, or a logarithm or root outside its domain`, "step-too-small");
        }
        width /= 2;
      }
    }
    const searched = search && windowEnd > time ? search.first(time, windowEnd, program.lookup(time)) : Infinity;
    windowEnd = Math.min(windowEnd, searched);
    isMoment = windowEnd === moment || windowEnd === searched;
    return true;
  };

  /** About one event of what happens now; windows adapt from there. */
  const firstWidth = (): number => {
    program.readStill();
    program.readTimed(time);
    const sum = [...program.still.subarray(0, stillChannels.length), ...program.timed.subarray(0, timedChannels.length)].reduce((rate, one) => rate + one, 0);
    return sum > 0 && sum < largestPropensity ? 1 / sum : 1;
  };

  const change = (channel: TimedChannel, changes: TimedChannel["starts"]): boolean => {
    const short = changes.find(({ state, change: by }) => program.molecules[state] + by < 0);
    if (short) {
      const id = system.states[short.state];
      const isLate = changes !== channel.starts;
      return failChannel(channel, `it would take ${-short.change} of "${id}" of which there are ${program.molecules[short.state]}; ${isLate ? "its reactants were taken by others during its delay: make it consuming" : "its rate must vanish with its reactants"}`, "negative-propensity");
    }
    for (const { state, change: by } of changes) program.molecules[state] += by;
    if (changes.length > 0) stateChanged();
    return true;
  };

  const stateChanged = (): void => {
    isStale = true;
    if (search) needsWindow = true;
  };

  const settle = (): void => {
    if (!events) return;
    const settled = events.settle(time, (before) => writeUpTo(before, true));
    time = settled.time;
    if (settled.failure) fail(settled.failure);
    // What a trigger found may be due later, and what an event changed may move the times of others.
    needsWindow = true;
    if (settled.isChanged) stateChanged();
  };

  const fire = (index: number): void => {
    const channel = channels[index];
    // Read before the reactants go: the formula is of the state in which the channel fires.
    const delay = channel.delayed ? evaluate(channel.delayed.delay, program.lookup(time)) : 0;
    if (!(delay >= 0 && delay < Infinity)) return void failChannel(channel, `its delay is ${delay}; it must be finite and at least 0`);
    if (!change(channel, channel.starts)) return;
    firings[index] += 1;
    fired += 1;
    if (channel.delayed) {
      queue.add(index, time + delay);
      needsWindow = true;
    }
    settle();
  };

  /** What is due at a known moment, parameters first. */
  const meetMoment = (): void => {
    while (segments[segment]?.time <= time) {
      program.parameters.set(segments[segment].parameters);
      segment += 1;
      rateSwitches = switchTimes(switches, program.lookup(time), time, end);
      nextRateSwitch = 0;
      events?.forget();
      stateChanged();
    }
    while (queue.next <= time) {
      const channel = channels[queue.take()];
      if (!change(channel, channel.delayed?.changes ?? [])) return;
    }
    settle();
  };

  /** A candidate's channel; -1 = thinned. */
  const choose = (): number => {
    let target = random.uniform() * total;
    if (target < stillTotal) {
      let last = -1;
      for (let index = 0; index < stillChannels.length; index++) {
        if (program.still[index] === 0) continue;
        last = stillChannels[index];
        target -= program.still[index];
        if (target < 0) break;
      }
      return last;
    }
    target -= stillTotal;
    program.readTimed(Math.min(to, Math.max(from, time)));
    let sum = stillTotal;
    let chosen = -1;
    for (let index = 0; index < timedChannels.length; index++) {
      const value = program.timed[index];
      if (!(value >= 0)) {
        wrongRate(timedChannels[index], value);
        return -1;
      }
      if (value > bounds.high[index] * (1 + BOUND_ROUNDING)) {
        failChannel(channels[timedChannels[index]], `its rate is ${value}, above the bound ${bounds.high[index]} that was worked out for it; please report this with the model`);
        return -1;
      }
      sum += value;
      if (chosen < 0 && target < value) chosen = timedChannels[index];
      target -= value;
    }
    if (chosen < 0) {
      thinned += 1;
      if (2 * sum < total) {
        width /= 2;
        needsWindow = true;
      }
    }
    return chosen;
  };

  const advanceOne = (): void => {
    if (needsWindow && !openWindow()) return;
    // Something is due here and now: nothing else can come before it.
    if (isMoment && windowEnd <= time) {
      needsWindow = true;
      return meetMoment();
    }
    if (isStale && !refresh()) return;
    if (!(total < largestPropensity)) {
      if (!hasWindows) return void fail({ status: "non-finite", time, worst: channels[0]?.id ?? "", hint: `the sum of all rates is ${total} (limit ${largestPropensity})` });
      needsWindow = true;
      return;
    }
    const next = total > 0 ? time + random.exponential() / total : Infinity;
    if (next < windowEnd) {
      writeUpTo(next, false);
      if (status.status !== "paused") return;
      if (fired >= maxEvents) {
        const most = firings.indexOf(Math.max(...firings));
        return void fail({ status: "too-many-steps", time, worst: channels[most].id, hint: `it fired ${firings[most]} times; end earlier, raise maxEvents, or simulate the mean with an ODE method` });
      }
      time = next;
      const chosen = choose();
      if (chosen >= 0) fire(chosen);
      return;
    }
    writeUpTo(windowEnd, false);
    if (status.status !== "paused") return;
    time = windowEnd;
    needsWindow = true;
    if (isMoment) meetMoment();
    else if (isWhole) width *= 2;
  };

  if (status.status === "paused") meetMoment();
  return stepwiseRun({
    id: system.id,
    isCurrent: () => kept.runs === run,
    status: () => status,
    pause: () => void (status = { status: "paused", time }),
    advanceOne,
    path() {
      return {
        status,
        times: times.slice(0, reached),
        molecules: molecules.slice(0, reached * nState),
        outputs: outputs.slice(0, reached * nOutput),
        firings: firings.slice(),
        events: fired,
        thinned,
        waiting: queue.waiting,
      };
    },
  });
}

function checkSegments(id: string, count: number, segments: NonNullable<ThinnedProblem["segments"]>): void {
  let before = 0;
  for (const [index, { time, parameters }] of segments.entries()) {
    if (!(time >= before && time < Infinity)) throw new RangeError(`stochastic solver of "${id}": segment ${index} starts at ${time}; times must be finite, ascending and at least 0`);
    if (parameters.length !== count) throw new RangeError(`stochastic solver of "${id}": segment ${index} has ${parameters.length} parameter values for ${count} parameters`);
    before = time;
  }
}
