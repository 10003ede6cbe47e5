import type { ProgramBuilder } from "../../kernel/builder.ts";
import type { Instance, Target } from "../../kernel/instance.ts";
import type { MemoryLayout } from "../../kernel/layout.ts";
import type { Value } from "../../kernel/program.ts";
import type { OdeSystem } from "../../models/system.ts";
import type { Status } from "../status.ts";
import type { Trajectory } from "../trajectory.ts";
import type { OdeControl } from "./control.ts";
import type { EventState } from "./event-run.ts";
import type { Resolve } from "./linear.ts";
import type { OdeMemory } from "./memory.ts";
import type { AnyOdeMethod, OdeMethod } from "./method.ts";

/** One initial value problem for a compiled system. */
export interface OdeProblem {
  /** Parameter values in the system's order [nParameter]. */
  readonly parameters: Float64Array;
  /** State at the start [nState]. */
  readonly state: Float64Array;
  /** Requested times, ascending, none before the start [nTime]. */
  readonly times: Float64Array;
  /** Default 0. */
  readonly startTime?: number;
  /** Step sizes to take one after another without error control, as `Tape.steps` has them: a replay. Events are found anew, in the same steps. */
  readonly steps?: Float64Array;
  /** Orders of the given steps of a method that has several, as `Tape.orders` has them. */
  readonly orders?: Float64Array;
  /** Overrides the compiled control for this run. */
  readonly control?: Partial<OdeControl>;
  /** Where events stand in a run that this one goes on from. Default: as before any run. */
  readonly events?: EventState;
}

/** The accepted steps of a run, as copies. */
export interface Tape {
  readonly count: number;
  /** Start of each step [count]. */
  readonly times: Float64Array;
  /**
   * Size of each step [count]; `OdeProblem.steps` for a replay. With events, a step that a time known ahead has cut is Infinity, as it goes
   * there in every replay, and one in which the condition of a trigger was found to change, which ends there, is negative.
   */
  readonly steps: Float64Array;
  /** State at the start of each step, row-major [count, nState]. */
  readonly states: Float64Array;
  /** Order of each step [count] of a method that has several; 0 of one of order 1 that begins afresh, from the state and its rate alone. */
  readonly orders?: Float64Array;
}

/** A run that can pause; it is over when its solver begins another. */
export interface OdeRun {
  readonly status: Status;
  /** Attempts up to `steps` further steps. @throws Error when the solver has begun another run. */
  advance(steps: number): Status;
  /** What has been reached so far, as copies. */
  trajectory(): Trajectory;
  /** The accepted steps so far. @throws Error unless the solver was compiled with `record`. */
  tape(): Tape;
}

export interface SolveAsyncOptions {
  /** Ends the run early; the trajectory's status is then "paused". */
  readonly signal?: AbortSignal;
  /** Called between slices of about 50 ms; default: one turn of the event loop. */
  readonly breathe?: () => Promise<void>;
}

/** A system, a method and a control compiled into one program; reused for any number of runs, one at a time. */
export interface OdeSolver {
  readonly system: OdeSystem;
  readonly method: AnyOdeMethod;
  readonly control: OdeControl;
  begin(problem: OdeProblem): OdeRun;
  solve(problem: OdeProblem): Trajectory;
  solveAsync(problem: OdeProblem, options?: SolveAsyncOptions): Promise<Trajectory>;
}

/** The solver of a one-step method, with its program open to whoever weaves more into it. */
export interface WovenSolver extends OdeSolver {
  readonly method: OdeMethod;
  readonly instance: Instance;
  /** Where everything is; addresses are bytes. */
  readonly memory: OdeMemory;
}

/** What `extend` is given to weave more functions into a solver's program. */
export interface ExtendContext {
  readonly program: ProgramBuilder;
  readonly layout: MemoryLayout;
  readonly system: OdeSystem;
  readonly method: OdeMethod;
  readonly memory: OdeMemory;
  readonly errorStates: number;
  /**
   * Resolves `time`, states and parameters when lowering expressions; wrap it to add names of your own.
   *
   * Functions already in the program: `rhs(target: i32, time: f64, state: i32)`;
   * `attempt(t: f64, h: f64): f64`, a step from `memory.state` into `memory.next` and `memory.stages` (with
   * `facts.firstSameAsLast` stage 0 must hold the rate at the state); `interpolate(target: i32, theta: f64, h: f64)` inside that step;
   * `begin(): i32` and `advance(budget: i32): i32`.
   */
  readonly resolve: (time: Value, state: (index: number) => Value) => Resolve;
}

export interface SolverOptions<Method extends AnyOdeMethod = AnyOdeMethod> {
  readonly method: Method;
  /** Default "wasm". */
  readonly target?: Target;
  /** Refuses what has other bits on another engine or machine: trigonometric functions, and methods of packages. Costs nothing. Default false. */
  readonly reproducible?: boolean;
  readonly control?: Partial<OdeControl>;
  /** Keep the tape of accepted steps. Default false. */
  readonly record?: boolean;
  /**
   * Methods that iterate solve their equations until rounding ends it, of states outside the error norm too: derivatives on recorded steps then
   * are those of the steps. Default false.
   */
  readonly exactly?: boolean;
  /** Only the first states enter the error norm. Default all. */
  readonly errorStates?: number;
  /**
   * Every state is an amount: one-step methods refuse steps that make one more negative than the tolerances allow, and trajectories of all
   * methods have none, with the same conserved totals (`takeOutNegatives`). Default false.
   */
  readonly nonNegative?: boolean;
  /** Writes `rhs` in the place of the usual one: same values, and whatever else is wanted of the rates' evaluation. */
  readonly rates?: (context: ExtendContext) => void;
  readonly extend?: (context: ExtendContext) => void;
  /** Calls `keepStages()`, which `extend` has to write, as each step is recorded, with its stages in `memory.stages`. Default false. */
  readonly keepsStages?: boolean;
}
