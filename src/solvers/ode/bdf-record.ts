import type { FunctionBuilder, LoopLabel, ProgramBuilder } from "../../kernel/builder.ts";
import { f64, i32 } from "../../kernel/builder.ts";
import type { Value } from "../../kernel/program.ts";
import { bdfCoefficients, byOrder } from "./bdf-coefficients.ts";
import { correction, findFresh } from "./bdf-correct.ts";
import { at, bdfVectors } from "./bdf-differences.ts";
import { writeBdfOutputs } from "./bdf-loop.ts";
import type { BdfMemory } from "./bdf-memory.ts";
import { bdfTapeRow, difference } from "./bdf-memory.ts";
import { advanceBreakpoint, breakUnlessNear } from "./loop-breakpoints.ts";
import { leave, loopCode } from "./loop.ts";
import type { VectorWriter } from "./vector.ts";

/** Factors serve while c stays this near to theirs, as a fraction: nearer than where a few corrections have to do. */
const FACTOR_RANGE = 0.1;

/**
 * Writes what a record of steps needs beside the loop:
 * `recordStep()`, a row of the tape for the step that is about to be accepted; and
 * `replay(budget: i32): i32`, which takes given steps as `advance` takes its own and returns a `loopCode`: differences are those of the same
 * polynomial at the next size, whatever was tried in between, and equations are solved by `correctExactly`.
 */
export function writeBdfRecord(program: ProgramBuilder, memory: BdfMemory): void {
  const { real, integer, size } = memory;

  program.function("recordStep", { exported: false }, (b) => {
    const row = b.local("i32", "row", i32.add(i32.load(integer.tapeAddress), i32.mul(i32.load(integer.tapeCount), bdfTapeRow.bytes(size))));
    b.store(row, f64.load(real.time), bdfTapeRow.time);
    b.store(row, f64.load(real.step), bdfTapeRow.step);
    b.store(row, f64.select(i32.load(integer.afresh), 0, f64.fromI32(i32.load(integer.order))), bdfTapeRow.order);
    b.repeat(size, (index) => b.store(i32.add(row, i32.shl(index, 3)), f64.load(i32.shl(index, 3), difference(memory, 0)), bdfTapeRow.state));
    b.store(integer.afresh, i32.const(0));
    b.store(integer.tapeCount, i32.add(i32.load(integer.tapeCount), 1));
  });

  program.function("replay", { parameters: { budget: "i32" }, result: "i32" }, (b, { budget }) => {
    if (!budget) return;
    const vectors = bdfVectors(b, memory);
    const now = replayLocals(b, memory);
    const { t, h, end, order, given, outcome, code } = now;
    const accepted = i32.load(integer.accepted);
    b.loop((loop) => {
      const scene: ReplayScene = { b, loop, memory, vectors, now };
      leave(scene, i32.ge(i32.load(integer.reached), i32.load(integer.timeCount)), loopCode.done);
      leave(scene, i32.le(budget, 0), loopCode.paused);
      leave(scene, i32.ge(accepted, i32.load(integer.maxSteps)), loopCode.tooManySteps);
      leave(scene, i32.ge(i32.load(integer.tapeCount), i32.load(integer.tapeCapacity)), loopCode.tapeFull);
      leave(scene, i32.ge(accepted, given), loopCode.stepsEnded);
      passBreakpoints(scene);
      takeGiven(scene, accepted);
      b.store(real.step, h);
      b.store(integer.order, order);
      b.store(real.attempted, h);
      b.set(end, f64.add(t, h));
      b.set(now.c, f64.div(h, byOrder(order, bdfCoefficients.alpha)));
      b.set(budget, i32.sub(budget, 1));
      solveStep(scene);
      leave(scene, i32.eq(outcome, correction.nonFinite), loopCode.nonFinite);
      leave(scene, i32.ne(outcome, correction.converged), loopCode.stepTooSmall);
      b.call("recordStep");
      b.call("accept", order);
      b.store(integer.accepted, i32.add(accepted, 1));
      b.set(t, end);
      b.store(real.time, t);
      writeBdfOutputs(b, memory, end, null);
    });
    b.return(code);
  });
}

/** What the parts of a replay share. */
interface ReplayScene {
  readonly b: FunctionBuilder;
  readonly loop: LoopLabel;
  readonly memory: BdfMemory;
  readonly vectors: VectorWriter;
  readonly now: ReturnType<typeof replayLocals>;
}

const replayLocals = (b: FunctionBuilder, { real, integer }: BdfMemory) => ({
  t: b.local("f64", "t", f64.load(real.time)),
  h: b.local("f64", "h"),
  end: b.local("f64", "end"),
  c: b.local("f64", "c"),
  /** c over that of the factors at hand. */
  moved: b.local("f64", "moved"),
  order: b.local("i32", "order"),
  /** How many steps are given, and where the one at hand stands. */
  given: b.local("i32", "given", i32.load(integer.stepsCount)),
  step: b.local("i32", "step"),
  fresh: b.local("i32", "fresh"),
  outcome: b.local("i32", "outcome"),
  code: b.local("i32", "code", i32.const(loopCode.done)),
});

/** A given step ends just before a breakpoint and the next begins just after it, as when they were recorded. */
function passBreakpoints({ b, memory: { real, integer }, now: { t } }: ReplayScene): void {
  const breakpoint = b.local("f64", "breakpoint");
  const margin = b.local("f64", "margin");
  b.loop((passing) => {
    b.set(breakpoint, f64.load(i32.load(integer.breakpointAddress)));
    breakUnlessNear(b, passing, { t, breakpoint, margin });
    // Steps given for other parameters may have gone past it already: time never goes back.
    b.set(t, f64.max(t, f64.add(breakpoint, margin)));
    b.store(real.time, t);
    advanceBreakpoint(b, integer);
  });
}

/** Takes size and order of a given step, and the differences for them: the same polynomial's, or those of a beginning. */
function takeGiven({ b, memory, vectors, now }: ReplayScene, index: Value): void {
  const { real, integer } = memory;
  const { t, h, order, given, step } = now;
  b.set(step, i32.add(i32.load(integer.stepsAddress), i32.shl(index, 3)));
  b.set(h, f64.load(step));
  b.set(order, i32.fromF64(f64.load(i32.add(step, i32.shl(given, 3)))));
  b.store(integer.afresh, i32.isZero(order));
  b.if(
    order,
    () => b.if(f64.ne(h, f64.load(real.step)), () => b.call("rescale", f64.div(h, f64.load(real.step)), order)),
    () => {
      b.set(order, 1);
      b.call("rhs", i32.const(memory.rate), t, i32.const(difference(memory, 0)));
      vectors.assign(at(difference(memory, 1)), (of) => f64.mul(h, of(at(memory.rate))));
      for (const j of [2, 3]) vectors.assign(at(difference(memory, j)), () => f64.const(0));
      b.store(integer.stale, i32.const(1));
    },
  );
}

/** Predicts and corrects, once more with fresh factors where those at hand do not serve. */
function solveStep({ b, memory, vectors, now }: ReplayScene): void {
  const { end, c, order, fresh, outcome } = now;
  b.call("predict", order);
  findFresh(b, memory, now, FACTOR_RANGE);
  const solve = (): void => {
    vectors.assign(at(memory.state), (of) => of(at(memory.predicted)));
    vectors.assign(at(memory.change), () => f64.const(0));
    b.set(outcome, correction.converged);
    b.if(fresh, () => b.set(outcome, i32.call("refresh", end, c)));
    b.if(i32.eq(outcome, correction.converged), () => b.set(outcome, i32.call("correctExactly", end, c)));
  };
  solve();
  b.if(i32.and(i32.ne(outcome, correction.converged), i32.isZero(fresh)), () => {
    b.set(fresh, 1);
    solve();
  });
}
