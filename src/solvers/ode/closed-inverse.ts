import type { FunctionBuilder } from "../../kernel/builder.ts";
import { f64 } from "../../kernel/builder.ts";
import type { Local, Value } from "../../kernel/program.ts";
import type { Jacobian } from "./jacobian.ts";

/** States up to which W⁻¹ is written out. */
export const CLOSED_STATES = 3;

/**
 * Writes (shift I - J)⁻¹ of up to three states by cofactors, into the locals that `target` gives: one division, of which all
 * entries come at once, where elimination has one after the other (it takes a third of the time, a tenth of a whole step of three states).
 * What is inverted is J / shift - I, whose entries have the size that a step sees, so that no product of three
 * overflows on the way to a system at rest. NaN where an entry is infinite, as in the factors of larger systems; not finite
 * where there is no inverse, so that such a step counts as failed.
 */
export function writeClosedInverse(b: FunctionBuilder, { size, entries }: Jacobian, value: (index: number) => Value, inverseShift: Value, target: (row: number, column: number) => Local | null): void {
  if (size === 0) return;
  const step = b.local("f64", "inverseShift", inverseShift);
  const matrix = Array.from({ length: size }, (_, row): (Value | null)[] => Array.from({ length: size }, (__, column) => (row === column ? f64.const(-1) : null)));
  for (const [index, { row, column }] of entries.entries()) {
    const scaled = f64.mul(step, value(index));
    const cells = matrix[row];
    if (cells) cells[column] = b.local("f64", `scaled${row}_${column}`, row === column ? f64.sub(scaled, 1) : scaled);
  }
  const at = (row: number, column: number): Value | null => matrix[row]?.[column] ?? null;
  const rest = (left: number): number[] => [0, 1, 2].filter((index) => index < size && index !== left);
  /** (-1)^(row + column) times the determinant of what is left without them. */
  const cofactor = (row: number, column: number): Value | null => {
    const [top = 0, bottom] = rest(row);
    const [left = 0, right] = rest(column);
    if (size === 1) return f64.const(1);
    if (bottom === undefined || right === undefined) {
      const only = at(top, left);
      return only && (row === column ? only : f64.neg(only));
    }
    const [main, other] = [product(at(top, left), at(bottom, right)), product(at(top, right), at(bottom, left))];
    return (row + column) % 2 === 0 ? difference(main, other) : difference(other, main);
  };
  const cofactors = matrix.map((cells, row) =>
    cells.map((_, column) => {
      const found = cofactor(row, column);
      return found && b.local("f64", `cofactor${row}_${column}`, found);
    }),
  );
  const terms = matrix.flatMap((_, column) => product(at(0, column), cofactors[0]?.[column] ?? null) ?? []);
  const determinant = b.local("f64", "determinant", terms.reduce((sum, term) => f64.add(sum, term)));
  // What is not finite makes all entries NaN, as an infinite pivot does (see `reciprocalOfPivot`).
  const scale = b.local("f64", "scale", f64.add(f64.div(f64.neg(step), determinant), f64.mul(0, determinant)));
  cofactors.forEach((row, from) =>
    row.forEach((found, to) => {
      const local = target(to, from);
      if (local) b.set(local, found ? f64.mul(found, scale) : f64.const(0));
    }),
  );
}

const product = (one: Value | null, other: Value | null): Value | null => one && other && f64.mul(one, other);

const difference = (one: Value | null, other: Value | null): Value | null => (one && other ? f64.sub(one, other) : (one ?? (other && f64.neg(other))));
