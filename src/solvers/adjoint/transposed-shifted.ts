import type { FunctionBuilder } from "../../kernel/builder.ts";
import { f64, i32 } from "../../kernel/builder.ts";
import type { Instance } from "../../kernel/instance.ts";
import type { Value } from "../../kernel/program.ts";
import { chooseShiftedSolver } from "../linear/choose.ts";
import type { MultistepContext } from "../ode/multistep.ts";
import type { RowPattern } from "../tables/index.ts";
import { addTo, each } from "./memory.ts";
import { transposedFunctions, transposedName } from "./transposed-functions.ts";

/** What an iterative solver may leave of a right side, and how often it is asked for what is left: small components are then as exact as large ones. */
const REST = 1e-8;
const REFINEMENTS = 2;

/** Solves (I - c Jᵀ) x = b with the Jacobian whose values stand in `memory.jacobian`, as the solver of the steps does with J. */
export interface TransposedShifted {
  /** Takes the Jacobian as it stands and factors; i32: 0 where there are no usable pivots. */
  factor(b: FunctionBuilder, c: Value): Value;
  /** Puts x in the place of b [nState]; where no solution is found it writes `refuse`. */
  solve(b: FunctionBuilder, target: number, c: Value, refuse: () => void): void;
  /** Byte address of how much a unit of each component counts where solutions are approximate [nState]. */
  readonly scale: number;
  prepare(instance: Instance): void;
}

export function transposedShifted({ program, layout, memory, pattern, linear }: MultistepContext): TransposedShifted {
  const { transposed, source } = transposePattern(pattern);
  const entries = pattern.column.length;
  const n = memory.size;
  const values = layout.f64(Math.max(1, entries));
  const sources = layout.i32(Math.max(1, entries));
  const scale = layout.f64(Math.max(1, n));
  const tolerance = layout.f64(1);
  const solver = chooseShiftedSolver(transposed, linear);
  const [right, rest, tried] = [layout.f64(Math.max(1, n)), layout.f64(Math.max(1, n)), layout.f64(Math.max(1, n))];
  const written = solver.write(transposedFunctions(program, true), layout, { jacobian: values, scale, tolerance });
  program.function("gatherTransposed", { exported: false }, (b) => {
    b.repeat(entries, (entry) => b.store(i32.shl(entry, 3), f64.load(i32.load(i32.shl(entry, 2), sources)), values));
  });
  const solveOnce = (b: FunctionBuilder, target: number, c: Value, refuse: () => void): void => {
    if (solver.kind === "krylov") {
      // Measured by what the preconditioner makes of the right side: where states differ much in size, a solution is far larger than that itself.
      each(b, n, (offset) => b.store(offset, f64.load(offset, target), tried));
      b.call(transposedName("solveFactors"), i32.const(tried));
      const total = b.local("f64", "total", f64.const(0));
      each(b, n, (offset) => {
        const weighed = b.local("f64", "weighed", f64.mul(f64.load(offset, tried), f64.load(offset, scale)));
        b.set(total, f64.add(total, f64.mul(weighed, weighed)));
      });
      b.store(tolerance, f64.mul(REST, f64.sqrt(f64.mul(1 / Math.max(1, n), total))));
    }
    b.if(i32.lt(i32.call(transposedName("solveShifted"), i32.const(target), c), 0), refuse);
  };
  return {
    scale,
    factor(b, c) {
      b.call("gatherTransposed");
      return i32.call(transposedName("factorShifted"), c);
    },
    solve(b, target, c, refuse) {
      each(b, n, (offset) => b.store(offset, f64.load(offset, target), right));
      solveOnce(b, target, c, refuse);
      if (solver.kind === "lu") return;
      for (let refinement = 0; refinement < REFINEMENTS; refinement++) {
        b.call(transposedName("multiplyShifted"), i32.const(rest), i32.const(target), c);
        each(b, n, (offset) => b.store(offset, f64.sub(f64.load(offset, right), f64.load(offset, rest)), rest));
        solveOnce(b, rest, c, refuse);
        each(b, n, (offset) => addTo(b, offset, target, f64.load(offset, rest)));
      }
    },
    prepare(instance) {
      written.prepare(instance);
      source.forEach((entry, index) => (instance.i32[sources / 4 + index] = memory.jacobian + 8 * entry));
    },
  };
}

/** The pattern of the transpose, and which entry each of its entries is. */
function transposePattern({ rowStart, column }: RowPattern): { readonly transposed: RowPattern; readonly source: Int32Array } {
  const size = rowStart.length - 1;
  const start = new Int32Array(size + 1);
  for (const at of column) start[at + 1] = (start[at + 1] ?? 0) + 1;
  for (let row = 0; row < size; row++) start[row + 1] = (start[row + 1] ?? 0) + (start[row] ?? 0);
  const next = start.slice();
  const rows = new Int32Array(column.length);
  const source = new Int32Array(column.length);
  for (let row = 0; row < size; row++) {
    for (let entry = rowStart[row] ?? 0; entry < (rowStart[row + 1] ?? 0); entry++) {
      const at = column[entry] ?? 0;
      const place = next[at] ?? 0;
      next[at] = place + 1;
      rows[place] = row;
      source[place] = entry;
    }
  }
  return { transposed: { rowStart: start, column: rows }, source };
}
