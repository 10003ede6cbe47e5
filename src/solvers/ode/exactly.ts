import { f64, i32 } from "../../kernel/builder.ts";
import type { Value } from "../../kernel/program.ts";

/** What is solved for exactly changes in its last iteration by no more than this share of itself, a few dozen units in the last place; */
export const EXACT = 1e-14;
/** or by no more than this and no longer less than before: rounding then is all that moves it. */
const NEARLY_EXACT = 1e-10;

/**
 * Where a state is a small difference of large terms, rounding in these moves it by more than that. Rounding it is, too, where so many
 * iterations did not halve the change, which is too slow to end in as many as are allowed, the last one did not grow, as those of an
 * iteration that diverges do, and it is a small share of the tolerance.
 */
export const RESTLESS_ITERATIONS = 16;

/** i32: whether an iteration whose last change was `size`, relative, is over but for rounding. That it is `notLess` than the one before is not asked for after `tooMany`. */
export const isExact = (size: Value, notLess: Value, tooMany: Value): Value => i32.or(f64.le(size, EXACT), i32.and(f64.le(size, NEARLY_EXACT), i32.or(notLess, tooMany)));
