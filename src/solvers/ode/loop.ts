import type { FunctionBuilder, LoopLabel, ProgramBuilder } from "../../kernel/builder.ts";
import { f64, i32 } from "../../kernel/builder.ts";
import type { Local, Value } from "../../kernel/program.ts";
import type { ControllerExponents } from "./controller.ts";
import { ERROR_FLOOR, STEP_FLOOR, STEP_LARGEST, STEP_TINIEST, controllerExponents, rootPowers } from "./controller.ts";
import { searchEvent, writeStateAt } from "./event-program.ts";
import { advanceBreakpoint, breakUnlessNear } from "./loop-breakpoints.ts";
import type { HaltingLocals } from "./loop-halting.ts";
import { haltingLocals, recordedStep } from "./loop-halting.ts";
import type { OdeMemory } from "./memory.ts";
import { tapeRow } from "./memory.ts";
import type { OdeMethod } from "./method.ts";
import type { Vector, VectorWriter } from "./vector.ts";
import { memoryVectors } from "./vector.ts";

/** What `advance` returns; `eventFound` = it stands where an event may be due. */
export const loopCode = { done: 0, paused: 1, stepTooSmall: 2, tooManySteps: 3, nonFinite: 4, tapeFull: 5, stepsEnded: 6, eventFound: 7 } as const;

/** What is found this near to a step's start, relative to the time, may as well have been found before it. */
const SAME_MOMENT = 2 ** -40;

/**
 * Writes `advance(budget: i32): i32`: attempts up to `budget` steps from where the run stands and returns a `loopCode`.
 * Everything a run is stands in memory between calls, so pausing changes no bit. Requested times are read from
 * accepted steps and never shape them. With events it also returns at `stopTime`, which a step ends at to the bit, and where
 * a watched comparison has changed inside a step; of the requested times it then leaves that one out. Given steps must end at
 * known times, and hold changes, where they did when they were recorded; else it returns `stepsEnded`. With `keeps` it calls `keepStages()`
 * before it counts a recorded step.
 */
export function writeLoop(program: ProgramBuilder, method: OdeMethod, memory: OdeMemory, record: boolean, hasEvents = false, keeps = false): void {
  program.function("advance", { parameters: { budget: "i32" }, result: "i32" }, (b, { budget }) => {
    if (!budget) return;
    const { real, integer } = memory;
    const vectors = memoryVectors(b, memory.stateCount, memory.vector);
    const exponents = controllerExponents(method.facts.errorOrder ?? method.facts.order);
    const now = runLocals(b, memory);
    const halting = hasEvents ? haltingLocals(b, memory) : null;
    b.loop((loop) => {
      const scene: LoopScene = { b, loop, method, memory, vectors, exponents, now, halting, record, keeps };
      const { t, h, reached, count, accepted, rejected, given, error } = now;
      leave(scene, i32.ge(reached, count), loopCode.done);
      leave(scene, i32.le(budget, 0), loopCode.paused);
      leave(scene, i32.ge(i32.add(accepted, rejected), i32.load(integer.maxSteps)), loopCode.tooManySteps);
      if (record) leave(scene, i32.ge(i32.load(integer.tapeCount), i32.load(integer.tapeCapacity)), loopCode.tapeFull);
      passBreakpoints(scene);
      chooseStep(scene);
      if (halting) cutStep(scene, halting);
      b.store(real.attempted, h);
      b.set(error, f64.call("attempt", t, h));
      b.set(budget, i32.sub(budget, 1));
      b.if(
        i32.or(f64.le(error, 1), i32.and(i32.gt(given, 0), f64.lt(error, Infinity))),
        () => accept(scene),
        () => reject(scene),
      );
    });
    keepRun(b, memory, now);
    b.return(now.code);
  });
}

/** What the parts of the loop share. */
interface LoopScene {
  readonly b: FunctionBuilder;
  readonly loop: LoopLabel;
  readonly method: OdeMethod;
  readonly memory: OdeMemory;
  readonly vectors: VectorWriter;
  readonly exponents: ControllerExponents;
  readonly now: RunLocals;
  /** Null without events. */
  readonly halting: HaltingLocals | null;
  readonly record: boolean;
  readonly keeps: boolean;
}

type RunLocals = ReturnType<typeof runLocals>;

/** What stands in memory between calls, and what one step needs beside it. */
const runLocals = (b: FunctionBuilder, { real, integer }: OdeMemory) => ({
  t: b.local("f64", "t", f64.load(real.time)),
  h: b.local("f64", "h", f64.load(real.step)),
  previous: b.local("f64", "previous", f64.load(real.previousPower)),
  reached: b.local("i32", "reached", i32.load(integer.reached)),
  count: b.local("i32", "count", i32.load(integer.timeCount)),
  accepted: b.local("i32", "accepted", i32.load(integer.accepted)),
  rejected: b.local("i32", "rejected", i32.load(integer.rejected)),
  refused: b.local("i32", "refused", i32.load(integer.refused)),
  given: b.local("i32", "given", i32.load(integer.stepsCount)),
  end: b.local("f64", "end"),
  breakpoint: b.local("f64", "breakpoint", f64.load(i32.load(integer.breakpointAddress))),
  margin: b.local("f64", "margin"),
  error: b.local("f64", "error"),
  factor: b.local("f64", "factor"),
  code: b.local("i32", "code", i32.const(loopCode.done)),
});

function keepRun(b: FunctionBuilder, { real, integer }: OdeMemory, { t, h, previous, reached, accepted, rejected, refused }: RunLocals): void {
  b.store(real.time, t);
  b.store(real.step, h);
  b.store(real.previousPower, previous);
  b.store(integer.reached, reached);
  b.store(integer.accepted, accepted);
  b.store(integer.rejected, rejected);
  b.store(integer.refused, refused);
}

/** Leaves the loop with a code. */
export const leave = ({ b, loop, now }: { readonly b: FunctionBuilder; readonly loop: LoopLabel; readonly now: { readonly code: Local } }, condition: Value, reason: number): void =>
  b.if(condition, () => {
    b.set(now.code, reason);
    b.break(loop);
  });

/** Halts at the stop without a step: so near it that a step there could be too small. */
const haltIf = ({ b, loop, now }: LoopScene, condition: Value, { stop }: HaltingLocals): void =>
  b.if(condition, () => {
    b.set(now.t, stop);
    b.set(now.code, loopCode.eventFound);
    b.break(loop);
  });

/** The smallest step from where the run stands. */
const smallestStep = (t: Local): Value => f64.add(f64.mul(STEP_FLOOR, f64.abs(t)), STEP_TINIEST);

function passBreakpoints(scene: LoopScene): void {
  const { b, memory, method, now, halting } = scene;
  const { t, breakpoint, margin } = now;
  b.loop((passing) => {
    breakUnlessNear(b, passing, now);
    if (halting) haltIf(scene, f64.le(halting.stop, f64.add(breakpoint, margin)), halting);
    // Steps given for other parameters may have gone past it already: time never goes back.
    b.set(t, f64.max(t, f64.add(breakpoint, margin)));
    if (method.facts.firstSameAsLast) b.call("rhs", i32.const(memory.stages), t, i32.const(memory.state));
    advanceBreakpoint(b, memory.integer);
    b.set(breakpoint, f64.load(i32.load(memory.integer.breakpointAddress)));
  });
}

/** The size of the step to come: the one given, or that of the error control, up to the next breakpoint. */
function chooseStep(scene: LoopScene): void {
  const { b, memory, now, halting } = scene;
  const { t, h, accepted, given, breakpoint, margin } = now;
  b.if(
    i32.gt(given, 0),
    () => {
      leave(scene, i32.ge(accepted, given), loopCode.stepsEnded);
      b.set(h, f64.load(i32.add(i32.load(memory.integer.stepsAddress), i32.shl(accepted, 3))));
      if (halting) {
        b.set(halting.givenFound, f64.lt(h, 0));
        b.set(h, f64.abs(h));
        b.set(halting.givenCut, f64.eq(h, Infinity));
      }
    },
    () => {
      leave(scene, f64.lt(h, smallestStep(t)), loopCode.stepTooSmall);
      b.if(f64.lt(breakpoint, Infinity), () => b.set(h, f64.min(h, f64.sub(f64.sub(breakpoint, margin), t))));
    },
  );
}

/** Cuts a step that goes beyond the stop. */
function cutStep(scene: LoopScene, halting: HaltingLocals): void {
  const { b, now } = scene;
  const { t, h, given } = now;
  const { stop, wanted, cut, givenCut } = halting;
  haltIf(scene, f64.le(f64.sub(stop, t), f64.mul(2, smallestStep(t))), halting);
  b.set(wanted, h);
  b.set(cut, f64.le(stop, f64.add(t, h)));
  leave(scene, i32.and(i32.gt(given, 0), i32.ne(i32.and(cut, f64.lt(stop, Infinity)), givenCut)), loopCode.stepsEnded);
  b.if(cut, () => b.set(h, f64.sub(stop, t)));
}

function accept(scene: LoopScene): void {
  const { b, memory, now, halting, record, keeps } = scene;
  const { t, h, end, reached, count, accepted, rejected } = now;
  b.set(end, f64.add(t, h));
  if (halting) searchStep(scene, halting);
  if (record && halting) b.if(i32.isZero(halting.barely), () => writeTapeRow(b, memory, t, recordedStep(h, halting), keeps));
  else if (record) writeTapeRow(b, memory, t, h, keeps);
  writeOutputs(b, memory, { t, h, end, reached, count, halts: halting && halting.halts });
  moveState(scene);
  b.set(t, end);
  if (halting) {
    b.set(accepted, i32.add(accepted, i32.isZero(halting.barely)));
    b.set(rejected, i32.add(rejected, halting.barely));
  } else b.set(accepted, i32.add(accepted, 1));
  growStep(scene);
  if (!halting) return;
  // What cut the step says nothing about the next one.
  b.if(halting.cut, () => b.set(h, f64.max(h, halting.wanted)));
  leave(scene, halting.halts, loopCode.eventFound);
}

/** Looks inside the step for what a trigger watches: `end` is where it was found, if it was. */
function searchStep(scene: LoopScene, halting: HaltingLocals): void {
  const { b, now } = scene;
  const { t, h, end, given } = now;
  const { stop, stepEnd, found, cut, halts, barely, givenFound } = halting;
  b.set(stepEnd, f64.select(cut, stop, end));
  b.set(found, searchEvent(t, h, stepEnd));
  b.set(barely, f64.le(f64.sub(found, t), f64.add(f64.mul(SAME_MOMENT, f64.abs(t)), STEP_TINIEST)));
  leave(scene, i32.and(i32.and(i32.gt(given, 0), i32.isZero(barely)), i32.ne(f64.lt(found, Infinity), givenFound)), loopCode.stepsEnded);
  b.set(end, f64.min(stepEnd, found));
  b.set(halts, i32.or(cut, f64.lt(found, Infinity)));
}

const inMemory = (address: number): Vector => ({ kind: "memory", address });

/** Takes the state to the end of the step, or to what was found inside it. */
function moveState({ b, method, memory, vectors, now, halting }: LoopScene): void {
  const advance = (): void => vectors.assign(inMemory(memory.state), (of) => of(inMemory(memory.next)));
  const advanceToFound = (): void => {
    const inside = memory.vector("eventState");
    writeStateAt(b, inside, now.end, now.t, now.h);
    vectors.assign(inMemory(memory.state), (of) => of(inMemory(inside)));
  };
  if (halting) b.if(f64.lt(now.end, halting.stepEnd), advanceToFound, advance);
  else advance();
  const last = memory.stages + 8 * memory.stateCount * (method.tableau.nodes.length - 1);
  if (method.facts.firstSameAsLast) vectors.assign(inMemory(memory.stages), (of) => of(inMemory(last)));
}

const powersOf = ({ b, exponents }: LoopScene, error: Local): [Local, Local] => rootPowers(b, error, [exponents.integral, exponents.proportional]) as [Local, Local];

/** The next step size after one that was accepted. */
function growStep(scene: LoopScene): void {
  const { b, memory, now } = scene;
  const { real } = memory;
  const { h, error, factor, previous, refused } = now;
  b.set(error, f64.max(error, ERROR_FLOOR));
  const [integral, proportional] = powersOf(scene, error);
  b.set(factor, f64.div(f64.mul(f64.load(real.safety), previous), integral));
  b.set(factor, f64.min(f64.load(real.grow), f64.max(f64.load(real.shrink), factor)));
  b.if(refused, () => b.set(factor, f64.min(factor, 1)));
  b.set(h, f64.min(f64.mul(h, factor), STEP_LARGEST));
  b.set(previous, proportional);
  b.set(refused, 0);
}

function reject(scene: LoopScene): void {
  const { b, memory, now } = scene;
  const { real } = memory;
  const { h, rejected, refused, given, error, factor } = now;
  b.set(rejected, i32.add(rejected, 1));
  b.if(
    f64.lt(error, Infinity),
    () => {
      b.set(refused, 1);
      const [integral] = powersOf(scene, error);
      b.set(factor, f64.div(f64.load(real.safety), integral));
      b.set(factor, f64.max(f64.load(real.shrink), factor));
    },
    () => {
      b.set(refused, 2);
      b.set(factor, f64.load(real.retreat));
    },
  );
  leave(scene, i32.gt(given, 0), loopCode.nonFinite);
  b.set(h, f64.mul(h, factor));
}

function writeTapeRow(b: FunctionBuilder, memory: OdeMemory, t: Local, h: Value, keeps: boolean): void {
  const rowBytes = tapeRow.bytes(memory.stateCount);
  const { tapeCount, tapeAddress } = memory.integer;
  const row = b.local("i32", "row", i32.add(i32.load(tapeAddress), i32.mul(i32.load(tapeCount), rowBytes)));
  b.store(row, t, tapeRow.time);
  b.store(row, h, tapeRow.step);
  b.repeat(memory.stateCount, (index) => {
    b.store(i32.add(row, i32.shl(index, 3)), f64.load(i32.shl(index, 3), memory.state), tapeRow.state);
  });
  if (keeps) b.call("keepStages");
  b.store(tapeCount, i32.add(i32.load(tapeCount), 1));
}

/** Writes all requested times inside (t, end], or (t, end) where the run halts, before the step's start is overwritten. */
function writeOutputs(b: FunctionBuilder, memory: OdeMemory, at: { readonly t: Local; readonly h: Local; readonly end: Local; readonly reached: Local; readonly count: Local; readonly halts: Local | null }): void {
  const time = b.local("f64", "requested");
  b.loop((loop) => {
    b.if(i32.ge(at.reached, at.count), () => b.break(loop));
    b.set(time, f64.load(i32.add(i32.load(memory.integer.timesAddress), i32.shl(at.reached, 3))));
    const isLater = f64.gt(time, at.end);
    // Where events may be due the state is written once they have happened.
    b.if(at.halts ? i32.or(isLater, i32.and(at.halts, f64.eq(time, at.end))) : isLater, () => b.break(loop));
    b.call(
      "interpolate",
      i32.add(i32.load(memory.integer.outputsAddress), i32.mul(at.reached, 8 * memory.stateCount)),
      f64.div(f64.sub(time, at.t), at.h),
      at.h,
    );
    b.set(at.reached, i32.add(at.reached, 1));
  });
}
