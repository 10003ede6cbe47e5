import { describe, expect, it } from "vitest";
import { pairReverses } from "../../src/models/pair-reverses.ts";
import { revise } from "../../src/models/revise.ts";
import { zoo } from "../../src/models/zoo/index.ts";
import { applicabilityText } from "../../src/thermo/applicability.ts";
import { thermoReport } from "../../src/thermo/report.ts";
import type { ThermoReport, ThermoReportOptions } from "../../src/thermo/report.ts";
import type { Network } from "../../src/models/network.ts";
import { deficiency } from "../../src/thermo/structure.ts";
import { networkOfText } from "./states.ts";

async function reportOf(network: Network, options: ThermoReportOptions = {}): Promise<ThermoReport> {
  const result = await thermoReport(network, options);
  if (!result.report) throw new Error(result.problems.map(({ message }) => message).join("\n"));
  expect(result.status.status).toBe("done");
  return result.report;
}
const problemsOf = async (network: Network, options: ThermoReportOptions = {}): Promise<string[]> => (await thermoReport(network, options)).problems?.map(({ message }) => message) ?? [];
const of = (report: ThermoReport, check: string) => report.findings.filter((finding) => finding.check === check);

const advice = async (network: Network): Promise<string[]> => of(await reportOf(network, { times: [0] }), "one-way").map(({ where }) => where);

describe("structure", () => {
  it("of Michaelis-Menten between chemostats: one emergent cycle, the enzyme conserved", async () => {
    const { structure } = await reportOf(zoo["michaelis-menten"].network, { times: [0] });
    expect(structure).toMatchObject({
      conservationLaws: [{ E: 1, ES: 1 }],
      cycles: [],
      emergentCycles: [{ Binding: 1, Catalysis: 1 }],
      deficiency: 0,
      wegscheider: [],
    });
  });
  it("of a driven triangle: a cycle with affinity 3 ln 2 and a note that names it", async () => {
    const report = await reportOf(networkOfText("R1: A -> B; 2*A - B; R2: B -> C; 2*B - C; R3: C -> A; 2*C - A; A = 1; B = 1; C = 1"), { times: [0] });
    expect(report.structure).toMatchObject({ conservationLaws: [{ A: 1, B: 1, C: 1 }], cycles: [{ R1: 1, R2: 1, R3: 1 }], emergentCycles: [], deficiency: 0 });
    expect(report.structure.wegscheider[0]?.affinity).toBeCloseTo(3 * Math.LN2, 14);
    expect(of(report, "wegscheider")).toMatchObject([{ verdict: "note", bound: 0, where: expect.stringContaining("R1 + R2 + R3") }]);
  });
  it("meets Wegscheider where the constants close the cycle", async () => {
    const report = await reportOf(networkOfText("R1: A -> B; 2*A - B; R2: B -> C; 3*B - C; R3: C -> A; C - 6*A; A = 1; B = 1; C = 1"), { times: [0] });
    expect(of(report, "wegscheider")).toMatchObject([{ verdict: "ok" }]);
    expect(Math.abs(report.structure.wegscheider[0]?.affinity ?? NaN)).toBeLessThan(1e-14);
  });
  it.each([
    ["Michaelis-Menten, closed", "E + S -> ES; E*S - ES; ES -> E + P; ES - E*P; E = 1; S = 1; ES = 1; P = 1", 0],
    ["Michaelis-Menten, open", "species $S, $P; E + S -> ES; E*S - ES; ES -> E + P; ES - E*P; E = 1; S = 1; ES = 1; P = 1", 0],
    ["Schlögl", "2 X -> 3 X; X^2 - X^3; X -> ; X - 1; X = 1", 1],
    ["Brusselator", "-> X; 1 - X; X -> Y; X - Y; 2 X + Y -> 3 X; X^2*Y - X^3; X = 1; Y = 1", 1],
    ["Edelstein", "species $A, $B; A + X -> 2 X; A*X - X^2; X + E -> C; X*E - C; C -> B + E; C - B*E; A = 1; B = 1; X = 1; E = 1; C = 1", 1],
    ["Feinberg", "A -> 2 B; A - B^2; A + C -> D; A*C - D; D -> B + E; D; B + E -> A + C; B*E; A = 1; B = 1; C = 1; D = 1; E = 1", 0],
  ])("deficiency of %s", (_, text, expected) => {
    expect(deficiency(networkOfText(text))).toBe(expected);
  });
});

describe("states that rate rules move", () => {
  const decay = "species $X = 1, Y = 1; X' = -X;";

  it("a model of rate rules alone has no entropy production that is known, and says which states they are", async () => {
    const report = await reportOf(zoo.oregonator.network, { end: 1, points: 3 });
    expect(report.at.map(({ entropyProduction }) => entropyProduction)).toEqual([NaN, NaN, NaN]);
    for (const row of report.at) expect([row.onsager, row.informationGeometric]).toEqual([null, null]);
    expect(report.speedLimits).toBeNull();
    expect(report.applicability.isThermodynamic).toBe(false);
    expect(applicabilityText(report.applicability)).toBe("Nothing is defined: there is no reaction, and rate rules move y1, y2, y3.");
    for (const { standing, because } of report.applicability.quantities) expect([standing, because]).toEqual(["undefined", ["y1", "y2", "y3"]]);
    expect(of(report, "rate-rule")).toMatchObject([{ verdict: "not applicable", where: expect.stringMatching(/"y1", "y2", "y3" follow rate rules/) }]);
    expect(of(report, "second-law")).toEqual([]);
  });
  it("nor a steady state of such a model", async () => {
    const report = await reportOf(networkOfText("species X = 1; X' = 2 - X"), { steady: true });
    expect([report.at[0]?.entropyProduction, report.steady?.cycles.entropyProduction, report.steady?.cycles.emergent]).toEqual([NaN, NaN, NaN]);
    // A state that is a parameter hides as much where there is nothing else.
    expect(of(await reportOf(networkOfText("species A = 1; x = 1; x' = -x"), { times: [0] }), "rate-rule")).toMatchObject([{ verdict: "not applicable", where: expect.stringMatching(/"x" follows a rate rule/) }]);
  });
  it("next to reactions they are chemostats, and a note says what is left out", async () => {
    const report = await reportOf(networkOfText(`${decay} J: X -> Y; 2*X - Y; p = 0; p' = X`), { times: [0] });
    expect(report.at[0]?.entropyProduction).toBeCloseTo(Math.LN2, 14);
    expect(of(report, "rate-rule")).toMatchObject([{ verdict: "note", where: expect.stringMatching(/^"X" follows a rate rule: counted as chemostats.*not known/) }]);
  });
  it("a network in which nothing happens makes no entropy, and needs no finding", async () => {
    const report = await reportOf(networkOfText("species A = 1"), { end: 1, points: 3 });
    expect(report.at.map(({ entropyProduction }) => entropyProduction)).toEqual([0, 0, 0]);
    expect(report.applicability.isThermodynamic).toBe(true);
    expect(of(report, "rate-rule")).toEqual([]);
  });
});

describe("one-way reactions that reverse each other", () => {
  const apart = networkOfText("R1: A => B; k1*A; R2: B => A; k2*B; R3: B => C; B; k1 = 2; k2 = 1; A = 1; B = 1; C = 0");

  it("are told how to be joined, each with its partner; one without a partner is not", async () => {
    const [first, second, third] = await advice(apart);
    expect(first).toMatch(/"R1".*reaction "R2" is its reverse; join them \(--pair\)/);
    expect(second).toMatch(/"R2".*reaction "R1" is its reverse; join them \(--pair\)/);
    expect(third).toMatch(/"R3".*write "k_f\*reactants - k_r\*products"/);
  });
  it("joined, they have the entropy production of the reversible reaction", async () => {
    const [row] = (await reportOf(pairReverses(apart).network, { times: [0] })).at;
    expect(row?.perReaction["R1"]).toBeCloseTo(Math.LN2, 14);
    expect(await advice(pairReverses(apart).network)).toEqual([expect.stringContaining('"R3"')]);
  });
});

describe("what a report cannot give", () => {
  it("says why entropy production is not split: each reason once, with its first time", async () => {
    const text = "R1: A -> B; 2*A - B; R2: B -> C; B - C; A = 1; B = 0.5; C = 0";
    const report = await reportOf(networkOfText(text), { end: 1, points: 5 });
    expect(report.at.map(({ onsager }) => onsager === null)).toEqual([true, false, false, false, false]);
    expect(of(report, "decomposition")).toMatchObject([{ verdict: "not applicable", where: expect.stringMatching(/^at 1 of 5 times, first at 0: .*no logarithm of .*C/) }]);
    const unknown = await reportOf(networkOfText("R1: A -> B; 2*A - B; R2: B -> C; sin(B); A = 1; B = 0.5; C = 1"), { end: 1, points: 5 });
    expect(of(unknown, "decomposition")).toMatchObject([{ verdict: "not applicable", where: expect.stringMatching(/^at 5 of 5 times, first at 0: .*"R2"/) }]);
    expect(of(await reportOf(networkOfText(text), { times: [1] }), "decomposition")).toEqual([]);
  });
  it("refuses a relative tolerance of 0", async () => {
    const network = networkOfText("R1: A -> B; 2*A - B; A = 1; B = 0.5");
    for (const rtol of [0, -1, Number.NaN, Infinity]) expect(await problemsOf(network, { control: { rtol } })).toEqual([`rtol is ${rtol}; it must be finite and above 0`]);
  });
  it("holds every observable against the kinetic relation, one-way reactions too", async () => {
    const report = await reportOf(networkOfText("R1: A => B; A; A = 1; B = 0"), { end: 1, points: 3, observables: ["B"] });
    // One one-way reaction: f = D = A.
    expect(of(report, "kinetic-uncertainty-relation")).toMatchObject([{ verdict: "ok", bound: 1, value: expect.closeTo(1, 14) }]);
  });
});

describe("along a trajectory", () => {
  it("a closed isomerisation relaxes to rest: entropy production falls, tightness comes down to 1", async () => {
    const report = await reportOf(networkOfText("A -> B; 2*A - B; A = 0.9; B = 0.1"), { end: 4, points: 41, observables: ["B"] });
    const sigma = report.at.map((row) => row.entropyProduction);
    sigma.slice(1).forEach((value, index) => expect(value).toBeLessThan(sigma[index] ?? NaN));
    const tightness = report.at.map((row) => row.observables[0]?.tightness ?? NaN);
    expect(Math.min(...tightness)).toBeGreaterThanOrEqual(1 - 1e-12);
    // A single reaction: F coth(F/2) / 2, which is 1 + F^2/12 next to rest.
    expect(tightness.at(-1)).toBeCloseTo(1, 6);
    expect(of(report, "second-law")).toMatchObject([{ verdict: "ok", bound: 0 }]);
    expect(of(report, "uncertainty-relation")).toMatchObject([{ verdict: "ok", bound: 1 }]);
  });
  it("default observables are the species that move; rows and numbers follow the options", async () => {
    const report = await reportOf(zoo["michaelis-menten"].network, { end: 2, points: 3 });
    expect(report.at.map(({ time }) => time)).toEqual([0, 1, 2]);
    expect(report.at[0]?.observables.map(({ name }) => name)).toEqual(["E", "ES"]);
    expect(Object.keys(report.at[0]?.perReaction ?? {})).toEqual(["Binding", "Catalysis"]);
  });
  it("at exact balance 0/0 is null with a finding; a current of 0 that dissipates is Infinity", async () => {
    const rest = await reportOf(networkOfText("A -> B; A - B; A = 1; B = 1"), { times: [0], observables: ["B"] });
    expect(rest.at[0]).toMatchObject({ entropyProduction: 0, observables: [{ current: 0, diffusion: 2, tightness: null }] });
    expect(of(rest, "undetermined-tightness")).toMatchObject([{ verdict: "note", where: expect.stringContaining("0/0") }]);
    const driven = await reportOf(zoo.schlogl.network, { times: [0], set: { X: 2 }, observables: ["X"] });
    expect(driven.at[0]?.observables[0]).toMatchObject({ current: 0, diffusion: 60, tightness: Infinity });
  });
  it("a one-way reaction gives Infinity, no NaN, and a finding with its name", async () => {
    const report = await reportOf(networkOfText("R1: A -> B; A - B; R2: B => C; 0.5*B; A = 1; B = 0.5; C = 0"), { end: 1, points: 3, observables: ["C", "A"] });
    for (const row of report.at) {
      expect(row.entropyProduction).toBe(Infinity);
      expect(row.perReaction["R2"]).toBe(Infinity);
      expect(row.perReaction["R1"]).toBeLessThan(1);
      expect(row.observables.map(({ tightness }) => tightness)).toEqual([Infinity, Infinity]);
      expect(row.observables[0]?.diffusion).toBeGreaterThan(0);
    }
    expect(of(report, "one-way")).toMatchObject([{ verdict: "note", value: Infinity, where: expect.stringContaining('"R2"') }]);
    expect(of(report, "second-law")).toMatchObject([{ verdict: "ok" }]);
  });
  it("a concentration of 0 at the start makes it infinite there, with species and time", async () => {
    const report = await reportOf(networkOfText("A -> B; A - B; A = 1; B = 0"), { times: [0, 1], observables: ["B"] });
    expect(report.at[0]?.entropyProduction).toBe(Infinity);
    expect(report.at[1]?.entropyProduction).toBeLessThan(1);
    expect(of(report, "one-way")).toEqual([]);
    expect(of(report, "logarithm-domain")).toMatchObject([{ value: 0, where: expect.stringMatching(/species "B" is 0 at time 0 /) }]);
  });
  it("a rate that is no mass action is left out and named with the reason", async () => {
    const report = await reportOf(networkOfText("R1: A -> B; A - B; R2: B -> C; sin(B); A = 1; B = 0.5; C = 0.1"), { times: [0], observables: ["A", "C"] });
    expect(report.at[0]?.perReaction).toEqual({ R1: expect.any(Number) });
    expect(report.at[0]?.entropyProduction).toBe(report.at[0]?.perReaction["R1"]);
    expect(report.at[0]?.observables[0]?.tightness).toBeGreaterThanOrEqual(1);
    expect(report.at[0]?.observables[1]).toMatchObject({ name: "C", current: Math.sin(0.5), diffusion: null, tightness: null });
    expect(of(report, "mass-action")).toMatchObject([{ verdict: "not applicable", where: expect.stringMatching(/"R2".*positive/) }]);
  });
  it("a reduced enzyme law keeps its entropy production and flags its diffusion", async () => {
    const report = await reportOf(networkOfText("R: S -> P; V*(S - P/4)/(1 + S + P); V = 2; S = 2; P = 1"), { times: [0], observables: ["P"] });
    const [plus, minus] = [4 / 4, 0.5 / 4];
    expect(report.at[0]?.entropyProduction).toBeCloseTo((plus - minus) * Math.log(plus / minus), 13);
    expect(of(report, "diffusionIsApproximate")).toMatchObject([{ verdict: "note", where: expect.stringContaining('"R"') }]);
  });
  it("is per volume: a larger compartment with the same concentrations gives the same numbers", async () => {
    const network = networkOfText("compartment c = 1; species A in c, B in c; J: A -> B; c*(2*A - B); A = 0.9; B = 0.1");
    const [small, large] = [await reportOf(network, { times: [0] }), await reportOf(network, { times: [0], set: { c: 8 } })];
    expect(large.at).toEqual(small.at);
    expect(small.at[0]?.entropyProduction).toBeCloseTo(1.7 * Math.log(18), 13);
  });
  it("overrides come before initial assignments", async () => {
    const network = networkOfText("A -> B; A - B; A = 2*a0; B = 1; a0 = 1");
    const report = await reportOf(network, { times: [0], set: { a0: 4 }, observables: ["A"] });
    expect(report.at[0]?.entropyProduction).toBeCloseTo(7 * Math.log(8), 13);
    expect(revise(network, { a0: 4 }).problems).toBeUndefined();
  });
});

describe("the steady state", () => {
  const enzyme = networkOfText(`bind: E + $S -> ES; E*S - ES; make: ES -> E + $P; ES - E*P
    species $S, $P; S = 4; P = 1; E = 1; ES = 0`);
  it("of an open enzyme: entropy production is that of its one emergent cycle, j ln 4", async () => {
    const report = await reportOf(enzyme, { steady: true });
    const [row] = report.at;
    expect(report.at).toHaveLength(1);
    expect(row?.time).toBe(Infinity);
    expect(row?.entropyProduction).toBeCloseTo((3 / 7) * Math.log(4), 12);
    expect(row?.onsager?.excess).toBeCloseTo(0, 12);
    expect(report.steady?.stable).toBe(true);
    expect(report.steady?.cycles.cycles).toMatchObject([{ isEmergent: true, affinity: expect.closeTo(Math.log(4), 12), current: expect.closeTo(3 / 7, 12) }]);
    expect(report.steady?.noise?.["E"]?.variance).toBeCloseTo(((2 / 7) * 5) / 7, 12);
    expect(report.structure.brokenLaws).toEqual([{ S: 1, ES: 1, P: 1 }]);
  });
  it("that does not exist is a problem with its cause", async () => {
    const growing = networkOfText("feed: $F -> A; k*F; species $F; F = 1; A = 1; k = 1");
    expect(await problemsOf(growing, { steady: true })).toEqual([expect.stringContaining("no steady state was found")]);
  });
  it("along a path: bounds below entropy production, its parts add up, the path took no less time than its limits", async () => {
    const report = await reportOf(networkOfText("A -> B; 2*A - B; A = 0.9; B = 0.1"), { end: 1, points: 5, observables: ["B"] });
    for (const { entropyProduction, onsager, observables } of report.at) {
      expect((onsager?.housekeeping ?? NaN) + (onsager?.excess ?? NaN)).toBeCloseTo(entropyProduction, 12);
      expect(observables[0]?.bounds.every(({ holds }) => holds)).toBe(true);
    }
    expect(report.bounds.map(({ name }) => name)).toEqual(report.at[0]?.observables[0]?.bounds.map(({ name }) => name));
    const limit = report.speedLimits?.observables[0]?.limits.find(({ name }) => name === "speed-limit");
    expect(limit?.value).toBeCloseTo(0.54566575, 7);
    expect(limit?.actual).toBe(1);
  });
});

describe("refusals", () => {
  const isomer = networkOfText("A -> B; 2*A - B; A = 0.9; B = 0.1; k = 1");
  it("of what is not supported, by name", async () => {
    expect(await problemsOf(isomer, { steady: true, end: 3 })).toEqual([expect.stringContaining("a steady state has no times")]);
    expect(await problemsOf(isomer, { method: "euler" })).toEqual([expect.stringMatching(/"euler".*tsit5.*rodas5p/)]);
    const two = networkOfText("compartment c, d; species A in c, B in d; A -> B; A - B; A = 1; B = 1; c = 1; d = 1");
    expect(await problemsOf(two)).toEqual([expect.stringMatching(/several compartments \(c, d\)/)]);
  });
  it("of observables that are not linear in species, all at once", async () => {
    const messages = await problemsOf(isomer, { observables: ["A*B", "A + 1", "k*A", "2*A - B/3", "A +"] });
    expect(messages).toEqual([
      expect.stringMatching(/"A\*B".*not linear.*multiply/),
      expect.stringMatching(/"A \+ 1".*constant term 1/),
      expect.stringMatching(/"k\*A".*"k" is not a species/),
      expect.stringMatching(/"A \+".*column/),
    ]);
  });
  it("of impossible times and unknown ids", async () => {
    expect(await problemsOf(isomer, { times: [0, 2, 1], points: 1, set: { q: 1 } })).toEqual([
      expect.stringContaining("either times"),
      expect.stringContaining("time 3 is 1"),
      expect.stringContaining('"q"'),
    ]);
    expect(await problemsOf(isomer, { points: 1, end: -1 })).toHaveLength(2);
  });
});
