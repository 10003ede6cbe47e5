import { instantiate } from "../../kernel/instantiate.ts";
import type { Target } from "../../kernel/instance.ts";
import type { LaneType } from "../../kernel/program.ts";
import { withOwnFunctions } from "../../kernel/reproducible.ts";
import type { OdeSystem } from "../../models/system.ts";
import { compileSolver } from "../compile.ts";
import { breakpointsOf } from "../ode/breakpoint.ts";
import type { OdeControl } from "../ode/control.ts";
import { resolveControl } from "../ode/control.ts";
import type { Scene } from "../ode/diagnose.ts";
import { eventPlan, refuseEvents } from "../ode/event.ts";
import type { AnyOdeMethod } from "../ode/method.ts";
import { isOneStep } from "../ode/method.ts";
import { pace } from "../ode/pace.ts";
import type { BlockEngine, BlockRun } from "./block.ts";
import { laneEngine } from "./block.ts";
import { singleEngine } from "./one-by-one.ts";
import type { EnsembleProblem, EnsembleResult } from "./problem.ts";
import { lanePlan } from "./program.ts";
import { laneShare, singleShare } from "./share.ts";
import type { EnsembleShare } from "./share.ts";

/** How runs share the processor's vectors: one after another in f64, two at once in f64, four at once in f32. */
export type Lanes = LaneType | "f64";

export interface EnsembleOptions {
  readonly method: AnyOdeMethod;
  /**
   * Default "f64x2" for one-step methods, whose runs then have the bits they have alone; "f64", one run after another in the solver of a
   * single run, for the others and for systems with events that have to be looked for along the path. Events at times known ahead, such as
   * doses, happen in lanes of f64 too.
   */
  readonly lanes?: Lanes;
  /** Default "wasm". */
  readonly target?: Target;
  readonly control?: Partial<OdeControl>;
  /** Refuses what has other bits on another engine: trigonometric functions. Default false. */
  readonly reproducible?: boolean;
  /** Only the first states enter the error norm. Default all. */
  readonly errorStates?: number;
}

/** Progress is told between slices of about 50 ms. */
export interface EnsembleRunOptions {
  /** Runs begun or done, of how many. */
  readonly progress?: (begun: number, runs: number) => void;
}

export interface EnsembleAsyncOptions extends EnsembleRunOptions {
  /** Ends the ensemble early; runs not done by then are "paused". */
  readonly signal?: AbortSignal;
  /** Called between slices; default: one turn of the event loop. */
  readonly breathe?: () => Promise<void>;
}

/** An ensemble under way; it is over when its solver begins another. */
export interface EnsembleRun {
  /** Runs begun or done. */
  readonly begun: number;
  readonly runs: number;
  /** Attempts up to `steps` further steps in every lane; whether all runs are done. */
  advance(steps: number): boolean;
  /** What has been done so far, as copies. */
  result(): EnsembleResult;
}

/** An ensemble that nobody but its solver knows. */
export interface OwnedEnsembleRun extends EnsembleRun {
  /** What has been done so far, without a copy; the ensemble is over then. */
  take(): EnsembleResult;
}

/** A system, a method and a control compiled for many runs. */
export interface EnsembleSolver {
  readonly system: OdeSystem;
  readonly method: AnyOdeMethod;
  /** How its runs are done, chosen or by default. */
  readonly lanes: Lanes;
  readonly control: OdeControl;
  begin(problem: EnsembleProblem): EnsembleRun;
  run(problem: EnsembleProblem, options?: EnsembleRunOptions): EnsembleResult;
  runAsync(problem: EnsembleProblem, options?: EnsembleAsyncOptions): Promise<EnsembleResult>;
  /** What another thread needs to do blocks of these runs. */
  readonly share: EnsembleShare;
}

/** f32 resolves no more than this: 80 units in the last place. */
const SMALLEST_SINGLE_RTOL = 1e-5;
const SMALLEST_BLOCK = 64;

/**
 * Compiles a system and a method for many runs at once, each with its own parameters, initial state, step size and controller.
 *
 * With "f64x2" every run has, to the bit, the steps and values that `compileSolver` gives it alone; with "f32x4" steps are taken
 * in f32 (times, first steps and interpolation stay f64), which serves tolerances down to 1e-5 and states and rates between 1e-38
 * and 1e38. No run depends on its neighbours, its order, or whether one of them fails. Events at times
 * known ahead halt the run in its lane; systems with others run one by one ("f64").
 *
 * @throws Error when lanes are asked of a method with a loop of its own, of a system with events that lanes do not follow, or of rates that lanes cannot compute; RangeError when the control is impossible.
 */
export async function compileEnsemble(system: OdeSystem, options: EnsembleOptions): Promise<EnsembleSolver> {
  const { method } = options;
  const lanes = options.lanes ?? (isOneStep(method) && (eventPlan(system)?.watched ?? []).length === 0 ? "f64x2" : "f64");
  const { control, share, engine } = lanes === "f64" ? await inSingles(system, options) : await inLanes(system, options, lanes);
  let generation = 0;
  const begin = (problem: EnsembleProblem): OwnedEnsembleRun => {
    const own = ++generation;
    return beginEnsemble(share, engine, problem, () => {
      if (own !== generation) throw new Error(`ensemble of "${system.id}": this ensemble is over because another one began; read it before, or compile a second solver`);
    });
  };
  return { system, method, lanes, control, share, begin, ...driven(begin) };
}

/** What ensembles of a system run in. */
interface Compiled {
  readonly control: OdeControl;
  readonly share: EnsembleShare;
  readonly engine: BlockEngine;
}

async function inSingles(system: OdeSystem, { method, target, control, reproducible, errorStates }: EnsembleOptions): Promise<Compiled> {
  const options = { ...(target && { target }), ...(control && { control }), ...(reproducible !== undefined && { reproducible }), ...(errorStates !== undefined && { errorStates }) };
  const solver = await compileSolver(system, { method, ...options });
  return { control: solver.control, share: singleShare({ system, method, options }), engine: singleEngine(solver) };
}

async function inLanes(system: OdeSystem, options: EnsembleOptions, lanes: LaneType): Promise<Compiled> {
  const { method, target = "wasm", reproducible = false, errorStates = system.states.length } = options;
  if (!isOneStep(method)) throw new Error(`ensemble of "${system.id}": method "${method.facts.id}" has a loop of its own and takes no lanes; choose a one-step method, or lanes "f64"`);
  const eventsAhead = eventPlan(system);
  if (eventsAhead && (lanes !== "f64x2" || eventsAhead.watched.length > 0)) refuseEvents(system, `lanes "${lanes}"`, `choose lanes "f64", or leave lanes out`);
  const control = resolveControl(options.control);
  if (!(Number.isInteger(errorStates) && errorStates >= 0 && errorStates <= system.states.length)) {
    throw new RangeError(`ensemble of "${system.id}": errorStates is ${errorStates}; the system has ${system.states.length} states`);
  }
  if (lanes === "f32x4" && control.rtol < SMALLEST_SINGLE_RTOL) {
    throw new RangeError(`control: rtol is ${control.rtol}; f32 resolves ${SMALLEST_SINGLE_RTOL} at best: loosen it, or choose lanes "f64x2"`);
  }
  const breakpoints = breakpointsOf(system, errorStates);
  const { plan: written, memory } = lanePlan(system, method, lanes, errorStates, breakpoints.times.length + breakpoints.periodic.length > 0, eventsAhead);
  const plan = { ...written, program: withOwnFunctions(written.program, reproducible) };
  const instance = await instantiate(plan.program, target);
  const scene: Scene = { system, method, memory, instance, control, errorStates, breakpoints, events: null };
  return { control, share: laneShare(scene, plan, lanes), engine: laneEngine(instance, plan, control) };
}

/** Blocks one after another in one engine. */
function beginEnsemble(share: EnsembleShare, engine: BlockEngine, problem: EnsembleProblem, requireCurrent: () => void): OwnedEnsembleRun {
  const ensemble = share.check(problem);
  const { runs } = ensemble;
  const rows = Math.max(SMALLEST_BLOCK, engine.most(ensemble.times.length));
  const gathered = share.gather(ensemble, false);
  let from = 0;
  let size = 0;
  let under: BlockRun | null = null;
  const collect = (): void => {
    if (!under) return;
    requireCurrent();
    gathered.fail(under.collect(gathered.tables, from));
  };
  return {
    runs,
    get begun() {
      return from + (under?.begun ?? 0);
    },
    advance(steps) {
      requireCurrent();
      if (!(Number.isInteger(steps) && steps > 0)) throw new RangeError(`advance: steps is ${steps}; it must be a positive integer`);
      for (let left = Math.min(steps, 2 ** 31 - 1); from < runs; ) {
        size = Math.min(rows, runs - from);
        under ??= engine.begin(share.block(ensemble, from, from + size));
        left = under.advance(left);
        if (!under.isDone) return false;
        collect();
        from += size;
        under = null;
        if (left <= 0) break;
      }
      return from >= runs;
    },
    result() {
      collect();
      return gathered.copy();
    },
    take() {
      collect();
      return gathered.take();
    },
  };
}

/** Runs to the end in slices of about 50 ms. */
function driven(begin: (problem: EnsembleProblem) => OwnedEnsembleRun): Pick<EnsembleSolver, "run" | "runAsync"> {
  const speed = pace();
  const slice = (run: EnsembleRun): boolean => {
    const before = performance.now();
    const isDone = run.advance(speed.budget);
    if (!isDone) speed.measure(performance.now() - before);
    return isDone;
  };
  return {
    run(problem, { progress } = {}) {
      const run = begin(problem);
      while (!slice(run)) progress?.(run.begun, run.runs);
      return run.take();
    },
    async runAsync(problem, { progress, signal, breathe = () => new Promise<void>((resolve) => setTimeout(resolve, 0)) } = {}) {
      const run = begin(problem);
      for (;;) {
        if (signal?.aborted === true || slice(run)) break;
        progress?.(run.begun, run.runs);
        await breathe();
      }
      return run.take();
    },
  };
}
