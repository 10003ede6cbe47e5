import type { ProgramBuilder } from "../../kernel/builder.ts";
import { f64, i32 } from "../../kernel/builder.ts";
import type { MemoryLayout } from "../../kernel/layout.ts";
import type { Local, Value } from "../../kernel/program.ts";
import type { RowPattern } from "../tables/index.ts";
import { writeFactorLoops } from "./factor-loops.ts";
import type { FactorPattern } from "./factor-pattern.ts";
import type { ShiftedMemory, ShiftedSolver } from "./shifted-solver.ts";

/** Directions kept before a solution starts again from what it has reached. */
const DIRECTIONS = 30;
/** Starts before it is given up. */
const STARTS = 3;

/**
 * Solves by GMRES on M⁻¹ (I - c J) with incomplete factors M as the left preconditioner, in the scaled norm; the products are
 * with the J that was factored and the c at hand. Modified Gram-Schmidt, plane rotations.
 *
 * @source Saad & Schultz 1986, doi:10.1137/0907058; left preconditioning and scaling as in Brown & Hindmarsh 1989, doi:10.1016/0096-3003(89)90110-0
 */
export function krylovSolver(pattern: RowPattern, factors: FactorPattern): ShiftedSolver {
  return {
    kind: "krylov",
    factorEntries: factors.column.length,
    factorProducts: factors.products,
    write(program, layout, memory) {
      const size = factors.order.length;
      const matrixRow = layout.i32(size + 1);
      const matrixColumn = layout.i32(Math.max(1, pattern.column.length));
      const written = writeFactorLoops(program, layout, pattern, factors, memory.jacobian);
      program.function("factorShifted", { parameters: { c: "f64" }, result: "i32" }, (b, { c }) => {
        if (c) b.return(i32.call("factorMatrix", c));
      });
      writeProduct(program, size, matrixRow, matrixColumn, memory);
      writeIteration(program, layout, size, memory);
      return {
        prepare(instance) {
          written.prepare(instance);
          instance.i32.set(pattern.rowStart, matrixRow / 4);
          const { i32: words } = instance;
          for (let entry = 0; entry < pattern.column.length; entry++) words[matrixColumn / 4 + entry] = 8 * (pattern.column[entry] ?? 0);
        },
      };
    },
  };
}

/** Writes `multiplyShifted(target: i32, from: i32, c: f64)`: target = (I - c J) from. */
function writeProduct(program: ProgramBuilder, size: number, matrixRow: number, matrixColumn: number, { jacobian }: ShiftedMemory): void {
  program.function("multiplyShifted", { parameters: { target: "i32", from: "i32", c: "f64" }, exported: false }, (b, { target, from, c }) => {
    if (!target || !from || !c) return;
    const at = b.local("i32", "at", i32.const(0));
    const end = b.local("i32", "end");
    const total = b.local("f64", "total");
    const second = b.local("f64", "second");
    const term = (offset: number): Value => f64.mul(f64.load(i32.shl(at, 3), jacobian + 8 * offset), f64.load(i32.add(from, i32.load(i32.shl(at, 2), matrixColumn + 4 * offset))));
    b.repeat(size, (row) => {
      b.set(end, i32.load(i32.shl(row, 2), matrixRow + 4));
      b.set(total, f64.const(0));
      b.set(second, f64.const(0));
      b.loop((loop) => {
        b.if(i32.gt(i32.add(at, 2), end), () => b.break(loop));
        b.set(total, f64.add(total, term(0)));
        b.set(second, f64.add(second, term(1)));
        b.set(at, i32.add(at, 2));
      });
      b.if(i32.lt(at, end), () => {
        b.set(total, f64.add(total, term(0)));
        b.set(at, i32.add(at, 1));
      });
      b.store(i32.add(target, i32.shl(row, 3)), f64.sub(f64.load(i32.add(from, i32.shl(row, 3))), f64.mul(c, f64.add(total, second))));
    });
  });
}

function writeIteration(program: ProgramBuilder, layout: MemoryLayout, size: number, { scale, tolerance }: ShiftedMemory): void {
  const bytes = 8 * size;
  const basis = layout.f64((DIRECTIONS + 1) * size);
  const solution = layout.f64(size);
  const work = layout.f64(size);
  const step = layout.f64(size);
  /** Bytes from one column of the triangle to the next. */
  const stride = 8 * (DIRECTIONS + 1);
  const triangle = layout.f64(DIRECTIONS * (DIRECTIONS + 1));
  const cosine = layout.f64(DIRECTIONS);
  const sine = layout.f64(DIRECTIONS);
  const rest = layout.f64(DIRECTIONS + 1);

  program.function("solveShifted", { parameters: { target: "i32", c: "f64" }, result: "i32" }, (b, { target, c }) => {
    if (!target || !c) return;
    const products = b.local("i32", "products", i32.const(0));
    const limit = b.local("f64", "limit", f64.mul(f64.load(tolerance), Math.sqrt(size)));
    const norm = b.local("f64", "norm");
    const value = b.local("f64", "value");
    const other = b.local("f64", "other");
    const length = b.local("f64", "length");
    const count = b.local("i32", "count");
    const starts = b.local("i32", "starts", i32.const(0));
    const newest = b.local("i32", "newest");
    const earlier = b.local("i32", "earlier");
    const entry = b.local("i32", "entry");
    const rotation = b.local("i32", "rotation");
    const offset = b.local("i32", "offset");
    const each = (body: () => void): void => {
      b.set(offset, i32.const(0));
      b.loop((loop) => {
        b.if(i32.ge(offset, bytes), () => b.break(loop));
        body();
        b.set(offset, i32.add(offset, 8));
      });
    };
    const at = (vector: Value): Value => i32.add(vector, offset);
    /** newest = scale work and its length. */
    const measure = (): void => {
      b.set(norm, f64.const(0));
      each(() => {
        b.set(value, f64.mul(f64.load(offset, scale), f64.load(offset, work)));
        b.store(at(newest), value);
        b.set(norm, f64.add(norm, f64.mul(value, value)));
      });
      b.set(norm, f64.sqrt(norm));
    };
    const divideBy = (divisor: Local): void => {
      b.set(value, f64.div(1, divisor));
      each(() => b.store(at(newest), f64.mul(value, f64.load(at(newest)))));
    };

    each(() => b.store(offset, f64.const(0), solution));
    b.loop((start) => {
      b.if(
        i32.isZero(starts),
        () => each(() => b.store(offset, f64.load(at(target)), work)),
        () => {
          b.call("multiplyShifted", i32.const(work), i32.const(solution), c);
          b.set(products, i32.add(products, 1));
          each(() => b.store(offset, f64.sub(f64.load(at(target)), f64.load(offset, work)), work));
        },
      );
      b.call("solveFactors", i32.const(work));
      b.set(newest, i32.const(basis));
      measure();
      b.if(f64.lt(norm, Infinity), () => {}, () => b.return(i32.const(-1)));
      b.if(f64.le(norm, limit), () => {
        // What is left is below the tolerance already; the preconditioner's own step makes it smaller still.
        each(() => b.store(offset, f64.add(f64.load(offset, solution), f64.load(offset, work)), solution));
        b.break(start);
      });
      b.if(i32.ge(starts, STARTS), () => b.return(i32.const(-1)));
      b.set(starts, i32.add(starts, 1));
      divideBy(norm);
      b.store(rest, norm);
      b.set(count, i32.const(0));

      b.loop((arnoldi) => {
        each(() => b.store(offset, f64.div(f64.load(at(newest)), f64.load(offset, scale)), step));
        b.call("multiplyShifted", i32.const(work), i32.const(step), c);
        b.set(products, i32.add(products, 1));
        b.call("solveFactors", i32.const(work));
        b.set(newest, i32.add(newest, bytes));
        measure();
        b.set(entry, i32.add(triangle, i32.mul(count, stride)));
        b.set(earlier, i32.const(basis));
        b.loop((orthogonal) => {
          b.if(i32.ge(earlier, newest), () => b.break(orthogonal));
          b.set(other, f64.const(0));
          each(() => b.set(other, f64.add(other, f64.mul(f64.load(at(earlier)), f64.load(at(newest))))));
          each(() => b.store(at(newest), f64.sub(f64.load(at(newest)), f64.mul(other, f64.load(at(earlier))))));
          b.store(entry, other);
          b.set(entry, i32.add(entry, 8));
          b.set(earlier, i32.add(earlier, bytes));
        });
        b.set(norm, f64.const(0));
        each(() => b.set(norm, f64.add(norm, f64.mul(f64.load(at(newest)), f64.load(at(newest))))));
        b.set(norm, f64.sqrt(norm));
        b.if(f64.lt(norm, Infinity), () => {}, () => b.return(i32.const(-1)));

        // Earlier rotations turn the new column; one more takes the new length out of it.
        b.set(entry, i32.add(triangle, i32.mul(count, stride)));
        b.set(rotation, i32.const(0));
        b.loop((turn) => {
          b.if(i32.ge(rotation, i32.shl(count, 3)), () => b.break(turn));
          b.set(value, f64.load(entry));
          b.set(other, f64.load(entry, 8));
          b.store(entry, f64.add(f64.mul(f64.load(rotation, cosine), value), f64.mul(f64.load(rotation, sine), other)));
          b.store(entry, f64.sub(f64.mul(f64.load(rotation, cosine), other), f64.mul(f64.load(rotation, sine), value)), 8);
          b.set(entry, i32.add(entry, 8));
          b.set(rotation, i32.add(rotation, 8));
        });
        b.set(value, f64.load(entry));
        b.set(length, f64.sqrt(f64.add(f64.mul(value, value), f64.mul(norm, norm))));
        b.if(f64.eq(length, 0), () => b.return(i32.const(-1)));
        b.store(rotation, f64.div(value, length), cosine);
        b.store(rotation, f64.div(norm, length), sine);
        b.store(entry, length);
        b.set(value, f64.load(rotation, rest));
        b.store(rotation, f64.neg(f64.mul(value, f64.load(rotation, sine))), rest + 8);
        b.store(rotation, f64.mul(value, f64.load(rotation, cosine)), rest);
        b.set(count, i32.add(count, 1));
        b.if(f64.le(f64.abs(f64.load(rotation, rest + 8)), limit), () => b.break(arnoldi));
        b.if(i32.ge(count, DIRECTIONS), () => b.break(arnoldi));
        divideBy(norm);
      });

      // Back substitution in place, from the last column to the first.
      b.set(rotation, i32.sub(i32.shl(count, 3), 8));
      b.loop((back) => {
        b.if(i32.lt(rotation, 0), () => b.break(back));
        b.set(entry, i32.add(triangle, i32.mul(i32.shr(rotation, 3), stride)));
        b.set(value, f64.div(f64.load(rotation, rest), f64.load(i32.add(entry, rotation))));
        b.set(earlier, i32.const(0));
        b.loop((column) => {
          b.if(i32.ge(earlier, rotation), () => b.break(column));
          b.store(earlier, f64.sub(f64.load(earlier, rest), f64.mul(value, f64.load(i32.add(entry, earlier)))), rest);
          b.set(earlier, i32.add(earlier, 8));
        });
        b.set(newest, i32.add(basis, i32.mul(i32.shr(rotation, 3), bytes)));
        each(() => b.store(offset, f64.add(f64.load(offset, solution), f64.div(f64.mul(value, f64.load(at(newest))), f64.load(offset, scale))), solution));
        b.set(rotation, i32.sub(rotation, 8));
      });
      // rest[count] was left as it stood: the length of what the directions could not reach.
      b.if(f64.le(f64.abs(f64.load(i32.shl(count, 3), rest)), limit), () => b.break(start));
    });
    each(() => b.store(at(target), f64.load(offset, solution)));
    b.return(products);
  });
}
