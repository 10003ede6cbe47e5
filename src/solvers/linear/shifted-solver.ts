import type { ProgramBuilder } from "../../kernel/builder.ts";
import type { Instance } from "../../kernel/instance.ts";
import type { MemoryLayout } from "../../kernel/layout.ts";

/** What a solver of shifted systems reads in the program's memory; addresses are bytes. */
export interface ShiftedMemory {
  /** Values of J in the order of its pattern [entries]. */
  readonly jacobian: number;
  /** What one unit of error in each variable counts: vectors are measured by the root mean square of scale times component [n]. */
  readonly scale: number;
  /** Largest error, so measured, that an iteration may leave in a solution (one f64). */
  readonly tolerance: number;
}

/**
 * Solves (I - c J) x = b again and again while J and c move slowly: factors are made now and then and used until they are stale.
 * The written program then has
 * `factorShifted(c: f64): i32`, which factors what stands in memory and returns 1, or 0 when the matrix has no usable pivots;
 * `solveShifted(target: i32, c: f64): i32`, which puts x in the place of b for the c at hand and returns how many products with J
 * that took, 0 for a direct solution, or -1 when no solution was found.
 */
export interface ShiftedSolver {
  readonly kind: "lu" | "krylov";
  /** Entries that one factorisation keeps, and its multiplications. */
  readonly factorEntries: number;
  readonly factorProducts: number;
  write(program: ProgramBuilder, layout: MemoryLayout, memory: ShiftedMemory): { prepare(instance: Instance): void };
}
