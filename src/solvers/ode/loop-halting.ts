import type { FunctionBuilder } from "../../kernel/builder.ts";
import { f64 } from "../../kernel/builder.ts";
import type { Local, Value } from "../../kernel/program.ts";
import type { OdeMemory } from "./memory.ts";

/** What the loop keeps for halting at events. */
export type HaltingLocals = ReturnType<typeof haltingLocals>;

/** Makes them. */
export const haltingLocals = (b: FunctionBuilder, memory: OdeMemory) => ({
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
export function recordedStep(h: Local, { cut, found }: HaltingLocals): Value {
  const size = f64.select(cut, Infinity, h);
  return f64.select(f64.lt(found, Infinity), f64.sub(0, size), size);
}
