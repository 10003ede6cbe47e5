import { describe, expect, it } from "vitest";
import { exactMoments, leapOf, leapSolverOf, manyErrors, seed } from "./leaps.ts";

describe("the chemical Langevin equation", () => {
  it("birth and death with a mean of 400: mean, variance and normal quantiles at rest", async () => {
    // The rule's steps are shorter than 1/400 of a lifetime, so steps add less than 1 % to the variance.
    const statistics = await leapOf("J1: => A; 400; J2: A => ; A; A = 400", { method: "cle", runs: 1500, times: [3] });
    const law = statistics.at(3, "A");
    expect(Math.abs(law.mean.value - 400)).toBeLessThanOrEqual(manyErrors * law.mean.error);
    expect(Math.abs(law.variance.value - 400 * -Math.expm1(-6))).toBeLessThanOrEqual(manyErrors * law.variance.error + 0.05 * 400);
    expect(manyErrors * law.variance.error).toBeLessThan(0.25 * 400);
    for (const [probability, z] of [[0.1587, -1], [0.8413, 1]]) {
      const { value, lower, upper } = law.quantile(probability);
      expect(Math.abs(value - (400 + 20 * z))).toBeLessThanOrEqual((manyErrors * (upper - lower)) / 2 + 1);
    }
  });

  it("keeps conserved totals at the boundary, where its noise is cut", async () => {
    const solver = await leapSolverOf("J1: A + B -> C; 0.5*A*B - C; J2: C -> D; 2*C - 2*D; A = 3; B = 2; C = 0; D = 0", "cle", { control: { step: 0.05 } });
    const times = Float64Array.from({ length: 201 }, (_, index) => index / 20);
    let touched = 0;
    for (let index = 0; index < 20; index++) {
      const { molecules, status } = solver.run({ seed, index, times });
      expect(status.status).toBe("done");
      times.forEach((_, row) => {
        const [a, b, c, d] = molecules.subarray(4 * row, 4 * row + 4);
        expect(Math.abs(a + c + d - 3)).toBeLessThan(1e-9);
        expect(Math.abs(b + c + d - 2)).toBeLessThan(1e-9);
        if (Math.min(a, b, c, d) === 0) touched += 1;
        expect(Math.min(a, b, c, d)).toBeGreaterThanOrEqual(0);
      });
    }
    expect(touched).toBeGreaterThan(10);
  });

  it("cuts the noise at the boundary of a species alone: another keeps its variance", async () => {
    const step = 0.1;
    const scarce = ["A", "B", "C", "D"].map((id) => `=> ${id}; 0.1; ${id} => ; ${id}; ${id} = 0`).join("; ");
    const statistics = await leapOf(`${scarce}; => X; 1000; X => ; X; X = 1000`, { method: "cle", runs: 2000, times: [6], control: { step } });
    const { value, error } = statistics.at(6, "X").variance;
    const exact = 2000 / (2 - step);
    expect(Math.abs(value - exact)).toBeLessThanOrEqual(manyErrors * error);
    expect(manyErrors * error).toBeLessThan(0.2 * exact);
    // Each of the four is at 0 in a twentieth of the steps at least.
    expect(statistics.at(6, "A").quantile(0.05).value).toBe(0);
  });

  it("is off where few molecules matter, as its facts say: the control that finds it", async () => {
    // Pairs from three molecules: an odd one is left for ever, which real numbers do not know.
    const text = "J: 2 A => ; A^2; A = 3";
    const statistics = await leapOf(text, { method: "cle", runs: 500, times: [3], control: { step: 0.01 } });
    expect(exactMoments(text, 3).mean).toBeCloseTo(1, 6);
    const { value, error } = statistics.at(3, "A").mean;
    expect(Math.abs(value - 1)).toBeGreaterThan(manyErrors * error);
  });
});
