import type { FunctionBuilder } from "../../kernel/builder.ts";
import { f64, i32 } from "../../kernel/builder.ts";
import type { Value } from "../../kernel/program.ts";
import type { LaneMemory } from "./memory.ts";

/** Writes copies between one lane and the scalar memory; addresses are those of the scalar memory. */
export interface LaneTransfer {
  /** The number of a lane that stands at an address in scalar code. */
  read(address: number): Value;
  write(address: number, value: Value): void;
  /** Copies `count` numbers from the lane to the scalar memory. */
  gather(address: number, count: number): void;
  /** Copies `count` numbers from the scalar memory to the lane. */
  scatter(address: number, count: number): void;
}

/** Copies for the lane of a given number, in the function being written. */
export function laneTransfer(b: FunctionBuilder, memory: LaneMemory, lane: Value): LaneTransfer {
  const { origin, element } = memory;
  const shift = b.local("i32", "shift", i32.mul(lane, element));
  const isSingle = element === 4;
  const load = (base: Value, address: number): Value => (isSingle ? f64.loadSingle(base, origin + 2 * address) : f64.load(base, origin + 2 * address));
  const store = (base: Value, address: number, value: Value): void => (isSingle ? b.storeSingle(base, value, origin + 2 * address) : b.store(base, value, origin + 2 * address));
  const each = (count: number, body: (scalar: Value, lane: Value) => void): void => {
    const scalar = b.local("i32", "scalar", i32.const(0));
    const moving = b.local("i32", "moving", shift);
    if (count === 0) return;
    b.loop((loop) => {
      body(scalar, moving);
      b.set(scalar, i32.add(scalar, 8));
      b.set(moving, i32.add(moving, 16));
      b.if(i32.ge(scalar, 8 * count), () => b.break(loop));
    });
  };
  return {
    read: (address) => load(shift, address),
    write: (address, value) => store(shift, address, value),
    gather: (address, count) => each(count, (scalar, moving) => b.store(scalar, load(moving, address), address)),
    scatter: (address, count) => each(count, (scalar, moving) => store(moving, address, f64.load(scalar, address))),
  };
}
