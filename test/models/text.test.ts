import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { networkOf } from "../../src/models/build.ts";
import { readReactionText, writeReactionText } from "../../src/models/text.ts";
import { networks } from "./random-network.ts";

const read = (text: string) => {
  const result = readReactionText(text);
  if (result.problems) throw new Error(JSON.stringify(result.problems));
  return result.network;
};
const problems = (text: string): string[] => (readReactionText(text).problems ?? []).map(({ line, column, message }) => `${line}:${column} ${message}`);
const id = (name: string) => expect.stringContaining(name);

test("a value that is no finite number is one problem", () => {
  for (const value of ["nan", "inf", "1/0"]) expect(problems(`a = ${value}`)).toEqual(['1:5 the value of "a" is not a finite number']);
});

describe("reading", () => {
  test("a whole model", () => {
    const network = read(`
# comment
model *demo()
  compartment C1 = 2; unit mM = 1e-3 mole / litre
  species A in C1, $B in C1 = 3; /* several
     lines */ substanceOnly species Q in C1
  const species Z = 1
  J1: 2A + $B => Q; C1*k*A^2*B // first
  -> A; 2 * k ; A + A -> ; kd*A^2
  A = 5; Q = 4; k = 1e-1; k has mM; A has mM
  kd = 2*k
  x := A + B; y' = -y \\
    * x; y = -1.5
  var p; const q
end
`);
    expect(network).toEqual({
      schema: "network/1",
      id: "demo",
      compartments: [
        { id: "C1", size: 2, constant: true, unit: null },
        { id: "default_compartment", size: 1, constant: true, unit: null },
      ],
      species: [
        { id: "A", compartment: "C1", initial: 5, initialKind: "concentration", boundary: false, constant: false, substanceOnly: false, unit: "mM" },
        { id: "B", compartment: "C1", initial: 3, initialKind: "concentration", boundary: true, constant: false, substanceOnly: false, unit: null },
        { id: "Q", compartment: "C1", initial: 4, initialKind: "amount", boundary: false, constant: false, substanceOnly: true, unit: null },
        { id: "Z", compartment: "default_compartment", initial: 1, initialKind: "concentration", boundary: true, constant: true, substanceOnly: false, unit: null },
      ],
      parameters: [
        { id: "k", value: 0.1, constant: true, unit: "mM" },
        { id: "kd", value: null, constant: true, unit: null },
        { id: "x", value: null, constant: false, unit: null },
        { id: "y", value: -1.5, constant: false, unit: null },
        { id: "p", value: null, constant: false, unit: null },
        { id: "q", value: null, constant: true, unit: null },
      ],
      reactions: [
        {
          id: "J1",
          reactants: [
            { species: "A", stoichiometry: 2 },
            { species: "B", stoichiometry: 1 },
          ],
          products: [{ species: "Q", stoichiometry: 1 }],
          rate: "k*C1*A^2*B",
          reversible: false,
        },
        { id: "_J0", reactants: [], products: [{ species: "A", stoichiometry: 1 }], rate: "2*k", reversible: true },
        { id: "_J1", reactants: [{ species: "A", stoichiometry: 2 }], products: [], rate: "kd*A^2", reversible: true },
      ],
      rules: [
        { kind: "assignment", target: "x", formula: "A + B" },
        { kind: "rate", target: "y", formula: "-x*y" },
      ],
      initialAssignments: [{ target: "kd", formula: "2*k" }],
      units: [{ id: "mM", formula: "1e-3 mole/litre" }],
    });
  });

  test("unnamed reactions are counted as libantimony counts them", () => {
    expect(read("_J1: A->B; 1; C -> D; 2; E->F; 3").reactions.map(({ id: name }) => name)).toEqual(["_J1", "_J0", "_J2"]);
    expect(read("C -> D; 2; _J5: A->B; 1;  E->F; 3").reactions.map(({ id: name }) => name)).toEqual(["_J0", "_J5", "_J1"]);
  });

  test("a catalyst stands on both sides, empty sides are empty", () => {
    const [first, second] = read("E + S -> E + P; k*E*S\n-> ; 3").reactions;
    expect(first?.reactants.map(({ species }) => species)).toEqual(["E", "S"]);
    expect(first?.products.map(({ species }) => species)).toEqual(["E", "P"]);
    expect([second?.reactants, second?.products]).toEqual([[], []]);
  });

  test("an amount is the number over the own compartment's size; a value can carry a unit", () => {
    const network = read("compartment C = 2; species A in C; A = 10/C; k = 3 ml");
    expect(network.species[0]).toMatchObject({ initial: 10, initialKind: "amount" });
    expect(network.parameters[0]).toMatchObject({ value: 3, unit: "ml" });
  });

  test("an undefined symbol parses", () => {
    expect(read("A -> B; k*A").parameters).toEqual([]);
  });

  test("text and builder give the same network", () => {
    const built = networkOf({
      id: "both",
      compartments: { C: { size: 2, unit: "litre" } },
      species: { A: { initial: 3, compartment: "C" }, S: { initial: 1, boundary: true, compartment: "C" }, D: "2*k" },
      parameters: { k: { value: 0.5, unit: "1 / second" }, kr: 1, x: {} },
      reactions: { J: { reactants: { A: 2, S: 1 }, products: { D: 1 }, rate: "C*(k*A^2*S-kr*D)" } },
      rules: { x: { assignment: "A+D" } },
      units: { mM: "1e-3 mole / litre" },
    });
    const text = `model both
      unit mM = 1e-3 mole/litre; compartment C = 2; C has litre
      species A in C = 3, $S in C = 1, D
      k = .5; k has 1/second; kr = 1; x := A + D
      D = 2*k
      J: 2 A + S -> D; C*(k*A^2*S - kr*D)
    end`;
    expect(read(text)).toEqual(built);
  });
});

describe("writing", () => {
  test("what is written reads back to the same network, and is written the same again", () => {
    fc.assert(
      fc.property(networks(), (network) => {
        const text = writeReactionText(network);
        const back = read(text);
        expect(back).toEqual(network);
        expect(writeReactionText(back)).toBe(text);
      }),
      { numRuns: 300 },
    );
  });
});

describe("refusing", () => {
  const cases: readonly [string, string][] = [
    ["event E", '1:1 "event": event declarations'],
    ["function f(x)\n x*2\nend", '1:1 "function": function definitions'],
    ['import "x.ant"', '1:1 "import"'],
    ["delete A", '1:1 "delete"'],
    ["A: foo()", "1:1 submodels"],
    ["model a\nend\nmodel b\nend", "3:1 text after 'end'"],
    ["model a(x)\nend", "1:8 model arguments"],
    ["model a\nA -> B; 1", "1:1 \"model a\" has no 'end'"],
    ["A -> B; 1\nend", '2:1 "end" is out of place'],
    ["A => B; k\nC -o J0", "2:3 interactions ('-o')"],
    ["A -| J0", "1:3 interactions ('-|')"],
    ["A--B", "1:2 DNA strands"],
    ['A is "text"', "1:1 display names"],
    ['A identity "http://x"', "1:1 annotations"],
    ["A.sboTerm = 3", "1:1 attributes"],
    ["0 = A + B", "1:1 algebraic rules"],
    ["-5 < J0 < 3", "1:1 constraints and flux bounds"],
    ["A <-> B; 3", "1:3 '<->'"],
    ["n A -> B; 3", "1:1 a stoichiometry must be a number"],
    ["0 A -> B; 3", "1:1 a stoichiometry must be a positive number"],
    ["-2 A -> B; 3", "1:1 a stoichiometry must be a positive number"],
    ["compartment C in D", "1:15 a compartment inside"],
    ["J in C: A -> B; 3", "1:3 a reaction in a compartment"],
    ["gene g", '1:1 "gene"'],
    ["A -> B\nB -> C; 1", "1:7 the reaction has no rate"],
    ["J: A -> B; C -> D; 1", '1:14 reaction "J" has no rate'],
    ["A -> B; ", "1:9 the reaction has no rate"],
    ["A -> B -> C; 3", "1:8 expected the end"],
    ["time = 3", '1:1 "time" is a reserved word'],
    ["A + -> B; 2", '1:5 expected a species, found "->"'],
    ["k = ", "1:5 expected a formula"],
    ["k = 2*", "1:7 found the end"],
    ["k k2 = 3", '1:3 expected "="'],
    ["species A B", '1:11 expected the end'],
    ["k = 1 /* open", "1:7 this comment never ends"],
    ["A -> B; k*A @ 3", "1:13"],
    ["k = 1e999", '1:5 found "1e999"'],
    ["J: A -> B; 1\nJ: C -> D; 2", '2:1 reaction "J" is defined a second time'],
    ["A -> B; 1\nA' = 3", '2:1 species "A" is changed both by a rule and by a reaction'],
    ["k = 1\nk = 2", '2:5 "k" is given a value a second time'],
    ["const k\nk' = 1", '2:1 "k" is constant'],
    ["x := 1\nx' = 2", '2:1 "x" has a second rule'],
    ["x := 1\nx = 2", '1:1 "x" has an assignment rule'],
    ["compartment A\nA -> B; 1", '2:1 "A" is used as a species here and as a compartment elsewhere'],
    ["J: A -> B; 1\nJ = 2", '1:1 "J" is already the id of a parameter'],
    ["species $A\nvar A", '2:5 "A" is both constant and variable'],
    ["k has 1e-3 mole", "1:7 a unit with the factor 1e-3 needs a name"],
    ["$B", '1:3 expected "="'],
    ["k in C", '1:6 "k" is put into compartment "C" but is no species'],
  ];
  test.each(cases)("%j", (text, expected) => {
    expect(problems(text)).toContainEqual(id(expected));
  });

  test("all problems at once, in the order of the text", () => {
    const found = problems("A -> B; k*\ndelete A\nk = 1 2\nB -> ; 1 +\nk has ?");
    expect(found.map((one) => one.split(" ")[0])).toEqual(["1:11", "2:1", "3:7", "4:11", "5:7"]);
  });

  test("no text at all breaks the reader", () => {
    const word = fc.constantFrom("A", "->", "=>", ";", "\n", "k", "=", ":=", "'", "2", "+", "*", "(", ")", "$", "species", "in", "has", "model", "end", "unit", "/*", '"', "at", ",", "const", "x", ":", "#");
    fc.assert(
      fc.property(fc.array(word, { maxLength: 25 }), (words) => {
        const result = readReactionText(words.join(" "));
        if (result.problems) expect(result.problems.length).toBeGreaterThan(0);
        else expect(read(writeReactionText(result.network))).toEqual(result.network);
      }),
      { numRuns: 2000 },
    );
  });
});
