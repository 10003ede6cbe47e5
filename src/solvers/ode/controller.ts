import type { FunctionBuilder } from "../../kernel/builder.ts";
import { f64 } from "../../kernel/builder.ts";
import type { Local, Value } from "../../kernel/program.ts";

/** Steps below STEP_FLOOR |t| + STEP_TINIEST cannot be told from none: 16 units in the last place of t. */
export const STEP_FLOOR = 16 * 2 ** -52;
export const STEP_TINIEST = 1e-290;
/** Steps stay below this so that t + h stays finite on systems at rest. */
export const STEP_LARGEST = 1e300;
/** How far from a breakpoint the steps before and after it end and begin: 4 units in its last place. */
export const BREAKPOINT_MARGIN = 4 * 2 ** -52;
/** The smallest error a controller divides by: below it a step grows by the full factor anyway. */
export const ERROR_FLOOR = 1e-10;
/** Error scales are at least this: far below any error, but 0 / 0 is avoided where a state is 0 and atol is 0. */
export const SMALLEST_SCALE = 1e-290;

/** Exponents, in sixteenths, of the step size controller: factor = safety err^(-integral) previous^(proportional). */
export interface ControllerExponents {
  readonly integral: number;
  readonly proportional: number;
}

/**
 * Exponents near 0.9 / k and 0.3 / k for a method whose error estimate is of order k in h.
 *
 * @source Gustafsson 1991, doi:10.1145/210232.210242 (the proportional-integral form); rounded to sixteenths
 */
export function controllerExponents(errorOrder: number): ControllerExponents {
  return { integral: Math.max(1, Math.round(14.4 / errorOrder)), proportional: Math.max(1, Math.round(4.8 / errorOrder)) };
}

/**
 * Writes x^(n / 16) for several integers n in [0, 16], with square roots and products only, so that every target
 * computes the same bits; x is at least 0.
 */
export function rootPowers(b: FunctionBuilder, x: Value, sixteenths: readonly number[]): Local[] {
  const root = b.local("f64", "root", x);
  const powers = sixteenths.map((_, index) => b.local("f64", `power${index}`, f64.const(1)));
  for (let bit = 16; bit >= 1; bit /= 2) {
    powers.forEach((power, index) => {
      if ((sixteenths[index] ?? 0) & bit) b.set(power, f64.mul(power, root));
    });
    if (sixteenths.every((count) => count % bit === 0)) break;
    b.set(root, f64.sqrt(root));
  }
  return powers;
}
