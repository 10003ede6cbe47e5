import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readBioNetGen } from "../../src/formats/bionetgen.ts";
import { networkOf } from "../../src/models/build.ts";
import { conservationLaws } from "../../src/models/structure.ts";
import type { OdeSystem } from "../../src/models/system.ts";
import { zoo } from "../../src/models/zoo/index.ts";
import { independentStates } from "../../src/solvers/independent-states.ts";
import type { LinearInvariant } from "../../src/solvers/linear-invariants.ts";
import { linearInvariants } from "../../src/solvers/linear-invariants.ts";
import { linearTerms } from "../../src/solvers/linear-terms.ts";
import { denseKernel } from "../numerics/dense-kernel.ts";
import { casesOf, judgedCase } from "../thermo/random-network.ts";
import { networkOfText, systemOfNetwork } from "../thermo/states.ts";
import { systemOf } from "./problems.ts";

const weightsOf = (text: string): number[][] => {
  const system = systemOfNetwork(networkOfText(text));
  return linearInvariants(system, system.parameterValues).map(({ weights }) => [...weights]);
};

const rows = (rates: Record<string, string>): number[][] => linearInvariants(systemOf("given", rates, {}), []).map(({ weights }) => [...weights]);

const fed = (k: number): string => `R1: 2 A -> B; 2*A^2 - B; R2: -> A; k; k = ${k}; A = 1; B = 1`;

describe("linear invariants, read off the rates alone", () => {
  it("are the conservation laws of the network, for every model of the zoo and random networks", () => {
    const networks = [...Object.values(zoo).map(({ network }) => network), ...Array.from({ length: casesOf(60) }, (_, index) => judgedCase(index).network)];
    let laws = 0;
    for (const network of networks) {
      const system = systemOfNetwork(network);
      const expected = conservationLaws(network).map((row) => system.states.map((id) => row[id] ?? 0));
      laws += expected.length;
      expect(linearInvariants(system, system.parameterValues).map(({ weights }) => [...weights])).toEqual(expected);
    }
    expect(laws).toBeGreaterThan(10);
  });

  it("give each its own dependent state", () => {
    const system = systemOfNetwork(networkOfText("R: A + B -> C; A*B - C; A = 1; B = 2; C = 0"));
    const found = linearInvariants(system, []);
    expect(found).toHaveLength(2);
    for (const one of found) {
      expect(one.weights[one.dependent]).not.toBe(0);
      for (const other of found) if (other !== one) expect(other.weights[one.dependent]).toBe(0);
    }
  });

  it("weight concentrations with volumes, in one compartment or several", () => {
    expect(weightsOf("compartment V1 = 2; compartment V2 = 3; species A in V1 = 1; species B in V2 = 0; R: A -> B; k*V1*A - k2*V2*B; k = 1; k2 = 2")).toEqual([[2, 3]]);
    expect(weightsOf("compartment V = 2; species A in V = 1; species B in V = 0; R: A -> B; k*A/K; D: B -> ; 0*B; k = 1; K = 2")).toEqual([[1, 1]]);
  });

  it("count a constant that is exactly 0 as no term, and one next to 0 as one", () => {
    expect(weightsOf(fed(0))).toEqual([[1, 2]]);
    expect(weightsOf(fed(Number.MIN_VALUE))).toEqual([]);
    expect(weightsOf("R1: A -> B; A - B; R2: A -> ; kd*A/(K + A); kd = 0; K = 1; A = 1; B = 1")).toEqual([[1, 1]]);
  });

  it("find what equations conserve that no reaction tells, and nothing where a sum only happens to vanish", () => {
    expect(rows({ x: "2*(y - x)", y: "x*3 - 3*y" })).toEqual([[3, 2]]);
    expect(rows({ x: "-x*y", y: "y*x/2" })).toEqual([[1, 2]]);
    expect(rows({ x: "x - y", y: "x*y" })).toEqual([]);
    expect(rows({ x: "0*x" })).toEqual([[1]]);
    // A stoichiometry times a constant rounds: 3 * 0.1 is not 0.3.
    expect(rows({ x: "-0.1*x - 0.17*x*y", y: "0.1*x", z: "0.17*x*y" })).toEqual([[1, 1, 1]]);
    expect(rows({ x: "-3*(0.1*x)", y: "0.1*x" })).toEqual([[1, 3]]);
  });
});

/** The same system with nothing but its right-hand side to read laws off: a copy has no reactions. */
const withoutReactions = (system: OdeSystem): OdeSystem => ({ ...system, rhs: system.rhs });

/** Laws by dense elimination of what `linearTerms` gives for the right-hand side, for coefficients that are whole numbers. */
function denseLaws(system: OdeSystem): number[][] {
  const columns = new Map<string, bigint[]>();
  system.rhs.forEach((rate, state) => {
    for (const { coefficient, factors } of linearTerms(rate)) {
      const key = factors.join(" ");
      const column = columns.get(key) ?? system.states.map(() => 0n);
      column[state] = (column[state] ?? 0n) + BigInt(coefficient);
      columns.set(key, column);
    }
  });
  return denseKernel([...columns.values()], system.states.length).map((row) => row.map(Number));
}

const species = ["A", "B", "C", "D", "E", "F", "G", "H"];
const complexes = fc.array(fc.tuple(fc.constantFrom(...species), fc.integer({ min: 1, max: 3 })), { maxLength: 3 });
const sideText = (side: readonly (readonly [string, number])[]): string => side.map(([id, count]) => `${count} ${id}`).join(" + ");
/** Places in a list of species, as a BioNetGen file has them. */
const list = (places: readonly number[]): string => (places.length === 0 ? "0" : places.join(","));
const rates = fc.constantFrom("k1*A", "k2*A*B", "k1*C - k2*D", "(k1 + k2)*E", "k1", "k1*k2*F/(K + F)", "2*G", "k2*H*A");

describe("linear invariants of networks, read off their reactions", () => {
  it("are those of the right-hand side, by dense elimination, where rates are shared, sums, or constants", () => {
    let laws = 0;
    fc.assert(
      fc.property(fc.array(fc.tuple(complexes, complexes, rates), { minLength: 1, maxLength: 9 }), (reactions) => {
        const lines = reactions.map(([from, to, rate], index) => `R${index}: ${sideText(from)} -> ${sideText(to)}; ${rate}`);
        const given = species.map((id, index) => `${id} = ${index + 1}`);
        const system = systemOfNetwork(networkOfText([...lines, ...given, "k1 = 1; k2 = 2; K = 3"].join("; ")));
        const expected = denseLaws(system);
        laws += expected.length;
        const found = linearInvariants(system, system.parameterValues);
        expect(found.map(({ weights }) => [...weights])).toEqual(expected);
        expect(linearInvariants(withoutReactions(system), system.parameterValues)).toEqual(found);
      }),
      { numRuns: 150 },
    );
    expect(laws).toBeGreaterThan(100);
  });

  it("are the same of a network that is read in numbers", () => {
    const place = fc.integer({ min: 1, max: species.length });
    const side = fc.array(place, { maxLength: 2 });
    const constant = fc.constantFrom("k1", "k2", "2*k1", "k1/3", "zero", "5", "(k1+k2)", "sum");
    let laws = 0;
    fc.assert(
      fc.property(fc.array(fc.tuple(side, side, constant), { minLength: 1, maxLength: 9 }), (reactions) => {
        const text = [
          "begin parameters\n 1 k1 1\n 2 k2 2\n 3 zero 0\n 4 sum k1+k2\nend parameters\nbegin species",
          ...species.map((id, index) => ` ${index + 1} ${id}() ${index}`),
          "end species\nbegin reactions",
          ...reactions.map(([from, to, k], index) => ` ${index + 1} ${list(from)} ${list(to)} ${k}`),
          "end reactions\n",
        ].join("\n");
        const read = readBioNetGen(text);
        if (read.problems) throw new Error(JSON.stringify(read.problems));
        const system = systemOfNetwork(read.network);
        const found = linearInvariants(system, system.parameterValues);
        laws += found.length;
        expect(found).toEqual(linearInvariants(withoutReactions(system), system.parameterValues));
      }),
      { numRuns: 150 },
    );
    expect(laws).toBeGreaterThan(100);
  });

  it("are the same with and without the reactions where sizes divide, constants are 0, and rules move states", () => {
    const texts = [
      "compartment V1 = 2; compartment V2 = 3; species A in V1 = 1; species B in V2 = 0; species C in V2 = 0; R: A -> B; k*V1*A - k2*V2*B; Q: 2 B -> C; V2*k*B^2; k = 1; k2 = 2",
      "compartment V1 = 2; species A in V1 = 1; species B in V1 = 0; R: A -> B; k*A/K; k = 1; K = 2",
      "R1: A -> B; k*A; R2: A -> ; d*A; R3: B -> A; d + k; k = 2; d = 0; A = 1; B = 2",
      "R1: A -> B; k*A; C' = -k*A; k = 2; A = 1; B = 2; C = 1",
    ];
    for (const text of texts) {
      const system = systemOfNetwork(networkOfText(text));
      const found = linearInvariants(system, system.parameterValues);
      expect(found.length).toBeGreaterThan(0);
      expect(linearInvariants(withoutReactions(system), system.parameterValues)).toEqual(found);
    }
  });

  it("of 500 chains of four states are their 500 totals", () => {
    const chains = 500;
    const every = Array.from({ length: chains }, (_, chain) => ["A", "B", "C", "D"].map((place) => `${place}${chain}`));
    // Each chain's last step is catalysed by the next chain's first state, and its first makes one of two.
    const reactions = every.flatMap(([a = "", b = "", c = "", d = ""], chain) => [
      [`P${chain}`, { reactants: { [a]: 2 }, products: { [b]: 1 }, rate: `k*${a}^2 - ${b}` }] as const,
      [`Q${chain}`, { reactants: { [b]: 1 }, products: { [c]: 1 }, rate: `k*${b}` }] as const,
      [`R${chain}`, { reactants: { [c]: 1 }, products: { [d]: 2 }, rate: `k*${c}*A${(chain + 1) % chains}` }] as const,
    ]);
    const network = networkOf({ id: "chains", species: Object.fromEntries(every.flat().map((one, index) => [one, index % 7])), parameters: { k: 2 }, reactions: Object.fromEntries(reactions) });
    const expected = every.map(([a = "", b = "", c = "", d = ""]) => ({ [a]: 1, [b]: 2, [c]: 2, [d]: 1 }));
    expect(conservationLaws(network)).toEqual(expected);
    const system = systemOfNetwork(network);
    const named = ({ weights }: LinearInvariant): Record<string, number> => Object.fromEntries(system.states.flatMap((state, index) => (weights[index] === 0 ? [] : [[state, weights[index] ?? 0]])));
    const found = linearInvariants(system, system.parameterValues);
    expect(found.map(named)).toEqual(expected);
    const reduced = independentStates(system);
    expect(reduced?.kept).toHaveLength(chains * 3);
    // The largest at the start goes, and nothing of another chain comes into a law.
    expect(new Set(reduced?.laws.map((law) => JSON.stringify(named(law))))).toEqual(new Set(expected.map((law) => JSON.stringify(law))));
    for (const { weights, dependent } of reduced?.laws ?? []) {
      const most = Math.max(...system.states.flatMap((state, index) => (weights[index] === 0 ? [] : [network.species.find((one) => one.id === state)?.initial ?? 0])));
      expect(network.species[dependent]?.initial).toBe(most);
    }
  });
});

describe("terms of a rate", () => {
  it("are opened through sums, numbers and divisors, and have equal factors however they are written", () => {
    const system = systemOf("terms", { x: "2*(x*y) - y*x + (x + 4*y)/k + (x - 1)*y" }, {}, { k: 1 });
    const [rate] = system.rhs;
    if (!rate) throw new Error("one rate");
    const terms = linearTerms(rate);
    expect(terms.map(({ coefficient }) => coefficient)).toEqual([2, -1, 1, 4, 1]);
    expect(terms[0]?.factors).toEqual(terms[1]?.factors);
    expect(new Set(terms.map(({ factors }) => factors.join(" "))).size).toBe(4);
  });
});
