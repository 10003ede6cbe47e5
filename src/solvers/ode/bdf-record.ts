import type { FunctionBuilder, ProgramBuilder } from "../../kernel/builder.ts";
import { f64, i32 } from "../../kernel/builder.ts";
import type { Value } from "../../kernel/program.ts";
import { bdfCoefficients, byOrder } from "./bdf-coefficients.ts";
import { correction } from "./bdf-correct.ts";
import { at, bdfVectors } from "./bdf-differences.ts";
import { writeBdfOutputs } from "./bdf-loop.ts";
import type { BdfMemory } from "./bdf-memory.ts";
import { bdfTapeRow, difference } from "./bdf-memory.ts";
import { BREAKPOINT_MARGIN, STEP_FLOOR, STEP_TINIEST } from "./controller.ts";
import { loopCode } from "./loop.ts";

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
    const t = b.local("f64", "t", f64.load(real.time));
    const h = b.local("f64", "h");
    const end = b.local("f64", "end");
    const c = b.local("f64", "c");
    const moved = b.local("f64", "moved");
    const order = b.local("i32", "order");
    const given = b.local("i32", "given", i32.load(integer.stepsCount));
    const step = b.local("i32", "step");
    const fresh = b.local("i32", "fresh");
    const outcome = b.local("i32", "outcome");
    const code = b.local("i32", "code", i32.const(loopCode.done));
    const accepted = (): Value => i32.load(integer.accepted);
    b.loop((loop) => {
      const leave = (condition: Value, reason: number): void =>
        b.if(condition, () => {
          b.set(code, reason);
          b.break(loop);
        });
      leave(i32.ge(i32.load(integer.reached), i32.load(integer.timeCount)), loopCode.done);
      leave(i32.le(budget, 0), loopCode.paused);
      leave(i32.ge(accepted(), i32.load(integer.maxSteps)), loopCode.tooManySteps);
      leave(i32.ge(i32.load(integer.tapeCount), i32.load(integer.tapeCapacity)), loopCode.tapeFull);
      leave(i32.ge(accepted(), given), loopCode.stepsEnded);
      passBreakpoints(b, memory, t);
      b.set(step, i32.add(i32.load(integer.stepsAddress), i32.shl(accepted(), 3)));
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
      b.store(real.step, h);
      b.store(integer.order, order);
      b.store(real.attempted, h);
      b.set(end, f64.add(t, h));
      b.set(c, f64.div(h, byOrder(order, bdfCoefficients.alpha)));
      b.set(budget, i32.sub(budget, 1));
      b.call("predict", order);
      b.set(moved, f64.div(c, f64.load(real.factored)));
      b.set(fresh, i32.or(i32.load(integer.stale), i32.or(f64.lt(moved, 1 - FACTOR_RANGE), f64.gt(moved, 1 + FACTOR_RANGE))));
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
      leave(i32.eq(outcome, correction.nonFinite), loopCode.nonFinite);
      leave(i32.ne(outcome, correction.converged), loopCode.stepTooSmall);
      b.call("recordStep");
      b.call("accept", order);
      b.store(integer.accepted, i32.add(accepted(), 1));
      b.set(t, end);
      b.store(real.time, t);
      writeBdfOutputs(b, memory, end, null);
    });
    b.return(code);
  });
}

/** A given step ends just before a breakpoint and the next begins just after it, as when they were recorded. */
function passBreakpoints(b: FunctionBuilder, { real, integer }: BdfMemory, t: ReturnType<FunctionBuilder["local"]>): void {
  const breakpoint = b.local("f64", "breakpoint");
  const margin = b.local("f64", "margin");
  b.loop((passing) => {
    b.set(breakpoint, f64.load(i32.load(integer.breakpointAddress)));
    b.if(f64.eq(breakpoint, Infinity), () => b.break(passing));
    b.set(margin, f64.add(f64.mul(BREAKPOINT_MARGIN, f64.abs(breakpoint)), STEP_TINIEST));
    b.if(f64.gt(f64.sub(breakpoint, t), f64.mul(2 * (STEP_FLOOR / BREAKPOINT_MARGIN), margin)), () => b.break(passing));
    // Steps given for other parameters may have gone past it already: time never goes back.
    b.set(t, f64.max(t, f64.add(breakpoint, margin)));
    b.store(real.time, t);
    b.store(integer.breakpointAddress, i32.add(i32.load(integer.breakpointAddress), 8));
  });
}
