import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LinearInvariant } from "../../src/solvers/linear-invariants.ts";
import { compileSolver } from "../../src/solvers/compile.ts";
import { takeOutNegatives } from "../../src/solvers/non-negative.ts";
import { odeMethods, oneStepMethods } from "../../src/solvers/ode/index.ts";
import { networkOfText, systemOfNetwork } from "../thermo/states.ts";
import { problemOf } from "./problems.ts";

const law = (...weights: number[]): LinearInvariant => ({ weights: Float64Array.from(weights), dependent: weights.findIndex((weight) => weight !== 0) });
const total = ({ weights }: LinearInvariant, row: Float64Array): number => weights.reduce((sum, weight, state) => sum + weight * (row[state] ?? 0), 0);
const lowest = (values: Float64Array): number => values.reduce((low, value) => Math.min(low, value), 0);

describe("negative amounts", () => {
  it("leave a row as it is where there are none", () => {
    const row = Float64Array.of(0, 1, 2);
    expect(takeOutNegatives(row, 3, [law(1, 1, 1)])).toBe(0);
    expect([...row]).toEqual([0, 1, 2]);
  });

  it("become 0, and the largest of the law loses what that adds", () => {
    const rows = Float64Array.of(-1e-3, 1, 2, 1, 1, 1);
    expect(takeOutNegatives(rows, 3, [law(1, 1, 1)])).toBe(1e-3);
    expect([...rows.subarray(3)]).toEqual([1, 1, 1]);
    expect(rows[0]).toBe(0);
    expect([rows[1], rows[2]]).toEqual([1, 2 - 1e-3]);
  });

  it("are only clipped where no law holds the state, and stay where the state is no amount", () => {
    const row = Float64Array.of(-1e-3, 1, -5);
    takeOutNegatives(row, 3, [law(0, 1, 0)], [true, true, false]);
    expect([...row]).toEqual([0, 1, -5]);
  });

  it("become 0 where a whole law is negative, which no amounts can keep", () => {
    const row = Float64Array.of(-1e-18, 0, 3);
    takeOutNegatives(row, 3, [law(1, 1, 0)]);
    expect([...row]).toEqual([0, 0, 3]);
  });

  it("keep all totals at once, with laws that overlap and weights of either sign", () => {
    // E + C and S + C + P, the second less the first.
    const laws = [law(1, 0, 1, 0), law(-1, 1, 0, 1)];
    const amount = fc.double({ min: 1e-3, max: 10, noNaN: true });
    fc.assert(
      fc.property(fc.tuple(amount, amount, amount, amount), fc.nat(3), fc.double({ min: 1e-16, max: 1e-6, noNaN: true }), (amounts, which, size) => {
        const row = Float64Array.from(amounts);
        row[which] = -size;
        const before = laws.map((one) => total(one, row));
        const scale = row.reduce((sum, value) => sum + Math.abs(value), 0);
        const old = row.slice();
        expect(takeOutNegatives(row, 4, laws)).toBe(size);
        expect(Math.min(...row)).toBeGreaterThanOrEqual(0);
        // Two sums of four terms round by up to 3 epsilon each, the correction once more.
        laws.forEach((one, index) => expect(Math.abs(total(one, row) - (before[index] ?? NaN))).toBeLessThanOrEqual(8 * Number.EPSILON * scale));
        // Two laws of weights 1 and -1: no amount moves by more than what both of them hold of the negative one.
        row.forEach((value, state) => expect(Math.abs(value - (old[state] ?? NaN))).toBeLessThanOrEqual(2 * size + 4 * Number.EPSILON * scale));
      }),
    );
  });
});

describe("a solver of amounts", () => {
  // A sink that takes what is not there: the error of a step near 0 is as large as the amount, and a fast partner makes it worse.
  const network = "R1: A -> B; k1*A; R2: B + C -> D; k2*B*C; R3: D -> ; k3*D; k1 = 50; k2 = 1000; k3 = 1; A = 1; B = 0; C = 0.5; D = 0";
  const system = systemOfNetwork(networkOfText(network));
  const times = Array.from({ length: 200 }, (_, index) => 0.05 * (index + 1));
  const loose = { rtol: 1e-2, atol: 1e-3 };

  it.each(Object.values(odeMethods))("by $facts.id gives none that is negative, and keeps what is conserved", async (method) => {
    const solver = await compileSolver(system, { method, nonNegative: true, control: loose });
    const { values, final, status } = solver.solve(problemOf(system, times));
    expect(status.status).toBe("done");
    expect([lowest(values), lowest(final)]).toEqual([0, 0]);
    // A + B - C never changes: both sides of R2 lose one, R1 turns A into B.
    const size = system.states.length;
    const at = (row: number, id: string): number => values[row * size + system.states.indexOf(id)] ?? Number.NaN;
    times.forEach((_, row) => expect(Math.abs(at(row, "A") + at(row, "B") - at(row, "C") - 0.5)).toBeLessThan(1e-12));
  });

  it("would give negative amounts without it: the tests above can fail", async () => {
    const found = await Promise.all(
      Object.values(oneStepMethods).map(async (method) => lowest((await compileSolver(system, { method, control: loose })).solve(problemOf(system, times)).values)),
    );
    expect(found.filter((low) => low < 0).length).toBeGreaterThan(3);
  });

  it("refuses steps that overshoot 0 by more than the tolerances: what is taken out stays small", async () => {
    for (const method of Object.values(oneStepMethods)) {
      const solver = await compileSolver(system, { method, nonNegative: true, control: loose, record: true });
      const run = solver.begin(problemOf(system, times));
      while (run.status.status === "paused") run.advance(1000);
      // One step adds at most the norm's tolerance, √4 · atol, to what is negative; what is negative decays or is fed back.
      expect(lowest(run.tape().states), method.facts.id).toBeGreaterThan(-10 * 2 * loose.atol);
    }
  });
});
