import { checkProblem } from "./check-problem.ts";
import { evaluateAll } from "../../kernel/evaluate.ts";
import type { Instance } from "../../kernel/instance.ts";
import type { Network } from "../../models/network.ts";
import { runIsOver } from "../run-is-over.ts";
import type { Status } from "../status.ts";
import { beginDraws } from "./draws.ts";
import type { StochasticProgram } from "./method.ts";
import { propensityReader } from "./propensity-value.ts";
import { largestPropensity, rowBytes, stochasticCode } from "./scene.ts";
import type { StochasticScene } from "./scene.ts";
import type { StochasticPath, StochasticProblem, StochasticRun } from "./solver.ts";

/** Events after which a run gives up, in one place. */
export const stochasticDefaults = { maxEvents: 1e9 } as const;

/** A compiled scene with what runs start from. */
export interface RunScene extends StochasticScene {
  readonly network: Network;
  readonly instance: Instance;
  readonly written: StochasticProgram;
  /** Molecules at the start by default [nState]. */
  readonly initial: Float64Array;
}

/** What a solver remembers from run to run. */
export interface StochasticRunMemory {
  /** Counts runs, so that a run knows when it is over. */
  runs: number;
  /** Coefficients of the network's own parameters [nChannel]. */
  coefficients: Float64Array | null;
}

/** Puts a problem into a solver's memory. @throws RangeError naming what does not fit the network. */
export function beginStochasticRun(scene: RunScene, kept: StochasticRunMemory, problem: StochasticProblem): StochasticRun {
  checkProblem(scene, problem);
  const { system, memory, instance, channels } = scene;
  const run = ++kept.runs;
  const { times } = problem;
  const parameters = problem.parameters ?? Float64Array.from(system.parameterValues);
  const coefficients = problem.parameters ? coefficientsOf(scene, parameters) : (kept.coefficients ??= coefficientsOf(scene, parameters));
  instance.release();
  const timesAddress = instance.reserve(8 * Math.max(1, times.length));
  const bytes = rowBytes(scene);
  const outputsAddress = instance.reserve(Math.max(8, times.length * bytes));
  const f = instance.f64;
  const i = instance.i32;
  f.set(times, timesAddress / 8);
  f.set(parameters, memory.parameters / 8);
  f.set(problem.molecules ?? scene.initial, memory.molecules / 8);
  f.fill(0, memory.firings / 8, memory.firings / 8 + channels.length);
  f[memory.time / 8] = 0;
  f[memory.events / 8] = 0;
  f[memory.maxEvents / 8] = problem.maxEvents ?? stochasticDefaults.maxEvents;
  i[memory.timeCount / 4] = times.length;
  i[memory.timesAddress / 4] = timesAddress;
  i[memory.reached / 4] = 0;
  i[memory.outputsAddress / 4] = outputsAddress;
  i[memory.isWrong / 4] = 0;
  beginDraws(instance, memory.draws, problem.seed, problem.index ?? 0);
  scene.written.begin(instance, coefficients);

  let status: Status = times.length === 0 ? { status: "done" } : (brokenCoefficient(scene, coefficients, parameters) ?? { status: "paused", time: 0 });
  const requireCurrent = (): void => {
    if (kept.runs !== run) throw runIsOver(`stochastic solver of "${system.id}"`);
  };
  const timeNow = (): number => instance.f64[memory.time / 8] ?? Number.NaN;
  return {
    get status() {
      return status;
    },
    advance(events) {
      requireCurrent();
      if (!(Number.isInteger(events) && events > 0 && events < 2 ** 31)) throw new RangeError(`advance: events is ${events}; it must be a positive 32-bit integer`);
      if (status.status !== "paused") return status;
      const code = instance.functions["advance"]?.(events);
      if (code === stochasticCode.done) status = { status: "done" };
      else if (code === stochasticCode.paused) status = { status: "paused", time: timeNow() };
      else status = failures[code === stochasticCode.tooManyEvents || code === stochasticCode.usedUp ? code : stochasticCode.wrongPropensity](scene, timeNow());
      return status;
    },
    path(): StochasticPath {
      requireCurrent();
      const reached = instance.i32[memory.reached / 4] ?? 0;
      const [nState, nOutput] = [system.states.length, scene.outputs.length];
      const rows = instance.f64.subarray(outputsAddress / 8, outputsAddress / 8 + (reached * bytes) / 8);
      const molecules = new Float64Array(reached * nState);
      const outputs = new Float64Array(reached * nOutput);
      for (let row = 0; row < reached; row++) {
        const from = row * (nState + nOutput);
        molecules.set(rows.subarray(from, from + nState), row * nState);
        outputs.set(rows.subarray(from + nState, from + nState + nOutput), row * nOutput);
      }
      return {
        status,
        times: times.slice(0, reached),
        molecules,
        outputs,
        firings: instance.f64.slice(memory.firings / 8, memory.firings / 8 + channels.length),
        events: instance.f64[memory.events / 8] ?? 0,
      };
    },
  };
}

function coefficientsOf({ system, channels }: RunScene, parameters: Float64Array): Float64Array {
  const values = new Map(system.parameters.map((id, index) => [id, parameters[index] ?? Number.NaN]));
  return Float64Array.from(evaluateAll(channels.map(({ coefficient }) => coefficient), (name) => values.get(name) ?? Number.NaN));
}

/** The channel that fired most: what keeps a run that does not end busy. */
function tooManyEvents({ channels, instance, memory }: RunScene, time: number): Status {
  const firings = instance.f64.subarray(memory.firings / 8, memory.firings / 8 + channels.length);
  const most = firings.reduce((best, value, index) => (value > (firings[best] ?? 0) ? index : best), 0);
  return { status: "too-many-steps", time, worst: channels[most]?.id ?? "", hint: `it fired ${firings[most]} times; end earlier, raise maxEvents, or simulate the mean with an ODE method` };
}

/** The channel that lacks molecules. */
function usedUp({ channels, instance, memory, system }: RunScene, time: number): Status {
  const channel = channels[instance.i32[memory.usedUpChannel / 4] ?? 0];
  const count = (state: number): number => instance.f64[memory.molecules / 8 + state] ?? Number.NaN;
  const short = channel?.changes.filter(({ state, change }) => count(state) + change < 0).map(({ state }) => `"${system.states[state]}"`) ?? [];
  return { status: "negative-propensity", time, worst: channel?.id ?? "", hint: `its rate is above 0 though ${short.join(" and ")} is used up; the rate must vanish with its reactants` };
}

/** The first channel whose propensity is no finite number at least 0, found by interpretation. */
function wrongPropensity({ channels, instance, memory, system }: RunScene, time: number): Status {
  const f = instance.f64;
  const parameters = f.subarray(memory.parameters / 8, memory.parameters / 8 + system.parameters.length);
  const propensityOf = propensityReader(system, parameters);
  const molecules = f.subarray(memory.molecules / 8, memory.molecules / 8 + system.states.length);
  const values = channels.map((channel) => propensityOf(channel, molecules));
  const found = values.findIndex((value) => !(value >= 0 && value < largestPropensity));
  if (found < 0) {
    const largest = values.reduce((best, value, index) => (value > (values[best] ?? 0) ? index : best), 0);
    return { status: "non-finite", time, worst: channels[largest]?.id ?? "", hint: `the sum of all rates is beyond ${largestPropensity}; the largest is ${values[largest]}` };
  }
  return wrongRate(system, channels[found]?.id ?? "", "rate", values[found] ?? Number.NaN, parameters, time);
}

/** A mass-action channel whose constant is no finite number at least 0: a program that looks only at sums would miss it while its reactants are few. */
function brokenCoefficient({ channels, system }: RunScene, coefficients: Float64Array, parameters: ArrayLike<number>): Status | null {
  const found = channels.findIndex(({ rest }, index) => rest === null && !((coefficients[index] ?? Number.NaN) >= 0 && (coefficients[index] ?? Number.NaN) < largestPropensity));
  return found < 0 ? null : wrongRate(system, channels[found]?.id ?? "", "rate constant", coefficients[found] ?? Number.NaN, parameters, 0);
}

function wrongRate(system: RunScene["system"], worst: string, what: string, value: number, parameters: ArrayLike<number>, time: number): Status {
  if (value < 0) return { status: "negative-propensity", time, worst, hint: `its ${what} is ${value}; write it as a difference of two positive terms, k_f*reactants - k_r*products, or as two reactions` };
  const missing = system.parameters.filter((_, index) => !Number.isFinite(parameters[index]));
  const cause = missing.length > 0 ? `parameter ${missing.join(", ")} has no finite value` : "look for a division by zero, or a logarithm or root outside its domain";
  return { status: "non-finite", time, worst, hint: `its ${what} is ${value} (limit ${largestPropensity}); ${cause}` };
}

const failures = {
  [stochasticCode.tooManyEvents]: tooManyEvents,
  [stochasticCode.usedUp]: usedUp,
  [stochasticCode.wrongPropensity]: wrongPropensity,
} as const;
