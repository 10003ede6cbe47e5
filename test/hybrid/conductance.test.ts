import { describe, expect, it } from "vitest";
import { type LearnedConductance, attachConductance } from "../../src/hybrid/conductance.ts";
import { withOutputPenalty } from "../../src/hybrid/output-penalty.ts";
import { residuals } from "../../src/hybrid/residual/index.ts";
import { evaluate } from "../../src/kernel/evaluate.ts";
import { massAction } from "../../src/models/mass-action.ts";
import type { Network } from "../../src/models/network.ts";
import { conservationLaws } from "../../src/models/structure.ts";
import { readReactionText, writeReactionText } from "../../src/models/text.ts";
import { stream } from "../../src/numerics/random.ts";
import { fluxesOfNetwork, networkOfText, systemOfNetwork } from "../thermo/states.ts";
import { drawnParameters, valuesAt } from "./enforced-network.ts";

const text = "species A, B, C, $F; binding: A + B -> C; kf*A*B - kr*C; exchange: A -> B; k2*(A - B/K2); uptake: F -> A; k3*F - k4*A; decay: C => ; k5*C; A = 1; B = 0.6; C = 0.2; F = 1; kf = 2; kr = 0.3; k2 = 1; K2 = 3; k3 = 1; k4 = 1; k5 = 0.1; dose = 0";
const model = (): Network => networkOfText(text);
const term: LearnedConductance = { id: "learned", reactions: ["binding", "exchange"], inputs: ["A", "dose"] };
const attach = (changes: Partial<LearnedConductance> = {}) => attachConductance(model(), { ...term, ...changes }, residuals.dense.defaults, stream(1n, "test", 0));
const attached = (changes: Partial<LearnedConductance> = {}) => {
  const result = attach(changes);
  if (result.problems) throw new Error(result.problems.map(({ message }) => message).join("\n"));
  return result.attached;
};
const messages = (changes: Partial<LearnedConductance>): string => (attach(changes).problems ?? []).map(({ message }) => message).join("\n");
const excess = { species: ["A", "B", "C"], concentration: 0.5, network: { hidden: [3, 2] } };
const x = [0.7, 0.4, 0.9] as const;

describe("a learned conductance", () => {
  it("changes nothing as initialised, for one shared network and for one per reaction", () => {
    const plain = fluxesOfNetwork(model());
    for (const networks of ["shared", "per reaction"] as const) {
      const hybrid = fluxesOfNetwork(attached({ networks, shifts: { A: 1, B: 1 } }).network);
      expect([...hybrid.at(0, hybrid.system.parameterValues, x).net]).toEqual([...plain.at(0, plain.system.parameterValues, x).net]);
    }
  });

  it("multiplies both directions of its reactions, and of no other, by at most exp(gMax)", () => {
    const hybrid = attached({ gMax: 0.5 });
    const [plain, fluxes] = [fluxesOfNetwork(model()), fluxesOfNetwork(hybrid.network)];
    const [before, after] = [plain.at(0, plain.system.parameterValues, x), fluxes.at(0, drawnParameters(hybrid, fluxes.system, stream(2n, "weights", 0)), x)];
    const changes = after.activity.map((a, index) => Math.log(a / (before.activity[index] ?? 0)));
    expect(Math.abs(changes[0] ?? 0)).toBeGreaterThan(0.01);
    expect(Math.max(...changes.map(Math.abs))).toBeLessThanOrEqual(0.5);
    expect(Array.from(changes).slice(2)).toEqual([0, 0]);
    after.force.forEach((force, index) => (Number.isFinite(force) ? expect(force).toBeCloseTo(before.force[index] ?? 0, 13) : expect(before.force[index]).toBe(Infinity)));
  });

  it("survives as text with everything attached", () => {
    const { network } = attached({ shifts: { A: 1, B: 2 }, excess, networks: "per reaction" });
    const read = readReactionText(writeReactionText(network), network.id);
    expect(read.problems).toBeUndefined();
    expect(read.network).toEqual(network);
    expect(conservationLaws(network)).toEqual(conservationLaws(model()));
  });

  it("leaves reactions recognisable: a common factor while ideal, activity coefficients where not", () => {
    const ideal = massAction(attached().network, "exchange");
    expect([ideal.kind, ideal.kind === "reversible" && ideal.excess]).toEqual(["reversible", null]);
    const bent = massAction(attached({ excess }).network, "uptake");
    expect(bent.kind === "reversible" && bent.excess !== null && !bent.elementary).toBe(true);
    expect(massAction(attached({ excess }).network, "decay").kind).toBe("one-way");
  });

  it("says at once everything that does not fit", () => {
    expect(messages({ reactions: ["decay", "nowhere", "binding", "binding"], inputs: ["A", "Z", "A"], reference: { B: 1, A: 0 }, gMax: 0, shifts: { Q: 1, A: -1 }, excess: { species: ["F", "Q"], concentration: 0 } })).toMatchInlineSnapshot(`
      "reaction "decay" has no conductance: its rate has no reverse term; a learned conductance needs reversible mass action
      there is no reaction "nowhere" in the model model
      reaction "binding" is listed twice
      input "Z" is no species or parameter of the model model
      input "A" is listed twice
      a reference value is given for "B", which is no input
      the reference value of "A" is 0; it must be positive
      gMax is 0; it must be positive
      there is no species "Q" whose potential could shift
      the prior spread of the potential of "A" is -1; it must be positive
      the concentration scale of the excess free energy is 0; it must be positive
      species "F" is a chemostat: its potential is set from outside; leave it out of the excess free energy
      there is no species "Q" for the excess free energy"
    `);
    expect(messages({ inputs: [], reactions: [] })).toMatchInlineSnapshot(`
      "no reactions are given
      no inputs are given; name species, parameters or doses that the conductance may depend on"
    `);
    expect(messages({ id: "k", inputs: ["A"], reactions: ["exchange"] })).toBe("");
    const twice = attachConductance(attached().network, term, residuals.dense.defaults, stream(1n, "test", 0));
    expect(twice.problems?.[0]?.message).toContain('already has something called "learned_');
  });

  it("takes a penalty on what it changes, once", () => {
    const { network, logConductances } = attached();
    const penalised = withOutputPenalty(network, "learned_power", Object.values(logConductances));
    expect(systemOfNetwork(penalised).states).toContain("learned_power");
    expect(() => withOutputPenalty(penalised, "learned_power", [])).toThrow("already has something of this name");
  });
});

describe("shifts of standard potentials", () => {
  it("leave out one species of each conservation law, and give the others the prior of the difference", () => {
    // Over all species of the reversible reactions (F included) A + B + 2 C + F is conserved, with A - B and F - A free to move.
    const { shifts } = attached({ shifts: { A: 1, B: 2, C: 3, F: 1 } });
    expect(shifts.map(({ species }) => species)).toEqual(["B", "C", "F"]);
    expect(shifts.map(({ prior }) => prior.sd ** 2)).toEqual([5, 13, 2].map((variance) => expect.closeTo(variance, 12)));
    // No law lies within A and B while F and C stay: both are free.
    expect(attached({ shifts: { B: 1 } }).shifts.map(({ prior }) => prior.sd)).toEqual([1]);
  });

  it("change the equilibrium constant of a reaction by exp(-S·dm), one-way reactions and their rates by nothing", () => {
    const hybrid = attached({ shifts: { B: 1, C: 1 } });
    const [plain, fluxes] = [fluxesOfNetwork(model()), fluxesOfNetwork(hybrid.network)];
    const set: Record<string, number> = { learned_dm_B: 0.3, learned_dm_C: -0.8 };
    const parameters = fluxes.system.parameters.map((id, index) => set[id] ?? fluxes.system.parameterValues[index] ?? Number.NaN);
    const before = plain.logEquilibrium(0, plain.system.parameterValues, x);
    const after = fluxes.logEquilibrium(0, parameters, x);
    expect((after[0] ?? 0) - (before[0] ?? 0)).toBeCloseTo(0.3 + 0.8, 13);
    expect((after[1] ?? 0) - (before[1] ?? 0)).toBeCloseTo(-0.3, 13);
    expect(after[2]).toBe(before[2]);
    expect(fluxes.at(0, parameters, x).net[3]).toBe(plain.at(0, plain.system.parameterValues, x).net[3]);
  });
});

describe("an excess free energy", () => {
  const hybrid = attached({ excess });
  const system = systemOfNetwork(hybrid.network);
  const parameters = drawnParameters(hybrid, system, stream(3n, "weights", 0));
  const energy = (state: readonly number[]): number => valuesAt(system, ["learned_phi"], parameters, state)[0] ?? Number.NaN;

  it("has the gradient that the potentials get", () => {
    const slopes = valuesAt(system, ["A", "B", "C"].map((id) => `learned_phi_d_${id}`), parameters, x);
    const h = 1e-3;
    slopes.forEach((slope, at) => {
      const moved = (by: number): number => energy(x.map((value, index) => (index === at ? value + by * h : value)));
      const difference = (8 * (moved(1) - moved(-1)) - (moved(2) - moved(-2))) / (12 * h);
      expect(Math.abs(slope)).toBeGreaterThan(0.01);
      // Five points: h⁴ of the fifth derivative, and rounding over h.
      expect(Math.abs(slope - difference)).toBeLessThan(1e-10 * Math.max(1, Math.abs(slope)) * 10);
    });
  });

  it("is convex for any weights", () => {
    const random = stream(4n, "points", 0);
    const point = (): number[] => x.map(() => 3 * random.uniform());
    let bend = 0;
    for (let trial = 0; trial < 200; trial++) {
      const weights = drawnParameters(hybrid, system, stream(4n, "weights", trial));
      const at = (state: readonly number[]): number => valuesAt(system, ["learned_phi"], weights, state)[0] ?? Number.NaN;
      const [one, other] = [point(), point()];
      const middle = at(one.map((value, index) => (value + (other[index] ?? 0)) / 2));
      const chord = (at(one) + at(other)) / 2;
      expect(middle).toBeLessThanOrEqual(chord + 1e-12 * Math.abs(chord));
      bend = Math.max(bend, chord - middle);
    }
    expect(bend).toBeGreaterThan(0.01);
  });

  it("multiplies forward and reverse rates by its own side's activity coefficients", () => {
    const law = massAction(hybrid.network, "binding", system.graph);
    const plain = massAction(model(), "binding");
    if (law.kind !== "reversible" || plain.kind !== "reversible") throw new Error("not reversible");
    const slopes = valuesAt(system, ["A", "B", "C"].map((id) => `learned_phi_d_${id}`), parameters, x);
    const value = (name: string): number => x[["A", "B", "C"].indexOf(name)] ?? parameters[system.parameters.indexOf(name)] ?? Number.NaN;
    expect(Math.log(evaluate(law.kPlus, value) / evaluate(plain.kPlus, value))).toBeCloseTo((slopes[0] ?? 0) + (slopes[1] ?? 0), 12);
    expect(Math.log(evaluate(law.kMinus, value) / evaluate(plain.kMinus, value))).toBeCloseTo(slopes[2] ?? 0, 12);
  });
});
