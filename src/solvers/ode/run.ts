import type { OdeSystem } from "../../models/system.ts";
import type { Status } from "../status.ts";
import type { Trajectory } from "../trajectory.ts";
import { breakpointTimes } from "./breakpoint.ts";
import { checkProblem } from "./check-problem.ts";
import { resolveControl } from "./control.ts";
import type { Scene } from "./diagnose.ts";
import { diagnose, diagnoseStart } from "./diagnose.ts";
import { eventRun } from "./event-run.ts";
import { loopCode } from "./loop.ts";
import type { IntegerField } from "./memory.ts";
import { tapeRow } from "./memory.ts";
import type { OdeProblem, OdeRun, Tape } from "./solver.ts";

/** Rows of the tape that the first recorded run reserves. */
const FIRST_TAPE_ROWS = 256;

/** Error scales are at least this: far below any error, but 0 / 0 is avoided where a state is 0 and atol is 0. */
const SMALLEST_SCALE = 1e-290;

/** What a solver remembers from run to run. */
export interface RunMemory {
  /** Counts runs, so that a run knows when it is over. */
  runs: number;
}

/** Puts a problem into a solver's memory and takes it to its start. @throws RangeError naming what does not fit the system. */
export function beginRun(compiled: Scene, kept: RunMemory, record: boolean, problem: OdeProblem): OdeRun {
  checkProblem(compiled.system, problem);
  checkSteps(compiled.system, problem.steps);
  const control = problem.control ? resolveControl(compiled.control, problem.control) : compiled.control;
  const scene = problem.control ? { ...compiled, control } : compiled;
  const { instance, memory, method, system } = scene;
  const { real, integer } = memory;
  const size = memory.stateCount;
  const run = ++kept.runs;

  // What the run before needed and a quarter more: fitting runs repeat, and every reserved row has to be cleared.
  const tapeCapacity = record ? Math.max(FIRST_TAPE_ROWS, Math.ceil(1.25 * (instance.i32[integer.tapeCount / 4] ?? 0))) : 0;
  instance.release();
  const startTime = problem.startTime ?? 0;
  const timesAddress = instance.reserve(8 * Math.max(1, problem.times.length));
  const outputsAddress = instance.reserve(8 * Math.max(1, problem.times.length * size));
  const stepsAddress = problem.steps ? instance.reserve(8 * Math.max(1, problem.steps.length)) : 0;
  const breakpoints = breakpointTimes(system, scene.breakpoints, problem.parameters, startTime, problem.times.at(-1) ?? startTime);
  const breakpointAddress = instance.reserve(8 * breakpoints.length);
  const rowBytes = tapeRow.bytes(size);
  const tapeAddress = record ? instance.reserve(tapeCapacity * rowBytes) : 0;

  const f = instance.f64;
  const i = instance.i32;
  f.set(problem.times, timesAddress / 8);
  if (problem.steps) f.set(problem.steps, stepsAddress / 8);
  f.set(breakpoints, breakpointAddress / 8);
  f.set(problem.parameters, memory.parameters / 8);
  f.set(problem.state, memory.state / 8);
  // Written out: this runs once per solve, and a loop over names costs more than a small solve.
  f[real.time / 8] = startTime;
  f[real.step / 8] = 0;
  f[real.attempted / 8] = 0;
  f[real.previousPower / 8] = 1;
  f[real.rtol / 8] = control.rtol;
  // A state that stays 0 would have no scale at all.
  f[real.atol / 8] = Math.max(control.atol, SMALLEST_SCALE);
  f[real.safety / 8] = control.safety;
  f[real.grow / 8] = control.grow;
  f[real.shrink / 8] = control.shrink;
  f[real.retreat / 8] = control.retreat;
  i[integer.timeCount / 4] = problem.times.length;
  i[integer.timesAddress / 4] = timesAddress;
  i[integer.reached / 4] = 0;
  i[integer.outputsAddress / 4] = outputsAddress;
  i[integer.accepted / 4] = 0;
  i[integer.rejected / 4] = 0;
  i[integer.maxSteps / 4] = control.maxSteps;
  i[integer.refused / 4] = 0;
  i[integer.tapeAddress / 4] = tapeAddress;
  i[integer.tapeCapacity / 4] = tapeCapacity;
  i[integer.tapeCount / 4] = 0;
  i[integer.stepsAddress / 4] = stepsAddress;
  i[integer.stepsCount / 4] = problem.steps?.length ?? 0;
  i[integer.breakpointAddress / 4] = breakpointAddress;

  const read = (name: IntegerField): number => instance.i32[integer[name] / 4] ?? 0;
  const events = scene.events ? eventRun({ ...scene, events: scene.events }, startTime, problem.times.at(-1) ?? startTime) : null;
  const timeNow = (): number => instance.f64[real.time / 8] ?? NaN;
  /** Writes the requested times up to where the run stands. */
  const writeOutputs = (): void => {
    for (let row = read("reached"); row < problem.times.length && (problem.times[row] ?? Infinity) <= timeNow(); row++) {
      instance.f64.copyWithin(outputsAddress / 8 + row * size, memory.state / 8, memory.state / 8 + size);
      instance.i32[integer.reached / 4] = row + 1;
    }
  };
  const settled = events?.settle(writeOutputs);
  const started = !settled?.failure && instance.functions[events ? "restart" : "begin"]?.() === 1;
  let startEvaluations = problem.steps ? 1 : 2;
  let status: Status = started ? { status: "paused", time: startTime } : (settled?.failure ?? diagnoseStart(scene, startTime, events && settled?.isChanged ? events.last() : null));
  if (!started) i[integer.reached / 4] = 0;
  if (started && read("reached") === problem.times.length) status = { status: "done" };
  /** Does what is due where the loop halted, and goes on from there; the status says when that fails. */
  const passEvents = (): Status | null => {
    if (!events) return null;
    const reached = read("reached");
    const { isChanged, failure } = events.settle(writeOutputs);
    if (failure) return failure;
    if (!isChanged) {
      // The state goes on smoothly; only the rate that a step begins with has to be taken anew.
      instance.functions["rhs"]?.(memory.stages, timeNow(), memory.state);
      startEvaluations += 1;
      return null;
    }
    instance.f64[real.previousPower / 8] = 1;
    instance.i32[integer.refused / 4] = 0;
    startEvaluations += 2;
    if (instance.functions["restart"]?.() === 1) return null;
    // What an event left in ruins is no result.
    instance.i32[integer.reached / 4] = reached;
    return diagnoseStart(scene, timeNow(), events.last());
  };

  const requireCurrent = (): void => {
    if (kept.runs !== run) throw new Error(`solver of "${system.id}": this run is over because another one began; read it before, or compile a second solver`);
  };
  /** Doubles the tape; the old one stays where it is until the next run. */
  const growTape = (): boolean => {
    const [capacity, address, count] = [2 * read("tapeCapacity"), read("tapeAddress"), read("tapeCount")];
    try {
      const larger = instance.reserve(capacity * rowBytes);
      instance.f64.copyWithin(larger / 8, address / 8, (address + count * rowBytes) / 8);
      instance.i32[integer.tapeAddress / 4] = larger;
      instance.i32[integer.tapeCapacity / 4] = capacity;
      return true;
    } catch (error) {
      if (error instanceof RangeError) return false;
      throw error;
    }
  };

  return {
    get status() {
      return status;
    },
    advance(steps) {
      requireCurrent();
      if (!(Number.isInteger(steps) && steps > 0)) throw new RangeError(`advance: steps is ${steps}; it must be a positive integer`);
      if (status.status !== "paused") return status;
      let left = steps;
      for (;;) {
        const before = read("accepted") + read("rejected");
        const code = instance.functions["advance"]?.(Math.min(left, 2 ** 31 - 1));
        left -= read("accepted") + read("rejected") - before;
        if (code === loopCode.done) status = { status: "done" };
        else if (code === loopCode.eventFound) {
          const failure = passEvents();
          if (!failure && left > 0) continue;
          status = failure ?? { status: "paused", time: timeNow() };
        } else if (code === loopCode.paused) status = { status: "paused", time: timeNow() };
        else if (code === loopCode.tapeFull) {
          if (growTape()) continue;
          status = { status: "out-of-memory", time: timeNow(), worst: "", hint: `the record of ${read("tapeCount")} steps does not fit; loosen rtol or end earlier` };
        } else status = diagnose(scene, code ?? -1);
        return status;
      }
    },
    trajectory(): Trajectory {
      requireCurrent();
      const reached = read("reached");
      const values = instance.f64.slice(outputsAddress / 8, outputsAddress / 8 + reached * size);
      const [accepted, rejected] = [read("accepted"), read("rejected")];
      const attempts = accepted + rejected;
      return {
        status,
        times: problem.times.slice(0, reached),
        states: system.states,
        values,
        final: reached > 0 ? values.slice((reached - 1) * size) : problem.state.slice(),
        statistics: {
          accepted,
          rejected,
          rhsEvaluations: startEvaluations + attempts * method.facts.rhsPerStep,
          jacobianEvaluations: attempts * method.facts.factorizationsPerStep,
          factorizations: attempts * method.facts.factorizationsPerStep,
        },
      };
    },
    tape(): Tape {
      requireCurrent();
      if (!record) throw new Error(`solver of "${system.id}": steps are kept only when it is compiled with record: true`);
      const count = read("tapeCount");
      const stride = rowBytes / 8;
      const rows = instance.f64.subarray(read("tapeAddress") / 8, read("tapeAddress") / 8 + count * stride);
      const states = new Float64Array(count * size);
      for (let row = 0; row < count; row++) states.set(rows.subarray(row * stride + 2, (row + 1) * stride), row * size);
      const column = (offset: number): Float64Array => Float64Array.from({ length: count }, (_, row) => rows[row * stride + offset] ?? NaN);
      return { count, times: column(tapeRow.time / 8), steps: column(tapeRow.step / 8), states };
    },
  };
}

/** Refuses given steps that cannot be taken. @throws RangeError naming the first. */
function checkSteps(system: OdeSystem, steps: Float64Array | undefined): void {
  if (!steps) return;
  const refuse = (message: string): never => {
    throw new RangeError(`solver of "${system.id}": ${message}`);
  };
  const wrong = steps.findIndex((step) => !(step > 0 && step < Infinity));
  if (wrong >= 0) refuse(`given step ${wrong} is ${steps[wrong]}; steps must be finite and above 0`);
  if (system.events) refuse("given steps cannot follow events; leave `steps` out");
  if (steps.length === 0) refuse("no steps are given; leave `steps` out for error control");
}
