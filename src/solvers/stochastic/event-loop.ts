import { f64, i32 } from "../../kernel/builder.ts";
import type { FunctionBuilder, ProgramBuilder } from "../../kernel/builder.ts";
import { lowerEach } from "../../kernel/lower.ts";
import type { Local, Value } from "../../kernel/program.ts";
import { countSymbol } from "./channel.ts";
import { constantAt, eventDraws, writeDraws } from "./draws.ts";
import type { EventDraws } from "./draws.ts";
import { rowBytes, stochasticCode } from "./scene.ts";
import type { StochasticScene } from "./scene.ts";
import { symbolResolver } from "./symbols.ts";

/** What a method writes its loop with. */
export interface EventLoop {
  readonly b: FunctionBuilder;
  /** Where the run stands. */
  readonly t: Local;
  /** Leaves to record every requested time before `end`, to come back to this candidate; moves to `end` where there is none. */
  waitUntil(end: Local): void;
  /** Counts an event of a channel, whose firings stand at `address` plus `offset`; the state has changed. */
  count(address: Value | number, offset?: number): void;
  /** Goes to the next candidate, without an event. */
  again(): void;
  /** Leaves the loop where the condition holds: with a `stochasticCode` the run pauses or ends, with another code one of `attend` follows. */
  leave(condition: Value, code: number): void;
}

/** What a method's loop is made of. */
export interface EventLoopParts<State> {
  /** Before the loop, and again after something was attended to: loads what the other parts are handed. */
  enter(b: FunctionBuilder, draws: EventDraws): State;
  /** One candidate event. It should call nothing: what lives across a call, V8 keeps on the stack at every turn. */
  body(loop: EventLoop, state: State): void;
  /** i32: after how many events everything is to be saved and loaded again. */
  most?(state: State): Value;
  /** Puts all that `enter` loaded back into memory. */
  flush(b: FunctionBuilder, state: State): void;
  /** Code that the body leaves with, from `attendFrom` on, to what is then called, with everything in memory. */
  readonly attend?: Readonly<Record<number, string>>;
}

/** Codes of a method's own begin here. */
export const attendFrom = 32;
const recordCode = attendFrom - 1;

/**
 * Writes `advance(budget: i32): i32`, up to `budget` events from where the run stands, which returns a `stochasticCode`;
 * and before it the draws and the recording of rows. What is rare is done outside the loop over events, which then calls nothing.
 */
export function writeEventLoop<State>(program: ProgramBuilder, scene: StochasticScene, parts: EventLoopParts<State>): void {
  const { memory } = scene;
  writeDraws(program, memory.draws);
  writeRecord(program, scene);
  program.function("advance", { parameters: { budget: "i32" }, result: "i32" }, (b, { budget }) => {
    if (!budget) return;
    const nextTime = b.local("f64", "requested", f64.call("record before", f64.load(memory.time)));
    const until = b.local("f64", "until");
    const code = b.local("i32", "code");
    const possible = f64.min(f64.fromI32(budget), f64.ceil(f64.sub(f64.load(memory.maxEvents), f64.load(memory.events))));
    const remaining = b.local("i32", "remaining", i32.fromF64(possible));
    b.loop((turn) => {
      b.if(i32.le(remaining, 0), () => {
        const isOver = f64.ge(f64.load(memory.events), f64.load(memory.maxEvents));
        b.return(i32.select(isOver, i32.const(stochasticCode.tooManyEvents), i32.const(stochasticCode.paused)));
      });
      b.set(code, stochasticCode.paused);
      const t = b.local("f64", "t", f64.load(memory.time));
      const draws = eventDraws(b, memory.draws);
      const state = parts.enter(b, draws);
      const most = b.local("i32", "most", parts.most ? i32.min(parts.most(state), remaining) : remaining);
      const left = b.local("i32", "left", most);
      b.loop((run) => {
        const leave = (condition: Value, reason: number): void =>
          b.if(condition, () => {
            b.set(code, reason);
            b.break(run);
          });
        b.if(i32.le(left, 0), () => b.break(run));
        parts.body({
          b,
          t,
          waitUntil(end) {
            b.if(f64.lt(nextTime, end), () => {
              b.set(until, end);
              b.set(code, recordCode);
              b.break(run);
            });
            b.set(t, end);
          },
          count(address, offset = 0) {
            b.store(address, f64.add(f64.load(address, offset), constantAt(memory.draws, 1)), offset);
            b.set(left, i32.sub(left, 1));
          },
          again: () => b.continue(run),
          leave,
        }, state);
      });
      parts.flush(b, state);
      draws.save();
      b.store(memory.time, t);
      b.set(remaining, i32.sub(remaining, i32.sub(most, left)));
      b.store(memory.events, f64.add(f64.load(memory.events), f64.fromI32(i32.sub(most, left))));
      b.if(i32.eq(code, stochasticCode.paused), () => b.continue(turn));
      b.if(i32.eq(code, recordCode), () => {
        b.set(nextTime, f64.call("record before", until));
        b.if(f64.eq(nextTime, Infinity), () => b.return(i32.const(stochasticCode.done)));
        b.continue(turn);
      });
      for (const [own, name] of Object.entries(parts.attend ?? {})) {
        b.if(i32.eq(code, Number(own)), () => {
          b.call(name);
          b.continue(turn);
        });
      }
      b.return(code);
    });
  });
}

/** Writes `record before(end: f64): f64`: records every requested time before `end`; gives the next one, or infinity. */
function writeRecord(program: ProgramBuilder, scene: StochasticScene): void {
  const { system, memory, outputs } = scene;
  const n = system.states.length;
  program.function("observe", { parameters: { address: "i32", time: "f64" }, exported: false }, (b, { address, time }) => {
    if (!address || !time) return;
    const copy = (from: number, to: number, count: number): void => {
      if (count <= 16) for (let each = 0; each < count; each++) b.store(address, f64.load(memory.molecules + 8 * (from + each)), 8 * (to + each));
      else b.repeat(count, (each) => b.store(i32.add(address, i32.shl(each, 3)), f64.load(i32.shl(each, 3), memory.molecules + 8 * from), 8 * to));
    };
    copy(0, 0, n);
    // Large networks mostly record their molecule numbers as they are.
    const computed: number[] = [];
    const stateOf = new Map(system.states.map((id, state) => [countSymbol(id), state]));
    const stateAt = (index: number): number | undefined => {
      const output = outputs[index];
      return output?.operation === "symbol" ? stateOf.get(output.name) : undefined;
    };
    for (let index = 0; index < outputs.length; ) {
      const first = stateAt(index);
      if (first === undefined) {
        computed.push(index);
        index += 1;
        continue;
      }
      const from = index;
      do index += 1;
      while (stateAt(index) === first + index - from);
      copy(first, n + from, index - from);
    }
    const write = (position: number, value: Value): void => b.store(address, value, 8 * (n + (computed[position] ?? 0)));
    if (computed.length > 0) lowerEach(b, computed.flatMap((index) => outputs[index] ?? []), symbolResolver(scene, time), write);
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
