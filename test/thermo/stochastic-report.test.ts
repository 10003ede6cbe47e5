import { describe, expect, it } from "vitest";
import { zoo } from "../../src/models/zoo/index.ts";
import type { Network } from "../../src/models/network.ts";
import { stochasticThermo } from "../../src/thermo/stochastic-report.ts";
import type { StochasticThermo, StochasticThermoOptions } from "../../src/thermo/stochastic-report.ts";
import type { Estimate } from "../../src/thermo/inference/estimate.ts";
import { chainOf, currentMoments, entropyProductionOf, libraryNetwork, stationary } from "./inference/chain.ts";
import type { SmallNetwork } from "./inference/chain.ts";
import { networkOfText, thermoAt } from "./states.ts";

const printed = 5e-9;
const fiveStandardErrors = 5;
const expectNear = (estimate: Estimate | null | undefined, exact: number): void => {
  expect(estimate?.batches).toBeGreaterThanOrEqual(20);
  expect(Math.abs((estimate?.value ?? Number.NaN) - exact)).toBeLessThan(fiveStandardErrors * (estimate?.standardError ?? Number.NaN));
};

async function reportOf(network: Network, options: Partial<StochasticThermoOptions>): Promise<StochasticThermo> {
  const { report, problems } = await stochasticThermo(network, { seed: 11n, runs: 1000, times: [20, 21], ...options });
  if (!report) throw new Error(problems.map(({ message }) => message).join("\n"));
  return report;
}

const verdicts = ({ findings }: StochasticThermo): Record<string, string> => Object.fromEntries(findings.map(({ check, verdict }) => [check, verdict]));
const even = (start: number, end: number, points: number): number[] => Array.from({ length: points }, (_, index) => start + ((end - start) * index) / (points - 1));

/** The same network by numbers, cut where its law is far below 1e-12. */
const schloglIn = (volume: number): SmallNetwork => ({
  name: "schlogl",
  species: { X: 2 * volume },
  steps: [
    { from: { X: 2 }, to: { X: 3 }, kPlus: 3 / volume, kMinus: 1 / volume ** 2 },
    { from: { X: 1 }, to: {}, kPlus: 4, kMinus: 4 * volume },
  ],
  most: 20 + 6 * volume,
});

describe("G4: monostable Schlögl in small volumes", () => {
  const schlogl = networkOfText("R0: 2 X -> 3 X; 3*X^2 - X^3; R1: X -> ; 4*X - 4; X = 2");
  it.each([
    { volume: 1, expected: 1.60837074 },
    { volume: 10, expected: 3.79707507 },
  ])("has the printed entropy production at V = $volume, exactly and sampled", async ({ volume, expected }) => {
    const chain = chainOf(schloglIn(volume));
    const law = stationary(chain);
    expect(Math.abs(entropyProductionOf(chain, law) / volume - expected)).toBeLessThan(printed);
    // The printed identity: mean net events of the first channel times ln 3.
    const net = chain.jumps.reduce((total, { from, rate, step, sign }) => (step === 0 ? total + sign * rate * (law[from] ?? 0) : total), 0);
    expect(Math.abs((net * Math.log(3)) / volume - expected)).toBeLessThan(printed);
    const report = await reportOf(schlogl, { volume, times: even(10, 12, 21), runs: 800 });
    expectNear(report.entropyProduction?.perVolume, expected);
    expectNear(report.entropyProduction?.jumps, expected * volume);
    expectNear(report.entropyProduction?.states, expected * volume);
    expectNear(report.reactions[0]?.net, (expected * volume) / Math.log(3));
    expect(report.volume).toBe(volume);
    expect(verdicts(report)).not.toContain("violated");
    // Counts lump the states; where there is more than one they give less.
    expect(report.counts.plugIn.rate).toBeLessThan(expected * volume);
    expect(report.counts.shortTime.value).toBeLessThan(report.counts.plugIn.rate);
  });
});

describe("G7: one enzyme between chemostats", () => {
  const enzyme = zoo["michaelis-menten"].network;
  const small: SmallNetwork = { name: "enzyme", species: { E: 1, C: 0 }, steps: [{ from: { E: 1 }, to: { C: 1 }, kPlus: 4, kMinus: 1 }, { from: { C: 1 }, to: { E: 1 }, kPlus: 1, kMinus: 1 }] };
  const chain = chainOf(small);
  const law = stationary(chain);
  const varianceAt = (time: number): number => currentMoments(chain, law, [0, 1], time).variance;
  const trueRate = 227 / 343;

  it("has the printed mean and long-time variance rate", () => {
    expect(currentMoments(chain, law, [0, 1], 7).mean / 7).toBeCloseTo(3 / 7, 13);
    // The transient decays as exp(-7 t), so that the slope between two late times is the rate.
    expect((varianceAt(12) - varianceAt(8)) / 4).toBeCloseTo(trueRate, 12);
    expect(Math.abs(trueRate - 0.661808)).toBeLessThan(5e-7);
    expect(Math.abs((trueRate * entropyProductionOf(chain, law)) / (3 / 7) ** 2 - 2.14074)).toBeLessThan(5e-7);
  });

  it("is sampled so: entropy production, current, variance, uncertainty and fluctuations", async () => {
    const report = await reportOf(enzyme, { observables: ["P", "P - S"], times: even(10, 20, 41), runs: 2000 });
    const exact = (3 / 7) * Math.log(4);
    expectNear(report.entropyProduction?.jumps, exact);
    expectNear(report.entropyProduction?.states, exact);
    const [p] = report.currents;
    expectNear(p?.mean, 3 / 7);
    expectNear(p?.variance, varianceAt(10) / 10);
    expectNear(p?.uncertainty, (varianceAt(10) * exact * 10) / (2 * (30 / 7) ** 2));
    // Every reaction starts from one state, so that exact counts tell all; the bias stays.
    expectNear(report.counts.plugIn.estimate, exact);
    expect(report.fromCurrents?.lower).toBeLessThan(exact);
    expect(report.fromCurrents?.lower).toBeGreaterThan(0.5 * exact);
    expect(verdicts(report)).toMatchObject({ "stochastic-uncertainty-relation": "ok", "stochastic-kinetic-uncertainty-relation": "ok", "fluctuation-theorem": "ok", "stochastic-second-law": "ok" });
  });

  it("reduced to one rate law: the right entropy production, the wrong fluctuations, and a flag that says so", async () => {
    const reduced = networkOfText("species $S = 4, $P = 1; v: S -> P; (S - P)/(S + P + 2)");
    const { point, sigma, fluxes } = thermoAt(reduced, [], "P");
    // J+ = 4/7, J- = 1/7: their sum is no diffusion of the mechanism.
    expect(Math.abs((point.activity[0] ?? Number.NaN) - 0.714286)).toBeLessThan(5e-7);
    expect(point.net[0]).toBeCloseTo(3 / 7, 14);
    expect(sigma).toBeCloseTo((3 / 7) * Math.log(4), 13);
    expect(fluxes.reactions[0]?.elementary).toBe(false);
    const report = await reportOf(reduced, { observables: ["P"], times: [0, 10], runs: 12_000 });
    expectNear(report.currents[0]?.variance, 5 / 7);
    const variance = report.currents[0]?.variance;
    // 5/7 - 227/343 is 5.7 standard errors of a variance of 12000 nearly normal runs.
    expect((variance?.value ?? Number.NaN) - trueRate).toBeGreaterThan(3 * (variance?.standardError ?? Number.NaN));
    expectNear(report.entropyProduction?.jumps, (3 / 7) * Math.log(4));
    expect(report.reactions[0]?.diffusionIsApproximate).toBe(true);
    expect(verdicts(report)).toMatchObject({ diffusionIsApproximate: "note" });
    expect((await reportOf(enzyme, { runs: 20 })).reactions.map(({ diffusionIsApproximate }) => diffusionIsApproximate)).toEqual([false, false]);
  });
});

describe("stochastic report", () => {
  const ring = libraryNetwork({ name: "ring", species: { A: 3, B: 0, C: 0 }, steps: [["A", "B"], ["B", "C"], ["C", "A"]].map(([from = "", to = ""]) => ({ from: { [from]: 1 }, to: { [to]: 1 }, kPlus: 2, kMinus: 1 })) });

  it("is the same for the same seed, whatever the breath, and plain data", async () => {
    const [first, again, other] = await Promise.all([11n, 11n, 12n].map((seed) => reportOf(ring, { runs: 60, seed, breathe: () => Promise.resolve() })));
    expect(again).toEqual(first);
    expect(other?.entropyProduction?.jumps.value).not.toBe(first?.entropyProduction?.jumps.value);
    expect(JSON.parse(JSON.stringify(first))).toEqual(first);
  });

  it("does not apply steady relations to a start at time 0", async () => {
    const report = await reportOf(ring, { times: [0, 0.2], runs: 200 });
    expect(report.steady.applied).toBe(false);
    expect(report.fromCurrents).toBeNull();
    expect(report.currents.every(({ uncertainty, kinetic }) => uncertainty === null && kinetic === null)).toBe(true);
    expect(verdicts(report)).toMatchObject({ "stochastic-steady-state": "note" });
    // The naive relation would be false here: the drift is not paid for by the sum over jumps alone.
    const drifting = await reportOf(ring, { times: [0.05, 0.25], runs: 1000 });
    expect(drifting.steady).toMatchObject({ applied: false, species: "A" });
  });

  it("calls one-way reactions infinite, keeps the kinetic relation and refuses the fluctuation theorem", async () => {
    const report = await reportOf(zoo["birth-death"].network, { times: [20, 22], runs: 300 });
    expect(report.entropyProduction?.jumps.value).toBe(Infinity);
    expect(report.counts.plugIn.rate).toBe(Infinity);
    expect(report.currents.map(({ uncertainty }) => uncertainty)).toEqual([null, null]);
    expect(report.currents[0]?.kinetic?.value).toBeGreaterThan(1);
    expect(verdicts(report)).toMatchObject({ "stochastic-second-law": "note", "fluctuation-theorem": "not applicable", "stochastic-kinetic-uncertainty-relation": "ok", "counts-plug-in": "note" });
  });

  it("has no entropy production for rates without one, but still currents", async () => {
    const report = await reportOf(networkOfText("J: A -> B; (3*A - 2*B)/(1 + A); A = 5; B = 1"), { runs: 40 });
    expect(report).toMatchObject({ entropyProduction: null, fluctuationTheorem: null });
    expect(verdicts(report)).toMatchObject({ "path-entropy": "not applicable", diffusionIsApproximate: "note" });
    expect(report.reactions[0]?.activity.value).toBeGreaterThan(0);
  });

  it("takes molecules, changes and observables, and says what it cannot use, all at once", async () => {
    const report = await reportOf(ring, { runs: 40, molecules: { A: 1, B: 1 }, observables: ["B - C"] });
    expect(report.currents.map(({ name }) => name)).toEqual(["B - C"]);
    const { problems } = await stochasticThermo(ring, { seed: 1n, runs: 3, times: [2, 1], observables: ["Q"], paths: "linear-noise", method: "leap" });
    expect(problems?.map(({ where }) => where)).toEqual(["option:runs", "option:times", "option:paths", "option:method", "observable:Q"]);
    expect((await stochasticThermo(ring, { seed: 1n, times: [1, 1], molecules: { Q: 1, A: 0.5 } })).problems).toHaveLength(3);
    expect((await stochasticThermo(ring, { seed: 1n, paths: "chemical-langevin" })).problems?.[0]?.message).toContain("never computed from chemical Langevin paths");
    expect((await stochasticThermo(ring, { seed: 1n, volume: -1 })).problems?.[0]?.where).toBe("option:volume");
  });

  it("shows progress and stops when told", async () => {
    const seen: number[] = [];
    await reportOf(ring, { runs: 30, progress: (done, total) => seen.push(done / total) });
    expect(seen).toHaveLength(60);
    expect(seen.at(-1)).toBe(1);
    const controller = new AbortController();
    const stopped = await stochasticThermo(ring, { seed: 1n, runs: 1000, times: [20, 21], signal: controller.signal, progress: (done) => done === 50 && controller.abort() });
    expect(stopped.report).toMatchObject({ runs: 50, requestedRuns: 1000, fluctuationTheorem: null });
    expect(stopped.status?.status).toBe("paused");
    const early = new AbortController();
    const none = await stochasticThermo(ring, { seed: 1n, times: [20, 21], signal: early.signal, progress: () => early.abort() });
    expect(none.problems?.[0]?.message).toContain("1 of 1000 runs");
  });
});

describe("another volume", () => {
  it("scales what is written per volume of one and leaves rates that name the compartment", async () => {
    const named = networkOfText("compartment c = 1; species A in c, B in c; J: 2 A -> B; c*(3*A^2 - 2*B); A = 4; B = 1");
    const plain = networkOfText("J: 2 A -> B; 3*A^2 - 2*B; A = 4; B = 1");
    const [a, b] = await Promise.all([named, plain].map((network) => reportOf(network, { volume: 5, runs: 40 })));
    expect(a?.entropyProduction).toEqual(b?.entropyProduction);
    expect(a?.reactions[0]?.activity.value).toBeGreaterThan(0);
  });
});
