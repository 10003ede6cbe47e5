import { describe, expect, it } from "vitest";
import { differentiate } from "../../src/kernel/derivative.ts";
import { evaluate } from "../../src/kernel/evaluate.ts";
import { initialState } from "../../src/models/initial-state.ts";
import type { Network } from "../../src/models/network.ts";
import type { OdeSystem } from "../../src/models/system.ts";
import { zoo } from "../../src/models/zoo/index.ts";
import { daviesCoefficients, debyeHueckelConstant, excessCoefficients, integrability, withActivities } from "../../src/thermo/activity-coefficients.ts";
import { compileFluxes } from "../../src/thermo/compiled-fluxes.ts";
import { fluxRows } from "../../src/thermo/flux-rows.ts";
import { fluxesOf } from "../../src/thermo/fluxes.ts";
import { chemicalPotentials, forcesOfPotentials, freeEnergyTerms, logEquilibriumOf, potentialsOfConstants, withStandardPotentials } from "../../src/thermo/potential.ts";
import { cycleAffinities, structureOf } from "../../src/thermo/structure.ts";
import { casesOf, judgedCase } from "./random-network.ts";
import { fluxesOfNetwork, networkOfText, systemOfNetwork } from "./states.ts";

/** Sums of a dozen logarithms of up to a hundred, each rounded. */
const rounding = 1e-11;
/** The same after the singular value decomposition of a matrix of small whole numbers. */
const afterLeastSquares = 1e-9;

const rhsAt = ({ rhs, states, parameters }: OdeSystem, values: ArrayLike<number>, state: readonly number[]): number[] =>
  rhs.map((expression) => evaluate(expression, (name) => state[states.indexOf(name)] ?? values[parameters.indexOf(name)] ?? NaN));

/** ln k+ - ln k- at the network's own values. */
const constantsOf = (network: Network): number[] => {
  const fluxes = fluxesOfNetwork(network);
  return fluxes.logEquilibrium(0, fluxes.system.parameterValues, initialState(fluxes.system));
};

const closed = networkOfText("R1: A + B -> C; k1*A*B - C; R2: C -> 2 D; 2*C - 0.3*D^2; R3: 2 D -> A + B; q*D^2 - 3*A*B; A = 1.3; B = 0.4; C = 0.7; D = 2; k1 = 1.7; q = 0.2");

describe("standard potentials and rate constants", () => {
  it("give each other: random potentials to constants and back, up to conservation laws", () => {
    for (let index = 0; index < casesOf(25, 2000); index++) {
      const { network, random, x } = judgedCase(index);
      const standard = Object.fromEntries(network.species.map(({ id }) => [id, 3 * random.normal()]));
      const standardConcentration = 10 ** random.normal();
      const imposed = withStandardPotentials(network, standard, { standardConcentration });
      if (!imposed.network) throw new Error(imposed.problems.map(({ message }) => message).join("\n"));
      const fluxes = fluxesOfNetwork(imposed.network);
      const at = { parameters: fluxes.system.parameterValues, state: x };
      const logEquilibrium = fluxes.logEquilibrium(0, at.parameters, at.state);
      const asked = logEquilibriumOf(network, standard, { standardConcentration });
      logEquilibrium.forEach((value, reaction) => expect(Math.abs(value - (asked[reaction] ?? NaN))).toBeLessThan(rounding));
      // Forces by constants and concentrations, and by potentials.
      const point = fluxes.at(0, at.parameters, at.state);
      const forces = forcesOfPotentials(imposed.network, chemicalPotentials(fluxes, standard, at, { standardConcentration }));
      forces.forEach((force, reaction) => expect(Math.abs(force - (point.force[reaction] ?? NaN))).toBeLessThan(rounding));
      // The forward direction is as it was.
      const before = judgedCase(index).fluxes.at(0, [], x);
      point.net.forEach((j, reaction) => {
        const [a = NaN, j0 = NaN, a0 = NaN] = [point.activity[reaction], before.net[reaction], before.activity[reaction]];
        expect(Math.abs(a + j - a0 - j0)).toBeLessThanOrEqual(rounding * (a + a0));
      });
      const back = potentialsOfConstants(imposed.network, logEquilibrium, { standardConcentration });
      expect(back.isConsistent).toBe(true);
      back.residual.forEach((rest) => expect(Math.abs(rest)).toBeLessThan(afterLeastSquares));
      const regained = logEquilibriumOf(network, back.standard, { standardConcentration });
      regained.forEach((value, reaction) => expect(Math.abs(value - (asked[reaction] ?? NaN))).toBeLessThan(afterLeastSquares));
      // What is left between the two is a conservation law: it changes no force.
      const difference = network.species.map(({ id }) => (back.standard[id] ?? NaN) - (standard[id] ?? NaN));
      forcesOfPotentials(network, difference).forEach((force) => expect(Math.abs(force)).toBeLessThan(afterLeastSquares));
      for (const law of back.gauge) forcesOfPotentials(network, network.species.map(({ id }) => law[id] ?? 0)).forEach((force) => expect(force).toBeCloseTo(0, 12));
    }
  });

  it("leaves a residual where a cycle has an affinity: the least-squares share of it", () => {
    const driven = networkOfText("R1: A -> B; 2*A - B; R2: B -> C; 2*B - C; R3: C -> A; 2*C - A; A = 1; B = 1; C = 1");
    const found = potentialsOfConstants(driven, constantsOf(driven));
    expect(found.isConsistent).toBe(false);
    found.residual.forEach((rest) => expect(rest).toBeCloseTo(Math.LN2, 12));
    expect(found.gauge).toEqual([{ A: 1, B: 1, C: 1 }]);
  });

  it("one-way reactions say nothing, unless potentials give them a way back", () => {
    const oneWay = networkOfText("R1: A -> B; 2*A; R2: B -> C; B - 3*C; A = 1; B = 1; C = 1");
    const found = potentialsOfConstants(oneWay, constantsOf(oneWay));
    expect(found.leftOut).toEqual(["R1"]);
    expect(found.residual[0]).toBeNaN();
    expect(found.gauge).toHaveLength(2);
    const reversed = withStandardPotentials(oneWay, { A: 1, B: 0.5, C: -2 });
    if (!reversed.network) throw new Error("refused");
    expect(constantsOf(reversed.network).map((value) => value.toFixed(12))).toEqual(["0.500000000000", "2.500000000000"]);
  });

  it("keep Wegscheider's conditions whatever the potentials become", () => {
    const imposed = withStandardPotentials(closed, { A: 1, B: 2, C: -1, D: 0.3 });
    if (!imposed.network) throw new Error("refused");
    const fluxes = fluxesOfNetwork(imposed.network);
    for (const shift of [0, 1.7, -4]) {
      const parameters = fluxes.system.parameters.map((id, index) => (fluxes.system.parameterValues[index] ?? NaN) + (id === "mu0_C" ? shift : 0));
      const affinities = cycleAffinities(imposed.network, structureOf(imposed.network).cycles, fluxes.logEquilibrium(0, parameters, [1, 1, 1, 1]));
      expect(affinities).toHaveLength(1);
      expect(Math.abs(affinities[0]?.affinity ?? NaN)).toBeLessThan(1e-13);
    }
    // Written by hand they are not kept.
    expect(Math.abs(cycleAffinities(closed, structureOf(closed).cycles, constantsOf(closed))[0]?.affinity ?? NaN)).toBeGreaterThan(0.1);
  });

  it("chemostats are part of it: the open enzyme is driven by their potentials alone, mu_S - mu_P = RT ln 4", () => {
    const { network } = zoo["michaelis-menten"];
    const fluxes = fluxesOfNetwork(network);
    const { parameterValues: parameters } = fluxes.system;
    const { standard, isConsistent } = potentialsOfConstants(network, constantsOf(network));
    expect(isConsistent).toBe(true);
    const state = [2 / 7, 5 / 7];
    const mu = chemicalPotentials(fluxes, standard, { parameters, state });
    const of = (id: string): number => mu[fluxes.species.indexOf(id)] ?? NaN;
    expect(of("S") - of("P")).toBeCloseTo(Math.log(4), 13);
    const forces = forcesOfPotentials(network, mu);
    expect((forces[0] ?? NaN) + (forces[1] ?? NaN)).toBeCloseTo(Math.log(4), 13);
    forces.forEach((force, reaction) => expect(force).toBeCloseTo(fluxes.at(0, parameters, state).force[reaction] ?? NaN, 13));
  });

  it("refuses what it cannot balance, all of it", () => {
    const network = networkOfText("R1: A -> B; A/(1 + A); R2: B -> C; B^2; mu0_B = 1; A = 1; B = 1; C = 1");
    expect(withStandardPotentials(network, { A: 0, B: 0 }).problems?.map(({ where }) => where)).toEqual(["species:B", "species:C", "reaction:R1", "reaction:R2"]);
  });

  it("the proposed terms of G have the potentials as derivatives, and fall with sigma", () => {
    const standard = { A: 0.3, B: -1, C: 0.5, D: 0.1 };
    const imposed = withStandardPotentials(closed, standard);
    if (!imposed.network) throw new Error("refused");
    const terms = freeEnergyTerms(imposed.network, standard, { standardConcentration: 1 });
    expect(terms.map(({ species, role }) => [species, role])).toEqual(["A", "B", "C", "D"].map((id) => [id, "internal"]));
    const network: Network = {
      ...imposed.network,
      parameters: [...imposed.network.parameters, { id: "G", value: null, constant: false, unit: null }],
      rules: [{ kind: "assignment", target: "G", formula: terms.map(({ formula }) => `(${formula})`).join(" + ") }],
    };
    const system = systemOfNetwork(network);
    const { fluxes } = fluxesOf(network, system);
    const free = system.outputs.find(({ id }) => id === "G")?.expression;
    if (!fluxes || !free) throw new Error("no free energy");
    const x = [1.3, 0.4, 0.7, 2];
    const valueOf = (name: string): number => x[system.states.indexOf(name)] ?? system.parameterValues[system.parameters.indexOf(name)] ?? NaN;
    const mu = chemicalPotentials(fluxes, standard, { parameters: system.parameterValues, state: x });
    const slopes = system.states.map((id) => evaluate(differentiate(system.graph, free, id), valueOf));
    slopes.forEach((slope, index) => expect(slope).toBeCloseTo(mu[index] ?? NaN, 12));
    const point = fluxes.at(0, system.parameterValues, x);
    const sigma = point.entropyProduction.reduce((total, term) => total + term, 0);
    const rate = slopes.reduce((total, slope, index) => total + slope * evaluate(system.rhs[index] ?? free, valueOf), 0);
    expect(rate / -sigma).toBeCloseTo(1, 12);
    expect(freeEnergyTerms(zoo["michaelis-menten"].network, { S: 1, E: 0 }).map(({ species, role }) => [species, role])).toEqual([["E", "internal"], ["S", "chemostat"]]);
  });
});

const fluxesIn = (network: Network, formulas: Readonly<Record<string, string>>) => {
  const made = withActivities(network, formulas);
  if (!made.network) throw new Error(made.problems.map(({ message }) => message).join("\n"));
  const { fluxes, problems } = fluxesOf(made.network, systemOfNetwork(made.network), { activityCoefficients: made.coefficients });
  if (!fluxes) throw new Error(problems.map(({ message }) => message).join("\n"));
  return fluxes;
};

describe("activity coefficients", () => {
  const charges = { A: 2, B: -1, C: 1 };
  const standard = { A: 0.3, B: -1, C: 0.5, D: 0.1 };
  const balanced = withStandardPotentials(closed, standard).network ?? closed;
  const x = [0.013, 0.02, 0.007, 0.02];

  it("mass action in activities: fluxes by hand, forces from potentials", async () => {
    const fluxes = fluxesIn(balanced, daviesCoefficients(charges, 1));
    expect(fluxes.reactions.map(({ kind, elementary }) => [kind, elementary])).toEqual([["reversible", true], ["reversible", true], ["reversible", true]]);
    const { parameterValues: parameters } = fluxes.system;
    const point = fluxes.at(0, parameters, x);
    const strength = (4 * 0.013 + 0.02 + 0.007) / 2;
    const gamma = (z: number): number => Math.exp(-debyeHueckelConstant * z * z * (Math.sqrt(strength) / (1 + Math.sqrt(strength)) - 0.3 * strength));
    const activities = [gamma(2) * 0.013, gamma(1) * 0.02, gamma(1) * 0.007, 0.02];
    fluxes.activities(0, parameters, x).forEach((value, index) => expect(value / (activities[index] ?? NaN)).toBeCloseTo(1, 13));
    const [a = NaN, b = NaN, c = NaN] = activities;
    const reverse = 1.7 * Math.exp(standard.C - standard.A - standard.B);
    expect((point.net[0] ?? NaN) / (1.7 * a * b - reverse * c)).toBeCloseTo(1, 12);
    expect((point.activity[0] ?? NaN) / (1.7 * a * b + reverse * c)).toBeCloseTo(1, 12);
    const forces = forcesOfPotentials(balanced, chemicalPotentials(fluxes, standard, { parameters, state: x }));
    forces.forEach((force, reaction) => expect(force).toBeCloseTo(point.force[reaction] ?? NaN, 12));
    // What the solver integrates is what is judged.
    fluxes.system.states.forEach((id, index) => {
      const change = fluxes.reactions.reduce((total, { changes }, reaction) => total + (changes.find(({ species }) => fluxes.species[species] === id)?.change ?? 0) * (point.net[reaction] ?? NaN), 0);
      expect(change).toBeCloseTo(rhsAt(fluxes.system, parameters, x)[index] ?? NaN, 13);
    });
    const compiled = await compileFluxes(fluxes);
    const path = { times: [0, 1, 2], values: [...x, 0.1, 0, 0.2, 0.3, 0.1, -0.01, 0.2, 0.3] };
    expect(compiled.table(parameters, path)).toEqual(fluxRows(fluxes, []).table(parameters, path));
  });

  it("an excess free energy: its coefficients are integrable, and G + Phi falls with sigma", () => {
    const phi = "0.3*A^2*B + 0.1*B*C*D + 0.2*D^2";
    const { coefficients = {} } = excessCoefficients(balanced, phi);
    expect(Object.keys(coefficients)).toEqual(["A", "B", "C", "D"]);
    const fluxes = fluxesIn(balanced, coefficients);
    const { parameterValues: parameters } = fluxes.system;
    for (const state of [x, [1.3, 0.4, 0.7, 2]]) {
      const point = fluxes.at(0, parameters, state);
      const sigma = point.entropyProduction.reduce((total, term) => total + term, 0);
      const mu = chemicalPotentials(fluxes, standard, { parameters, state });
      const [A = NaN, B = NaN, C = NaN, D = NaN] = state;
      const slopes = [0.6 * A * B, 0.3 * A * A + 0.1 * C * D, 0.1 * B * D, 0.1 * B * C + 0.4 * D];
      slopes.forEach((slope, index) => expect(mu[index]).toBeCloseTo((Object.values(standard)[index] ?? NaN) + Math.log(state[index] ?? NaN) + slope, 12));
      const rate = rhsAt(fluxes.system, parameters, state).reduce((total, speed, index) => total + ((Object.values(standard)[index] ?? NaN) + Math.log(state[index] ?? NaN) + (slopes[index] ?? NaN)) * speed, 0);
      expect(rate / -sigma).toBeCloseTo(1, 11);
    }
    expect(integrability(balanced, coefficients)).toMatchObject([{ verdict: "ok" }]);
    expect(excessCoefficients(balanced, "A*(").problems?.[0]?.message).toContain("column");
  });

  it("Davies is a gradient over the ions that make the ionic strength, and not where one of them goes without", () => {
    const davies = daviesCoefficients(charges, 1e-3);
    expect(integrability(closed, davies)).toMatchObject([{ check: "integrability", verdict: "ok" }]);
    const { C: _, ...without } = davies;
    expect(integrability(closed, without)).toMatchObject([{ verdict: "violated", where: expect.stringMatching(/d ln gamma_[AB]\/dC/) }]);
    expect(integrability(closed, { A: "exp(B)" })).toMatchObject([{ verdict: "violated" }]);
    expect(integrability(networkOfText("species $B; R: A -> B; A - B; A = 1; B = 1"), { A: "exp(B)" })).toMatchObject([{ verdict: "note", where: expect.stringContaining("chemostat") }]);
    expect(integrability(closed, { A: "exp(unknown*B)" })).toMatchObject([{ verdict: "not applicable" }]);
  });

  it("without a gradient entropy production is still not negative", () => {
    const fluxes = fluxesIn(balanced, { A: "exp(2*B - C)", D: "1 + A^2" });
    for (const state of [x, [1.3, 0.4, 0.7, 2], [1e-6, 3, 2, 1e-3]]) for (const term of fluxes.at(0, fluxes.system.parameterValues, state).entropyProduction) expect(term).toBeGreaterThanOrEqual(0);
  });

  it("says where a coefficient is not positive", () => {
    const fluxes = fluxesIn(balanced, { A: "1 - 100*A" });
    const point = fluxes.at(0, fluxes.system.parameterValues, x);
    expect(point.outOfDomain).toMatchObject([{ what: 'activity coefficient of species "A"', reaction: "R1" }, { what: 'activity coefficient of species "A"', reaction: "R3" }]);
    expect(point.entropyProduction[0]).toBeNaN();
  });

  it("refuses unknown species and ids in use", () => {
    expect(withActivities(closed, { Q: "1", A: "(" }).problems).toHaveLength(2);
    expect(withActivities({ ...closed, parameters: [...closed.parameters, { id: "gamma_A", value: 1, constant: true, unit: null }] }, { A: "2" }).problems?.[0]?.message).toContain("in use");
    const result = fluxesOf(closed, systemOfNetwork(closed), { activityCoefficients: { A: "nope", Q: "q" } });
    expect(result.problems?.map(({ where }) => where)).toEqual(["parameter:nope", "species:Q"]);
  });
});
