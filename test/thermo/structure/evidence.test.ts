import { describe, expect, it } from "vitest";
import type { Network } from "../../../src/models/network.ts";
import { conservationLaws, stoichiometryOf } from "../../../src/models/structure.ts";
import { compileSolver } from "../../../src/solvers/compile.ts";
import { odeMethods } from "../../../src/solvers/ode/index.ts";
import { nothing } from "../../../src/thermo/checks/check.ts";
import { findingsOf } from "../../../src/thermo/checks/index.ts";
import { equilibriumDefaults, equilibriumOf, relativeEntropy } from "../../../src/thermo/structure/equilibrium.ts";
import { structuralEvidence } from "../../../src/thermo/structure/evidence.ts";
import type { StructuralEvidenceOptions } from "../../../src/thermo/structure/evidence.ts";
import { enzymeConstants, haldaneRelations } from "../../../src/thermo/structure/haldane.ts";
import { judgedCase } from "../random-network.ts";
import { fluxesOfNetwork, networkOfText } from "../states.ts";

async function findingsAlong(network: Network, end: number, options: StructuralEvidenceOptions = {}, tamper: (values: Float64Array, width: number) => void = () => undefined) {
  const fluxes = fluxesOfNetwork(network);
  const { system } = fluxes;
  const solver = await compileSolver(system, { method: odeMethods.rodas5p, control: { rtol: 1e-9, atol: 1e-12 } });
  const times = Array.from({ length: 41 }, (_, index) => (end * index) / 40);
  const state = network.species.filter(({ boundary }) => !boundary).map(({ initial }) => initial ?? 0);
  const trajectory = solver.solve({ parameters: Float64Array.from(system.parameterValues), state: Float64Array.from(state), times: Float64Array.from(times) });
  const values = Float64Array.from(trajectory.values);
  tamper(values, system.states.length);
  const result = structuralEvidence(fluxes, system.parameterValues, { times, values }, { slack: 1e-12, ...options });
  if (!result.evidence) throw new Error(result.problems.map(({ message }) => message).join("\n"));
  const findings = findingsOf({ ...nothing, times, ...result.evidence });
  return { evidence: result.evidence, of: (check: string) => findings.filter((one) => one.check === check) };
}

const closed = networkOfText("R1: A + B -> C; 2*A*B - C; R2: C -> D; C - 0.5*D; A = 1.5; B = 1; C = 0.1; D = 0.2");

const low = (value: number) => (values: Float64Array, width: number) => void (values[3 * width] = value);

describe("a closed network along its path", () => {
  it("keeps its laws, stays positive and comes down to its equilibrium", async () => {
    const { of, evidence } = await findingsAlong(closed, 60);
    expect(of("conservation")).toHaveLength(2);
    for (const check of ["conservation", "positivity", "closed-equilibrium"]) for (const { verdict } of of(check)) expect(verdict).toBe("ok");
    const distance = evidence.closedEquilibrium?.distance ?? [];
    expect(distance[0]).toBeGreaterThan(0.1);
    // At rest the distance is the square of the solver's relative error.
    expect(distance[40]).toBeLessThan(1e-14);
    expect(of("deficiency")).toMatchObject([{ verdict: "note", where: expect.stringContaining("zero theorem applies") }, { verdict: "note" }]);
  });
  it("a value that leaks is named, by law and time", async () => {
    const { of } = await findingsAlong(closed, 5, {}, (values, width) => {
      for (let row = 20; row < 41; row += 1) values[row * width] = (values[row * width] ?? 0) + 1e-3;
    });
    expect(of("conservation")).toMatchObject([{ verdict: "violated", where: expect.stringMatching(/A .*at 21 of 41 times, first at 2.5/) }, { verdict: "ok" }]);
  });
  it("negative values: the solver's own are a note, others a violation", async () => {
    expect((await findingsAlong(closed, 5, {}, low(-1e-13))).of("positivity")).toMatchObject([{ verdict: "note", value: -1e-13 }]);
    expect((await findingsAlong(closed, 5, {}, low(-1e-3))).of("positivity")).toMatchObject([{ verdict: "violated", where: expect.stringContaining('"A"') }]);
  });
  it("a term that is no mechanism and pumps against equilibrium raises the free energy", async () => {
    // B -> A at a rate the state of equilibrium does not stop.
    const pumped = networkOfText("R1: A -> B; A - B; Pump: B -> A; 0.5*sin(1); A = 1; B = 1");
    expect((await findingsAlong(pumped, 5)).of("closed-equilibrium")).toMatchObject([{ verdict: "violated", where: expect.stringMatching(/rises .*first at 0.125/) }]);
    const quiet = networkOfText("R1: A -> B; A - B; Learned: B -> A; sin(B - A); A = 1.5; B = 0.5");
    expect((await findingsAlong(quiet, 5)).of("closed-equilibrium")).toMatchObject([{ verdict: "ok" }]);
  });
  it("is not asked for equilibrium where there is none, or none of an ideal solution: open, driven by its constants, one-way, or with activity coefficients", async () => {
    for (const text of [
      "species $A; A -> B; A - B; A = 2; B = 1",
      "A -> B; 2*A - B; B -> C; 2*B - C; C -> A; 2*C - A; A = 1; B = 1; C = 1",
      "A -> B; 2*A; A = 1; B = 1",
      "A -> B; 2*A*exp(A) - B*exp(B); A = 1; B = 1",
    ]) {
      expect((await findingsAlong(networkOfText(text), 1)).of("closed-equilibrium")).toEqual([]);
    }
  });
});

describe("equilibrium", () => {
  it("of A + B <-> C has the closed form of a quadratic", () => {
    const network = networkOfText("A + B -> C; 2*A*B - C; A = 1.5; B = 1; C = 0.1");
    const found = equilibriumOf(network, { A: 0, B: 0, C: -Math.log(2) }, { A: 1.5, B: 1, C: 0.1 });
    // c = 2 (1.6 - c)(1.1 - c): the smaller root.
    const [b, product] = [1.6 + 1.1 + 1 / 2, 1.6 * 1.1];
    const c = (b - Math.sqrt(b * b - 4 * product)) / 2;
    expect(found?.["C"]).toBeCloseTo(c, 12);
    expect(found?.["A"]).toBeCloseTo(1.6 - c, 12);
  });
  it("is found over many decades, and not where an amount is missing", () => {
    const network = networkOfText("A -> B; A - B; A = 1; B = 1");
    const found = equilibriumOf(network, { A: 20, B: -30 }, { A: 1e-6, B: 0 });
    expect(Math.abs((found?.["B"] ?? NaN) / 1e-6 - 1)).toBeLessThan(1e-12);
    expect(Math.log((found?.["B"] ?? NaN) / (found?.["A"] ?? NaN))).toBeCloseTo(50, 10);
    expect(equilibriumOf(network, { A: 0, B: 0 }, { A: 0, B: 0 })).toBeNull();
  });
  it("of random networks keeps every conserved amount, and every force is 0 there", () => {
    for (const { network, x, random } of Array.from({ length: 60 }, (_, index) => judgedCase(index))) {
      const start = Object.fromEntries(network.species.map(({ id }, index) => [id, x[index] ?? NaN]));
      const standard = Object.fromEntries(network.species.map(({ id }) => [id, 3 * random.normal()]));
      const found = equilibriumOf(network, standard, start) ?? {};
      for (const law of conservationLaws(network, "all")) {
        const terms = Object.entries(law).map(([id, weight]) => [weight * ((found[id] ?? NaN) - (start[id] ?? NaN)), Math.abs(weight) * Math.max(found[id] ?? NaN, start[id] ?? NaN)] as const);
        const [drift, size] = terms.reduce(([sum, scale], [term, amount]) => [sum + term, scale + amount], [0, 0]);
        expect(Math.abs(drift)).toBeLessThanOrEqual(2 * equilibriumDefaults.tolerance * size);
      }
      for (const reaction of network.reactions) {
        const force = network.species.reduce((total, { id }) => total - stoichiometryOf(reaction, id).change * ((standard[id] ?? NaN) + Math.log(found[id] ?? NaN)), 0);
        expect(Math.abs(force)).toBeLessThan(1e-10);
      }
    }
  });
  it("the distance keeps its digits next to the reference and is continuous where the formula changes", () => {
    for (const u of [2 ** -30, 2 ** -20, 2 ** -10]) expect(relativeEntropy([2 * (1 + u)], [2]) / (u * u * (1 - u / 3 + (u * u) / 6))).toBeCloseTo(1, 9);
    const [below, above] = [relativeEntropy([1 + 0.01 * (1 - 1e-9)], [1]), relativeEntropy([1 + 0.01 * (1 + 1e-9)], [1])];
    // The slope there is ln 1.01; the logarithm loses some of its digits, 1e-16 of a term of 1.
    expect(Math.abs(above - below - 2e-11 * Math.log(1.01))).toBeLessThan(2e-16);
    expect(relativeEntropy([0, 3], [2, 3])).toBe(2);
  });
});

const enzymes = (keq2: number): Network =>
  networkOfText(`Iso1: S -> P; V1/K1*(S - P/Keq1)/(1 + S/K1 + P/K2); Iso2: S -> P; (Vf*E*S/Ks - Vr*E*P/Kp)/(1 + S/Ks + P/Kp); Spont: S -> P; 2*S - 0.5*P;
    V1 = 3; K1 = 0.5; K2 = 2; Keq1 = 4; Vf = ${keq2}; Vr = 1; Ks = 0.25; Kp = 0.25; E = 0.1; S = 1; P = 1`);
const relationsOf = (network: Network, standard?: Record<string, number>) => {
  const { system, ...fluxes } = fluxesOfNetwork(network);
  const state = system.states.map((id) => (id === "E" ? 0.1 : 1));
  const relations = haldaneRelations(network, system, system.parameterValues, state, fluxes.logEquilibrium(0, system.parameterValues, state), standard);
  return { relations, constants: network.reactions.map((reaction) => enzymeConstants(network, reaction, system, system.parameterValues, state)) };
};
const near = (value: number): unknown => expect.closeTo(value, 12);

describe("Haldane relations", () => {
  it("read the Michaelis constants off both ways of writing the law", () => {
    const { constants } = relationsOf(enzymes(4));
    expect(constants[0]).toEqual({ substrate: "S", product: "P", forwardMaximum: near(3), reverseMaximum: near(3 / 0.5 / 4 * 2), KS: near(0.5), KP: near(2) });
    expect(constants[1]).toEqual({ substrate: "S", product: "P", forwardMaximum: near(0.4), reverseMaximum: near(0.1), KS: near(0.25), KP: near(0.25) });
    expect(constants[2]).toBeNull();
    for (const one of constants.slice(0, 2)) expect(((one?.forwardMaximum ?? 0) * (one?.KP ?? 0)) / ((one?.reverseMaximum ?? 0) * (one?.KS ?? 0))).toBeCloseTo(4, 12);
  });
  it("hold where two enzymes and the spontaneous reaction agree, and name the enzyme that does not", async () => {
    expect(relationsOf(enzymes(4)).relations.every(({ implied, expected }) => Math.abs(implied - expected) < 1e-14)).toBe(true);
    const { of } = await findingsAlong(enzymes(6), 1);
    const notes = of("haldane").filter(({ verdict }) => verdict === "note");
    expect(notes.length).toBeGreaterThan(0);
    for (const { where } of notes) expect(where).toMatch(/"Iso2"|Iso2/);
    expect(of("haldane").some(({ verdict }) => verdict === "ok")).toBe(true);
  });
  it("against standard potentials they are the law itself", async () => {
    const { relations } = relationsOf(enzymes(4), { S: 0, P: -Math.log(5) });
    expect(relations).toMatchObject([{ reaction: "Iso1", expected: Math.log(5), cycle: null }, { reaction: "Iso2", cycle: null }]);
    const { of } = await findingsAlong(enzymes(4), 1, { standardPotentials: { S: 0, P: -Math.log(5) } });
    expect(of("haldane").map(({ verdict }) => verdict)).toEqual(["violated", "violated"]);
  });
  it("elementary steps and enzymes in no cycle have nothing to be held against", () => {
    expect(relationsOf(networkOfText("Iso: S -> P; V*(S - P/3)/(1 + S + P); V = 1; S = 1; P = 1")).relations).toEqual([]);
  });
});

describe("formulas in the evidence", () => {
  it("become findings; unreadable ones are problems", async () => {
    const { of } = await findingsAlong(closed, 1, { formulas: { A: "H+", B: "OH-", C: "H2O", D: "H2O2" } });
    expect(of("mass-balance")).toMatchObject([{ verdict: "violated", where: expect.stringMatching(/"R2" makes \+1 O/) }, { verdict: "ok" }]);
    const fluxes = fluxesOfNetwork(closed);
    expect(structuralEvidence(fluxes, [], { times: [0], values: [1, 1, 1, 1] }, { formulas: { A: "Hh" } }).problems).toHaveLength(1);
  });
});
