import { describe, expect, it } from "vitest";
import type { Network } from "../../../src/models/network.ts";
import { leastSquares } from "../../../src/numerics/least-squares.ts";
import { stoichiometryMatrix } from "../../../src/models/structure.ts";
import { nearestConsistent } from "../../../src/thermo/structure/nearest-consistent.ts";
import type { NearestConsistent, NearestConsistentOptions } from "../../../src/thermo/structure/nearest-consistent.ts";
import { wegscheiderConditions } from "../../../src/thermo/structure/wegscheider.ts";
import { fluxesOfNetwork, networkOfText } from "../states.ts";

const logEquilibrium = (network: Network): number[] => {
  const fluxes = fluxesOfNetwork(network);
  return fluxes.logEquilibrium(0, fluxes.system.parameterValues, fluxes.system.states.map(() => 1));
};
const conditionsOf = (network: Network) => wegscheiderConditions(network, logEquilibrium(network));
function repairOf(network: Network, options: NearestConsistentOptions = {}): NearestConsistent {
  const { repair, problems } = nearestConsistent(network, options);
  if (!repair) throw new Error(problems.map(({ message }) => message).join("\n"));
  return repair;
}

const triangle = networkOfText("R1: A -> B; a*A - b*B; R2: B -> C; c*B - d*C; R3: C -> A; g*C - h*A; a = 2; b = 1; c = 2; d = 1; g = 2; h = 1; A = 1; B = 1; C = 1");

describe("the triangle with k = (2, 1)", () => {
  it("violates its one condition by 3 ln 2; any of its reactions could repair it alone", () => {
    const { conditions, reactions, leftOut } = conditionsOf(triangle);
    expect(conditions).toMatchObject([{ cycle: { R1: 1, R2: 1, R3: 1 }, isMet: false }]);
    expect(conditions[0]?.affinity).toBeCloseTo(3 * Math.LN2, 14);
    expect(reactions.map(({ reaction, violated }) => [reaction, violated])).toEqual([["R1", 1], ["R2", 1], ["R3", 1]]);
    for (const { repairsAlone } of reactions) expect(repairsAlone).toBeCloseTo(-3 * Math.LN2, 14);
    expect(leftOut).toEqual([]);
  });
  it("is repaired by taking ln 2 from each reaction, half of it from either constant", () => {
    const { changes, size, network, parameters, unrevised } = repairOf(triangle);
    expect(unrevised).toEqual([]);
    expect(size).toBeCloseTo(Math.sqrt(3) * Math.LN2, 13);
    for (const { change, forwardFactor, reverseFactor } of changes) {
      expect(change).toBeCloseTo(-Math.LN2, 13);
      expect(forwardFactor).toBeCloseTo(Math.SQRT1_2, 13);
      expect(reverseFactor).toBeCloseTo(Math.SQRT2, 13);
    }
    for (const value of Object.values(parameters)) expect(value).toBeCloseTo(Math.SQRT2, 13);
    expect(Object.keys(parameters).toSorted()).toEqual(["a", "b", "c", "d", "g", "h"]);
    expect(network && conditionsOf(network).conditions[0]?.isMet).toBe(true);
    expect(triangle.parameters[0]?.value).toBe(2);
  });
  it("leaves fixed reactions alone, moves uncertain ones more, and refuses where all are fixed", () => {
    const byId = Object.fromEntries(repairOf(triangle, { weights: { R1: Infinity, R2: 4 } }).changes.map(({ reaction, change }) => [reaction, change]));
    // Lagrange: changes in proportion to 1/weight.
    expect(byId["R1"]).toBeUndefined();
    expect(byId["R2"]).toBeCloseTo(-(1 / 5) * 3 * Math.LN2, 13);
    expect(byId["R3"]).toBeCloseTo(-(4 / 5) * 3 * Math.LN2, 13);
    expect(nearestConsistent(triangle, { weights: { R1: Infinity, R2: Infinity, R3: Infinity } }).problems?.map(({ message }) => message)).toEqual([expect.stringContaining("finite weight")]);
    expect(nearestConsistent(triangle, { weights: { R9: 1, R1: 0 } }).problems).toHaveLength(2);
  });
});

describe("the repair of two cycles that share reactions", () => {
  const network = networkOfText(`
    R1: A -> B; a*A - b*B; R2: B -> C; c*B - d*C; R3: C -> A; g*C - h*A; R4: B -> D; m*B - n*D; R5: D -> C; o*D - q*C; Out: C -> E; u*C - v*E;
    a = 2; b = 0.3; c = 5; d = 1; g = 2; h = 7; m = 1; n = 0.1; o = 3; q = 1; u = 9; v = 0.2; A = 1; B = 1; C = 1; D = 1; E = 1`);
  it("is the projection of ln(k+/k-) onto potential differences: the same by the other route", () => {
    const before = logEquilibrium(network);
    const after = before.map((value, index) => value + (repairOf(network).changes.find(({ reaction }) => reaction === network.reactions[index]?.id)?.change ?? 0));
    const columns = stoichiometryMatrix(network);
    const matrix = network.reactions.flatMap((_, index) => columns.map((row) => row[index] ?? 0));
    const { solution } = leastSquares(matrix, before, before.length, columns.length);
    network.reactions.forEach((_, index) => {
      const projected = columns.reduce((total, row, species) => total + (row[index] ?? 0) * (solution[species] ?? 0), 0);
      expect(after[index]).toBeCloseTo(projected, 12);
    });
  });
  it("keeps its hands off the reaction of no cycle, and the revised network is consistent", () => {
    const { changes, network: made } = repairOf(network);
    expect(changes.map(({ reaction }) => reaction)).not.toContain("Out");
    expect(made && conditionsOf(made).conditions.map(({ isMet }) => isMet)).toEqual([true, true]);
    expect(conditionsOf(network).reactions.map(({ reaction }) => reaction)).toEqual(["R1", "R2", "R3", "R4", "R5"]);
  });
  it("names the one reaction that alone is off", () => {
    const { network: made } = repairOf(network);
    const wrong: Network = { ...(made ?? network), parameters: (made ?? network).parameters.map((one) => (one.id === "o" ? { ...one, value: (one.value ?? 0) * 1.5 } : one)) };
    const alone = conditionsOf(wrong).reactions.flatMap(({ reaction, repairsAlone }) => (repairsAlone === null ? [] : [[reaction, repairsAlone] as const]));
    // R4 and R5 are in series in every cycle: either could be meant.
    expect(alone.map(([reaction]) => reaction)).toEqual(["R4", "R5"]);
    for (const [, change] of alone) expect(change).toBeCloseTo(-Math.log(1.5), 10);
  });
});

const cycle = (first: string, more = ""): Network => networkOfText(`R1: A -> B; ${first}; R2: B -> C; c*B - d*C; R3: C -> A; g*C - h*A; c = 2; d = 1; g = 2; h = 1; A = 1; B = 1; C = 1; ${more}`);

describe("constants that cannot simply be revised", () => {
  it.each([
    ["numbers in the rate", cycle("2*A - B"), /numbers written into the rate/],
    ["a shared parameter", cycle("c*A - b*B", "b = 1"), /"c" is shared with reaction "R2"/],
    ["a sum", cycle("(a + a2)*A - b*B", "a = 1; a2 = 1; b = 1"), /no product of powers/],
    ["a parameter a rule reads", cycle("a*A - b*B", "a = 2; b = 1; z := 2*b"), /"b" is read by a rule/],
    ["one parameter for both directions", cycle("a*(A - B/3)", "a = 2"), /same way|direction/],
  ])("%s", (_, network, reason) => {
    const { network: made, unrevised, changes, parameters } = repairOf(network);
    expect(made).toBeNull();
    expect(parameters).toEqual({});
    expect(unrevised).toContainEqual({ reaction: "R1", reason: expect.stringMatching(reason) });
    expect(changes).toHaveLength(3);
  });
  it("an equilibrium constant of the reaction's own is changed, and its rate constant with it", () => {
    const network = cycle("V/KS*(A - B/Keq)/(1 + A/KS + B/KP)", "V = 3; KS = 0.5; KP = 2; Keq = 4");
    const { network: made, unrevised, parameters } = repairOf(network);
    expect(unrevised).toEqual([]);
    // KS and KP stand in the denominator, so they stay.
    expect(Object.keys(parameters).toSorted()).toEqual(["Keq", "V", "c", "d", "g", "h"]);
    expect(made && conditionsOf(made).conditions[0]?.isMet).toBe(true);
  });
  it("one-way reactions are left out, with their cycles", () => {
    const { conditions, leftOut } = conditionsOf(cycle("2*A"));
    expect([conditions, leftOut]).toEqual([[], ["R1"]]);
  });
  it("a consistent network is given back as it is", () => {
    const network = cycle("A - 4*B");
    const { changes, size, network: made } = repairOf(network);
    expect([changes, size]).toEqual([[], 0]);
    expect(made).toEqual(network);
  });
});
