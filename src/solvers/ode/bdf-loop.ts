import type { FunctionBuilder, LoopLabel, ProgramBuilder } from "../../kernel/builder.ts";
import { f64, i32 } from "../../kernel/builder.ts";
import type { Local, Value } from "../../kernel/program.ts";
import { bdfCoefficients, byOrder } from "./bdf-coefficients.ts";
import { correction, findFresh } from "./bdf-correct.ts";
import type { BdfMemory } from "./bdf-memory.ts";
import { chooseOrder, writeErrorNorms } from "./bdf-step-size.ts";
import { STEP_FLOOR, STEP_TINIEST } from "./controller.ts";
import { searchEvent } from "./event-program.ts";
import { advanceBreakpoint, breakUnlessNear } from "./loop-breakpoints.ts";
import { leave, loopCode } from "./loop.ts";

/** Factors serve while c stays this near to theirs, as a fraction. */
const FACTOR_RANGE = 0.3;
/** Step after an iteration that did not converge with fresh factors. */
const SLOW_RETREAT = 0.25;
/** Failed error tests after which the differences are taken for worthless. */
const MOST_FAILURES = 3;
/** What is kept of the safety that one-step methods have: past errors say less about the next step when several enter it. */
const CAUTION = 0.9;

export interface BdfLoopOptions {
  readonly errorStates: number;
  /** Orders that may be used. */
  readonly highestOrder: number;
  readonly hasEvents: boolean;
  /** Whether `recordStep()` is called of each accepted step, before it is accepted. */
  readonly record: boolean;
  /** Whether corrections go on until rounding ends them (`correctExactly`). */
  readonly exactly: boolean;
}

/**
 * Writes `advance(budget: i32): i32`: attempts up to `budget` steps from where the run stands and returns a `loopCode`.
 * Everything a run is stands in memory between calls, so pausing changes no bit. With events it also returns at `stopTime` and where
 * a watched comparison has changed inside a step, which then ends there; of the requested times it leaves that one out.
 *
 * @source Shampine & Reichelt 1997, doi:10.1137/S1064827594276424 (numerical differentiation formulas of orders 1 to 5 at quasi-constant step size)
 */
export function writeBdfLoop(program: ProgramBuilder, memory: BdfMemory, options: BdfLoopOptions): void {
  writeErrorNorms(program, memory, options.errorStates);
  program.function("advance", { parameters: { budget: "i32" }, result: "i32" }, (b, { budget }) => {
    if (!budget) return;
    const { real, integer } = memory;
    const now = stepLocals(b, memory);
    const halting = options.hasEvents ? haltingLocals(b, memory) : null;
    b.loop((loop) => {
      const scene: LoopScene = { b, loop, memory, options, now, halting };
      leave(scene, i32.ge(i32.load(integer.reached), i32.load(integer.timeCount)), loopCode.done);
      leave(scene, i32.le(budget, 0), loopCode.paused);
      leave(scene, i32.ge(i32.add(i32.load(integer.accepted), i32.load(integer.rejected)), i32.load(integer.maxSteps)), loopCode.tooManySteps);
      if (options.record) leave(scene, i32.ge(i32.load(integer.tapeCount), i32.load(integer.tapeCapacity)), loopCode.tapeFull);
      passBreakpoints(scene);
      chooseStep(scene);
      b.store(real.attempted, now.h);
      b.set(budget, i32.sub(budget, 1));
      attempt(scene);
      b.if(
        f64.le(now.error, 1),
        () => accept(scene),
        () => reject(scene),
      );
    });
    b.return(now.code);
  });
}

/** What the parts of the loop share. */
interface LoopScene {
  readonly b: FunctionBuilder;
  readonly loop: LoopLabel;
  readonly memory: BdfMemory;
  readonly options: BdfLoopOptions;
  readonly now: ReturnType<typeof stepLocals>;
  /** Null without events. */
  readonly halting: HaltingLocals | null;
}

const stepLocals = (b: FunctionBuilder, { real, integer }: BdfMemory) => ({
  t: b.local("f64", "t", f64.load(real.time)),
  h: b.local("f64", "h"),
  order: b.local("i32", "order"),
  breakpoint: b.local("f64", "breakpoint", f64.load(i32.load(integer.breakpointAddress))),
  margin: b.local("f64", "margin"),
  /** How far a step may go before the breakpoint. */
  room: b.local("f64", "room"),
  end: b.local("f64", "end"),
  c: b.local("f64", "c"),
  /** Local error per unit of change. */
  share: b.local("f64", "share"),
  /** c over that of the factors at hand, and whether they are made anew. */
  moved: b.local("f64", "moved"),
  fresh: b.local("i32", "fresh"),
  /** What came of the corrections. */
  outcome: b.local("i32", "outcome"),
  error: b.local("f64", "error"),
  factor: b.local("f64", "factor"),
  safety: b.local("f64", "safety", f64.mul(CAUTION, f64.load(real.safety))),
  code: b.local("i32", "code", i32.const(loopCode.done)),
});

type HaltingLocals = ReturnType<typeof haltingLocals>;

const haltingLocals = (b: FunctionBuilder, { real }: BdfMemory) => ({
  stop: b.local("f64", "stop", f64.load(real.stopTime)),
  halt: b.local("f64", "halt"),
  halts: b.local("i32", "halts"),
});

/** Halts at the stop without a step: so near it that a step there could be too small. */
const haltIf = ({ b, loop, memory, now }: LoopScene, condition: Value, { stop }: HaltingLocals): void =>
  b.if(condition, () => {
    b.store(memory.real.time, stop);
    b.set(now.code, loopCode.eventFound);
    b.break(loop);
  });

const increment = ({ b }: LoopScene, field: number): void => b.store(field, i32.add(i32.load(field), 1));

const rescale = ({ b, memory, now }: LoopScene, by: Value): void => {
  b.call("rescale", by, now.order);
  b.store(memory.integer.equalSteps, i32.const(0));
};

function passBreakpoints(scene: LoopScene): void {
  const { b, loop, memory, now, halting } = scene;
  const { real, integer } = memory;
  const { t, breakpoint, margin, code } = now;
  b.loop((passing) => {
    breakUnlessNear(b, passing, now);
    if (halting) haltIf(scene, f64.le(halting.stop, f64.add(breakpoint, margin)), halting);
    b.set(t, f64.add(breakpoint, margin));
    b.store(real.time, t);
    advanceBreakpoint(b, integer);
    b.set(breakpoint, f64.load(i32.load(integer.breakpointAddress)));
    b.if(i32.isZero(i32.call("restart")), () => {
      b.store(integer.refused, i32.const(2));
      b.set(code, loopCode.nonFinite);
      b.break(loop);
    });
  });
}

/** The order and the size of the step to come: those at hand, up to the next breakpoint. */
function chooseStep(scene: LoopScene): void {
  const { b, memory, now, halting } = scene;
  const { real, integer } = memory;
  const { t, h, order, breakpoint, margin, room, end, c, share } = now;
  b.set(order, i32.load(integer.order));
  const smallest = (): Value => f64.add(f64.mul(STEP_FLOOR, f64.abs(t)), STEP_TINIEST);
  leave(scene, f64.lt(f64.load(real.step), smallest()), loopCode.stepTooSmall);
  if (halting) haltIf(scene, f64.le(f64.sub(halting.stop, t), f64.mul(2, smallest())), halting);
  b.if(f64.lt(breakpoint, Infinity), () => {
    b.set(room, f64.sub(f64.sub(breakpoint, margin), t));
    b.if(f64.gt(f64.load(real.step), room), () => rescale(scene, f64.div(room, f64.load(real.step))));
  });
  b.set(h, f64.load(real.step));
  b.set(end, f64.add(t, h));
  b.set(c, f64.div(h, byOrder(order, bdfCoefficients.alpha)));
  b.set(share, byOrder(order, bdfCoefficients.error));
}

/** Predicts and corrects: `error` is then that of the step, infinite where its corrections did not converge. */
function attempt({ b, memory, options, now }: LoopScene): void {
  const { order, end, c, share, fresh, outcome, error } = now;
  const correct = (): void => b.set(outcome, i32.call("correct", end, c, share));
  b.call("predict", order);
  findFresh(b, memory, now, FACTOR_RANGE);
  b.set(outcome, correction.converged);
  b.if(fresh, () => b.set(outcome, i32.call("refresh", end, c)));
  b.if(i32.eq(outcome, correction.converged), correct);
  b.if(i32.and(i32.eq(outcome, correction.tooSlow), i32.isZero(fresh)), () => b.if(i32.call("refresh", end, c), correct));
  if (options.exactly) b.if(i32.eq(outcome, correction.converged), () => b.set(outcome, i32.call("correctExactly", end, c)));
  b.set(error, f64.const(Infinity));
  b.if(i32.eq(outcome, correction.converged), () => b.set(error, f64.mul(share, f64.call("errorOfChange"))));
}

function accept(scene: LoopScene): void {
  const { b, memory, options, now, halting } = scene;
  const { real, integer } = memory;
  const { t, order, end, factor } = now;
  b.store(integer.refused, i32.const(0));
  b.store(integer.failures, i32.const(0));
  increment(scene, integer.accepted);
  increment(scene, integer.equalSteps);
  if (options.record) b.call("recordStep");
  if (halting) acceptUpToHalt(scene, halting);
  else b.call("accept", order);
  b.set(t, end);
  b.store(real.time, t);
  writeBdfOutputs(b, memory, end, halting && halting.halts);
  b.if(i32.gt(i32.load(integer.equalSteps), order), () => chooseOrder(b, memory, options.highestOrder, now, () => rescale(scene, factor)));
  if (halting) leave(scene, halting.halts, loopCode.eventFound);
}

/** Accepts the step as far as to where the run halts in it. A known stop is not stepped to but read off the path, as what is found is: so order and step size outlive what changes nothing. */
function acceptUpToHalt({ b, memory, now }: LoopScene, { stop, halt, halts }: HaltingLocals): void {
  const { t, h, order, end } = now;
  b.set(halt, f64.min(stop, searchEvent(t, h, end)));
  b.set(halts, f64.le(halt, end));
  b.if(
    f64.lt(halt, end),
    () => {
      b.call("truncate", order, f64.div(f64.sub(halt, t), h));
      b.store(memory.integer.equalSteps, i32.const(0));
      b.set(end, halt);
    },
    () => b.call("accept", order),
  );
}

function reject(scene: LoopScene): void {
  const { b, memory, now } = scene;
  const { real, integer } = memory;
  const { h, order, error, factor, safety, outcome } = now;
  const retreat = (refused: number, by: Value): void => {
    b.store(integer.refused, i32.const(refused));
    b.set(factor, by);
  };
  increment(scene, integer.rejected);
  b.if(
    f64.lt(error, Infinity),
    () => {
      b.store(integer.refused, i32.const(1));
      increment(scene, integer.failures);
      b.set(factor, f64.max(f64.load(real.shrink), f64.mul(safety, f64.call("inverseRoot", error, i32.add(order, 1)))));
    },
    () =>
      b.if(
        i32.eq(outcome, correction.tooSlow),
        () => retreat(1, f64.const(SLOW_RETREAT)),
        () => retreat(2, f64.load(real.retreat)),
      ),
  );
  rescale(scene, factor);
  // A polynomial that fails again and again follows something that is no more.
  b.if(i32.ge(i32.load(integer.failures), MOST_FAILURES), () => {
    b.set(h, f64.load(real.step));
    b.call("restart");
    b.set(order, 1);
    b.if(f64.lt(h, f64.load(real.step)), () => rescale(scene, f64.div(h, f64.load(real.step))));
  });
}

/** Writes all requested times up to the step's end, or before it where the run halts. */
export function writeBdfOutputs(b: FunctionBuilder, memory: BdfMemory, end: Local, halts: Local | null): void {
  const { integer } = memory;
  const time = b.local("f64", "requested");
  const reached = b.local("i32", "reached", i32.load(integer.reached));
  b.loop((loop) => {
    b.if(i32.ge(reached, i32.load(integer.timeCount)), () => b.break(loop));
    b.set(time, f64.load(i32.add(i32.load(integer.timesAddress), i32.shl(reached, 3))));
    const isLater = f64.gt(time, end);
    // Where events may be due the state is written once they have happened.
    b.if(halts ? i32.or(isLater, i32.and(halts, f64.eq(time, end))) : isLater, () => b.break(loop));
    b.call("interpolate", i32.add(i32.load(integer.outputsAddress), i32.mul(reached, 8 * memory.size)), time);
    b.set(reached, i32.add(reached, 1));
  });
  b.store(integer.reached, reached);
}
