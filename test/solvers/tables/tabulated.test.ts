import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluate } from "../../../src/kernel/evaluate.ts";
import { networkOf } from "../../../src/models/build.ts";
import { odeSystem } from "../../../src/models/compile.ts";
import { reactionTermsOf } from "../../../src/models/reaction-terms.ts";
import type { OdeSystem } from "../../../src/models/system.ts";
import { tabulated, written } from "../../../src/solvers/tables/index.ts";
import type { RateProgram } from "../../../src/solvers/tables/index.ts";
import { entries, evaluated } from "./evaluated.ts";

const speciesCount = 12;
const species = Array.from({ length: speciesCount }, (_, index) => `S${index}`);
const some = fc.constantFrom(...species);
/** All positive, so that the size of a rate's terms is the rate with every minus a plus. */
const positive = fc.double({ min: 0.1, max: 10, noNaN: true });

/** A rate as text. `MINUS` is - in the rate and + in its magnitude. */
const rate: fc.Arbitrary<string> = fc.oneof(
  fc.tuple(fc.constantFrom("k", "2*q", "k/q", "0.3", "k*q", "cell*k"), fc.array(some, { maxLength: 3 })).map(([k, list]) => [k, ...list].join("*")),
  fc.tuple(some, some).map(([a, b]) => `k*${a}^2*${b}^3`),
  fc.tuple(some, some, some).map(([a, b, c]) => `cell*(k*${a}*${b} MINUS q*${c})`),
  fc.tuple(some, some).map(([a, b]) => `k*${a} MINUS q*${b}^2*${a}`),
  fc.tuple(some, some).map(([a, b]) => `k*${a}*${b}/(q + ${a})`),
  fc.tuple(some, some).map(([a, b]) => `k*${b}*${a}^4/(q^4 + ${a}^4)`),
  fc.tuple(some, fc.constantFrom("total", "q + weighted")).map(([a, sum]) => `k*${a}/(1 + ${sum})`),
  some.map((a) => `k*${a}*(2 + sin(time))`),
  some.map((a) => `k*piecewise(${a}, time < 1, 2*${a})`),
  some.map((a) => `k*sqrt(${a})*fixed`),
  fc.constantFrom("k*total", "k*fixed", "time", "q"),
);

const side = fc.uniqueArray(fc.tuple(fc.oneof(some, fc.constant("outside")), fc.constantFrom(1, 1, 1, 2, 3, 0.5)), { selector: ([id]) => id, maxLength: 3 });
const reactions = fc.array(fc.record({ reactants: side, products: side, rate }), { minLength: 1, maxLength: 30 });
type Reactions = ReturnType<typeof reactions.generate>["value"];

const magnitudeOf = (text: string): string => text.replaceAll("MINUS", "+");

/** The network with its rates, or with their magnitudes. */
function described(list: Reactions, rateOf: (text: string) => string) {
  return networkOf({
    id: "random",
    compartments: { cell: 2, vessel: "q + 1" },
    species: {
      ...Object.fromEntries(species.map((id, index) => [id, { initial: 1, compartment: index % 3 === 0 ? "cell" : index % 3 === 1 ? "vessel" : "default_compartment", substanceOnly: index === 7 }])),
      outside: { initial: 2, boundary: true },
      fixed: { initial: 3, constant: true },
      ruled: { initial: 1, boundary: true },
    },
    parameters: { k: 0.7, q: 1.3, total: { constant: false }, weighted: { constant: false } },
    reactions: Object.fromEntries(list.map(({ reactants, products, rate: text }, index) => [`J${index}`, { reactants: Object.fromEntries(reactants), products: Object.fromEntries(products), rate: rateOf(text) }])),
    rules: { total: { assignment: species.join(" + ") }, weighted: { assignment: species.slice(1, 10).map((id, index) => `${index + 1}*${id}`).join(" + ") }, ruled: { rate: rateOf("k*S1*ruled MINUS q*ruled^2") } },
  });
}

const systemOf = (network: ReturnType<typeof described>): OdeSystem => {
  const { system, problems } = odeSystem(network);
  if (!system) throw new Error(JSON.stringify(problems));
  return system;
};

/**
 * Roundings on the way of one term of a sum: at most 12 for its factors and its functions, one for each term that is added to it (30
 * reactions of two terms), on either side; and once for the divisor.
 */
const roundings = 2 * (12 + 60 + 1) * Number.EPSILON;
/** A derivative's terms are at most this many times the rate over the state: powers to 4, twice for quotients. */
const steepest = 8;

/** How far the tables may be from `written`, entry by entry, from the magnitudes of all terms. */
async function compare(list: Reactions, make: (system: OdeSystem) => RateProgram, time: number, state: readonly number[]) {
  const system = systemOf(described(list, (text) => text.replaceAll("MINUS", "-")));
  const magnitude = systemOf(described(list, magnitudeOf));
  const absolute = absoluteOf(magnitude, list);
  const [one, other] = [make(system), written(system)];
  const y = state.slice(0, system.states.length);
  const found = (await evaluated(one))(system.parameterValues, time, y);
  const expected = (await evaluated(other))(system.parameterValues, time, y);
  const sizes = absolute(time, y);
  found.rates.forEach((value, index) => expect(Math.abs(value - (expected.rates[index] ?? NaN))).toBeLessThanOrEqual(roundings * (sizes[index] ?? 0)));
  const [foundAt, expectedAt] = [entries(one, found.values), entries(other, expected.values)];
  for (const key of new Set([...foundAt.keys(), ...expectedAt.keys()])) {
    const [row, column] = key.split(" ").map(Number) as [number, number];
    const bound = (roundings * steepest * (sizes[row] ?? 0)) / (y[column] ?? NaN);
    expect(Math.abs((foundAt.get(key) ?? 0) - (expectedAt.get(key) ?? 0))).toBeLessThanOrEqual(bound);
  }
  for (let row = 0; row < one.size; row++) expect(foundAt.has(`${row} ${row}`)).toBe(true);
}

/** Sum of the magnitudes of all terms of each state's derivative. */
function absoluteOf(system: OdeSystem, list: Reactions): (time: number, state: readonly number[]) => Float64Array {
  const terms = reactionTermsOf(system);
  if (!terms) throw new Error("no terms");
  return (time, state) => {
    const names = new Map<string, number>([["time", time], ...system.parameters.map((id, index) => [id, system.parameterValues[index] ?? NaN] as const), ...system.states.map((id, index) => [id, state[index] ?? NaN] as const)]);
    const at = (name: string): number => names.get(name) ?? NaN;
    const sizes = new Float64Array(system.states.length);
    const rates = terms.rates.map(({ expression, factors = [] }) => Math.abs(expression ? evaluate(expression, at) : factors.reduce((total, factor) => total * evaluate(factor, at), 1)));
    list.forEach(({ reactants, products }, reaction) => {
      for (const [id, stoichiometry] of [...reactants, ...products]) {
        const index = system.states.indexOf(id);
        const divisor = terms.divisors[index];
        if (index >= 0) sizes[index] = (sizes[index] ?? 0) + (stoichiometry * (rates[reaction] ?? NaN)) / (divisor ? evaluate(divisor, at) : 1);
      }
    });
    for (const { state: index, derivative } of terms.ruled) sizes[index] = evaluate(derivative, at);
    return sizes;
  };
}

/** Without the reactions it was made from. */
const copied = (system: OdeSystem): RateProgram => {
  const copy = { ...system };
  expect(reactionTermsOf(copy)).toBeNull();
  return tabulated(copy);
};

const states = fc.array(positive, { minLength: speciesCount + 1, maxLength: speciesCount + 1 });
const times = fc.constantFrom(0, 0.5, 3);

describe("tabulated rates", () => {
  it("are the written ones up to rounding, and so are their derivatives", async () => {
    await fc.assert(fc.asyncProperty(reactions, times, states, (list, time, state) => compare(list, tabulated, time, state)), { numRuns: 40 });
  });

  it("are so for a system whose right-hand side is all there is", async () => {
    await fc.assert(fc.asyncProperty(reactions, times, states, (list, time, state) => compare(list, copied, time, state)), { numRuns: 25 });
  });

  it("have the same bits in WebAssembly and in JavaScript", async () => {
    await fc.assert(
      fc.asyncProperty(reactions, times, states, async (list, time, state) => {
        const system = systemOf(described(list, (text) => text.replaceAll("MINUS", "-")));
        const rates = tabulated(system);
        const y = state.slice(0, system.states.length);
        const [one, other] = [await evaluated(rates, "wasm"), await evaluated(rates, "javascript")];
        expect(other(system.parameterValues, time, y)).toEqual(one(system.parameterValues, time, y));
      }),
      { numRuns: 15 },
    );
  });
});
