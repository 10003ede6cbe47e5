import type { FunctionBuilder, ProgramBuilder } from "../../kernel/builder.ts";
import { f64, i32 } from "../../kernel/builder.ts";
import type { Local, Value } from "../../kernel/program.ts";
import { BREAKPOINT_MARGIN, ERROR_FLOOR, STEP_FLOOR, STEP_LARGEST, STEP_TINIEST, controllerExponents, rootPowers } from "./controller.ts";
import { searchEvent, writeStateAt } from "./event-program.ts";
import type { OdeMemory } from "./memory.ts";
import { tapeRow } from "./memory.ts";
import type { OdeMethod } from "./method.ts";
import type { Vector } from "./vector.ts";
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
  const size = memory.stateCount;
  const { real, integer } = memory;
  const exponents = controllerExponents(method.facts.errorOrder ?? method.facts.order);

  program.function("advance", { parameters: { budget: "i32" }, result: "i32" }, (b, { budget }) => {
    if (!budget) return;
    const vectors = memoryVectors(b, size, memory.vector);
    const y: Vector = { kind: "memory", address: memory.state };
    const next: Vector = { kind: "memory", address: memory.next };
    const first: Vector = { kind: "memory", address: memory.stages };
    const last: Vector = { kind: "memory", address: memory.stages + 8 * size * (method.tableau.nodes.length - 1) };

    const t = b.local("f64", "t", f64.load(real.time));
    const h = b.local("f64", "h", f64.load(real.step));
    const previous = b.local("f64", "previous", f64.load(real.previousPower));
    const reached = b.local("i32", "reached", i32.load(integer.reached));
    const count = b.local("i32", "count", i32.load(integer.timeCount));
    const accepted = b.local("i32", "accepted", i32.load(integer.accepted));
    const rejected = b.local("i32", "rejected", i32.load(integer.rejected));
    const refused = b.local("i32", "refused", i32.load(integer.refused));
    const given = b.local("i32", "given", i32.load(integer.stepsCount));
    const end = b.local("f64", "end");
    const breakpoint = b.local("f64", "breakpoint", f64.load(i32.load(integer.breakpointAddress)));
    const margin = b.local("f64", "margin");
    const error = b.local("f64", "error");
    const factor = b.local("f64", "factor");
    const code = b.local("i32", "code", i32.const(loopCode.done));
    const halting = hasEvents ? haltingLocals(b, memory) : null;

    const powersOf = (x: Local): [Local, Local] => rootPowers(b, x, [exponents.integral, exponents.proportional]) as [Local, Local];

    b.loop((loop) => {
      const leave = (condition: Value, reason: number): void =>
        b.if(condition, () => {
          b.set(code, reason);
          b.break(loop);
        });
      /** Halts at the stop without a step: so near it that a step there could be too small. */
      const haltIf = (condition: Value, { stop }: HaltingLocals): void =>
        b.if(condition, () => {
          b.set(t, stop);
          b.set(code, loopCode.eventFound);
          b.break(loop);
        });
      leave(i32.ge(reached, count), loopCode.done);
      leave(i32.le(budget, 0), loopCode.paused);
      leave(i32.ge(i32.add(accepted, rejected), i32.load(integer.maxSteps)), loopCode.tooManySteps);
      if (record) leave(i32.ge(i32.load(integer.tapeCount), i32.load(integer.tapeCapacity)), loopCode.tapeFull);
      // A step ends just before a breakpoint and the next begins just after it: each sees one side only.
      b.loop((passing) => {
        b.if(f64.eq(breakpoint, Infinity), () => b.break(passing));
        b.set(margin, f64.add(f64.mul(BREAKPOINT_MARGIN, f64.abs(breakpoint)), STEP_TINIEST));
        // Nearer than two smallest steps, what is left could be too small for one.
        b.if(f64.gt(f64.sub(breakpoint, t), f64.mul(2 * (STEP_FLOOR / BREAKPOINT_MARGIN), margin)), () => b.break(passing));
        if (halting) haltIf(f64.le(halting.stop, f64.add(breakpoint, margin)), halting);
        // Steps given for other parameters may have gone past it already: time never goes back.
        b.set(t, f64.max(t, f64.add(breakpoint, margin)));
        if (method.facts.firstSameAsLast) b.call("rhs", i32.const(memory.stages), t, i32.const(memory.state));
        b.store(integer.breakpointAddress, i32.add(i32.load(integer.breakpointAddress), 8));
        b.set(breakpoint, f64.load(i32.load(integer.breakpointAddress)));
      });
      b.if(
        i32.gt(given, 0),
        () => {
          leave(i32.ge(accepted, given), loopCode.stepsEnded);
          b.set(h, f64.load(i32.add(i32.load(integer.stepsAddress), i32.shl(accepted, 3))));
          if (halting) {
            b.set(halting.givenFound, f64.lt(h, 0));
            b.set(h, f64.abs(h));
            b.set(halting.givenCut, f64.eq(h, Infinity));
          }
        },
        () => {
          leave(f64.lt(h, f64.add(f64.mul(STEP_FLOOR, f64.abs(t)), STEP_TINIEST)), loopCode.stepTooSmall);
          b.if(f64.lt(breakpoint, Infinity), () => b.set(h, f64.min(h, f64.sub(f64.sub(breakpoint, margin), t))));
        },
      );
      if (halting) {
        const { stop, wanted, cut } = halting;
        haltIf(f64.le(f64.sub(stop, t), f64.mul(2, f64.add(f64.mul(STEP_FLOOR, f64.abs(t)), STEP_TINIEST))), halting);
        b.set(wanted, h);
        b.set(cut, f64.le(stop, f64.add(t, h)));
        leave(i32.and(i32.gt(given, 0), i32.ne(i32.and(cut, f64.lt(stop, Infinity)), halting.givenCut)), loopCode.stepsEnded);
        b.if(cut, () => b.set(h, f64.sub(stop, t)));
      }

      b.store(real.attempted, h);
      b.set(error, f64.call("attempt", t, h));
      b.set(budget, i32.sub(budget, 1));
      b.if(
        i32.or(f64.le(error, 1), i32.and(i32.gt(given, 0), f64.lt(error, Infinity))),
        () => {
          b.set(end, f64.add(t, h));
          if (halting) {
            const { stop, stepEnd, found, cut, halts, barely } = halting;
            b.set(stepEnd, f64.select(cut, stop, end));
            b.set(found, searchEvent(t, h, stepEnd));
            b.set(barely, f64.le(f64.sub(found, t), f64.add(f64.mul(SAME_MOMENT, f64.abs(t)), STEP_TINIEST)));
            leave(i32.and(i32.and(i32.gt(given, 0), i32.isZero(barely)), i32.ne(f64.lt(found, Infinity), halting.givenFound)), loopCode.stepsEnded);
            b.set(end, f64.min(stepEnd, found));
            b.set(halts, i32.or(cut, f64.lt(found, Infinity)));
          }
          if (record && halting) b.if(i32.isZero(halting.barely), () => writeTapeRow(b, memory, t, recordedStep(h, halting), keeps));
          else if (record) writeTapeRow(b, memory, t, h, keeps);
          writeOutputs(b, memory, { t, h, end, reached, count, halts: halting && halting.halts });
          const advance = (): void => vectors.assign(y, (of) => of(next));
          if (halting) {
            const inside: Vector = { kind: "memory", address: memory.vector("eventState") };
            const advanceToFound = (): void => {
              writeStateAt(b, memory.vector("eventState"), end, t, h);
              vectors.assign(y, (of) => of(inside));
            };
            b.if(f64.lt(end, halting.stepEnd), advanceToFound, advance);
          } else advance();
          if (method.facts.firstSameAsLast) vectors.assign(first, (of) => of(last));
          b.set(t, end);
          if (halting) {
            b.set(accepted, i32.add(accepted, i32.isZero(halting.barely)));
            b.set(rejected, i32.add(rejected, halting.barely));
          } else b.set(accepted, i32.add(accepted, 1));
          b.set(error, f64.max(error, ERROR_FLOOR));
          const [integral, proportional] = powersOf(error);
          b.set(factor, f64.div(f64.mul(f64.load(real.safety), previous), integral));
          b.set(factor, f64.min(f64.load(real.grow), f64.max(f64.load(real.shrink), factor)));
          b.if(refused, () => b.set(factor, f64.min(factor, 1)));
          b.set(h, f64.min(f64.mul(h, factor), STEP_LARGEST));
          b.set(previous, proportional);
          b.set(refused, 0);
          if (halting) {
            // What cut the step says nothing about the next one.
            b.if(halting.cut, () => b.set(h, f64.max(h, halting.wanted)));
            leave(halting.halts, loopCode.eventFound);
          }
        },
        () => {
          b.set(rejected, i32.add(rejected, 1));
          b.if(
            f64.lt(error, Infinity),
            () => {
              b.set(refused, 1);
              const [integral] = powersOf(error);
              b.set(factor, f64.div(f64.load(real.safety), integral));
              b.set(factor, f64.max(f64.load(real.shrink), factor));
            },
            () => {
              b.set(refused, 2);
              b.set(factor, f64.load(real.retreat));
            },
          );
          leave(i32.gt(given, 0), loopCode.nonFinite);
          b.set(h, f64.mul(h, factor));
        },
      );
    });

    b.store(real.time, t);
    b.store(real.step, h);
    b.store(real.previousPower, previous);
    b.store(integer.reached, reached);
    b.store(integer.accepted, accepted);
    b.store(integer.rejected, rejected);
    b.store(integer.refused, refused);
    b.return(code);
  });
}

/** What the loop keeps for halting at events. */
type HaltingLocals = ReturnType<typeof haltingLocals>;

const haltingLocals = (b: FunctionBuilder, memory: OdeMemory) => ({
  stop: b.local("f64", "stop", f64.load(memory.real.stopTime)),
  /** End of the whole step. */
  stepEnd: b.local("f64", "stepEnd"),
  /** Step size before the stop cut it. */
  wanted: b.local("f64", "wanted"),
  found: b.local("f64", "found"),
  cut: b.local("i32", "cut"),
  halts: b.local("i32", "halts"),
  /** Whether it was found where the step begins, but for rounding: such a step comes to nothing, and counts as rejected. */
  barely: b.local("i32", "barely"),
  /** What a given step says: that something was found in it, that a known time cut it. */
  givenFound: b.local("i32", "givenFound"),
  givenCut: b.local("i32", "givenCut"),
});

/** A step as `Tape.steps` has it. */
function recordedStep(h: Local, { cut, found }: HaltingLocals): Value {
  const size = f64.select(cut, Infinity, h);
  return f64.select(f64.lt(found, Infinity), f64.sub(0, size), size);
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
