import { describe, expect, it } from "vitest";
import { gnwResponseTable, readGnw } from "../../src/formats/gnw.ts";
import type { GnwFiles } from "../../src/formats/gnw.ts";
import { readGnwParameters, readGnwStructure } from "../../src/formats/gnw-structure.ts";

const header = '"A"\t"B"\t"C"\n';
const small: GnwFiles = {
  knockouts: `${header}0\t0.5\t0.6\n0.4\t0\t0.7\n0.3\t0.2\t0\n`,
  knockdowns: `${header}0.2\t0.5\t0.6\n0.4\t0.3\t0.7\n0.3\t0.2\t0.35\n`,
  timeSeries: `${header}0.5\t0.6\t0.7\n0.9\t0.9\t0.9\n\n0.7\t0.8\t0.9\n0.1\t0.1\t0.1\n`,
  dualKnockouts: "0\t0\t0.25\n",
};
const options = { name: "small", times: [0, 50], pairs: [[1, 2]] as const };

function problemsOf(files: Partial<GnwFiles>, changed: Partial<typeof options> = {}): readonly string[] {
  const read = readGnw({ ...small, ...files }, { ...options, ...changed });
  return "problems" in read ? read.problems.map(({ table, row, column, message }) => `${table}:${row}:${column}: ${message}`) : [];
}

describe("GeneNetWeaver tables", () => {
  it("part time series into blocks and ask for dual knockouts from wild types and single knockouts", () => {
    const read = readGnw(small, options);
    if ("problems" in read) throw new Error(JSON.stringify(read.problems));
    expect(read.data.series.map((block) => [...block])).toEqual([
      [0.5, 0.6, 0.7, 0.9, 0.9, 0.9],
      [0.7, 0.8, 0.9, 0.1, 0.1, 0.1],
    ]);
    const table = gnwResponseTable(read.data);
    expect(table.conditions.map((condition) => condition.id)).toEqual(["wild type 1", "wild type 2", "knockout A", "knockout B", "knockout C", "knockout A + B"]);
    expect([...table.values.subarray(3, 6)]).toEqual([0.7, 0.8, 0.9]);
    expect([...table.values.subarray(15)]).toEqual([0, 0, 0.25]);
    expect([...(table.truth ?? new Float64Array()).subarray(12)]).toEqual([Number.NaN, Number.NaN, Number.NaN, 0, 0, 0.25]);
    expect([...(table.imposed ?? new Float64Array()).subarray(15)]).toEqual([0, 0, Number.NaN]);
    expect([...table.inputs.values.subarray(15)]).toEqual([1, 1, 0]);
    expect([...(table.baseline ?? [])][0]).toBeCloseTo(0.35, 12);
  });

  it("report every problem with row and column", () => {
    expect(problemsOf({ knockouts: `${header}0\t0.5\t0.6\n0.4\t0.1\t0.7\n0.3\t0.2\t0\n` })).toEqual(["small_knockouts.tsv:3:B: B is knocked out in this row, but its value is 0.1"]);
    expect(problemsOf({ knockdowns: '"A"\t"X"\t"C"\n1\t1\t1\n', timeSeries: `${header}1\t1\t1\n1\t1\t1\n1\t1\t1\n` })).toEqual([
      'small_knockdowns.tsv:1:X: column 2 is "X", in the knockouts "B"',
      "small_knockdowns.tsv:2:: the table has 1 rows for 3 genes",
      "small_timeseries.tsv:4:: 3 rows are not a whole number of series of 2 times",
    ]);
    expect(problemsOf({ timeSeries: `${header}1\t1\n1\tx\t1\n` })).toEqual(["small_timeseries.tsv:2:: the row has 2 cells, the header 3", 'small_timeseries.tsv:3:B: "x" is not a number']);
    expect(problemsOf({ dualKnockouts: "0\t0\t1\n1\t0\t0\n" })).toEqual(["small_nonoise_dualknockouts.tsv:2:: 1 pairs are declared for 2 rows"]);
    expect(problemsOf({ dualKnockouts: "0.5\t0\t1\n" })).toEqual(["small_nonoise_dualknockouts.tsv:1:A: A is knocked out in this row, but its value is 0.5"]);
    const beyond = readGnw(small, { ...options, pairs: [[1, 4]] });
    expect("problems" in beyond ? beyond.problems[0]?.message : "").toMatch(/outside 1 to 3/);
  });
});

const parameter = (id: string, value: number | string): string => `<parameter id="${id}" name="${id}" value="${value}" />`;
const flags = (module: number, activators: number, deactivators: number): string =>
  parameter(`bindsAsComplex_${module}`, "1.0") + parameter(`numActivators_${module}`, activators) + parameter(`numDeactivators_${module}`, deactivators);
const rates = (names: readonly string[]): string => names.map((name, place) => parameter(name, place + 0.5)).join("");
const modifiers = (...genes: readonly string[]): string => `<listOfModifiers>${genes.map((gene) => `<modifierSpeciesReference species="${gene}" />`).join("")}</listOfModifiers>`;
const reaction = (id: string, formula: string, inside: string): string => `<reaction id="${id}" name="${id}${formula}">\n${inside}</reaction>\n`;
const model = (...reactions: readonly string[]): string =>
  `<?xml version="1.0"?>\n<sbml xmlns="http://www.sbml.org/sbml/level2"><model name="m"><listOfSpecies><species id="A" /><species id="B" /><species id="_void_" boundaryCondition="true" /></listOfSpecies>\n${reactions.join("")}</model></sbml>`;
const synthesisA = reaction("A_synthesis", ": no inputs", rates(["max", "deltaProtein", "maxTranslation", "a_0"]));
const synthesisB = (formula = ": ~(1~2) + (3)"): string =>
  reaction("B_synthesis", formula, modifiers("A", "B", "A") + flags(1, 1, 1) + flags(2, 1, 0) + rates(["max", "deltaProtein", "maxTranslation", "a_0", "a_1", "a_2", "a_3", "k_1", "k_2", "k_3", "n_1", "n_2", "n_3"]));
const degradations = reaction("A_degradation", "", rates(["delta"])) + reaction("B_degradation", "", rates(["delta"]));

describe("GeneNetWeaver kinetic models", () => {
  it("give modules, signs and flags; rates only when they are asked for", () => {
    const xml = model(synthesisA, synthesisB(), degradations);
    expect(readGnwStructure(xml)).toEqual({
      structure: {
        name: "m",
        regulation: [
          { gene: "A", regulators: [], modules: [] },
          {
            gene: "B",
            regulators: ["A", "B", "A"],
            modules: [
              { activators: [0], deactivators: [1], bindsAsComplex: true, represses: true },
              { activators: [2], deactivators: [], bindsAsComplex: true, represses: false },
            ],
          },
        ],
      },
    });
    const read = readGnwParameters(xml);
    expect("parameters" in read ? read.parameters[1] : null).toEqual({ gene: "B", max: 0.5, deltaProtein: 1.5, maxTranslation: 2.5, delta: 0.5, a: [3.5, 4.5, 5.5, 6.5], k: [7.5, 8.5, 9.5], n: [10.5, 11.5, 12.5] });
  });

  it.each([
    ["a formula whose signs disagree with the flags", model(synthesisA, synthesisB(": ~(1*2) + (3)"), degradations), /numActivators_1 is 1, the formula "~\(1\*2\)" has 2/],
    ["a formula that is no list of modules", model(synthesisA, synthesisB(": (1 and 2) + (3)"), degradations), /"\(1 and 2\)" is not a module/],
    ["a formula that leaves a regulator out", model(synthesisA, synthesisB(": ~(1~2)"), degradations), /does not use the 3 regulators/],
    ["a gene without synthesis", model(synthesisA, degradations), /gene "B" has no synthesis/],
    ["a reaction of another kind", model(synthesisA, synthesisB(), reaction("A_transport", "", ""), degradations), /neither a gene's synthesis nor its degradation/],
    ["XML that is not well formed", "<sbml><model></sbml>", /not well-formed/],
    ["something else", "<html></html>", /no <model>/],
  ])("refuse %s", (_what, xml, message) => {
    const read = readGnwStructure(xml);
    expect("problems" in read ? read.problems.map((problem) => problem.message).join("\n") : "no problem").toMatch(message);
  });

  it("say at which line a problem stands", () => {
    const read = readGnwStructure(model(synthesisA, synthesisB(": ~(1*2) + (3)"), degradations));
    expect("problems" in read ? read.problems[0]?.line : 0).toBe(5);
  });

  it("name a missing or unreadable rate", () => {
    const read = readGnwParameters(model(synthesisA.replace('value="0.5"', 'value="fast"'), synthesisB().replace('id="k_2"', 'id="k_9"'), degradations));
    expect("problems" in read ? read.problems.map((problem) => problem.message) : []).toEqual(
      expect.arrayContaining(['the value of "max" is "fast", not a number', 'parameter "k_2" is missing in reaction "B_synthesis"']),
    );
  });
});
