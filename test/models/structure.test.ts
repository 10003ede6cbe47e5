import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluate } from "../../src/kernel/evaluate.ts";
import { odeSystem } from "../../src/models/compile.ts";
import { conservationLaws, cycles, jacobianSparsity, rateDependencies, reactionDependencies, stoichiometryMatrix } from "../../src/models/structure.ts";
import { readReactionText } from "../../src/models/text.ts";
import { networkOf } from "../../src/models/build.ts";
import { zoo } from "../../src/models/zoo/index.ts";

const read = (text: string) => {
  const result = readReactionText(text);
  if (result.problems) throw new Error(JSON.stringify(result.problems));
  return result.network;
};

describe("conservation laws and cycles", () => {
  test("the open Michaelis-Menten mechanism: one emergent cycle, one broken law", () => {
    const network = zoo["michaelis-menten"].network;
    expect(conservationLaws(network, "all")).toEqual([
      { E: 1, S: -1, P: -1 },
      { ES: 1, S: 1, P: 1 },
    ]);
    expect(conservationLaws(network)).toEqual([{ E: 1, ES: 1 }]);
    expect(cycles(network)).toEqual([]);
    expect(cycles(network, "internal")).toEqual([{ Binding: 1, Catalysis: 1 }]);
  });

  test("fractions become primitive integers", () => {
    expect(conservationLaws(read("A -> 0.5 B; 1; B -> 1.5 D; 1"))).toEqual([{ A: 3, B: 6, D: 4 }]);
    expect(cycles(read("J: A -> 2 B; 1; K: B -> 0.5 A; 1"))).toEqual([{ J: 1, K: 2 }]);
  });

  test("a catalyst changes nothing; a species under a rule is no internal species", () => {
    const network = read("J: E + A -> E + B; 1; species $D; D := A; K: D -> B; 1");
    expect(stoichiometryMatrix(network)).toEqual([[0, 0], [-1, 0], [1, 1], [0, -1]]);
    expect(conservationLaws(network)).toEqual([{ E: 1 }]);
  });

  test("every law holds for the right-hand side of random networks", () => {
    const side = fc.dictionary(fc.constantFrom("A", "B", "D", "E"), fc.integer({ min: 1, max: 3 }), { maxKeys: 3 });
    fc.assert(
      fc.property(fc.array(fc.tuple(side, side, fc.integer({ min: 1, max: 9 })), { maxLength: 4 }), (reactions) => {
        const network = networkOf({
          id: "laws",
          species: { A: 1, B: 2, D: 3, E: 4 },
          reactions: Object.fromEntries(reactions.map(([reactants, products, k], index) => [`J${index}`, { reactants, products, rate: `${k}` }])),
        });
        const { system } = odeSystem(network);
        const change = new Map(system?.states.map((id, index) => [id, system.rhs[index] ? evaluate(system.rhs[index], () => Number.NaN) : Number.NaN]));
        for (const law of conservationLaws(network)) {
          // Integer rates and stoichiometries: the sum is exact.
          expect(Object.entries(law).reduce((total, [id, weight]) => total + weight * (change.get(id) ?? Number.NaN), 0)).toBe(0);
        }
        for (const cycle of cycles(network)) {
          for (const row of stoichiometryMatrix(network)) {
            expect(network.reactions.reduce((total, { id }, index) => total + (cycle[id] ?? 0) * (row[index] ?? 0), 0)).toBe(0);
          }
        }
      }),
    );
  });
});

describe("sparsity and dependency", () => {
  test("the Jacobian's pattern leaves out what cannot matter", () => {
    const { system } = odeSystem(read("J: A -> B; k*A; K: B -> D; k*B + A*0; k = 1; A = 1"));
    expect(system && jacobianSparsity(system)).toEqual([[0], [0, 1], [1]]);
  });

  test("a reaction's dependents are those that read what it changes, also through a rule", () => {
    const network = read("J: A -> B; k*A; K: B -> ; x; x := B*k; L: -> A; k; k = 1");
    expect([...(rateDependencies(network).get("K") ?? [])]).toEqual(expect.arrayContaining(["B", "k"]));
    expect(reactionDependencies(network)).toEqual([[0, 1], [1], [0]]);
  });
});
