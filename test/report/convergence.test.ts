import { expect, test } from "vitest";
import { convergenceOf } from "../../src/report/convergence.ts";

function curve(loss: readonly number[]): Parameters<typeof convergenceOf>[0] {
  return { split: "s", model: "m", iteration: loss.map((_, index) => index), loss, validation: loss.map(() => null) };
}

test("a loss that stands still has levelled off, one that halves late has not", () => {
  const flat = Array.from({ length: 50 }, (_, index) => 1 + 10 * Math.exp(-index));
  expect(convergenceOf(curve(flat)).state).toBe("levelled off");
  const falling = Array.from({ length: 50 }, (_, index) => 1 / (1 + index));
  expect(convergenceOf(curve(falling)).state).toBe("still falling");
  expect(convergenceOf(curve(falling)).drop).toBeCloseTo(1 - 45 / 50, 12);
});

test("the best loss counts: rising at the end is not falling", () => {
  expect(convergenceOf(curve([...Array.from({ length: 20 }, (_, index) => 2 - index / 20), 5, 6])).state).toBe("levelled off");
});

test("what cannot be judged is said", () => {
  expect(convergenceOf(curve([3, 2, 1])).state).toBe("too short to judge");
  expect(convergenceOf(curve([3, Number.NaN, ...Array.from({ length: 20 }, () => 1)])).state).toBe("not finite");
});
