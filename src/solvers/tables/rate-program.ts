import type { ProgramBuilder } from "../../kernel/builder.ts";
import type { Instance } from "../../kernel/instance.ts";
import type { MemoryLayout } from "../../kernel/layout.ts";

/** Where the entries of a sparse matrix stand, row by row (compressed sparse rows). */
export interface RowPattern {
  /** Where each row's entries begin, and behind the last row's their number [size + 1]. */
  readonly rowStart: Int32Array;
  /** Column of each entry, ascending within a row [nEntry]. */
  readonly column: Int32Array;
}

/** What a written rate program wants from whoever runs it, beyond its functions. */
export interface RateFunctions {
  /** Byte address of the parameters [nParameter] in the instance's memory. */
  readonly parametersAddress: number;
  /** Fills what does not depend on parameters; once an instance, before anything is evaluated. */
  prepare(instance: Instance): void;
  /** Sets the parameters [nParameter] that hold from now on, and everything that depends on them alone. */
  setParameters(instance: Instance, parameters: Float64Array): void;
}

/**
 * The right-hand side and the Jacobian of a system, to be written into a program. It then has
 * `rhs(target: i32, time: f64, state: i32)`, the rates [size] at a state in memory, and
 * `jacobian(target: i32, time: f64, state: i32)`, the values [nEntry] of `pattern`; targets and states must not overlap.
 */
export interface RateProgram {
  readonly size: number;
  /** Where d rhs / d state may differ from 0; the diagonal always stands in it. */
  readonly pattern: RowPattern;
  write(program: ProgramBuilder, layout: MemoryLayout): RateFunctions;
}
