import * as fc from "fast-check";
import { expect, test } from "vitest";
import { thinnedIndices, thinnedNote } from "../../src/report/thin.ts";

test("thinning keeps both ends, never repeats, never exceeds the limit", () => {
  fc.assert(
    fc.property(fc.nat(2000), fc.integer({ min: 2, max: 300 }), (n, limit) => {
      const indices = thinnedIndices(n, limit);
      expect(indices.length).toBe(Math.min(n, limit));
      expect(new Set(indices).size).toBe(indices.length);
      if (n > 0) expect([indices[0], indices.at(-1)]).toEqual([0, n - 1]);
    }),
  );
});

test("what is left out is said", () => {
  expect(thinnedNote(5, 5, "points")).toBe("");
  expect(thinnedNote(5, 9, "points")).toContain("5 of 9 points");
});
