import type { FunctionBuilder } from "../../kernel/builder.ts";
import { f64, f64x2, i32 } from "../../kernel/builder.ts";
import type { Value } from "../../kernel/program.ts";
import type { ExtendContext } from "../compile.ts";
import type { ReversedStep } from "./sweep.ts";

/** Stages of the latest steps of a method that solves for them, which would cost factorisations to take again. */
export interface StepRecord {
  /** Puts the stages of a row of the tape, whose start stands in `memory.state`, into `memory.stages`: from the record, or taken again. */
  restore(b: FunctionBuilder, step: ReversedStep): void;
}

/** Rows that are recorded at most, and bytes that they may take together. */
const mostRows = 1024;
const mostBytes = 2 ** 22;

/** Lays out a record and writes `keepStages()`, which fills it as steps are recorded. */
export function stepRecord({ layout, memory, method, program, system }: ExtendContext): StepRecord {
  const numbers = system.states.length * method.tableau.nodes.length;
  // Rows begin at multiples of 16 bytes.
  const rowBytes = 16 * Math.max(1, Math.ceil(numbers / 2));
  const rows = 2 ** Math.max(0, Math.floor(Math.log2(Math.min(mostRows, mostBytes / rowBytes))));
  const ring = layout.f64((rows * rowBytes) / 8);
  const place = (row: Value): Value => i32.add(i32.mul(i32.and(row, i32.const(rows - 1)), rowBytes), ring);
  const copy = (b: FunctionBuilder, from: Value, to: Value): void => {
    const [source, target] = [b.local("i32", "source", from), b.local("i32", "target", to)];
    b.repeat(numbers >> 1, (pair) => {
      const offset = i32.shl(pair, 4);
      b.store(i32.add(target, offset), f64x2.load(i32.add(source, offset)));
    });
    if (numbers % 2 === 1) b.store(target, f64.load(source, 8 * (numbers - 1)), 8 * (numbers - 1));
  };
  program.function("keepStages", {}, (b) => copy(b, i32.const(memory.stages), place(i32.load(memory.integer.tapeCount))));
  return {
    restore(b, { row, t, h }) {
      b.if(
        i32.ge(row, i32.sub(i32.load(memory.integer.tapeCount), rows)),
        () => copy(b, place(row), i32.const(memory.stages)),
        () => {
          b.call("rhs", i32.const(memory.stages), t, i32.const(memory.state));
          b.set(b.local("f64", "error"), f64.call("attempt", t, h));
        },
      );
    },
  };
}
