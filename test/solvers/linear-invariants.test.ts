import { describe, expect, it } from "vitest";
import { conservationLaws } from "../../src/models/structure.ts";
import { zoo } from "../../src/models/zoo/index.ts";
import { linearInvariants } from "../../src/solvers/linear-invariants.ts";
import { linearTerms } from "../../src/solvers/linear-terms.ts";
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
