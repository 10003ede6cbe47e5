import { f64, i32 } from "../../kernel/builder.ts";
import type { FunctionBuilder, ProgramBuilder } from "../../kernel/builder.ts";
import { lowerEach } from "../../kernel/lower.ts";
import type { Local, Value } from "../../kernel/program.ts";
import { eventDraws, writeDraws } from "./draws.ts";
import type { EventDraws } from "./draws.ts";
import { rowBytes, stochasticCode } from "./scene.ts";
import type { StochasticScene } from "./scene.ts";
import { symbolResolver } from "./symbols.ts";

/** What a method writes its loop with. */
export interface EventLoop {
  readonly b: FunctionBuilder;
  readonly draws: EventDraws;
  /** Where the run stands. */
  readonly t: Local;
  /** Records every requested time before `end` and moves there; leaves the run when no requested time is left. */
  waitUntil(end: Local): void;
  /** Counts an event of a channel, whose firings stand at `address` plus `offset`; the state has changed. */
  count(address: Value | number, offset?: number): void;
  /** Goes to the next candidate, without an event. */
  again(): void;
  /** Leaves the run where the condition holds. */
  leave(condition: Value, code: number): void;
}

/** What a method's loop is made of. */
export interface EventLoopParts<State> {
  /** Before the loop, in `advance`: loads what the other parts are handed. */
  enter(b: FunctionBuilder, draws: EventDraws): State;
  /** One candidate event. */
  body(loop: EventLoop, state: State): void;
  /** Puts molecule numbers back into memory: before rows are recorded, and at the end. */
  flush?(b: FunctionBuilder, state: State): void;
  /** Puts the rest of what `enter` loaded back into memory, at the end. */
  exit?(b: FunctionBuilder, state: State): void;
}

/**
 * Writes `advance(budget: i32): i32`, up to `budget` events from where the run stands, which returns a `stochasticCode`;
 * and before it the draws and the recording of rows.
 */
export function writeEventLoop<State>(program: ProgramBuilder, scene: StochasticScene, parts: EventLoopParts<State>): void {
  const { memory } = scene;
  writeDraws(program, memory.draws);
  writeRecord(program, scene);
  program.function("advance", { parameters: { budget: "i32" }, result: "i32" }, (b, { budget }) => {
    if (!budget) return;
    const t = b.local("f64", "t", f64.load(memory.time));
    const draws = eventDraws(b, memory.draws);
    const nextTime = b.local("f64", "requested", f64.call("record before", t));
    const code = b.local("i32", "code", i32.const(stochasticCode.paused));
    const left = f64.min(f64.fromI32(budget), f64.ceil(f64.sub(f64.load(memory.maxEvents), f64.load(memory.events))));
    const atMost = b.local("i32", "at most", i32.fromF64(left));
    const remaining = b.local("i32", "remaining", atMost);
    const state = parts.enter(b, draws);
    b.loop((run) => {
      const leave = (condition: Value, reason: number): void =>
        b.if(condition, () => {
          b.set(code, reason);
          b.break(run);
        });
      b.if(i32.le(remaining, 0), () => b.break(run));
      parts.body({
        b,
        draws,
        t,
        waitUntil(end) {
          b.if(f64.lt(nextTime, end), () => {
            parts.flush?.(b, state);
            b.set(nextTime, f64.call("record before", end));
            leave(f64.eq(nextTime, Infinity), stochasticCode.done);
          });
          b.set(t, end);
        },
        count(address, offset = 0) {
          b.store(address, f64.add(f64.load(address, offset), 1), offset);
          b.set(remaining, i32.sub(remaining, 1));
        },
        again: () => b.continue(run),
        leave,
      }, state);
    });
    parts.flush?.(b, state);
    parts.exit?.(b, state);
    draws.save();
    b.store(memory.time, t);
    b.store(memory.events, f64.add(f64.load(memory.events), f64.fromI32(i32.sub(atMost, remaining))));
    b.if(i32.and(i32.eq(code, stochasticCode.paused), f64.ge(f64.load(memory.events), f64.load(memory.maxEvents))), () => b.set(code, stochasticCode.tooManyEvents));
    b.return(code);
  });
}

/** Writes `record before(end: f64): f64`: records every requested time before `end`; gives the next one, or infinity. */
function writeRecord(program: ProgramBuilder, scene: StochasticScene): void {
  const { system, memory, outputs } = scene;
  const n = system.states.length;
  program.function("observe", { parameters: { address: "i32", time: "f64" }, exported: false }, (b, { address, time }) => {
    if (!address || !time) return;
    if (n <= 16) for (let state = 0; state < n; state++) b.store(address, f64.load(memory.molecules + 8 * state), 8 * state);
    else b.repeat(n, (state) => b.store(i32.add(address, i32.shl(state, 3)), f64.load(i32.shl(state, 3), memory.molecules)));
    lowerEach(b, outputs, symbolResolver(scene, time), (index, value) => b.store(address, value, 8 * (n + index)));
  });
  program.function("record before", { parameters: { end: "f64" }, result: "f64", exported: false }, (b, { end }) => {
    if (!end) return;
    const reached = b.local("i32", "reached", i32.load(memory.reached));
    const time = b.local("f64", "requested");
    b.loop((record) => {
      b.set(time, Infinity);
      b.if(i32.ge(reached, i32.load(memory.timeCount)), () => b.break(record));
      b.set(time, f64.load(i32.add(i32.load(memory.timesAddress), i32.shl(reached, 3))));
      b.if(f64.ge(time, end), () => b.break(record));
      b.call("observe", i32.add(i32.load(memory.outputsAddress), i32.mul(reached, rowBytes(scene))), time);
      b.set(reached, i32.add(reached, 1));
    });
    b.store(memory.reached, reached);
    b.return(time);
  });
}
