import { describe, expect, it } from "vitest";
import type { Network } from "../../../src/models/network.ts";
import { zoo } from "../../../src/models/zoo/index.ts";
import { complexGraph, runningGraph, strongLinkageClasses } from "../../../src/thermo/structure/complexes.ts";
import { deficiency as deficiencyByStoichiometry, deficiencyOf } from "../../../src/thermo/structure/deficiency.ts";
import { kineticsOf } from "../../../src/thermo/structure/kinetics.ts";
import { networkBalance } from "../../../src/thermo/structure/network-balance.ts";
import type { NetworkBalance } from "../../../src/thermo/structure/network-balance.ts";
import { balanceAt } from "../../../src/thermo/structure/balance.ts";
import { deficiencyTheorems } from "../../../src/thermo/structure/theorems.ts";
import { networkOfText, systemOfNetwork, thermoAt } from "../states.ts";

const enzyme = "E + S -> ES; E*S - ES; ES -> E + P; ES - E*P; E = 1; S = 1; ES = 1; P = 1";
const networks: Record<string, Network> = {
  "Michaelis-Menten, closed": networkOfText(enzyme),
  "Michaelis-Menten, open": networkOfText(`species $S, $P; ${enzyme}`),
  triangle: networkOfText("A -> B; 2*A - B; B -> C; 2*B - C; C -> A; 2*C - A; A = 1; B = 1; C = 1"),
  Schlögl: networkOfText("2 X -> 3 X; 6*X^2 - X^3; X -> ; 11*X - 6; X = 1"),
  Brusselator: networkOfText("-> X; 1 - X; X -> Y; X - Y; 2 X + Y -> 3 X; X^2*Y - X^3; X = 1; Y = 1"),
  Edelstein: networkOfText("species $A, $B; A + X -> 2 X; A*X - X^2; X + E -> C; X*E - C; C -> B + E; C - B*E; A = 1; B = 1; X = 1; E = 1; C = 1"),
  Feinberg: networkOfText("A -> 2 B; A - B^2; A + C -> D; A*C - D; D -> B + E; D; B + E -> A + C; B*E; A = 1; B = 1; C = 1; D = 1; E = 1"),
};
const judged = (network: Network) => {
  const kinetics = kineticsOf(network, systemOfNetwork(network));
  const numbers = deficiencyOf(network, kinetics.directions);
  const [zero, one] = deficiencyTheorems(numbers, kinetics);
  return { kinetics, numbers, zero, one };
};
function balanceOf(network: Network): NetworkBalance {
  const { balance, problem } = networkBalance(network, kineticsOf(network, systemOfNetwork(network)));
  if (!balance) throw new Error(problem);
  return balance;
}

describe("(n, l, s, delta), delta per linkage class, weak reversibility", () => {
  it.each([
    ["Michaelis-Menten, closed", [3, 1, 2, 0], [0], true],
    ["Michaelis-Menten, open", [2, 1, 1, 0], [0], true],
    ["triangle", [3, 1, 2, 0], [0], true],
    ["Schlögl", [4, 2, 1, 1], [0, 0], true],
    ["Brusselator", [5, 2, 2, 1], [0, 0], true],
    ["Edelstein", [5, 2, 2, 1], [0, 0], true],
    ["Feinberg", [5, 2, 3, 0], [0, 0], true],
  ] as const)("%s", (name, expected, classes, isWeaklyReversible) => {
    const { numbers } = judged(networks[name] as Network);
    expect([numbers.complexes, numbers.linkageClasses.length, numbers.rank, numbers.deficiency]).toEqual(expected);
    expect(numbers.linkageClasses.map(({ deficiency }) => deficiency)).toEqual(classes);
    expect(numbers.isWeaklyReversible).toBe(isWeaklyReversible);
  });
  it("the rate tells the directions, not the arrow: Feinberg's loop of one-way steps is weakly reversible, half of it is not", () => {
    const { numbers } = judged(networkOfText("A -> B; 2*A; B -> C; B - C; A = 1; B = 1; C = 1"));
    expect(numbers).toMatchObject({ isWeaklyReversible: false, deficiency: 0, linkageClasses: [{ terminalStrongClasses: 1 }] });
  });
  it("a constant of 0 is a direction that does not run", () => {
    const text = "A -> B; 2*A - k*B; B -> C; B; C -> A; C; A = 1; B = 1; C = 1; k = 0";
    expect(judged(networkOfText(text)).kinetics.directions[0]).toEqual({ forward: true, reverse: false });
    expect(judged(networkOfText(text)).numbers.isWeaklyReversible).toBe(true);
  });
});

describe("the theorems apply where all preconditions hold, and say why not elsewhere", () => {
  it("deficiency zero and weakly reversible", () => {
    for (const name of ["Michaelis-Menten, closed", "Michaelis-Menten, open", "triangle", "Feinberg"]) {
      expect(judged(networks[name] as Network).zero).toMatchObject({ applies: true, because: [], conclusion: expect.stringMatching(/complex balanced.*exactly one.*product-Poisson/) });
    }
  });
  it("deficiency zero, not weakly reversible: no positive steady state", () => {
    const { zero } = judged(networkOfText("A -> B; 2*A; A = 1; B = 1"));
    expect(zero).toMatchObject({ applies: true, conclusion: expect.stringContaining("no positive steady state") });
  });
  it("the Schlögl trap: each class has deficiency 0, the network 1, and there are three steady states", () => {
    const network = networks["Schlögl"] as Network;
    const { zero, one, numbers } = judged(network);
    expect(zero).toMatchObject({ applies: false, because: [expect.stringContaining("deficiency is 1")] });
    expect(one).toMatchObject({ applies: false, deficiency: 1, sumOfClasses: 0, because: [expect.stringMatching(/add up to 0.*network's 1/)] });
    // All other conditions of the one-theorem hold, so the sum alone keeps it from a false promise.
    expect(numbers.linkageClasses.every(({ deficiency, terminalStrongClasses }) => deficiency <= 1 && terminalStrongClasses === 1)).toBe(true);
    for (const x of [1, 2, 3]) expect(thermoAt(network, [x], "X").seen[0]?.current).toBeCloseTo(0, 12);
  });
  it("deficiency one within one class, weakly reversible: exactly one; with two ends it does not apply", () => {
    const { one } = judged(networkOfText("A -> 2 A; A - 0.1*A^2; 2 A -> 3 A; A^2 - 2*A^3; A = 1"));
    expect(one).toMatchObject({ applies: true, deficiency: 1, conclusion: expect.stringContaining("exactly one positive steady state") });
    const split = judged(networkOfText("A -> B; A; A -> C; A; A = 1; B = 0; C = 0")).one;
    expect(split).toMatchObject({ applies: false, because: [expect.stringMatching(/2 terminal strong classes/)] });
  });
  it("no mass action, no theorem: the reason names the reaction", () => {
    const saturated = judged(networkOfText("S -> P; 2*(S - P)/(1 + S + P); S = 1; P = 1"));
    expect(saturated.zero).toMatchObject({ applies: false, because: [expect.stringMatching(/reaction "\w+" holds "S", "P" outside/)] });
    expect(judged(networkOfText("J: A -> B; A*exp(B) - B*exp(A); A = 1; B = 1")).zero?.because).toEqual([expect.stringMatching(/"J" holds "A", "B" outside/)]);
    expect(judged(networkOfText("J: A -> B; k*A^2 - B; k = 1; A = 1; B = 1")).zero?.because).toEqual([expect.stringMatching(/"J" is no mass action/)]);
    expect(judged(networkOfText("J: A -> B; (1 + time)*A - B; A = 1; B = 1")).zero?.because).toEqual([expect.stringMatching(/"J" changes with "time"/)]);
    const driven = judged(networkOfText("species $Y; Y := 1 + time; J: A + Y -> B; A*Y - B; A = 1; B = 1"));
    expect(driven.zero?.because).toEqual([expect.stringMatching(/"J" changes with "(Y|time)"/)]);
  });
  it("a chemostat that only catalyses goes into the constant", () => {
    const { kinetics } = judged(networkOfText("species $Y; J: A -> B; 3*Y*A - 2*Y*B; Y = 5; A = 1; B = 1"));
    expect(kinetics.obstacles).toEqual([]);
    expect([kinetics.forward[0], kinetics.reverse[0]]).toEqual([15, 10]);
  });
  it("says nothing of a network without reactions", () => {
    expect(deficiencyTheorems(deficiencyOf(networkOfText("species A; A = 1")), { obstacles: [] })).toEqual([]);
  });
});

const schlogl = (k: number): Network => networkOfText(`2 X -> 3 X; 6*X^2 - X^3; X -> ; ${k}*X - 6; X = 1`);

const exchange = (s: number): Network => networkOfText(`species $S, $P; S -> P; 2*S - P; A -> B; A - B; S = ${s}; P = 1; A = 1; B = 1`);

const problemOf = (network: Network) => networkBalance(network, kineticsOf(network, systemOfNetwork(network))).problem;

describe("reactions that run in neither direction are none", () => {
  const dimer = "R1: 2 A -> B; 2*A^2 - B; A = 1; B = 1";
  const fed = networkOfText(`${dimer}; R2: -> A; k; k = 0`);

  it("no complexes, classes or rank come from them, and the theorems promise the steady state there is", () => {
    const { zero, one, numbers } = judged(fed);
    expect(numbers).toEqual(judged(networkOfText(dimer)).numbers);
    expect(zero).toMatchObject({ applies: true, conclusion: expect.stringMatching(/exactly one positive steady state/) });
    expect(one).toMatchObject({ applies: true });
    // 2 * 0.75^2 - 1.125, to the rounding of its terms.
    expect(Math.abs(thermoAt(fed, [0.75, 1.125]).point.net[0] ?? NaN)).toBeLessThanOrEqual(1.125 * Number.EPSILON);
    // By stoichiometry, whatever the constants: four complexes in two classes, two independent changes.
    expect(deficiencyByStoichiometry(fed)).toBe(4 - 2 - 2);
  });
  it("detailed balance is complex balance, with a state at which all stands still", () => {
    const balance = balanceOf(fed);
    expect(balance).toMatchObject({ isWeaklyReversible: true, isComplexBalanced: true, isDetailedBalanced: true, circuitResidual: 0 });
    const { point } = thermoAt(fed, systemOfNetwork(fed).states.map((id) => balance.state?.[id] ?? NaN));
    expect(balanceAt(fed, point, 1e-12)).toMatchObject({ isComplexBalanced: true, isDetailedBalanced: true });
  });
  it("a linkage class falls apart where its bridge is off; what is left is judged piece by piece", () => {
    const network = networkOfText("A -> B; 2*A - B; B -> C; f*B - r*C; C -> D; C - D; f = 0; r = 0; A = 1; B = 1; C = 1; D = 1");
    expect(judged(network).numbers).toMatchObject({ complexes: 4, rank: 2, deficiency: 0, isWeaklyReversible: true, linkageClasses: [{ complexes: ["A", "B"] }, { complexes: ["C", "D"] }] });
  });
  it("an exchange of chemostats that is off is not in the graph of those that run, and a graph that all runs in is itself", () => {
    const graph = complexGraph(networkOfText("species $S, $P; S -> P; k*S - k*P; A -> B; A - B; S = 1; P = 1; k = 0; A = 1; B = 1"));
    const off = { forward: false, reverse: false };
    const on = { forward: true, reverse: true };
    expect(runningGraph(graph, [off, on])).toEqual({ ...graph, inert: [] });
    expect(runningGraph(graph, [on, off])).toMatchObject({ complexes: [], edges: [], linkageClasses: [], inert: graph.inert });
    expect(runningGraph(graph, [on, on])).toBe(graph);
    expect(strongLinkageClasses(graph, [on, off])).toEqual([]);
  });
  it("all of them off: no theorem, and every state stands still", () => {
    const still = networkOfText("J: A -> B; k*A; k = 0; A = 1; B = 1");
    expect(judged(still)).toMatchObject({ zero: undefined, one: undefined });
    expect(balanceOf(still)).toMatchObject({ isComplexBalanced: true, isDetailedBalanced: true });
  });
});

describe("complex and detailed balance", () => {
  it("of states: G6 is complex but not detailed balanced at (1, 1, 1), and neither elsewhere", () => {
    const network = networkOfText("A -> B; 2*A - B; B -> C; 2*B - C; C -> A; 2*C - A; -> A; 1 - A; A = 1; B = 1; C = 1");
    expect(balanceAt(network, thermoAt(network, [1, 1, 1]).point)).toMatchObject({ isComplexBalanced: true, isDetailedBalanced: false, complexImbalance: 0 });
    const away = balanceAt(network, thermoAt(network, [2, 1, 0.5]).point);
    expect(away).toMatchObject({ isComplexBalanced: false, isDetailedBalanced: false });
    // A is used by 3, made by 0 and fed by -1; B made 3 - 1.5; C made 1.5 - (-1).
    expect(away.complexes).toEqual({ A: -3 - 1 - 1, B: 3 - 1.5, C: 1.5 + 1, "0": 1 });
  });
  it("of networks: what deficiency zero promises holds for any constants, and the state it gives is one", () => {
    for (const name of ["Michaelis-Menten, closed", "triangle", "Feinberg"]) {
      const network = networks[name] as Network;
      const balance = balanceOf(network);
      expect(balance).toMatchObject({ isComplexBalanced: true });
      const { point } = thermoAt(network, systemOfNetwork(network).states.map((id) => balance.state?.[id] ?? NaN));
      expect(balanceAt(network, point, 1e-12).isComplexBalanced).toBe(true);
    }
    expect(balanceOf(networks["triangle"] as Network)).toMatchObject({ isDetailedBalanced: false, circuitResidual: expect.closeTo(3 * Math.LN2, 12), cycleResidual: expect.closeTo(3 * Math.LN2, 12) });
  });
  it("of networks with deficiency one: only at constants on a surface", () => {
    expect(balanceOf(schlogl(11))).toMatchObject({ isComplexBalanced: false, isDetailedBalanced: false, circuitResidual: 0, state: null });
    // Both channels at rest at x = 6.
    expect(balanceOf(schlogl(1))).toMatchObject({ isComplexBalanced: true, isDetailedBalanced: true });
    expect(balanceOf(schlogl(1)).state?.["X"]).toBeCloseTo(6, 12);
  });
  it("a one-way loop can be complex balanced but never detailed balanced", () => {
    expect(balanceOf(networkOfText("A -> B; 2*A; B -> C; B; C -> A; 3*C; A = 1; B = 1; C = 1"))).toMatchObject({ isComplexBalanced: true, isDetailedBalanced: false, circuitResidual: Infinity, cycleResidual: Infinity });
    expect(balanceOf(networkOfText("A -> B; 2*A; A = 1; B = 1"))).toMatchObject({ isWeaklyReversible: false, isComplexBalanced: false, complexResidual: Infinity });
  });
  it("a channel between chemostats alone counts for detailed balance", () => {
    expect(balanceOf(exchange(1))).toMatchObject({ isComplexBalanced: true, isDetailedBalanced: false });
    expect(balanceOf(exchange(0.5))).toMatchObject({ isComplexBalanced: true, isDetailedBalanced: true });
  });
  it("refuses what is no mass action, and constants without values", () => {
    expect(problemOf(networkOfText("J: B -> A; sin(B); A = 1; B = 1"))).toMatch(/"J" is no mass action/);
    const open = networkOfText("J: A -> B; k*A - B; k = 1; A = 1; B = 1");
    expect(problemOf({ ...open, parameters: open.parameters.map((one) => ({ ...one, value: null })) })).toMatch(/reaction "J" have no finite value/);
  });
  it("zoo models are all read", () => {
    for (const { network } of Object.values(zoo)) {
      const { zero } = judged(network);
      expect(zero === undefined || zero.applies === (zero.because.length === 0)).toBe(true);
    }
  });
});
