import { checkProblem } from "./check-problem.ts";
import { evaluateAll } from "../../kernel/evaluate.ts";
import type { Target } from "../../kernel/instance.ts";
import type { NetworkProblem } from "../../models/check.ts";
import type { Network } from "../../models/network.ts";
import { stream } from "../../numerics/random.ts";
import type { Status } from "../status.ts";
import { inMolecules, statesReadBy } from "./channel.ts";
import { readCondition } from "./condition.ts";
import type { Condition } from "./condition.ts";
import { compilePropensities } from "./compiled-propensities.ts";
import type { CompiledPropensities } from "./compiled-propensities.ts";
import { leapDefaults } from "./leap-method.ts";
import type { LeapControl, LeapFailure, LeapMethod, LeapScene, LeapStepper, LeapTally } from "./leap-method.ts";
import { outputsOf } from "./output.ts";
import { pathSolver } from "./path-solver.ts";
import type { PathSolver } from "./path-solver.ts";
import type { StochasticPath, StochasticProblem, StochasticRun } from "./solver.ts";
import { stepwiseRun } from "./stepwise-run.ts";
import type { StochasticModel, StochasticModelOptions } from "./stochastic-model.ts";
import { stochasticModel } from "./stochastic-model.ts";

export interface LeapOptions extends StochasticModelOptions {
  readonly method: LeapMethod;
  readonly control?: Partial<LeapControl>;
  /** What species are recorded as, and what they stand for in `watch`. Default "concentrations". */
  readonly record?: "concentrations" | "molecules";
  /** Conditions whose first time is noted in every run, such as `X >= 20`, linear in the species that reactions change. Default none. */
  readonly watch?: readonly string[];
  readonly target?: Target;
}

/** One run; `maxEvents` counts steps, leaps and exact events alike. */
export interface LeapProblem extends StochasticProblem {
  /** Ends the run at the first step after which it holds; the molecules [nState] must not be kept. */
  readonly until?: (molecules: Float64Array, time: number) => boolean;
}

/** A sampled path, and what it cost; `events` is the number of firings that leaps and exact events stand for. */
export interface LeapPath extends StochasticPath, Readonly<Omit<LeapTally, "failure">> {
  /** When `until` first held; null where it did not. */
  readonly stoppedAt: number | null;
  /** When each condition of `watch` first held: to the event with exact events, else to the end of the leap; Infinity where it did not [nWatch]. */
  readonly passages: Float64Array;
}

export interface LeapRun extends StochasticRun {
  path(): LeapPath;
}

/** A network and a leap method, reused for any number of runs, one at a time. */
export interface LeapSolver extends PathSolver<LeapMethod, LeapProblem, LeapRun> {
  readonly control: LeapControl;
}

export type LeapSolverResult = { readonly solver: LeapSolver; readonly problems?: undefined } | { readonly problems: readonly NetworkProblem[]; readonly solver?: undefined };

/** Compiles a network for an approximate stochastic method. @status problems: those of `stochasticModel`, and controls that are impossible. */
export async function compileLeap(network: Network, options: LeapOptions): Promise<LeapSolverResult> {
  const { method, record = "concentrations" } = options;
  const control: LeapControl = { ...leapDefaults, step: null, ...options.control };
  const problems = Object.entries(control).flatMap(([name, value]): NetworkProblem[] =>
    value === null || (value >= 0 && (value > 0 || !mustBePositive.has(name))) ? [] : [{ where: `option:${name}`, message: `${name} is ${value}; it must be ${mustBePositive.has(name) ? "above" : "at least"} 0` }],
  );
  const found = stochasticModel(network, options);
  if (found.problems) return { problems: [...problems, ...found.problems] };
  const { model } = found;
  const read = (options.watch ?? []).map((text) => readCondition(text, model.system, record === "molecules" ? model.system.states.map(() => 1) : scalesOf(model)));
  problems.push(...read.flatMap((one) => one.problems ?? []));
  if (problems.length > 0) return { problems };
  const { system, channels, perAmount, resolver } = model;
  const outputs = outputsOf(network, system, perAmount, record);
  const toMolecules = inMolecules(network, system, perAmount, resolver);
  const propensities = await compilePropensities(system, channels, {
    outputs: outputs.map(({ expression }) => toMolecules(expression)),
    derivatives: method.needsDerivatives || channels.some(({ rest }) => rest !== null),
    ...(options.target && { target: options.target }),
  });
  const scene: LeapScene = {
    channels,
    reads: statesReadBy(channels, system),
    propensities,
    firings: new Float64Array(channels.length),
    control,
    tally: { ...noTally },
    random: stream(0n, "ssa", 0),
  };
  const shared = { model, scene, stepper: method.prepare(scene), watch: read.flatMap(({ condition }) => condition ?? []) };
  const kept = { runs: 0 };
  return { solver: { ...pathSolver({ network, method, model, outputs }, (asked: LeapProblem): LeapRun => beginLeapRun(shared, kept, asked)), control } };
}

const mustBePositive: ReadonlySet<string> = new Set(["epsilon", "step", "exactEvents", "exactEventsAfterImplicit", "maxSteps"]);

/** Molecules that one unit of each state's symbol stands for [nState], as numbers. */
function scalesOf({ scales, system }: StochasticModel): number[] {
  const values = new Map(system.parameters.map((id, index) => [id, system.parameterValues[index]]));
  return [...evaluateAll(scales, (name) => values.get(name) ?? Number.NaN)];
}

interface Shared {
  readonly watch: readonly Condition[];
  readonly model: StochasticModel;
  readonly scene: LeapScene;
  readonly stepper: LeapStepper;
}

const noTally: LeapTally = { leaps: 0, implicitLeaps: 0, exactEvents: 0, rejected: 0, failure: null };

function beginLeapRun({ model, scene, stepper, watch }: Shared, kept: { runs: number }, problem: LeapProblem): LeapRun {
  checkProblem(model, problem);
  const { system, channels } = model;
  const { times, until } = problem;
  const run = ++kept.runs;
  const { propensities, firings, tally } = scene;
  Object.assign(tally, noTally);
  firings.fill(0);
  scene.random = stream(problem.seed, "ssa", problem.index ?? 0);
  propensities.setParameters(problem.parameters ?? system.parameterValues);
  propensities.molecules.set(problem.molecules ?? model.initial);
  stepper.reset();
  const maxSteps = problem.maxEvents ?? scene.control.maxSteps;
  const [nState, nOutput] = [system.states.length, propensities.outputs.length];
  const molecules = new Float64Array(times.length * nState);
  const outputs = new Float64Array(times.length * nOutput);
  let [time, reached, steps] = [0, 0, 0];
  const passages = new Float64Array(watch.length).fill(Infinity);
  let stoppedAt: number | null = null;
  let status: Status = times.length === 0 ? { status: "done" } : { status: "paused", time: 0 };
  const recordDue = (): void => {
    while (reached < times.length && times[reached] <= time) {
      propensities.record(times[reached]);
      molecules.set(propensities.molecules, reached * nState);
      outputs.set(propensities.outputs, reached * nOutput);
      reached += 1;
    }
  };
  const advanceOne = (): void => {
    for (let index = 0; index < passages.length; index++) if (passages[index] === Infinity && watch[index].holds(propensities.molecules)) passages[index] = time;
    if (stoppedAt === null && until?.(propensities.molecules, time)) stoppedAt = time;
    recordDue();
    if (reached === times.length || stoppedAt !== null) status = { status: "done" };
    else if (steps >= maxSteps) status = { status: "too-many-steps", time, worst: mostFired(channels, firings), hint: `${steps} steps without reaching time ${times[times.length - 1]}; raise maxEvents, or take a larger epsilon` };
    else {
      const horizon = times[reached] - time;
      const passed = stepper.step(horizon);
      steps += 1;
      time = passed >= horizon ? times[reached] : time + passed;
      if (tally.failure) status = failed(model, propensities, tally.failure, time);
    }
  };
  return stepwiseRun({
    id: system.id,
    isCurrent: () => kept.runs === run,
    status: () => status,
    pause: () => void (status = { status: "paused", time }),
    advanceOne,
    path() {
      const { failure: _, ...cost } = tally;
      return {
        status,
        times: times.slice(0, reached),
        molecules: molecules.slice(0, reached * nState),
        outputs: outputs.slice(0, reached * nOutput),
        firings: firings.slice(),
        events: firings.reduce((sum, one) => sum + one, 0),
        ...cost,
        stoppedAt,
        passages: passages.slice(),
      };
    },
  });
}

const mostFired = (channels: StochasticModel["channels"], firings: Float64Array): string => channels[firings.indexOf(Math.max(...firings))]?.id ?? "";

function failed({ channels, system }: StochasticModel, { values, molecules }: CompiledPropensities, { kind, channel }: LeapFailure, time: number): Status {
  const worst = channels[channel]?.id ?? "";
  const value = values[channel];
  if (kind === "used up") {
    const short = channels[channel].changes.find(({ state, change }) => molecules[state] + change < 0);
    const id = system.states[short?.state ?? -1];
    return { status: "negative-propensity", time, worst, hint: `it would take more of "${id}" than the ${molecules[short?.state ?? -1]} there are; its rate must vanish with its reactants` };
  }
  if (kind === "step too small") return { status: "step-too-small", time, worst, hint: "it goes on although a reactant is used up; its rate must vanish with its reactants" };
  if (value < 0) return { status: "negative-propensity", time, worst, hint: `its rate is ${value}; write it as a difference of two positive terms, k_f*reactants - k_r*products, or as two reactions` };
  return { status: "non-finite", time, worst, hint: `its rate is ${value}; look for a parameter without a value, a division by zero, or a logarithm or root outside its domain` };
}
