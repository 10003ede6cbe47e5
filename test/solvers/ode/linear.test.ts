import { describe, expect, it } from "vitest";
import { f64, programBuilder } from "../../../src/kernel/builder.ts";
import { expressionGraph } from "../../../src/kernel/expression.ts";
import { instantiate } from "../../../src/kernel/instantiate.ts";
import { memoryLayout } from "../../../src/kernel/layout.ts";
import { memoryLinear } from "../../../src/solvers/ode/linear.ts";
import { symbolicLu } from "../../../src/solvers/ode/symbolic-lu.ts";

/** Rows that read two leaves for the first time and one that was read 1 to 60 rows before; each row finds four values. */
const readBefore = (row: number): number => 2 * Math.max(0, row - 1 - ((7 * row) % 60)) + (row % 2);
const columnsOf = (rowCount: number): readonly (readonly number[])[] => [
  ...Array.from({ length: 2 * rowCount }, (_, leaf) => [leaf]),
  ...Array.from({ length: rowCount }, (_, row) => [...new Set([readBefore(row), 2 * row, 2 * row + 1, 2 * rowCount + row])].toSorted((a, b) => a - b)),
];
const shift = 3;
const slope = (row: number, column: number): number => Math.sin(1 + 3 * row + 7 * column);

/** Operations on each term of a row, and on the right side, each of one rounding. */
const roundings = 16;

const refuse = (name: string): never => {
  throw new Error(`nothing reads "${name}"`);
};

describe("sparse factors in memory", () => {
  // The first few keep every value at hand, the many do not.
  it.each([[3], [16], [18], [150]])("solve where values are read long after they were found, beside others that are read for the first time (%i rows)", async (rowCount) => {
    const columns = columnsOf(rowCount);
    const graph = expressionGraph();
    const layout = memoryLayout();
    const program = programBuilder();
    const size = columns.length;
    const [vector, addend] = [layout.f64(size), layout.f64(size)];
    const entries = columns.flatMap((list, row) => list.map((column) => ({ row, column, expression: graph.constant(slope(row, column)) })));
    const linearAt = memoryLinear(program, layout, { size, entries, timeDerivative: null }, symbolicLu(columns, [...columns.keys()]), () => refuse, refuse);
    program.function("run", {}, (b) => {
      const linear = linearAt(b, f64.const(0), 0);
      linear.factor(f64.const(shift));
      linear.solve({ kind: "memory", address: vector }, { kind: "memory", address: addend });
    });
    const instance = await instantiate(program.finish(layout.bytes));
    const right = columns.map((_, row) => Math.cos(row));
    instance.f64.set(right.map((value) => value / 4), vector / 8);
    instance.f64.set(right.map((value) => (3 * value) / 4), addend / 8);
    instance.functions["run"]?.();
    const x = instance.f64.subarray(vector / 8, vector / 8 + size);
    columns.forEach((list, row) => {
      const terms = list.map((column) => ((row === column ? shift : 0) - slope(row, column)) * (x[column] ?? Number.NaN));
      const largest = terms.reduce((total, term) => total + Math.abs(term), Math.abs(right[row] ?? 0));
      expect(Math.abs(terms.reduce((total, term) => total + term, 0) - (right[row] ?? Number.NaN)), `row ${row}`).toBeLessThanOrEqual(roundings * 2 ** -52 * largest);
    });
  });
});
