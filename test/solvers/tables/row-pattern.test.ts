import * as fc from "fast-check";
import { expect, it } from "vitest";
import { rowPattern } from "../../../src/solvers/tables/row-pattern.ts";

it("a row pattern holds every position once, columns ascending, and says where each one stands", () => {
  const size = fc.integer({ min: 1, max: 9 });
  const positions = fc.tuple(size, size).chain(([rows, columns]) =>
    fc.tuple(fc.constant([rows, columns] as const), fc.array(fc.tuple(fc.nat(rows - 1), fc.nat(columns - 1)), { maxLength: 60 })),
  );
  fc.assert(
    fc.property(positions, ([[rowCount, columnCount], list]) => {
      const { pattern, slot } = rowPattern(rowCount, columnCount, { rows: Int32Array.from(list, ([row]) => row), columns: Int32Array.from(list, ([, column]) => column) });
      const expected = Array.from({ length: rowCount }, (_, row) => [...new Set(list.flatMap(([at, column]) => (at === row ? [column] : [])))].toSorted((a, b) => a - b));
      expect(Array.from({ length: rowCount }, (_, row) => [...pattern.column.subarray(pattern.rowStart[row], pattern.rowStart[row + 1])])).toEqual(expected);
      expect(pattern.column).toHaveLength(expected.flat().length);
      list.forEach(([row, column], index) => {
        const entry = slot[index] ?? -1;
        expect(pattern.column[entry]).toBe(column);
        expect(entry).toBeGreaterThanOrEqual(pattern.rowStart[row] ?? Infinity);
        expect(entry).toBeLessThan(pattern.rowStart[row + 1] ?? -1);
      });
    }),
  );
});
