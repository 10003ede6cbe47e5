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
 * Matrices of so many rows, with so many entries in a row on average and some row or column that holds this share of all, are iterated on
 * without an ordering. Hubs, which couple half of a network, leave factors full: of the published networks that are such, egfr_net (356
 * species) has 4.4 times as many entries in its factors as in its matrix, BCR (1,122) 3.6 times, fceri_gamma2 (3,744) too many to count.
 * Runs that iterate, with two to five products a solution, take a half and two thirds of the time there, and no ordering has to be found.
 */
const HUB_ROWS = 256;
const HUB_ENTRIES = 16;
const HUB_SHARE = 0.25;

/**
 * The solver of (I - c J) x = b that costs less per step of a multistep method, counted in multiplications before anything is
 * compiled: complete factors cost products/12 + 1.5 entries, iteration with incomplete ones 1.5 · 6 (2 entries of J + 6 n).
 * Matrices with hubs are not counted, and an ordering is given up as soon as its factors cost more than the iteration would.
 */
export function chooseShiftedSolver(pattern: RowPattern, kind: LinearKind = "auto"): ShiftedSolver {
  const size = pattern.rowStart.length - 1;
  const iterative = SOLUTIONS_PER_STEP * DIRECTIONS_PER_SOLUTION * (2 * pattern.column.length + DIRECTIONS_PER_SOLUTION * size);
  const most = kind === "auto" ? STEPS_PER_FACTORIZATION * iterative : Infinity;
  if (kind === "lu" || (kind === "auto" && !hasHubs(pattern))) {
    const factors = orderedFactors(pattern, most);
    const direct = factors ? factors.products / STEPS_PER_FACTORIZATION + SOLUTIONS_PER_STEP * factors.column.length : Infinity;
    if (factors && (kind === "lu" || direct <= iterative)) return directSolver(pattern, factors);
  }
  return krylovSolver(pattern, incompleteFactors(pattern, sparsestFirst(pattern)));
}

function hasHubs({ rowStart, column }: RowPattern): boolean {
  const size = rowStart.length - 1;
  if (size < HUB_ROWS || column.length < HUB_ENTRIES * size) return false;
  const inColumn = new Int32Array(size);
  let most = 0;
  for (let row = 0; row < size; row++) {
    most = Math.max(most, (rowStart[row + 1] ?? 0) - (rowStart[row] ?? 0));
    for (let entry = rowStart[row] ?? 0; entry < (rowStart[row + 1] ?? 0); entry++) {
      const at = column[entry] ?? 0;
      const count = (inColumn[at] ?? 0) + 1;
      inColumn[at] = count;
      if (count > most) most = count;
    }
  }
  return most >= HUB_SHARE * size;
}

/** Complete factors in an order that fills in little; null when they take more than `mostProducts` multiplications. */
export function orderedFactors(pattern: RowPattern, mostProducts: number): FactorPattern | null {
  const order = pattern.rowStart.length - 1 <= LARGEST_BIT_MATRIX ? markowitzBits(pattern, mostProducts) : minimumDegreeOrdering(pattern);
  return order && completeFactors(pattern, order, mostProducts);
}
