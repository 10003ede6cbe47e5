import type { Instance } from "../../kernel/instance.ts";
import type { OdeSystem } from "../../models/system.ts";
import { runIsOver } from "../run-is-over.ts";
import type { Status } from "../status.ts";
import type { Trajectory } from "../trajectory.ts";
import { breakpointTimes } from "./breakpoint.ts";
import { checkProblem } from "./check-problem.ts";
import type { OdeControl } from "./control.ts";
import { resolveControl } from "./control.ts";
import type { Scene } from "./diagnose.ts";
import { diagnose, diagnoseStart } from "./diagnose.ts";
import type { EventRun } from "./event-run.ts";
import { eventRun } from "./event-run.ts";
import { loopCode } from "./loop.ts";
import type { IntegerField } from "./memory.ts";
import { tapeRow } from "./memory.ts";
import type { Position, PositionedRun } from "./position.ts";
import type { Room } from "./run-room.ts";
import { roomKeeper } from "./run-room.ts";
import type { OdeProblem, Tape } from "./solver.ts";
import { SMALLEST_SCALE } from "./controller.ts";
import { growTape } from "./grow-tape.ts";

/** Rows of the tape that the first recorded run reserves. */
const FIRST_TAPE_ROWS = 256;


/** What a solver remembers from run to run. */
export interface RunMemory {
  /** Counts runs, so that a run knows when it is over. */
  runs: number;
}

/** What all runs of one solver share. */
interface Stage extends RunMemory {
  readonly scene: Scene;
  readonly record: boolean;
  readonly roomFor: ReturnType<typeof roomKeeper>;
  /** The program's functions, looked up once. */
  readonly begin: Instance["functions"][string];
  readonly restart: Instance["functions"][string];
  readonly advance: Instance["functions"][string];
}

/**
 * Makes the `begin` of a solver, which puts a problem into its memory and takes it to its start.
 * What begins throws a RangeError naming what does not fit the system.
 */
export function runsOf(scene: Scene, record: boolean): (problem: OdeProblem) => PositionedRun {
  const { functions } = scene.instance;
  const named = (name: string): Instance["functions"][string] => {
    const found = functions[name];
    if (!found) throw new Error(`solver of "${scene.system.id}": its program has no function "${name}"`);
    return found;
  };
  const stage: Stage = { scene, record, runs: 0, roomFor: roomKeeper(scene.instance), begin: named("begin"), restart: named("restart"), advance: named("advance") };
  return (problem) => {
    checkProblem(scene.system, problem);
    checkSteps(scene.system, problem.steps);
    return new ProgramRun(stage, problem, problem.control ? resolveControl(scene.control, problem.control) : scene.control);
  };
}

/** A run inside a solver's program. A class, so that beginning one makes a single object and no functions: small solves take 30 microseconds. */
class ProgramRun implements PositionedRun {
  status: Status;
  readonly #stage: Stage;
  readonly #problem: OdeProblem;
  readonly #control: OdeControl;
  readonly #number: number;
  readonly #room: Room;
  readonly #events: EventRun | null;
  #startEvaluations: number;
  #endedAtEvent: boolean;
  /** Attempts made before steps last began afresh. */
  #attemptsBefore = 0;

  constructor(stage: Stage, problem: OdeProblem, control: OdeControl) {
    const { instance, memory, system, breakpoints: switches, events } = stage.scene;
    const { times, steps, startTime = 0 } = problem;
    const endTime = times.length > 0 ? (times[times.length - 1] ?? startTime) : startTime;
    this.#stage = stage;
    this.#problem = problem;
    this.#control = control;
    this.#number = ++stage.runs;

    const breakpoints = breakpointTimes(system, switches, problem.parameters, startTime, endTime);
    // What the run before needed and a quarter more: fitting runs repeat, and every reserved row has to be cleared.
    const tapeCapacity = stage.record ? Math.max(FIRST_TAPE_ROWS, Math.ceil(1.25 * this.#read("tapeCount"))) : 0;
    const room = stage.roomFor({
      times: times.length,
      states: memory.stateCount,
      steps: steps ? steps.length : 0,
      breakpoints: breakpoints.length,
      tapeBytes: tapeCapacity * tapeRow.bytes(memory.stateCount),
    });
    this.#room = room;
    instance.f64.set(times, room.times / 8);
    if (steps) instance.f64.set(steps, room.steps / 8);
    instance.f64.set(breakpoints, room.breakpoints / 8);
    instance.f64.set(problem.parameters, memory.parameters / 8);
    instance.f64.set(problem.state, memory.state / 8);
    writeControl(stage.scene, control, startTime);
    writeCounts(stage.scene, room, { timeCount: times.length, maxSteps: control.maxSteps, tapeCapacity, stepsCount: steps ? steps.length : 0 });

    this.#events = events ? eventRun({ ...stage.scene, events }, startTime, endTime, problem.events) : null;
    const settled = this.#events?.settle(() => this.#writeOutputs());
    const isStarted = !settled?.failure && (this.#events ? stage.restart() : stage.begin()) === 1;
    this.#startEvaluations = steps ? 1 : 2;
    this.#endedAtEvent = this.#events !== null && !isStarted;
    if (!isStarted) {
      this.status = settled?.failure ?? diagnoseStart(this.#scene(), startTime, this.#events && settled?.isChanged ? this.#events.last() : null);
      instance.i32[memory.integer.reached / 4] = 0;
    } else this.status = this.#read("reached") === times.length ? { status: "done" } : { status: "paused", time: startTime };
  }

  #scene(): Scene {
    return { ...this.#stage.scene, control: this.#control };
  }

  #read(field: IntegerField): number {
    const { instance, memory } = this.#stage.scene;
    return instance.i32[memory.integer[field] / 4] ?? 0;
  }

  #timeNow(): number {
    const { instance, memory } = this.#stage.scene;
    return instance.f64[memory.real.time / 8] ?? NaN;
  }

  #requireCurrent(): void {
    const { runs, scene } = this.#stage;
    if (runs !== this.#number) throw runIsOver(`solver of "${scene.system.id}"`);
  }

  /** Writes the requested times up to where the run stands. */
  #writeOutputs(): void {
    const { instance, memory } = this.#stage.scene;
    const { times } = this.#problem;
    for (let row = this.#read("reached"); row < times.length && (times[row] ?? Infinity) <= this.#timeNow(); row++) {
      instance.f64.copyWithin(this.#room.outputs / 8 + row * memory.stateCount, memory.state / 8, memory.state / 8 + memory.stateCount);
      instance.i32[memory.integer.reached / 4] = row + 1;
    }
  }

  /** Does what is due where the loop halted, and goes on from there; the status says when that fails. */
  #passEvents(events: EventRun): Status | null {
    const { instance, memory } = this.#stage.scene;
    const reached = this.#read("reached");
    const { isChanged, failure } = events.settle(() => this.#writeOutputs());
    this.#endedAtEvent = failure !== undefined;
    if (failure) return failure;
    if (!isChanged) {
      // The state goes on smoothly; only the rate that a step begins with has to be taken anew.
      instance.functions["rhs"]?.(memory.stages, this.#timeNow(), memory.state);
      this.#startEvaluations += 1;
      return null;
    }
    instance.f64[memory.real.previousPower / 8] = 1;
    instance.i32[memory.integer.refused / 4] = 0;
    this.#startEvaluations += this.#problem.steps ? 1 : 2;
    this.#attemptsBefore = this.#read("accepted") + this.#read("rejected");
    if (this.#stage.restart() === 1) return null;
    this.#endedAtEvent = true;
    // What an event left in ruins is no result.
    instance.i32[memory.integer.reached / 4] = reached;
    return diagnoseStart(this.#scene(), this.#timeNow(), events.last());
  }

  advance(steps: number): Status {
    this.#requireCurrent();
    if (!(Number.isInteger(steps) && steps > 0)) throw new RangeError(`advance: steps is ${steps}; it must be a positive integer`);
    if (this.status.status !== "paused") return this.status;
    this.status = this.#advance(steps);
    return this.status;
  }

  #advance(steps: number): Status {
    let left = steps;
    for (;;) {
      const before = this.#read("accepted") + this.#read("rejected");
      const code = this.#stage.advance(Math.min(left, 2 ** 31 - 1));
      if (code === loopCode.done) return { status: "done" };
      left -= this.#read("accepted") + this.#read("rejected") - before;
      if (code === loopCode.eventFound && this.#events) {
        // What is due after the last requested time is no part of the run.
        if (this.#read("reached") === this.#problem.times.length) return { status: "done" };
        const failure = this.#passEvents(this.#events);
        if (failure) return failure;
        if (left > 0) continue;
        return { status: "paused", time: this.#timeNow() };
      }
      if (code === loopCode.paused) return { status: "paused", time: this.#timeNow() };
      if (code !== loopCode.tapeFull) return diagnose(this.#scene(), code);
      if (!growTape(this.#stage.scene.instance, this.#stage.scene.memory.integer, tapeRow.bytes(this.#stage.scene.memory.stateCount))) {
        return { status: "out-of-memory", time: this.#timeNow(), worst: "", hint: `the record of ${this.#read("tapeCount")} steps does not fit; loosen rtol or end earlier` };
      }
    }
  }

  trajectory(): Trajectory {
    this.#requireCurrent();
    const { instance, memory, method, system } = this.#stage.scene;
    const { facts } = method;
    const { times, state } = this.#problem;
    const reached = this.#read("reached");
    const size = memory.stateCount;
    const { outputs, final } = this.#room;
    const numbers = reached * size;
    // One block for all, copied at once: making a typed array beyond some 60 bytes takes over a microsecond, whatever its length.
    const { f64 } = instance;
    if (reached > 0) f64.copyWithin(final / 8, outputs / 8 + numbers - size, outputs / 8 + numbers);
    else f64.set(state, final / 8);
    const { buffer } = reached === times.length ? new Float64Array(f64.subarray(outputs / 8, final / 8 + size + reached)) : this.#joined(numbers, reached);
    const [accepted, rejected] = [this.#read("accepted"), this.#read("rejected")];
    const attempts = accepted + rejected;
    return {
      status: this.status,
      times: new Float64Array(buffer, 8 * (numbers + size), reached),
      states: system.states,
      values: new Float64Array(buffer, 0, numbers),
      final: new Float64Array(buffer, 8 * numbers, size),
      statistics: {
        accepted,
        rejected,
        rhsEvaluations: this.#startEvaluations + attempts * facts.rhsPerStep,
        jacobianEvaluations: attempts * facts.factorizationsPerStep,
        factorizations: attempts * facts.factorizationsPerStep,
      },
    };
  }

  /** What a run that broke off reached: its outputs, its last state and the times, which stand apart in memory. */
  #joined(numbers: number, reached: number): Float64Array<ArrayBuffer> {
    const { instance, memory } = this.#stage.scene;
    const { outputs, final } = this.#room;
    const all = new Float64Array(numbers + memory.stateCount + reached);
    all.set(instance.f64.subarray(outputs / 8, outputs / 8 + numbers));
    all.set(instance.f64.subarray(final / 8, final / 8 + memory.stateCount + reached), numbers);
    return all;
  }

  position(): Position {
    this.#requireCurrent();
    const { instance, memory } = this.#stage.scene;
    return {
      time: this.#timeNow(),
      step: instance.f64[memory.real.step / 8] ?? NaN,
      state: instance.f64.slice(memory.state / 8, memory.state / 8 + memory.stateCount),
      events: this.#events?.state() ?? null,
      sinceStart: this.#read("accepted") + this.#read("rejected") - this.#attemptsBefore,
      endedAtEvent: this.#endedAtEvent,
    };
  }

  tape(): Tape {
    this.#requireCurrent();
    const { instance, memory, system } = this.#stage.scene;
    if (!this.#stage.record) throw new Error(`solver of "${system.id}": steps are kept only when it is compiled with record: true`);
    const size = memory.stateCount;
    const count = this.#read("tapeCount");
    const stride = tapeRow.bytes(size) / 8;
    const first = this.#read("tapeAddress") / 8;
    const rows = instance.f64.subarray(first, first + count * stride);
    const states = new Float64Array(count * size);
    for (let row = 0; row < count; row++) states.set(rows.subarray(row * stride + 2, (row + 1) * stride), row * size);
    const column = (offset: number): Float64Array => Float64Array.from({ length: count }, (_, row) => rows[row * stride + offset] ?? NaN);
    return { count, times: column(tapeRow.time / 8), steps: column(tapeRow.step / 8), states };
  }
}

/** Field by field: this happens once a solve, and a loop over names would cost more than a small one. */
function writeControl({ instance: { f64 }, memory: { real } }: Scene, control: OdeControl, startTime: number): void {
  f64[real.time / 8] = startTime;
  f64[real.step / 8] = 0;
  f64[real.attempted / 8] = 0;
  f64[real.previousPower / 8] = 1;
  f64[real.rtol / 8] = control.rtol;
  // A state that stays 0 would have no scale at all.
  f64[real.atol / 8] = Math.max(control.atol, SMALLEST_SCALE);
  f64[real.safety / 8] = control.safety;
  f64[real.grow / 8] = control.grow;
  f64[real.shrink / 8] = control.shrink;
  f64[real.retreat / 8] = control.retreat;
}

function writeCounts({ instance: { i32 }, memory: { integer } }: Scene, room: Room, counts: { readonly timeCount: number; readonly maxSteps: number; readonly tapeCapacity: number; readonly stepsCount: number }): void {
  i32[integer.timeCount / 4] = counts.timeCount;
  i32[integer.timesAddress / 4] = room.times;
  i32[integer.reached / 4] = 0;
  i32[integer.outputsAddress / 4] = room.outputs;
  i32[integer.accepted / 4] = 0;
  i32[integer.rejected / 4] = 0;
  i32[integer.maxSteps / 4] = counts.maxSteps;
  i32[integer.refused / 4] = 0;
  i32[integer.tapeAddress / 4] = room.tape;
  i32[integer.tapeCapacity / 4] = counts.tapeCapacity;
  i32[integer.tapeCount / 4] = 0;
  i32[integer.stepsAddress / 4] = room.steps;
  i32[integer.stepsCount / 4] = counts.stepsCount;
  i32[integer.breakpointAddress / 4] = room.breakpoints;
  i32[integer.firstBreakpoint / 4] = room.breakpoints;
}

/** Refuses given steps that cannot be taken. @throws RangeError naming the first. */
function checkSteps(system: OdeSystem, steps: Float64Array | undefined): void {
  if (!steps) return;
  const refuse = (message: string): never => {
    throw new RangeError(`solver of "${system.id}": ${message}`);
  };
  // With events signs and infinities say what happened in a step.
  const wrong = steps.findIndex(system.events ? (step) => !(step !== 0 && !Number.isNaN(step)) : (step) => !(step > 0 && step < Infinity));
  if (wrong >= 0) refuse(`given step ${wrong} is ${steps[wrong]}; steps must be ${system.events ? "as a record has them" : "finite and above 0"}`);
  if (steps.length === 0) refuse("no steps are given; leave `steps` out for error control");
}
