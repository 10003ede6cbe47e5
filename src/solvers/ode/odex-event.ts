import type { ProgramBuilder } from "../../kernel/builder.ts";
import { f64, i32 } from "../../kernel/builder.ts";
import type { MemoryLayout } from "../../kernel/layout.ts";
import type { Value } from "../../kernel/program.ts";
import type { StepInterpolant } from "./event-interpolant.ts";
import type { OdeMemory } from "./memory.ts";

/** Columns that the package extrapolates over at most, as it does by default. */
const MOST_COLUMNS = 9;
/** Coefficients of its dense output: degree 4 and one for each derivative at the middle, of which it takes 2 columns - 3. */
const COEFFICIENTS = 4 + 2 * MOST_COLUMNS - 3 + 1;

/** Where the path of a step stands in memory. */
export interface ExtrapolationPath {
  /** Indices of the states that triggers read. */
  readonly needed: readonly number[];
  /** Byte address of the Chebyshev coefficients of their mean slopes since the start of the step [nNeeded, nCoefficient]. */
  readonly coefficients: number;
}

/** Chebyshev points of a step as fractions of it, and the weight of each point in each coefficient [nCoefficient, nCoefficient]. */
const angles = Array.from({ length: COEFFICIENTS }, (_, point) => (Math.PI * (point + 0.5)) / COEFFICIENTS);
const points = angles.map((angle) => (1 + Math.cos(angle)) / 2);
const weights = Array.from({ length: COEFFICIENTS }, (_, order) => angles.map((angle) => ((order === 0 ? 1 : 2) / COEFFICIENTS) * Math.cos(order * angle)));

/**
 * The package's dense output as a program reads it: a polynomial, so as many values of it as it has coefficients are all of it. What is kept
 * is the Chebyshev series of its mean slope since the start of the step: a step that begins at an event leaves its level without rounding back.
 *
 * @source Clenshaw 1955, doi:10.1090/S0025-5718-1955-0071856-0 (the sum of the series)
 */
export function extrapolationInterpolant(memory: OdeMemory, layout: MemoryLayout, needed: readonly number[]): { readonly path: ExtrapolationPath; readonly interpolant: StepInterpolant } {
  const path = { needed, coefficients: layout.f64(Math.max(1, needed.length * COEFFICIENTS)) };
  const inside = memory.vector("eventSearch");
  const write = (program: ProgramBuilder): void => {
    program.function("pathAt", { parameters: { series: "i32", x: "f64" }, result: "f64", exported: false }, (b, { series, x }) => {
      if (!series || !x) return;
      const twice = b.local("f64", "twice", f64.mul(2, x));
      let [above, next]: readonly [Value, Value] = [f64.const(0), f64.const(0)];
      for (let order = COEFFICIENTS - 1; order > 0; order--) {
        [above, next] = [next, b.local("f64", `sum${order}`, f64.add(f64.load(series, 8 * order), f64.sub(f64.mul(twice, next), above)))];
      }
      b.return(f64.add(f64.load(series), f64.sub(f64.mul(x, next), above)));
    });
    program.function("interpolateNeeded", { parameters: { theta: "f64", h: "f64" } }, (b, { theta }) => {
      if (!theta) return;
      const x = b.local("f64", "x", f64.sub(f64.mul(2, theta), 1));
      needed.forEach((index, which) => {
        const slope = f64.call("pathAt", i32.const(path.coefficients + 8 * COEFFICIENTS * which), x);
        b.store(inside + 8 * index, f64.add(f64.load(memory.state + 8 * index), f64.mul(theta, slope)));
      });
    });
  };
  return { path, interpolant: { start: memory.state, end: memory.next, inside, write } };
}

/** Puts a step's path into memory; `start` is the state that it begins with [nState], `dense` gives a state at a time of the step. */
export function layPath(numbers: Float64Array, { needed, coefficients }: ExtrapolationPath, start: ArrayLike<number>, from: number, to: number, dense: (state: number, time: number) => number): void {
  const times = points.map((point) => from + point * (to - from));
  needed.forEach((state, which) => {
    const values = times.map((time, point) => (dense(state, time) - (start[state] ?? Number.NaN)) / (points[point] ?? Number.NaN));
    weights.forEach((row, order) => {
      numbers[coefficients / 8 + COEFFICIENTS * which + order] = row.reduce((sum, weight, point) => sum + weight * (values[point] ?? Number.NaN), 0);
    });
  });
}
