import type { FunctionBuilder, ProgramBuilder } from "../../kernel/builder.ts";
import { f64, i32 } from "../../kernel/builder.ts";
import type { Local, Value } from "../../kernel/program.ts";
import { bdfCoefficients, byOrder } from "./bdf-coefficients.ts";
import { correction } from "./bdf-correct.ts";
import { at, bdfVectors } from "./bdf-differences.ts";
import type { BdfMemory } from "./bdf-memory.ts";
import { difference } from "./bdf-memory.ts";
import { BREAKPOINT_MARGIN, ERROR_FLOOR, STEP_FLOOR, STEP_LARGEST, STEP_TINIEST } from "./controller.ts";
import { searchEvent } from "./event-program.ts";
import { loopCode } from "./loop.ts";
import type { Vector } from "./vector.ts";

/** Factors serve while c stays this near to theirs, as a fraction. */
const FACTOR_RANGE = 0.3;
/** Step after an iteration that did not converge with fresh factors. */
const SLOW_RETREAT = 0.25;
/** Failed error tests after which the differences are taken for worthless. */
const MOST_FAILURES = 3;
/** A step stays as it is while the best change would be between these. */
const KEEP = [0.9, 1.2] as const;
/** What is kept of the safety that one-step methods have: past errors say less about the next step when several enter it. */
const CAUTION = 0.9;
/** Orders below and above the present one have to promise a little more. @source Shampine & Reichelt 1997 (ode15s: 1.3 and 1.4 against 1.2) */
const LOWER_CAUTION = 1.2 / 1.3;
const HIGHER_CAUTION = 1.2 / 1.4;

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
export function writeBdfLoop(program: ProgramBuilder, memory: BdfMemory, { errorStates, highestOrder, hasEvents, record, exactly }: BdfLoopOptions): void {
  const { real, integer } = memory;
  const of = (j: number): Vector => at(difference(memory, j));

  // Root mean square of ∇^j, or of the change for j = 0, over tolerances at both ends of the step.
  for (const [name, vector] of [["errorOfChange", at(memory.change)], ...[2, 3, 4, 5, 6].map((j) => [`size${j}`, of(j)] as const)] as const) {
    program.function(name, { result: "f64", exported: false }, (b) => {
      const rtol = b.local("f64", "rtol", f64.load(real.rtol));
      const atol = b.local("f64", "atol", f64.load(real.atol));
      const before = name === "errorOfChange" ? of(0) : at(memory.predicted);
      const scaled = (read: (vector: Vector) => Value): Value =>
        f64.div(read(vector), f64.add(atol, f64.mul(rtol, f64.max(f64.abs(read(before)), f64.abs(read(at(memory.state)))))));
      const total = bdfVectors(b, memory).sum(0, errorStates, (read) => f64.mul(scaled(read), scaled(read)));
      b.return(f64.sqrt(f64.mul(1 / Math.max(1, errorStates), total)));
    });
  }

  program.function("advance", { parameters: { budget: "i32" }, result: "i32" }, (b, { budget }) => {
    if (!budget) return;
    const t = b.local("f64", "t", f64.load(real.time));
    const h = b.local("f64", "h");
    const order = b.local("i32", "order");
    const breakpoint = b.local("f64", "breakpoint", f64.load(i32.load(integer.breakpointAddress)));
    const margin = b.local("f64", "margin");
    const room = b.local("f64", "room");
    const end = b.local("f64", "end");
    const c = b.local("f64", "c");
    const share = b.local("f64", "share");
    const moved = b.local("f64", "moved");
    const fresh = b.local("i32", "fresh");
    const outcome = b.local("i32", "outcome");
    const error = b.local("f64", "error");
    const factor = b.local("f64", "factor");
    const safety = b.local("f64", "safety", f64.mul(CAUTION, f64.load(real.safety)));
    const code = b.local("i32", "code", i32.const(loopCode.done));
    const halting = hasEvents
      ? { stop: b.local("f64", "stop", f64.load(real.stopTime)), halt: b.local("f64", "halt"), halts: b.local("i32", "halts") }
      : null;
    const increment = (field: number): void => b.store(field, i32.add(i32.load(field), 1));
    const rescale = (by: Value): void => {
      b.call("rescale", by, order);
      b.store(integer.equalSteps, i32.const(0));
    };

    b.loop((loop) => {
      const leave = (condition: Value, reason: number): void =>
        b.if(condition, () => {
          b.set(code, reason);
          b.break(loop);
        });
      /** Halts at the stop without a step: so near it that a step there could be too small. */
      const haltIf = (condition: Value, stop: Local): void =>
        b.if(condition, () => {
          b.store(real.time, stop);
          b.set(code, loopCode.eventFound);
          b.break(loop);
        });
      leave(i32.ge(i32.load(integer.reached), i32.load(integer.timeCount)), loopCode.done);
      leave(i32.le(budget, 0), loopCode.paused);
      leave(i32.ge(i32.add(i32.load(integer.accepted), i32.load(integer.rejected)), i32.load(integer.maxSteps)), loopCode.tooManySteps);
      if (record) leave(i32.ge(i32.load(integer.tapeCount), i32.load(integer.tapeCapacity)), loopCode.tapeFull);
      // A step ends just before a breakpoint and the next begins just after it: each sees one side only.
      b.loop((passing) => {
        b.if(f64.eq(breakpoint, Infinity), () => b.break(passing));
        b.set(margin, f64.add(f64.mul(BREAKPOINT_MARGIN, f64.abs(breakpoint)), STEP_TINIEST));
        // Nearer than two smallest steps, what is left could be too small for one.
        b.if(f64.gt(f64.sub(breakpoint, t), f64.mul(2 * (STEP_FLOOR / BREAKPOINT_MARGIN), margin)), () => b.break(passing));
        if (halting) haltIf(f64.le(halting.stop, f64.add(breakpoint, margin)), halting.stop);
        b.set(t, f64.add(breakpoint, margin));
        b.store(real.time, t);
        b.store(integer.breakpointAddress, i32.add(i32.load(integer.breakpointAddress), 8));
        b.set(breakpoint, f64.load(i32.load(integer.breakpointAddress)));
        b.if(i32.isZero(i32.call("restart")), () => {
          b.store(integer.refused, i32.const(2));
          b.set(code, loopCode.nonFinite);
          b.break(loop);
        });
      });
      b.set(order, i32.load(integer.order));
      leave(f64.lt(f64.load(real.step), f64.add(f64.mul(STEP_FLOOR, f64.abs(t)), STEP_TINIEST)), loopCode.stepTooSmall);
      if (halting) haltIf(f64.le(f64.sub(halting.stop, t), f64.mul(2, f64.add(f64.mul(STEP_FLOOR, f64.abs(t)), STEP_TINIEST))), halting.stop);
      b.if(f64.lt(breakpoint, Infinity), () => {
        b.set(room, f64.sub(f64.sub(breakpoint, margin), t));
        b.if(f64.gt(f64.load(real.step), room), () => rescale(f64.div(room, f64.load(real.step))));
      });
      b.set(h, f64.load(real.step));
      b.set(end, f64.add(t, h));
      b.set(c, f64.div(h, byOrder(order, bdfCoefficients.alpha)));
      b.set(share, byOrder(order, bdfCoefficients.error));
      b.store(real.attempted, h);
      b.set(budget, i32.sub(budget, 1));

      b.call("predict", order);
      b.set(moved, f64.div(c, f64.load(real.factored)));
      b.set(fresh, i32.or(i32.load(integer.stale), i32.or(f64.lt(moved, 1 - FACTOR_RANGE), f64.gt(moved, 1 + FACTOR_RANGE))));
      b.set(outcome, correction.converged);
      b.if(fresh, () => b.set(outcome, i32.call("refresh", end, c)));
      b.if(i32.eq(outcome, correction.converged), () => b.set(outcome, i32.call("correct", end, c, share)));
      b.if(i32.and(i32.eq(outcome, correction.tooSlow), i32.isZero(fresh)), () => {
        b.if(i32.call("refresh", end, c), () => b.set(outcome, i32.call("correct", end, c, share)));
      });
      if (exactly) b.if(i32.eq(outcome, correction.converged), () => b.set(outcome, i32.call("correctExactly", end, c)));
      b.set(error, f64.const(Infinity));
      b.if(i32.eq(outcome, correction.converged), () => b.set(error, f64.mul(share, f64.call("errorOfChange"))));

      b.if(
        f64.le(error, 1),
        () => {
          b.store(integer.refused, i32.const(0));
          b.store(integer.failures, i32.const(0));
          increment(integer.accepted);
          increment(integer.equalSteps);
          if (record) b.call("recordStep");
          const accept = (): void => b.call("accept", order);
          if (halting) {
            const { stop, halt, halts } = halting;
            // A known stop is not stepped to but read off the path, as what is found is: so order and step size outlive what changes nothing.
            b.set(halt, f64.min(stop, searchEvent(t, h, end)));
            b.set(halts, f64.le(halt, end));
            const truncate = (): void => {
              b.call("truncate", order, f64.div(f64.sub(halt, t), h));
              b.store(integer.equalSteps, i32.const(0));
              b.set(end, halt);
            };
            b.if(f64.lt(halt, end), truncate, accept);
          } else accept();
          b.set(t, end);
          b.store(real.time, t);
          writeBdfOutputs(b, memory, end, halting && halting.halts);
          b.if(i32.gt(i32.load(integer.equalSteps), order), () => {
            b.set(error, f64.max(error, ERROR_FLOOR));
            b.set(factor, f64.call("inverseRoot", error, i32.add(order, 1)));
            const best = b.local("i32", "best");
            const other = b.local("f64", "other");
            b.set(best, order);
            const compare = (rival: number, caution: number): void => {
              b.set(other, f64.max(ERROR_FLOOR, f64.mul(bdfCoefficients.error[rival] ?? 1, f64.call(`size${rival + 1}`))));
              b.set(other, f64.mul(caution, f64.call("inverseRoot", other, i32.const(rival + 1))));
              b.if(f64.gt(other, factor), () => {
                b.set(factor, other);
                b.set(best, rival);
              });
            };
            for (let known = 1; known <= highestOrder; known++) {
              b.if(i32.eq(order, known), () => {
                if (known > 1) compare(known - 1, LOWER_CAUTION);
                if (known < highestOrder) compare(known + 1, HIGHER_CAUTION);
              });
            }
            b.set(factor, f64.min(f64.load(real.grow), f64.max(f64.load(real.shrink), f64.mul(safety, factor))));
            b.set(factor, f64.min(factor, f64.div(STEP_LARGEST, h)));
            b.if(i32.or(f64.lt(factor, KEEP[0]), f64.gt(factor, KEEP[1])), () => {
              b.set(order, best);
              b.store(integer.order, best);
              rescale(factor);
            });
          });
          if (halting) leave(halting.halts, loopCode.eventFound);
        },
        () => {
          increment(integer.rejected);
          b.if(
            f64.lt(error, Infinity),
            () => {
              b.store(integer.refused, i32.const(1));
              increment(integer.failures);
              b.set(factor, f64.max(f64.load(real.shrink), f64.mul(safety, f64.call("inverseRoot", error, i32.add(order, 1)))));
            },
            () => {
              b.if(
                i32.eq(outcome, correction.tooSlow),
                () => {
                  b.store(integer.refused, i32.const(1));
                  b.set(factor, SLOW_RETREAT);
                },
                () => {
                  b.store(integer.refused, i32.const(2));
                  b.set(factor, f64.load(real.retreat));
                },
              );
            },
          );
          rescale(factor);
          // A polynomial that fails again and again follows something that is no more.
          b.if(i32.ge(i32.load(integer.failures), MOST_FAILURES), () => {
            b.set(h, f64.load(real.step));
            b.call("restart");
            b.set(order, 1);
            b.if(f64.lt(h, f64.load(real.step)), () => rescale(f64.div(h, f64.load(real.step))));
          });
        },
      );
    });
    b.return(code);
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
