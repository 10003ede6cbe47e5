import type { FunctionBuilder, ProgramBuilder } from "../../kernel/builder.ts";
import { f64, i32 } from "../../kernel/builder.ts";
import type { Expression } from "../../kernel/expression.ts";
import { lowerEach } from "../../kernel/lower.ts";
import type { Local, Value } from "../../kernel/program.ts";
import type { OdeSystem } from "../../models/system.ts";
import type { Channel } from "./channel.ts";
import { countSymbol, statesRead } from "./channel.ts";
import type { StochasticMemory } from "./memory.ts";
import type { StochasticMethod } from "./method.ts";

/** What `advance` returns. */
export const stochasticCode = { done: 0, paused: 1, wrongChannel: 2, tooManyEvents: 3 } as const;

/** What the program is written from. */
export interface StochasticScene {
  readonly system: OdeSystem;
  readonly channels: readonly Channel[];
  /** What is recorded at requested times, over molecule numbers, parameters and `time` [nOutput]. */
  readonly outputs: readonly Expression[];
  readonly memory: StochasticMemory;
  /** Whether propensities live in locals and are all recomputed after every event. */
  readonly unrolled: boolean;
}

/** Bytes of one recorded row: molecule numbers, then outputs. */
export const rowBytes = ({ system, outputs }: Pick<StochasticScene, "system" | "outputs">): number => 8 * (system.states.length + outputs.length);

function resolver({ system, memory }: StochasticScene, time: Value | null): (name: string) => Value {
  const places = new Map<string, Value>();
  system.parameters.forEach((id, index) => places.set(id, f64.load(memory.parameters + 8 * index)));
  system.states.forEach((id, index) => places.set(countSymbol(id), f64.load(memory.molecules + 8 * index)));
  if (time) places.set("time", time);
  return (name) => {
    const value = places.get(name);
    if (!value) throw new Error(`stochastic solver of "${system.id}": "${name}" is neither a parameter nor a counted species`);
    return value;
  };
}

/** Writes the propensities of some channels, each handed to `write` as soon as it is computed. */
function writePropensities(b: FunctionBuilder, scene: StochasticScene, chosen: readonly number[], write: (channel: number, value: Value) => void): void {
  const { channels, memory } = scene;
  const finish = (index: number, rest: Value | null): void => {
    let value: Value = f64.load(memory.coefficients + 8 * index);
    if (rest) value = f64.mul(value, rest);
    for (const { state, order } of channels[index]?.orders ?? []) {
      const n = f64.load(memory.molecules + 8 * state);
      for (let below = 0; below < order; below++) value = f64.mul(value, below === 0 ? n : f64.sub(n, below));
    }
    write(index, value);
  };
  const withRest = chosen.flatMap((index) => {
    const rest = channels[index]?.rest;
    return rest ? [{ index, rest }] : [];
  });
  for (const index of chosen) if (!channels[index]?.rest) finish(index, null);
  lowerEach(b, withRest.map(({ rest }) => rest), resolver(scene, null), (position, value) => finish(withRest[position]?.index ?? 0, value));
}

/** Above this a sum of propensities could overflow; 1/time. */
export const largestPropensity = 1e300;

/** 1 where a propensity is no finite number at least 0. */
const isWrong = (propensity: Value): Value => i32.isZero(i32.and(f64.ge(propensity, 0), f64.lt(propensity, largestPropensity)));

/** Writes `observe(address: i32, time: f64)`: molecule numbers and outputs into a row. */
export function writeObserve(program: ProgramBuilder, scene: StochasticScene): void {
  const { system, memory, outputs } = scene;
  const n = system.states.length;
  program.function("observe", { parameters: { address: "i32", time: "f64" }, exported: false }, (b, { address, time }) => {
    if (!address || !time) return;
    for (let state = 0; state < n; state++) b.store(address, f64.load(memory.molecules + 8 * state), 8 * state);
    lowerEach(b, outputs, resolver(scene, time), (index, value) => b.store(address, value, 8 * (n + index)));
  });
}

/**
 * Writes, for programs that keep propensities in memory, `refresh()`, which computes all of them, and one `fire` function a
 * channel, which computes those that read what it changed.
 */
export function writeRefresh(program: ProgramBuilder, scene: StochasticScene): void {
  const { channels, memory, system } = scene;
  const storeInto = (b: FunctionBuilder) => (index: number, value: Value): void => {
    const propensity = b.local("f64", "propensity", value);
    b.store(memory.propensities + 8 * index, propensity);
    b.if(isWrong(propensity), () => b.store(memory.wrongChannel, i32.const(index)));
  };
  program.function("refresh", {}, (b) => writePropensities(b, scene, [...channels.keys()], storeInto(b)));
  const reads = channels.map((channel) => statesRead(channel, system));
  channels.forEach((channel, index) => {
    const changed = channel.changes.map(({ state }) => state);
    const dependents = [...channels.keys()].filter((other) => changed.some((state) => reads[other]?.has(state)));
    program.function(`fire ${index}`, { exported: false }, (b) => {
      writeChanges(b, scene, index, () => b.return());
      writePropensities(b, scene, dependents, storeInto(b));
    });
  });
}

/** Writes what one event of a channel does; `refuse` leaves where it would use up more molecules than there are. */
function writeChanges(b: FunctionBuilder, { channels, memory }: StochasticScene, index: number, refuse: () => void): void {
  const { changes = [], isMassAction = true } = channels[index] ?? {};
  const taken = isMassAction ? [] : changes.filter(({ change }) => change < 0);
  for (const { state, change } of taken) {
    b.if(f64.lt(f64.load(memory.molecules + 8 * state), -change), () => {
      b.store(memory.wrongChannel, i32.const(index));
      b.store(memory.isUsedUp, i32.const(1));
      refuse();
    });
  }
  for (const { state, change } of changes) {
    const address = memory.molecules + 8 * state;
    b.store(address, f64.add(f64.load(address), change));
  }
  const firings = memory.firings + 8 * index;
  b.store(firings, f64.add(f64.load(firings), 1));
}

/** Writes `advance(budget: i32): i32`: up to `budget` events from where the run stands; returns a `stochasticCode`. */
export function writeAdvance(program: ProgramBuilder, method: StochasticMethod, scene: StochasticScene): void {
  const { memory, channels, unrolled } = scene;
  program.function("advance", { parameters: { budget: "i32" }, result: "i32" }, (b, { budget }) => {
    if (!budget) return;
    const t = b.local("f64", "t", f64.load(memory.time));
    const events = b.local("f64", "events", f64.load(memory.events));
    const reached = b.local("i32", "reached", i32.load(memory.reached));
    const count = b.local("i32", "count", i32.load(memory.timeCount));
    const code = b.local("i32", "code", i32.const(stochasticCode.done));
    const locals = unrolled ? channels.map(() => b.local("f64", "propensity")) : [];
    b.loop((run) => {
      const leave = (condition: Value, reason: number): void =>
        b.if(condition, () => {
          b.set(code, reason);
          b.break(run);
        });
      leave(i32.ge(reached, count), stochasticCode.done);
      leave(i32.le(budget, 0), stochasticCode.paused);
      leave(f64.ge(events, f64.load(memory.maxEvents)), stochasticCode.tooManyEvents);
      if (unrolled) {
        writePropensities(b, scene, [...channels.keys()], (index, value) => {
          const propensity = locals[index];
          if (!propensity) return;
          b.set(propensity, value);
          b.if(isWrong(propensity), () => {
            b.store(memory.wrongChannel, i32.const(index));
            b.set(code, stochasticCode.wrongChannel);
            b.break(run);
          });
        });
      } else leave(i32.ge(i32.load(memory.wrongChannel), 0), stochasticCode.wrongChannel);
      method.step({
        b,
        propensities: unrolled ? { kind: "locals", values: locals } : { kind: "memory", address: memory.propensities, count: channels.length },
        uniform: () => f64.call("uniform", i32.const(memory.stream)),
        exponential: () => f64.call("exponential", i32.const(memory.stream)),
        wait(duration) {
          const end = b.local("f64", "end", f64.add(t, duration));
          writeReached(b, scene, { end, reached, count });
          leave(i32.ge(reached, count), stochasticCode.done);
          b.set(t, end);
        },
        fire(channel) {
          if (typeof channel !== "number") return writeDispatch(b, channel, 0, channels.length);
          return writeChanges(b, scene, channel, () => {
            b.set(code, stochasticCode.wrongChannel);
            b.break(run);
          });
        },
      });
      if (!unrolled) leave(i32.load(memory.isUsedUp), stochasticCode.wrongChannel);
      b.set(events, f64.add(events, 1));
      b.set(budget, i32.sub(budget, 1));
    });
    b.store(memory.time, t);
    b.store(memory.events, events);
    b.store(memory.reached, reached);
    b.return(code);
  });
}

/** Records every requested time before the next event. */
function writeReached(b: FunctionBuilder, scene: StochasticScene, at: { readonly end: Local; readonly reached: Local; readonly count: Local }): void {
  const { memory } = scene;
  const time = b.local("f64", "requested");
  b.loop((record) => {
    b.if(i32.ge(at.reached, at.count), () => b.break(record));
    b.set(time, f64.load(i32.add(i32.load(memory.timesAddress), i32.shl(at.reached, 3))));
    b.if(f64.ge(time, at.end), () => b.break(record));
    b.call("observe", i32.add(i32.load(memory.outputsAddress), i32.mul(at.reached, rowBytes(scene))), time);
    b.set(at.reached, i32.add(at.reached, 1));
  });
}

/** Calls the `fire` function of a channel known at run time, by halving. */
function writeDispatch(b: FunctionBuilder, channel: Local, from: number, to: number): void {
  if (to - from <= 1) return b.call(`fire ${from}`);
  const middle = (from + to) >> 1;
  return b.if(
    i32.lt(channel, middle),
    () => writeDispatch(b, channel, from, middle),
    () => writeDispatch(b, channel, middle, to),
  );
}
