import type { FunctionBuilder, ProgramBuilder } from "../../kernel/builder.ts";
import { f64, i32 } from "../../kernel/builder.ts";
import type { Local, Value } from "../../kernel/program.ts";
import { STEP_FLOOR, STEP_TINIEST } from "../ode/controller.ts";
import { loopCode } from "../ode/loop.ts";
import type { OdeMemory } from "../ode/memory.ts";
import type { OdeMethod } from "../ode/method.ts";
import { copyParameters, laneWords, row } from "./lane-words.ts";
import type { LaneMemory } from "./memory.ts";
import { laneFlag, startFailed } from "./memory.ts";
import { writeOutputs } from "./output.ts";
import type { LaneTransfer } from "./transfer.ts";
import { laneTransfer } from "./transfer.ts";

/** What `advanceLanes` returns. */
export const lanesCode = { done: 0, paused: 1, failed: 2, halted: 3 } as const;

/** The flag of a lane whose run failed: its loop code, out of the way of the other flags. */
const failureFlag = (code: number): number => 16 + code;

/** What the writers of this file share. */
export interface LaneScene {
  readonly method: OdeMethod;
  /** The scalar memory, which `begin`, `interpolate` and `rhs` work in. */
  readonly scalar: OdeMemory;
  readonly parameterCount: number;
  /** Address of the verdict in scalar code. */
  readonly refused: number;
  /** Address of the time of the next breakpoint. */
  readonly breakpoint: number;
  readonly memory: LaneMemory;
  readonly hasBreakpoints: boolean;
  /** Whether runs halt for events at known times; the loop then passes breakpoints too. */
  readonly hasEvents: boolean;
  /** Name of the lane version of a scalar function. */
  readonly wide: (name: string) => string;
}

/**
 * Writes `advanceLanes(budget: i32): i32`: attempts up to `budget` steps of all lanes together and returns a `lanesCode`. Each
 * lane has a time, a step size and a controller of its own; when its run ends the next one takes its place. What happens
 * to one run is read and written for its lane alone, by the code of a single run. With events it also returns when a run begins or stands
 * at its stop, with the run in the scalar memory, and `resume` or `giveUp` has to be called before it goes on.
 */
export function writeLaneLoop(program: ProgramBuilder, scene: LaneScene): void {
  const { memory, hasEvents, wide } = scene;
  const hasBreakpoints = scene.hasBreakpoints || hasEvents;
  const { block, lane, width } = memory;
  writeOutputs(program, scene);
  writeSettle(program, scene);
  writeRefill(program, scene);
  writeAttend(program, scene);
  if (hasBreakpoints) writePassing(program, scene);
  if (hasEvents) writeResume(program, scene);
  const lanes = Array.from({ length: width }, (_, index) => index);
  program.function("advanceLanes", { parameters: { budget: "i32" }, result: "i32" }, (b, { budget }) => {
    if (!budget) return;
    const leave = (code: Value | number): void => {
      b.store(block.budget, budget);
      b.return(typeof code === "number" ? i32.const(code) : code);
    };
    const outcome = b.local("i32", "outcome");
    const attend = (): void =>
      b.if(i32.load(block.attention), () => {
        for (const index of lanes) {
          b.set(outcome, i32.call("attend", i32.const(index)));
          b.if(outcome, () => leave(outcome));
        }
        b.store(block.attention, i32.const(0));
      });
    b.loop((loop) => {
      attend();
      b.if(i32.isZero(i32.load(block.active)), () => leave(lanesCode.done));
      b.if(i32.le(budget, 0), () => b.return(i32.const(lanesCode.paused)));
      if (hasBreakpoints) {
        for (const index of lanes) b.if(i32.ge(i32.load(lane.run + 4 * index), 0), () => b.call("passBreakpoints", i32.const(index)));
        b.if(i32.load(block.attention), () => b.continue(loop));
      }
      b.call(wide("trial"));
      b.set(budget, i32.sub(budget, 1));
      for (const index of lanes) b.if(i32.ge(i32.load(lane.run + 4 * index), 0), () => b.call("settle", i32.const(index)));
      b.call(wide("commit"));
    });
  });
}

/** The smallest step at a time. */
const floorAt = (t: Value): Value => f64.add(f64.mul(STEP_FLOOR, f64.abs(t)), STEP_TINIEST);

function flag(b: FunctionBuilder, memory: LaneMemory, words: ReturnType<typeof laneWords>, value: number): void {
  words.set("flag", i32.const(value));
  b.store(memory.block.attention, i32.const(1));
}

/** Writes `settle(lane: i32)`: what the step just attempted means for the run in a lane, before it is carried on. */
function writeSettle(program: ProgramBuilder, scene: LaneScene): void {
  const { memory, scalar, refused, hasEvents } = scene;
  const hasBreakpoints = scene.hasBreakpoints || hasEvents;
  const { block } = memory;
  program.function("settle", { parameters: { lane: "i32" }, exported: false }, (b, { lane }) => {
    if (!lane) return;
    const words = laneWords(b, memory, lane);
    const transfer = laneTransfer(b, memory, lane);
    const slot = b.local("i32", "slot", i32.shl(lane, 3));
    const t = b.local("f64", "t", f64.load(slot, memory.time));
    const accepted = b.local("i32", "accepted", words.get("accepted"));
    const rejected = b.local("i32", "rejected", words.get("rejected"));
    b.if(
      f64.eq(transfer.read(refused), 0),
      () => {
        const h = b.local("f64", "h", transfer.read(scalar.real.attempted));
        const end = b.local("f64", "end", f64.add(t, h));
        if (hasEvents) b.if(words.get("cut"), () => b.set(end, f64.load(slot, memory.stop)));
        b.set(accepted, i32.add(accepted, 1));
        words.set("accepted", accepted);
        b.if(f64.ge(end, f64.load(row(block.timesAddress, words.get("reached"), 8))), () => b.call("writeOutputs", lane, t, h, end));
        b.set(t, end);
        b.store(slot, t, memory.time);
        transfer.write(scalar.real.time, t);
        if (hasEvents) {
          b.if(words.get("cut"), () => {
            // What cut the step says nothing about the next one.
            transfer.write(scalar.real.step, f64.max(transfer.read(scalar.real.step), f64.load(slot, memory.wanted)));
            flag(b, memory, words, laneFlag.halt);
            b.return();
          });
        }
        b.if(i32.ge(words.get("reached"), i32.load(block.timeCount)), () => {
          recordCounts(b, memory, words, words.get("run"));
          flag(b, memory, words, laneFlag.refill);
          b.return();
        });
      },
      () => {
        b.set(rejected, i32.add(rejected, 1));
        words.set("rejected", rejected);
        if (hasEvents) words.set("cut", i32.const(0));
      },
    );
    const fail = (condition: Value, code: number): void =>
      b.if(condition, () => {
        flag(b, memory, words, failureFlag(code));
        b.return();
      });
    fail(i32.ge(i32.add(accepted, rejected), i32.load(block.maxSteps)), loopCode.tooManySteps);
    // With breakpoints the time may move on before the next step.
    if (!hasBreakpoints) fail(f64.lt(transfer.read(scalar.real.step), floorAt(t)), loopCode.stepTooSmall);
  });
}

function recordCounts(b: FunctionBuilder, { block }: LaneMemory, words: ReturnType<typeof laneWords>, run: Value): void {
  b.store(row(block.reachedAddress, run, 4), words.get("reached"));
  b.store(row(block.acceptedAddress, run, 4), words.get("accepted"));
  b.store(row(block.rejectedAddress, run, 4), words.get("rejected"));
}

/** Writes `refill(lane: i32): i32`: puts the next run into a lane; returns a `lanesCode` when that run fails at its start, or halts there, else 0. */
function writeRefill(program: ProgramBuilder, scene: LaneScene): void {
  const { memory, scalar, refused, parameterCount, hasBreakpoints } = scene;
  const { block } = memory;
  const { real, integer } = scalar;
  const size = scalar.stateCount;
  program.function("refill", { parameters: { lane: "i32" }, result: "i32", exported: false }, (b, { lane }) => {
    if (!lane) return;
    const words = laneWords(b, memory, lane);
    const transfer = laneTransfer(b, memory, lane);
    const run = b.local("i32", "run");
    const from = b.local("i32", "from");
    b.loop((loop) => {
      b.set(run, i32.load(block.nextRun));
      b.if(i32.ge(run, i32.load(block.runCount)), () => {
        words.set("run", i32.const(-1));
        words.set("flag", i32.const(laneFlag.none));
        b.store(block.active, i32.sub(i32.load(block.active), 1));
        b.return(i32.const(0));
      });
      b.store(block.nextRun, i32.add(run, 1));
      copyParameters(b, scene, run);
      b.set(from, row(block.statesAddress, run, i32.load(block.statesStride)));
      b.repeat(size, (index) => b.store(i32.shl(index, 3), f64.load(i32.add(from, i32.shl(index, 3))), scalar.state));
      b.store(real.time, f64.load(memory.startTime));
      b.store(integer.timeCount, i32.load(block.timeCount));
      b.store(integer.timesAddress, i32.load(block.timesAddress));
      b.store(integer.reached, i32.const(0));
      b.store(integer.outputsAddress, row(block.outputsAddress, i32.mul(run, i32.load(block.timeCount)), 8 * size));
      words.set("accepted", i32.const(0));
      words.set("rejected", i32.const(0));
      if (scene.hasEvents) {
        words.set("run", run);
        b.store(real.previousPower, f64.const(1));
        b.store(integer.refused, i32.const(0));
        halt(b, memory, words, lane, true);
        return;
      }
      b.if(i32.isZero(i32.call("begin")), () => {
        words.set("reached", i32.const(0));
        recordCounts(b, memory, words, run);
        b.store(block.failedRun, run);
        b.store(block.failedCode, i32.const(startFailed));
        b.return(i32.const(lanesCode.failed));
      });
      words.set("reached", i32.load(integer.reached));
      b.if(i32.lt(i32.load(integer.reached), i32.load(block.timeCount)), () => b.break(loop));
      recordCounts(b, memory, words, run);
    });
    if (scene.hasEvents) return b.return(i32.const(0));
    words.set("run", run);
    words.set("flag", i32.const(laneFlag.none));
    if (hasBreakpoints) words.set("breakpoint", i32.load(row(block.breakpointsAddress, run, 4)));
    transfer.write(scene.breakpoint, hasBreakpoints ? f64.load(words.get("breakpoint")) : f64.const(Infinity));
    transfer.scatter(scalar.parameters, parameterCount);
    writeTaking(b, scene, lane, transfer);
    transfer.write(real.previousPower, f64.const(1));
    transfer.write(refused, f64.const(0));
    b.return(i32.const(0));
  });
}

/** Takes the state, its rates, the time and the step size from the scalar memory into a lane. */
function writeTaking(b: FunctionBuilder, { memory, scalar, method }: LaneScene, lane: Value, transfer: LaneTransfer): void {
  const { real } = scalar;
  transfer.scatter(scalar.state, scalar.stateCount);
  if (method.facts.firstSameAsLast) transfer.scatter(scalar.stages, scalar.stateCount);
  b.store(i32.shl(lane, 3), f64.load(real.time), memory.time);
  transfer.write(real.time, f64.load(real.time));
  transfer.write(real.step, f64.load(real.step));
}

/** Returns for the events of a run that stands in the scalar memory. */
function halt(b: FunctionBuilder, { block }: LaneMemory, words: ReturnType<typeof laneWords>, lane: Value, isAtStart: boolean): void {
  words.set("flag", i32.const(laneFlag.none));
  b.store(block.haltedLane, lane);
  b.store(block.haltedRun, words.get("run"));
  b.store(block.haltedAtStart, i32.const(isAtStart ? 1 : 0));
  b.return(i32.const(lanesCode.halted));
}

/**
 * Writes what a halted run goes on by: `resume(lane: i32)`, from where events have left it in the scalar memory, and `giveUp(lane: i32)`
 * when they have failed.
 */
function writeResume(program: ProgramBuilder, scene: LaneScene): void {
  const { memory, scalar, refused, parameterCount } = scene;
  const { block } = memory;
  const { real, integer } = scalar;
  const end = (b: FunctionBuilder, words: ReturnType<typeof laneWords>): void => {
    recordCounts(b, memory, words, words.get("run"));
    flag(b, memory, words, laneFlag.refill);
  };
  program.function("giveUp", { parameters: { lane: "i32" } }, (b, { lane }) => {
    if (!lane) return;
    const words = laneWords(b, memory, lane);
    words.set("reached", i32.load(integer.reached));
    end(b, words);
  });
  program.function("resume", { parameters: { lane: "i32" } }, (b, { lane }) => {
    if (!lane) return;
    const words = laneWords(b, memory, lane);
    const transfer = laneTransfer(b, memory, lane);
    words.set("reached", i32.load(integer.reached));
    words.set("cut", i32.const(0));
    b.if(i32.ge(i32.load(integer.reached), i32.load(block.timeCount)), () => {
      end(b, words);
      b.return();
    });
    b.if(i32.load(block.haltedAtStart), () => {
      words.set("breakpoint", i32.load(row(block.breakpointsAddress, words.get("run"), 4)));
      transfer.write(scene.breakpoint, f64.load(words.get("breakpoint")));
      transfer.scatter(scalar.parameters, parameterCount);
    });
    writeTaking(b, scene, lane, transfer);
    transfer.write(real.previousPower, f64.load(real.previousPower));
    transfer.write(refused, f64.fromI32(i32.load(integer.refused)));
    b.store(i32.shl(lane, 3), f64.load(real.stopTime), memory.stop);
    b.if(i32.ge(i32.add(words.get("accepted"), words.get("rejected")), i32.load(block.maxSteps)), () => flag(b, memory, words, failureFlag(loopCode.tooManySteps)));
  });
}

/** Writes `attend(lane: i32): i32`: does what a lane's flag asks; returns a `lanesCode` when a run has failed or halts, which then stands in the scalar memory, else 0. */
function writeAttend(program: ProgramBuilder, scene: LaneScene): void {
  const { memory, scalar, refused, breakpoint } = scene;
  const { block } = memory;
  const { real, integer } = scalar;
  program.function("attend", { parameters: { lane: "i32" }, result: "i32", exported: false }, (b, { lane }) => {
    if (!lane) return;
    const words = laneWords(b, memory, lane);
    const asked = b.local("i32", "asked", words.get("flag"));
    b.if(i32.eq(asked, laneFlag.none), () => b.return(i32.const(0)));
    b.if(i32.eq(asked, laneFlag.refill), () => b.return(i32.call("refill", lane)));
    const transfer = laneTransfer(b, memory, lane);
    if (scene.hasEvents) {
      b.if(i32.eq(asked, laneFlag.halt), () => {
        transfer.gather(scalar.state, scalar.stateCount);
        copyParameters(b, scene, words.get("run"));
        b.store(real.time, f64.load(i32.shl(lane, 3), memory.time));
        b.store(real.step, transfer.read(real.step));
        b.store(real.previousPower, transfer.read(real.previousPower));
        b.store(integer.refused, i32.fromF64(transfer.read(refused)));
        b.store(integer.reached, words.get("reached"));
        halt(b, memory, words, lane, false);
      });
    }
    recordCounts(b, memory, words, words.get("run"));
    b.store(block.failedRun, words.get("run"));
    b.store(block.failedCode, i32.sub(asked, failureFlag(0)));
    transfer.gather(scalar.state, scalar.stateCount);
    b.store(real.time, f64.load(i32.shl(lane, 3), memory.time));
    b.store(real.attempted, transfer.read(real.attempted));
    b.store(breakpoint, transfer.read(breakpoint));
    b.store(integer.refused, i32.fromF64(transfer.read(refused)));
    words.set("flag", i32.const(laneFlag.refill));
    b.return(i32.const(lanesCode.failed));
  });
}

/**
 * Writes `passBreakpoints(lane: i32)`: as in the loop of one run, a step ends just before a breakpoint and the next begins just after it,
 * and with events a step ends at the stop. Called twice before a step it does nothing the second time.
 */
function writePassing(program: ProgramBuilder, scene: LaneScene): void {
  const { memory, scalar, method, hasEvents } = scene;
  const { real } = scalar;
  /** 4 units in the last place of the lanes' numbers. */
  const share = 4 * (memory.element === 8 ? 2 ** -52 : 2 ** -23);
  program.function("passBreakpoints", { parameters: { lane: "i32" }, exported: false }, (b, { lane }) => {
    if (!lane) return;
    const words = laneWords(b, memory, lane);
    const transfer = laneTransfer(b, memory, lane);
    const slot = b.local("i32", "slot", i32.shl(lane, 3));
    const t = b.local("f64", "t", f64.load(slot, memory.time));
    const next: Local = b.local("i32", "next", words.get("breakpoint"));
    const breakpoint = b.local("f64", "breakpoint", f64.load(next));
    const margin = b.local("f64", "margin");
    const isPassed = b.local("i32", "isPassed", i32.const(0));
    const stop = hasEvents ? b.local("f64", "stop", f64.load(slot, memory.stop)) : null;
    /** Halts at the stop without a step. */
    const haltIf = (condition: Value, at: Local): void =>
      b.if(condition, () => {
        words.set("breakpoint", next);
        transfer.write(scene.breakpoint, breakpoint);
        b.store(slot, at, memory.time);
        flag(b, memory, words, laneFlag.halt);
        b.return();
      });
    if (stop) b.if(words.get("cut"), () => b.return());
    b.loop((passing) => {
      b.if(f64.eq(breakpoint, Infinity), () => b.break(passing));
      b.set(margin, f64.add(f64.mul(share, f64.abs(breakpoint)), STEP_TINIEST));
      b.if(f64.gt(f64.sub(breakpoint, t), f64.mul(8, margin)), () => b.break(passing));
      if (stop) haltIf(f64.le(stop, f64.add(breakpoint, margin)), stop);
      b.set(t, f64.max(t, f64.add(breakpoint, margin)));
      b.set(isPassed, 1);
      b.set(next, i32.add(next, 8));
      b.set(breakpoint, f64.load(next));
    });
    b.if(isPassed, () => {
      words.set("breakpoint", next);
      b.store(slot, t, memory.time);
      transfer.write(real.time, t);
      transfer.write(scene.breakpoint, breakpoint);
      if (!method.facts.firstSameAsLast) return;
      copyParameters(b, scene, words.get("run"));
      transfer.gather(scalar.state, scalar.stateCount);
      b.call("rhs", i32.const(scalar.stages), t, i32.const(scalar.state));
      transfer.scatter(scalar.stages, scalar.stateCount);
    });
    const h = b.local("f64", "h", transfer.read(real.step));
    b.if(f64.lt(h, floorAt(t)), () => {
      flag(b, memory, words, failureFlag(loopCode.stepTooSmall));
      b.return();
    });
    b.if(f64.lt(breakpoint, Infinity), () => b.set(h, f64.min(h, f64.sub(f64.sub(breakpoint, margin), t))));
    if (stop) {
      haltIf(f64.le(f64.sub(stop, t), f64.mul(2, floorAt(t))), stop);
      b.store(slot, h, memory.wanted);
      b.if(f64.le(stop, f64.add(t, h)), () => {
        words.set("cut", i32.const(1));
        b.set(h, f64.sub(stop, t));
      });
    }
    transfer.write(real.step, h);
  });
}
