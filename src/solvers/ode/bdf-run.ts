import { runIsOver } from "../run-is-over.ts";
import type { RunStatistics, Trajectory } from "../trajectory.ts";
import type { Status } from "../status.ts";
import type { RateFunctions } from "../tables/index.ts";
import { HIGHEST_ORDER } from "./bdf-coefficients.ts";
import type { BdfScene } from "./bdf-diagnose.ts";
import { diagnoseBdf, diagnoseBdfStart } from "./bdf-diagnose.ts";
import { bdfTapeRow, difference } from "./bdf-memory.ts";
import type { Breakpoints } from "./breakpoint.ts";
import { breakpointTimes } from "./breakpoint.ts";
import { checkProblem } from "./check-problem.ts";
import { resolveControl } from "./control.ts";
import type { EventPlan } from "./event.ts";
import type { EventMemory } from "./event-program.ts";
import { eventRun } from "./event-run.ts";
import { loopCode } from "./loop.ts";
import type { PositionedRun } from "./position.ts";
import type { OdeProblem, Tape } from "./solver.ts";
import { SMALLEST_SCALE } from "./controller.ts";

/** Rows of the tape that the first recorded run reserves. */
const FIRST_TAPE_ROWS = 256;

/** What a multistep run cost: its Newton corrections, each of one right-hand side, and the products with the Jacobian that their linear systems took. */
export interface BdfStatistics extends RunStatistics {
  readonly corrections: number;
  readonly products: number;
}

/** A run that says where it stands between two steps. */
export type BdfRun = PositionedRun;

/** What a multistep solver is made of. */
export interface CompiledBdf extends Omit<BdfScene, "parameters"> {
  readonly rates: RateFunctions;
  readonly breakpoints: Breakpoints;
  /** Whether steps are recorded, and can be given. */
  readonly record: boolean;
  /** Null where the system has none. */
  readonly events: { readonly plan: EventPlan; readonly memory: EventMemory } | null;
  /** Counts runs, so that a run knows when it is over. */
  readonly kept: { runs: number };
}

/** Puts a problem into a multistep solver's memory and takes it to its start. @throws RangeError naming what does not fit the system or the method. */
export function beginBdf(compiled: CompiledBdf, problem: OdeProblem): BdfRun {
  const { system, instance, memory, kept, rates } = compiled;
  checkProblem(system, problem);
  checkSteps(compiled, problem);
  const { steps: given, orders } = problem;
  const program = given ? "replay" : "advance";
  const control = problem.control ? resolveControl(compiled.control, problem.control) : compiled.control;
  const scene: BdfScene = { ...compiled, control, parameters: problem.parameters };
  const { real, integer, size } = memory;
  const run = ++kept.runs;
  const read = (name: keyof typeof integer): number => instance.i32[integer[name] / 4] ?? 0;
  // What the run before needed and a quarter more: fitting runs repeat, and every reserved row has to be cleared.
  const tapeCapacity = compiled.record ? Math.max(FIRST_TAPE_ROWS, Math.ceil(1.25 * read("tapeCount"))) : 0;

  instance.release();
  const startTime = problem.startTime ?? 0;
  const timesAddress = instance.reserve(8 * Math.max(1, problem.times.length));
  const outputsAddress = instance.reserve(8 * Math.max(1, problem.times.length * size));
  const breakpoints = breakpointTimes(system, compiled.breakpoints, problem.parameters, startTime, problem.times.at(-1) ?? startTime);
  const breakpointAddress = instance.reserve(8 * breakpoints.length);
  const tapeAddress = instance.reserve(tapeCapacity * bdfTapeRow.bytes(size));
  const stepsAddress = instance.reserve(16 * (given?.length ?? 0));
  if (given && orders) {
    instance.f64.set(given, stepsAddress / 8);
    instance.f64.set(orders, stepsAddress / 8 + given.length);
  }
  instance.f64.set(problem.times, timesAddress / 8);
  instance.f64.set(breakpoints, breakpointAddress / 8);
  instance.f64.set(problem.state, difference(memory, 0) / 8);
  rates.setParameters(instance, problem.parameters);
  const reals: Record<keyof typeof real, number> = {
    time: startTime,
    step: 0,
    attempted: 0,
    rtol: control.rtol,
    // A state that stays 0 would have no scale at all.
    atol: Math.max(control.atol, SMALLEST_SCALE),
    safety: control.safety,
    grow: control.grow,
    shrink: control.shrink,
    retreat: control.retreat,
    factored: 0,
    rate: 1,
    tolerance: 0,
    stopTime: Infinity,
  };
  for (const name of Object.keys(reals) as (keyof typeof real)[]) instance.f64[real[name] / 8] = reals[name];
  for (const address of Object.values(integer)) instance.i32[address / 4] = 0;
  instance.i32[integer.timeCount / 4] = problem.times.length;
  instance.i32[integer.timesAddress / 4] = timesAddress;
  instance.i32[integer.outputsAddress / 4] = outputsAddress;
  instance.i32[integer.maxSteps / 4] = control.maxSteps;
  instance.i32[integer.breakpointAddress / 4] = breakpointAddress;
  instance.i32[integer.tapeAddress / 4] = tapeAddress;
  instance.i32[integer.tapeCapacity / 4] = tapeCapacity;
  instance.i32[integer.stepsAddress / 4] = stepsAddress;
  instance.i32[integer.stepsCount / 4] = given?.length ?? 0;

  const timeNow = (): number => instance.f64[real.time / 8] ?? NaN;
  const state = difference(memory, 0) / 8;
  const events = compiled.events ? eventRun({ system, instance, events: compiled.events, memory: { real, state: difference(memory, 0), parameters: rates.parametersAddress } }, startTime, problem.times.at(-1) ?? startTime, problem.events) : null;
  /** Writes the requested times up to where the run stands. */
  const writeOutputs = (): void => {
    for (let row = read("reached"); row < problem.times.length && (problem.times[row] ?? Infinity) <= timeNow(); row++) {
      instance.f64.copyWithin(outputsAddress / 8 + row * size, state, state + size);
      instance.i32[integer.reached / 4] = row + 1;
    }
  };
  const settled = events?.settle(writeOutputs);
  const started = !settled?.failure && instance.functions[events ? "restart" : "begin"]?.() === 1;
  let status: Status = started ? { status: "paused", time: startTime } : (settled?.failure ?? diagnoseBdfStart(scene, startTime, events && settled?.isChanged ? events.last() : null));
  let endedAtEvent = events !== null && !started;
  /** Attempts made before steps last began afresh. */
  let attemptsBefore = 0;
  if (!started) instance.i32[integer.reached / 4] = 0;
  if (started && read("reached") === problem.times.length) status = { status: "done" };
  const attempts = (): number => read("accepted") + read("rejected");
  /** Does what is due where the loop halted, and goes on from there; the status says when that fails. */
  const passEvents = (): Status | null => {
    if (!events) return null;
    const reached = read("reached");
    const { isChanged, failure } = events.settle(writeOutputs);
    // What changes nothing leaves the differences as they are.
    if (!failure && !isChanged) return null;
    attemptsBefore = attempts();
    if (!failure && instance.functions["restart"]?.() === 1) return null;
    endedAtEvent = true;
    if (failure) return failure;
    // What an event left in ruins is no result.
    instance.i32[integer.reached / 4] = reached;
    return diagnoseBdfStart(scene, timeNow(), events.last());
  };
  /** Doubles the tape; the old one stays where it is until the next run. */
  const growTape = (): boolean => {
    const rowBytes = bdfTapeRow.bytes(size);
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
  const requireCurrent = (): void => {
    if (kept.runs !== run) throw runIsOver(`solver of "${system.id}"`);
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
        const before = attempts();
        const code = instance.functions[program]?.(Math.min(left, 2 ** 31 - 1)) ?? -1;
        left -= attempts() - before;
        if (code === loopCode.done) status = { status: "done" };
        // What is due after the last requested time is no part of the run.
        else if (code === loopCode.eventFound && read("reached") === problem.times.length) status = { status: "done" };
        else if (code === loopCode.eventFound) {
          const failure = passEvents();
          if (!failure && left > 0) continue;
          status = failure ?? { status: "paused", time: timeNow() };
        } else if (code === loopCode.tapeFull && growTape()) continue;
        else if (code === loopCode.tapeFull) {
          status = { status: "out-of-memory", time: timeNow(), worst: "", hint: `the record of ${read("tapeCount")} steps does not fit; loosen rtol or end earlier` };
        } else if (code === loopCode.paused) status = { status: "paused", time: timeNow() };
        else status = diagnoseBdf(scene, code);
        return status;
      }
    },
    trajectory(): Trajectory & { readonly statistics: BdfStatistics } {
      requireCurrent();
      const reached = read("reached");
      const values = instance.f64.slice(outputsAddress / 8, outputsAddress / 8 + reached * size);
      const factorizations = read("factorizations");
      return {
        status,
        times: problem.times.slice(0, reached),
        states: system.states,
        values,
        final: reached > 0 ? values.slice((reached - 1) * size) : problem.state.slice(),
        statistics: {
          accepted: read("accepted"),
          rejected: read("rejected"),
          rhsEvaluations: read("rhsEvaluations"),
          jacobianEvaluations: factorizations,
          factorizations,
          corrections: read("corrections"),
          products: read("products"),
        },
      };
    },
    position() {
      requireCurrent();
      return {
        time: timeNow(),
        step: instance.f64[real.step / 8] ?? NaN,
        state: instance.f64.slice(state, state + size),
        events: events?.state() ?? null,
        sinceStart: attempts() - attemptsBefore,
        endedAtEvent,
      };
    },
    tape() {
      requireCurrent();
      if (!compiled.record) throw new Error(`solver of "${system.id}": steps are kept only when it is compiled with record: true`);
      const stride = bdfTapeRow.bytes(size) / 8;
      const rows = instance.f64.slice(read("tapeAddress") / 8, read("tapeAddress") / 8 + read("tapeCount") * stride);
      return tapeOf(rows, read("tapeCount"), size);
    },
  };
}

/** A tape as copies, from its rows. */
function tapeOf(rows: Float64Array, count: number, size: number): Tape {
  const stride = bdfTapeRow.bytes(size) / 8;
  const states = new Float64Array(count * size);
  for (let row = 0; row < count; row++) states.set(rows.subarray(row * stride + bdfTapeRow.state / 8, (row + 1) * stride), row * size);
  const column = (offset: number): Float64Array => Float64Array.from({ length: count }, (_, row) => rows[row * stride + offset / 8] ?? NaN);
  return { count, times: column(bdfTapeRow.time), steps: column(bdfTapeRow.step), orders: column(bdfTapeRow.order), states };
}

/** Refuses given steps that cannot be taken. @throws RangeError naming the first. */
function checkSteps({ system, record, events }: CompiledBdf, { steps, orders }: OdeProblem): void {
  if (!steps && !orders) return;
  const refuse = (message: string): never => {
    throw new RangeError(`solver of "${system.id}": ${message}`);
  };
  if (!record) refuse("bdf takes given steps only when it is compiled with record: true");
  if (events) refuse("bdf takes no given steps through events; use a one-step method to replay");
  if (!steps || !orders) return refuse(`${steps ? "steps are given without their orders" : "orders are given without steps"}; give both as \`tape()\` has them`);
  if (orders.length !== steps.length) refuse(`${orders.length} orders are given for ${steps.length} steps`);
  if (steps.length === 0) refuse("no steps are given; leave `steps` out for error control");
  const wrong = steps.findIndex((step) => !(step > 0 && step < Infinity));
  if (wrong >= 0) refuse(`given step ${wrong} is ${steps[wrong]}; steps must be finite and above 0`);
  // A step of order k makes differences up to k + 1; those above are of other steps, or of another run.
  const odd = orders.findIndex((order, index) => !(Number.isInteger(order) && order >= 0 && order <= Math.min(HIGHEST_ORDER, (orders[index - 1] ?? -1) + 1)));
  if (odd >= 0) refuse(`the order of given step ${odd} is ${orders[odd]}; orders are 0, afresh, to ${HIGHEST_ORDER}, the first is 0, and each is at most one above that before it`);
}
