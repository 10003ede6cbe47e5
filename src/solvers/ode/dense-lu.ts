import type { FunctionBuilder, ProgramBuilder } from "../../kernel/builder.ts";
import { f64, i32 } from "../../kernel/builder.ts";
import type { MemoryLayout } from "../../kernel/layout.ts";
import type { Value } from "../../kernel/program.ts";
import { reciprocalOfPivot } from "./symbolic-lu.ts";

/** A full matrix in memory, row-major, with the functions that factor it and solve with it. */
export interface DenseMatrix {
  /** Byte address of an entry. */
  address(row: number, column: number): number;
  /** Bytes of the whole matrix. */
  readonly bytes: number;
  readonly start: number;
}

/**
 * Writes `clearMatrix()`, `factorMatrix(shift: f64)` (J in place becomes the factors of shift I - J) and `solveLinear(target: i32, addend: i32)`,
 * which adds before it solves, as loops: for systems whose factors are too many entries to write out. No pivoting, as in the sparse factors; rows
 * without an entry in the pivot's column are skipped.
 *
 * @source Golub & Van Loan 2013, Matrix Computations, algorithm 3.2.1
 */
export function writeDenseLu(program: ProgramBuilder, layout: MemoryLayout, size: number): DenseMatrix {
  const start = layout.f64(size * size);
  const rowBytes = 8 * size;
  const bytes = size * rowBytes;

  program.function("clearMatrix", {}, (b) => walk(b, i32.const(start), start + bytes, 8, (at) => b.store(at, f64.const(0))));

  program.function("factorMatrix", { parameters: { shift: "f64" } }, (b, { shift }) => {
    if (!shift) return;
    walk(b, i32.const(start), start + bytes, 8, (at) => b.store(at, f64.neg(f64.load(at))));
    walk(b, i32.const(start), start + bytes, rowBytes + 8, (at) => b.store(at, f64.add(shift, f64.load(at))));
    const inverse = b.local("f64", "inverse");
    const multiple = b.local("f64", "multiple");
    const above = b.local("i32", "above");
    const end = b.local("i32", "end", i32.const(start + rowBytes));
    walk(b, i32.const(start), start + bytes, rowBytes + 8, (pivot) => {
      b.set(inverse, f64.load(pivot));
      b.set(inverse, reciprocalOfPivot(inverse));
      b.store(pivot, inverse);
      walk(b, i32.add(pivot, rowBytes), start + bytes, rowBytes, (below) => {
        b.set(multiple, f64.mul(f64.load(below), inverse));
        // Written as "not equal" so that NaN goes on spreading.
        b.if(f64.ne(multiple, 0), () => {
          b.store(below, multiple);
          b.set(above, i32.add(pivot, 8));
          walk(b, i32.add(below, 8), i32.add(below, i32.sub(end, pivot)), 8, (entry) => {
            b.store(entry, f64.sub(f64.load(entry), f64.mul(multiple, f64.load(above))));
            b.set(above, i32.add(above, 8));
          });
        });
      });
      b.set(end, i32.add(end, rowBytes));
    });
  });

  program.function("solveLinear", { parameters: { target: "i32", addend: "i32" } }, (b, { target, addend }) => {
    if (!target || !addend) return;
    const total = b.local("f64", "total");
    const row = b.local("i32", "row", i32.const(start));
    /** total -= Σ over columns [from, to) of row entry times component, offsets in bytes. */
    const subtract = (from: Value, to: Value | number): void =>
      walk(b, from, to, 8, (column) => b.set(total, f64.sub(total, f64.mul(f64.load(i32.add(row, column)), f64.load(i32.add(target, column))))));
    walk(b, i32.const(0), rowBytes, 8, (diagonal) => {
      b.set(total, f64.add(f64.load(i32.add(target, diagonal)), f64.load(i32.add(addend, diagonal))));
      subtract(i32.const(0), diagonal);
      b.store(i32.add(target, diagonal), total);
      b.set(row, i32.add(row, rowBytes));
    });
    const back = b.local("i32", "back", i32.const(rowBytes - 8));
    b.loop((loop) => {
      b.if(i32.lt(back, 0), () => b.break(loop));
      b.set(row, i32.sub(row, rowBytes));
      b.set(total, f64.load(i32.add(target, back)));
      subtract(i32.add(back, 8), rowBytes);
      b.store(i32.add(target, back), f64.mul(total, f64.load(i32.add(row, back))));
      b.set(back, i32.sub(back, 8));
    });
  });

  return { start, bytes, address: (row, column) => start + rowBytes * row + 8 * column };
}

/** Runs over byte offsets [from, to) in strides. */
function walk(b: FunctionBuilder, from: Value, to: Value | number, stride: number, body: (at: Value) => void): void {
  const at = b.local("i32", "at", from);
  b.loop((loop) => {
    b.if(i32.ge(at, to), () => b.break(loop));
    body(at);
    b.set(at, i32.add(at, stride));
  });
}
