import { describe, expect, test } from "vitest";
import { networkOf } from "../../src/models/build.ts";

const wrong = () =>
  networkOf({
    id: "m",
    species: { A: { initial: 1, amount: 2 }, time: 3 },
    parameters: { A: 1 },
    reactions: { J: { reactants: { A: -1 }, rate: "k*" } },
    rules: { A: { rate: "1" }, Q: { assignment: "2" } },
  });

describe("the builder", () => {
  test("zero is a value, a numeric text is a number, a formula is an initial assignment", () => {
    const network = networkOf({ id: "m", species: { A: 0, B: "-3", D: "2*k" }, parameters: { k: { value: 0 } } });
    expect(network.species.map(({ initial }) => initial)).toEqual([0, -3, null]);
    expect(network.parameters[0]?.value).toBe(0);
    expect(network.initialAssignments).toEqual([{ target: "D", formula: "2*k" }]);
  });

  test("every problem of a description is in the error", () => {
    expect(wrong).toThrow(/species A: give an initial value or an amount/);
    expect(wrong).toThrow(/"time" cannot be an id/);
    expect(wrong).toThrow(/"A" is already the id of a species/);
    expect(wrong).toThrow(/the stoichiometry of "A" must be a positive number/);
    expect(wrong).toThrow(/rate of J, column 3/);
    expect(wrong).toThrow(/changed both by a rule and by a reaction/);
    expect(wrong).toThrow(/a rule sets "Q", which is not declared/);
  });

  test("species names are checked by the compiler", () => {
    // @ts-expect-error "B" is no species of this network
    expect(() => networkOf({ id: "m", species: { A: 1 }, reactions: { J: { reactants: { B: 1 }, rate: "1" } } })).toThrow(/"B", which is not declared/);
  });
});
