import { describe, expect, it } from "vitest";
import { zoo } from "../../../src/models/zoo/index.ts";
import { cycleDecomposition } from "../../../src/thermo/structure/cycle-currents.ts";
import { openStructure } from "../../../src/thermo/structure/laws.ts";
import { impliedPotentials } from "../../../src/thermo/structure/potentials.ts";
import { semigrandAt, semigrandOf } from "../../../src/thermo/structure/semigrand.ts";
import { networkOfText, thermoAt } from "../states.ts";

const enzyme = zoo["michaelis-menten"].network;
/** A handful of roundings of numbers of order one. */
const rounding = 1e-14;

describe("Michaelis-Menten between chemostats", () => {
  it("has one emergent cycle and one broken law: the substrate's moiety", () => {
    const structure = openStructure(enzyme);
    expect(structure).toMatchObject({ chemostats: ["S", "P"], unbroken: [{ E: 1, ES: 1 }], broken: [{ ES: 1, S: 1, P: 1 }], cycles: [], emergentCycles: [{ Binding: 1, Catalysis: 1 }] });
    expect(structure.emergentCycles.length + structure.broken.length).toBe(structure.chemostats.length);
  });

  it("dissipates j ln 4 at rest, by reactions and by its emergent cycle", () => {
    const { sigma, point } = thermoAt(enzyme, [2 / 7, 5 / 7]);
    const seen = cycleDecomposition(enzyme, openStructure(enzyme), point);
    expect(Math.abs(sigma - 0.59412615)).toBeLessThanOrEqual(5e-9);
    expect(seen.distance).toBeLessThan(rounding);
    expect(seen.cycles).toMatchObject([{ isEmergent: true, affinity: expect.closeTo(Math.log(4), 13), current: expect.closeTo(3 / 7, 13) }]);
    for (const total of [seen.emergent, seen.entropyProduction, sigma]) expect(Math.abs(total - (3 / 7) * Math.log(4))).toBeLessThan(rounding);
  });

  it("away from rest the cycles leave fluxes out, and say so", () => {
    const { point } = thermoAt(enzyme, [0.9, 0.1]);
    expect(cycleDecomposition(enzyme, openStructure(enzyme), point).distance).toBeGreaterThan(0.1);
  });

  it("has the semigrand potential of spec: S is the reference, P works with mu_P - mu_S, and at rest sigma = (mu_S - mu_P) j", () => {
    const semigrand = semigrandOf(enzyme);
    expect(semigrand).toMatchObject({ reference: ["S"], moieties: [{ chemostat: "S", weights: { ES: 1 } }], forces: [{ chemostat: "P", weights: { P: 1, S: -1 } }] });
    const { fluxes, point } = thermoAt(enzyme, [2 / 7, 5 / 7]);
    const standard = impliedPotentials(enzyme, fluxes.logEquilibrium(0, fluxes.system.parameterValues, [2 / 7, 5 / 7]));
    expect(standard.residual).toBeLessThan(rounding);
    const at = semigrandAt(semigrand, point, standard.potentials);
    expect(Math.abs(at.rate)).toBeLessThan(rounding);
    expect(at.forces["P"]).toBeCloseTo(-Math.log(4), 13);
    expect(at.supply["P"]).toBeCloseTo(-3 / 7, 13);
    for (const value of [at.work, at.dissipation]) expect(value).toBeCloseTo((3 / 7) * Math.log(4), 13);
  });

  it("takes the reference that is asked for", () => {
    expect(semigrandOf(enzyme, ["P"])).toMatchObject({ reference: ["P"], forces: [{ chemostat: "S", weights: { S: 1, P: -1 } }] });
  });

  it("is a Lyapunov function where no chemostat works: fewer chemostats than laws they break", () => {
    const network = networkOfText("species $S; E + S -> ES; 2*E*S - ES; ES -> E + P; 3*ES - E*P; P -> Q; P - 2*Q; S = 4; E = 0.7; ES = 0.4; P = 0.2; Q = 3");
    const semigrand = semigrandOf(network);
    expect(semigrand.forces).toEqual([]);
    const state = [0.7, 0.4, 0.2, 3];
    const { point, fluxes } = thermoAt(network, state);
    const at = semigrandAt(semigrand, point, impliedPotentials(network, fluxes.logEquilibrium(0, fluxes.system.parameterValues, state)).potentials);
    expect(at.work).toBe(0);
    expect(at.rate).toBeLessThan(0);
    expect(Math.abs(at.rate + at.dissipation)).toBeLessThan(1e-13 * at.dissipation);
  });
});

describe("cycles of a driven network", () => {
  it("a triangle's own cycle carries what no emergent cycle does", () => {
    const network = networkOfText("R1: A -> B; 2*A - B; R2: B -> C; 2*B - C; R3: C -> A; 2*C - A; A = 1; B = 1; C = 1");
    const { point, sigma } = thermoAt(network, [1, 1, 1]);
    const seen = cycleDecomposition(network, openStructure(network), point);
    expect(seen.cycles).toMatchObject([{ isEmergent: false, current: expect.closeTo(1, 13) }]);
    expect(Math.abs(seen.cycles[0]?.affinity ?? NaN)).toBeCloseTo(3 * Math.LN2, 13);
    expect(seen.emergent).toBe(0);
    expect(seen.entropyProduction).toBeCloseTo(sigma, 13);
  });
  it("several emergent cycles add up", () => {
    // X is made from A and from B and turns into C: at rest two independent currents.
    const network = networkOfText("species $A, $B, $C; A -> X; 2*A - X; B -> X; 3*B - 2*X; X -> C; X - 0.5*C; A = 3; B = 1; C = 0.4; X = 1");
    const x = (2 * 3 + 3 * 1 + 0.5 * 0.4) / (1 + 2 + 1);
    const { point, sigma } = thermoAt(network, [x]);
    const structure = openStructure(network);
    expect([structure.emergentCycles.length, structure.broken.length]).toEqual([2, 1]);
    const seen = cycleDecomposition(network, structure, point);
    expect(seen.distance).toBeLessThan(rounding);
    expect(Math.abs(seen.emergent - sigma)).toBeLessThan(rounding * 10 * sigma);
  });
});
