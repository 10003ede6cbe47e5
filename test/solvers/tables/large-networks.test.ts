import { evaluate as evaluateText } from "mathjs";
import { describe, expect, it } from "vitest";
import { readBioNetGen } from "../../../src/formats/bionetgen.ts";
import { initialState } from "../../../src/models/initial-state.ts";
import { odeSystem } from "../../../src/models/compile.ts";
import { rateProgram } from "../../../src/solvers/tables/index.ts";
import { dataText, hasData, needs } from "../../measured-data.ts";
import { evaluated } from "./evaluated.ts";

const folder = "reaction-networks/catalyst2023";

/** States on one side of a reaction, by their numbers in the file. */
const side = (list: string): number[] => (list === "0" ? [] : list.split(",").map((number) => Number(number) - 1));

/** A network of elementary reactions as its file says, read and evaluated here, along a direction too. */
function independent(text: string) {
  const block = (name: string): string[][] => {
    const [, inside = ""] = new RegExp(`begin ${name}\\n([^]*?)end ${name}`).exec(text) ?? [];
    return inside.split("\n").flatMap((line) => (line.trim() === "" ? [] : [line.replace(/#.*/, "").trim().split(/\s+/)]));
  };
  const values: Record<string, number> = {};
  for (const [, name = "", formula = ""] of block("parameters")) values[name] = Number(evaluateText(formula, values));
  const constants = new Map<string, number>();
  const constant = (formula: string): number => {
    const known = constants.get(formula);
    if (known !== undefined) return known;
    const value = Number(evaluateText(formula, values));
    constants.set(formula, value);
    return value;
  };
  const reactions = block("reactions").map(([, left = "", right = "", k = ""]) => ({ reactants: side(left), products: side(right), k: constant(k) }));
  const start = block("species").map(([, , initial = ""]) => constant(initial));
  return {
    start,
    reactionCount: reactions.length,
    /** Rates, their derivative along a direction, and the sizes of the terms of both. */
    at(y: ArrayLike<number>, direction: ArrayLike<number>) {
      const [rates, along, rateSizes, alongSizes] = [0, 1, 2, 3].map(() => new Float64Array(start.length)) as [Float64Array, Float64Array, Float64Array, Float64Array];
      for (const { reactants, products, k } of reactions) {
        const rate = reactants.reduce((total, state) => total * (y[state] ?? NaN), k);
        let slope = 0;
        for (const [index] of reactants.entries()) slope += reactants.reduce((total, state, other) => total * ((other === index ? direction : y)[state] ?? NaN), k);
        for (const [list, sign] of [[reactants, -1], [products, 1]] as const) {
          for (const state of list) {
            rates[state] = (rates[state] ?? 0) + sign * rate;
            along[state] = (along[state] ?? 0) + sign * slope;
            rateSizes[state] = (rateSizes[state] ?? 0) + rate;
            alongSizes[state] = (alongSizes[state] ?? 0) + slope;
          }
        }
      }
      return { rates, along, rateSizes, alongSizes };
    },
  };
}

describe.skipIf(!hasData(folder))(needs(folder, "networks of tens of thousands of reactions"), () => {
  it.each([
    ["BCR", 1122, 24388],
    ["fceri_gamma2", 3744, 58276],
  ] as const)("%s is read into tables whose rates and derivatives are those of its file", async (name, states, reactions) => {
    const text = dataText(`${folder}/${name}.net`);
    const own = independent(text);
    const read = readBioNetGen(text, name);
    if (read.problems) throw new Error(JSON.stringify(read.problems.slice(0, 3)));
    const { system, problems } = odeSystem(read.network);
    if (!system) throw new Error(JSON.stringify(problems));
    expect([system.states.length, own.reactionCount]).toEqual([states, reactions]);
    const parameters = Float64Array.from(system.parameterValues);
    expect([...initialState(system, parameters)]).toEqual(own.start);

    const program = rateProgram(system);
    const y = Float64Array.from(system.states, (_, index) => 1 + ((index * 7919) % 1013) / 10);
    const direction = Float64Array.from(system.states, (_, index) => 1 + ((index * 104729) % 331) / 100);
    const found = (await evaluated(program))(parameters, 0, y);
    const expected = own.at(y, direction);
    const { rowStart, column } = program.pattern;
    // A state is in at most `most` terms of a sum, either side adds them in its own order, and each term is a product of four at most.
    const terms = new Float64Array(states);
    for (const { reactants, products } of read.network.reactions) for (const { species, stoichiometry } of [...reactants, ...products]) terms[Number(species.slice(1)) - 1] = (terms[Number(species.slice(1)) - 1] ?? 0) + stoichiometry;
    const most = Math.max(...terms);
    for (let row = 0; row < states; row++) {
      let along = 0;
      for (let at = rowStart[row] ?? 0; at < (rowStart[row + 1] ?? 0); at++) along += (found.values[at] ?? NaN) * (direction[column[at] ?? -1] ?? NaN);
      const bound = 2 * (most + 4) * Number.EPSILON;
      expect(Math.abs((found.rates[row] ?? NaN) - (expected.rates[row] ?? NaN))).toBeLessThanOrEqual(bound * (expected.rateSizes[row] ?? 0));
      expect(Math.abs(along - (expected.along[row] ?? NaN))).toBeLessThanOrEqual(2 * bound * (expected.alongSizes[row] ?? 0));
    }
  });
});
