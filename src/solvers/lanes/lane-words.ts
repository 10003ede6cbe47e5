import type { FunctionBuilder } from "../../kernel/builder.ts";
import { f64, i32 } from "../../kernel/builder.ts";
import type { Value } from "../../kernel/program.ts";
import type { OdeMemory } from "../ode/memory.ts";
import type { LaneMemory } from "./memory.ts";

/** i32 fields of a lane, by its number. */
export interface LaneWords {
  get(name: keyof LaneMemory["lane"]): Value;
  set(name: keyof LaneMemory["lane"], value: Value): void;
}

/** The fields of a lane, in the function being written. */
export function laneWords(b: FunctionBuilder, { lane }: LaneMemory, index: Value): LaneWords {
  const word = b.local("i32", "word", i32.shl(index, 2));
  return {
    get: (name) => i32.load(word, lane[name]),
    set: (name, value) => b.store(word, value, lane[name]),
  };
}

/** An element of a table with one row a run; `table` is where the table's address stands. */
export const row = (table: number, run: Value, bytes: number | Value): Value => i32.add(i32.load(table), i32.mul(run, bytes));

/** Copies the parameters of a run into the scalar memory. */
export function copyParameters(b: FunctionBuilder, { memory, scalar, parameterCount }: { readonly memory: LaneMemory; readonly scalar: OdeMemory; readonly parameterCount: number }, run: Value): void {
  const from = b.local("i32", "from", row(memory.block.parametersAddress, run, i32.load(memory.block.parametersStride)));
  b.repeat(parameterCount, (index) => b.store(i32.shl(index, 3), f64.load(i32.add(from, i32.shl(index, 3))), scalar.parameters));
}
