import { f64, i32 } from "../../kernel/builder.ts";
import type { RowPattern } from "../tables/index.ts";
import { writeFactorLoops } from "./factor-loops.ts";
import type { FactorPattern } from "./factor-pattern.ts";
import type { ShiftedSolver } from "./shifted-solver.ts";

/**
 * Solves by complete factors. Where c has moved since they were made, the solution is scaled by 2 / (1 + c/c₀), which is
 * the best that one number can do for eigenvalues between 0 and minus infinity.
 *
 * @source Hindmarsh et al. 2005, SUNDIALS, doi:10.1145/1089014.1089020 (the factor 2/(1 + γ/γ̄) of CVODE)
 */
export function directSolver(pattern: RowPattern, factors: FactorPattern): ShiftedSolver {
  return {
    kind: "lu",
    factorEntries: factors.column.length,
    factorProducts: factors.products,
    write(program, layout, memory) {
      const size = factors.order.length;
      const made = layout.f64(1);
      const written = writeFactorLoops(program, layout, pattern, factors, memory.jacobian);
      program.function("factorShifted", { parameters: { c: "f64" }, result: "i32" }, (b, { c }) => {
        if (!c) return;
        b.store(made, c);
        b.return(i32.call("factorMatrix", c));
      });
      program.function("solveShifted", { parameters: { target: "i32", c: "f64" }, result: "i32" }, (b, { target, c }) => {
        if (!target || !c) return;
        b.call("solveFactors", target);
        b.if(f64.ne(c, f64.load(made)), () => {
          const share = b.local("f64", "share", f64.div(2, f64.add(1, f64.div(c, f64.load(made)))));
          b.repeat(size, (index) => {
            const address = b.local("i32", "address", i32.add(target, i32.shl(index, 3)));
            b.store(address, f64.mul(share, f64.load(address)));
          });
        });
        b.return(i32.const(0));
      });
      return written;
    },
  };
}
