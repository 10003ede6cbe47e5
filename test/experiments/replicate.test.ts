import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DataRow } from "../../src/experiments/dataset.ts";
import { replicateCeiling } from "../../src/experiments/replicate.ts";

const row = (condition: string, replicate: string, value: number): DataRow => ({ condition, replicate, time: 0, observable: "A", value, unit: null, sd: null, batch: null });

describe("replicateCeiling", () => {
  it("is null when nothing was measured twice", () => {
    expect(replicateCeiling({ name: "d", rows: [row("a", "1", 1), row("b", "1", 2)] })).toBeNull();
  });

  it("compares two replicates: correlation, difference, and the floor under their mean", () => {
    const rows = [row("a", "1", 1), row("a", "2", 2), row("b", "2", 4), row("b", "1", 3), row("c", "1", 9)];
    const ceiling = replicateCeiling({ name: "d", rows });
    expect(ceiling?.correlation).toBeCloseTo(1, 12);
    expect(ceiling?.rmse).toBe(1);
    expect(ceiling?.floor).toBe(0.5);
    expect(ceiling).toMatchObject({ pairs: 2, cells: 2 });
  });

  it("does not depend on the order of the rows", () => {
    const rows = ["1", "2", "3"].flatMap((replicate, i) => ["a", "b", "c", "d"].map((condition, j) => row(condition, replicate, Math.sin(3 * i + j) + j)));
    const expected = replicateCeiling({ name: "d", rows });
    fc.assert(
      fc.property(fc.shuffledSubarray(rows, { minLength: rows.length, maxLength: rows.length }), (shuffled) => {
        const ceiling = replicateCeiling({ name: "d", rows: shuffled });
        // Sums of 12 pairs in another order: rounding only.
        expect(ceiling?.correlation).toBeCloseTo(expected?.correlation ?? Number.NaN, 12);
        expect(ceiling?.rmse).toBeCloseTo(expected?.rmse ?? Number.NaN, 12);
      }),
    );
  });
});
