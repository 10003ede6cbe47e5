import type { RowPattern } from "../tables/index.ts";
import { directSolver } from "./direct.ts";
import type { FactorPattern } from "./factor-pattern.ts";
import { completeFactors, incompleteFactors } from "./factor-pattern.ts";
import { krylovSolver } from "./gmres.ts";
import { LARGEST_BIT_MATRIX, markowitzBits, sparsestFirst } from "./markowitz-bits.ts";
import { minimumDegreeOrdering } from "./minimum-degree.ts";
import type { ShiftedSolver } from "./shifted-solver.ts";

/** "auto" takes what the counts of multiplications say is cheaper. */
export type LinearKind = "auto" | "lu" | "krylov";

/** Steps that a factorisation lasts, and solutions in a step: what multistep runs of reaction networks come to. */
const STEPS_PER_FACTORIZATION = 12;
const SOLUTIONS_PER_STEP = 1.5;
/** Directions that one iterative solution takes; each is a product, a preconditioner, and orthogonal to half of the others. */
const DIRECTIONS_PER_SOLUTION = 6;

/**
 * The solver of (I - c J) x = b that costs less per step of a multistep method, counted in multiplications before anything is
 * compiled: complete factors cost products/12 + 1.5 entries, iteration with incomplete ones 1.5 · 6 (2 entries of J + 6 n).
 * An ordering is given up as soon as its factors cost more than the iteration would.
 */
export function chooseShiftedSolver(pattern: RowPattern, kind: LinearKind = "auto"): ShiftedSolver {
  const size = pattern.rowStart.length - 1;
  const iterative = SOLUTIONS_PER_STEP * DIRECTIONS_PER_SOLUTION * (2 * pattern.column.length + DIRECTIONS_PER_SOLUTION * size);
  const most = kind === "auto" ? STEPS_PER_FACTORIZATION * iterative : Infinity;
  if (kind !== "krylov") {
    const factors = orderedFactors(pattern, most);
    const direct = factors ? factors.products / STEPS_PER_FACTORIZATION + SOLUTIONS_PER_STEP * factors.column.length : Infinity;
    if (factors && (kind === "lu" || direct <= iterative)) return directSolver(pattern, factors);
  }
  return krylovSolver(pattern, incompleteFactors(pattern, sparsestFirst(pattern)));
}

/** Complete factors in an order that fills in little; null when they take more than `mostProducts` multiplications. */
export function orderedFactors(pattern: RowPattern, mostProducts: number): FactorPattern | null {
  const order = pattern.rowStart.length - 1 <= LARGEST_BIT_MATRIX ? markowitzBits(pattern, mostProducts) : minimumDegreeOrdering(pattern);
  return order && completeFactors(pattern, order, mostProducts);
}
