import { describe, expect, it } from "vitest";
import { odeSystem } from "../../../src/models/compile.ts";
import { readCondition } from "../../../src/solvers/stochastic/condition.ts";
import { ensembleStatistics } from "../../../src/solvers/stochastic/ensemble-statistics.ts";
import { compileSampler } from "../../../src/solvers/stochastic/sampler.ts";
import { manyErrors, seed } from "./leaps.ts";
import { networkOfText } from "./networks.ts";

const text = "compartment v = 2; species A in v, B in v, $C in v; J1: A => B; k*A; J2: B => ; k*B; A = 4; B = 1; C = 3; k = 1; open = 2";

function conditionOf(condition: string, scales: readonly number[] = [2, 2]) {
  const { system } = odeSystem(networkOfText(text));
  if (!system) throw new Error("no system");
  return readCondition(condition, system, scales);
}

const why = (condition: string): string => conditionOf(condition).problems?.map(({ message }) => message).join("; ") ?? "";
const watched = async (method: string, watch: readonly string[]) => compileSampler(networkOfText("J1: A => ; k*A; A = 8; k = 1"), { method, watch });

describe("a condition on molecules", () => {
  it("compares sums of species and parameters, in their units", () => {
    // 8 molecules of A and 2 of B in a volume of 2 are concentrations of 4 and 1.
    const at = (condition: string): boolean | undefined => conditionOf(condition).condition?.holds(Float64Array.of(8, 2));
    for (const holds of ["A >= 4", "A<=4", "A + B > 4.9", "A - 2*B < 2.1", "(A + B)/5 >= k", "B < C - k", "4 <= A", "A > open*k"]) expect([holds, at(holds)]).toEqual([holds, true]);
    for (const fails of ["A > 4", "A < 4", "A + B >= 5.1", "B > C"]) expect([fails, at(fails)]).toEqual([fails, false]);
    expect(conditionOf("A >= 8", [1, 1]).condition?.holds(Float64Array.of(8, 2))).toBe(true);
  });

  it("says what it cannot read", () => {
    expect(why("A")).toContain("expected a comparison");
    expect(why("A == 3")).toContain("expected a comparison");
    expect(why("1 < A < 3")).toContain("expected a comparison");
    expect(why("A*B > 1")).toContain("not linear");
    expect(why("1/A > 1")).toContain("not linear");
    expect(why("X > 1")).toContain('"X" is neither');
    expect(why("A + > 1")).toContain('condition "A + > 1"');
  });
});

describe("first passages in an ensemble", () => {
  it("have the law of the largest of eight exponential times, in runs that go on", async () => {
    const { sampler } = await watched("exact-events", ["A < 1", "A <= 7", "A >= 8", "A > 8"]);
    if (!sampler) throw new Error("no sampler");
    const runs = 1500;
    const all = await ensembleStatistics(sampler, { seed, runs, times: Float64Array.of(0.5, 40) });
    const [last, first, start, never] = all.passages;
    const harmonic = Array.from({ length: 8 }, (_, n) => 1 / (n + 1));
    const mean = harmonic.reduce((sum, one) => sum + one, 0);
    const variance = harmonic.reduce((sum, one) => sum + one * one, 0);
    expect(Math.abs((last?.times.mean.value ?? Number.NaN) - mean)).toBeLessThan(manyErrors * Math.sqrt(variance / runs));
    expect(Math.abs((first?.times.mean.value ?? Number.NaN) - 1 / 8)).toBeLessThan((manyErrors * (1 / 8)) / Math.sqrt(runs));
    expect([last?.reached.value, start?.times.greatest, never?.reached.value, never?.runs]).toEqual([1, 0, 0, runs]);
    expect(never?.restrictedMean.value).toBe(40);
    // Runs go on after a passage.
    expect(all.at(40, "A").greatest).toBe(0);
    expect(all.runs).toBe(runs);
  });

  it("are refused where events are not looked at one by one", async () => {
    expect((await watched("direct", ["A < 1"])).problems?.[0]?.message).toContain("choose one of tau-leaping");
    expect((await watched("cle", ["A*A < 1", "Q < 1"])).problems?.length).toBe(2);
  });
});
