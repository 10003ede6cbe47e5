import * as fc from "fast-check";
import { networkOf } from "../../src/models/build.ts";
import type { CompartmentDescription, ParameterDescription, ReactionDescription, SpeciesDescription } from "../../src/models/build.ts";
import { canonicalFormula, plainNumber } from "../../src/models/formula.ts";
import type { Network } from "../../src/models/network.ts";

const numbers = fc.oneof(
  fc.integer({ min: -5, max: 1000 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
);
/** A formula that is no number beyond all bounds, such as `0/0`, which no value may be. */
const isValue = (formula: string): boolean => {
  const result = canonicalFormula(formula);
  const number = result.problems ? null : plainNumber(result.expression);
  return number === null || Number.isFinite(number);
};
const units = fc.option(fc.constantFrom("mole/litre", "second", "1/second", "(2 u)^2/second"), { nil: undefined });
const ids = (prefix: string, max: number) => fc.integer({ min: 0, max }).map((count) => Array.from({ length: count }, (_, index) => `${prefix}${index}`));
const defined = <T extends object>(record: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as { [K in keyof T]: Exclude<T[K], undefined> };

/** Formulas over the given symbols. */
export function formulas(symbols: readonly string[]): fc.Arbitrary<string> {
  const leaf = fc.oneof(
    fc.double({ min: 0, max: 1e6, noNaN: true }).map(String),
    fc.integer({ min: 0, max: 20 }).map(String),
    ...(symbols.length > 0 ? [fc.constantFrom(...symbols), fc.constantFrom(...symbols)] : []),
  );
  return fc.letrec<{ formula: string }>((tie) => ({
    formula: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      leaf,
      fc.tuple(tie("formula"), fc.constantFrom("+", "-", "*", "/", "^"), tie("formula")).map(([a, sign, b]) => `(${a})${sign}(${b})`),
      tie("formula").map((a) => `-(${a})`),
      fc.tuple(fc.constantFrom("exp", "ln", "sqrt", "abs"), tie("formula")).map(([name, a]) => `${name}(${a})`),
      fc.tuple(tie("formula"), tie("formula"), tie("formula")).map(([a, b, c]) => `piecewise(${a}, ${b} < ${c}, ${c})`),
    ),
  })).formula;
}

const all = <T>(names: readonly string[], one: fc.Arbitrary<T>) => fc.array(one, { minLength: names.length, maxLength: names.length }).map((list) => names.map((name, index) => [name, list[index] as T] as const));

/** Random networks with every feature of reaction text. */
export function networks(): fc.Arbitrary<Network> {
  return fc.tuple(ids("C", 2), ids("S", 4), ids("p", 4), ids("J", 4)).chain(([compartmentIds, speciesIds, parameterIds, reactionIds]) => {
    const everything = [...compartmentIds, ...speciesIds, ...parameterIds];
    const formula = formulas([...everything, "time", "undefined_symbol"]);
    const value = fc.option(fc.oneof(numbers, formula.filter(isValue)), { nil: undefined });
    const side = fc.uniqueArray(fc.tuple(speciesIds.length > 0 ? fc.constantFrom(...speciesIds) : fc.constant(""), fc.constantFrom(1, 2, 0.5)), {
      selector: ([species]) => species,
      maxLength: speciesIds.length === 0 ? 0 : 3,
    });
    const compartment: fc.Arbitrary<CompartmentDescription> = fc.record({ size: value, constant: fc.boolean(), unit: units }).map(defined);
    const species: fc.Arbitrary<SpeciesDescription> = fc
      .record({
        start: fc.oneof(
          value.map((initial) => ({ initial })),
          numbers.map((amount) => ({ amount })),
        ),
        compartment: compartmentIds.length > 0 ? fc.option(fc.constantFrom(...compartmentIds), { nil: undefined }) : fc.constant(undefined),
        kind: fc.constantFrom({}, { boundary: true }, { constant: true }),
        substanceOnly: fc.boolean(),
        unit: units,
      })
      .map(({ start, kind, ...others }) => ({ ...defined(start), ...kind, ...defined(others) }));
    const parameter: fc.Arbitrary<ParameterDescription> = fc.record({ value, constant: fc.boolean(), unit: units }).map(defined);
    const reaction: fc.Arbitrary<ReactionDescription<string>> = fc
      .record({ reactants: side, products: side, rate: formula, reversible: fc.boolean() })
      .map((one) => ({ ...one, reactants: Object.fromEntries(one.reactants), products: Object.fromEntries(one.products) }));
    const ruleFormula = fc.array(fc.option(fc.tuple(fc.boolean(), formula), { nil: null }), { minLength: everything.length, maxLength: everything.length });
    return fc
      .record({ compartments: all(compartmentIds, compartment), species: all(speciesIds, species), parameters: all(parameterIds, parameter), reactions: all(reactionIds, reaction), ruleFormula })
      .map(({ compartments, species: described, parameters, reactions, ruleFormula: candidates }) => {
        const changed = new Set(reactions.flatMap(([, { reactants = {}, products = {} }]) => [...Object.keys(reactants), ...Object.keys(products)]));
        const byId = new Map<string, CompartmentDescription & SpeciesDescription & ParameterDescription>([...compartments, ...described, ...parameters]);
        const rules: Record<string, { assignment: string } | { rate: string }> = {};
        everything.forEach((name, index) => {
          const candidate = candidates[index];
          const object = byId.get(name);
          if (!candidate || !object) return;
          const [isRate, text] = candidate;
          const isSpecies = speciesIds.includes(name);
          const isSettled = isSpecies ? object.constant === true || (!object.boundary && changed.has(name)) : object.constant === true;
          const hasValue = object.value !== undefined || object.size !== undefined || object.initial !== undefined || object.amount !== undefined;
          if (isSettled || (!isRate && hasValue)) return;
          rules[name] = isRate ? { rate: text } : { assignment: text };
        });
        return networkOf({
          id: "random",
          compartments: Object.fromEntries(compartments),
          species: Object.fromEntries(described),
          parameters: Object.fromEntries(parameters),
          reactions: Object.fromEntries(reactions),
          rules,
          units: { mM: "1e-3 mole/litre" },
        });
      });
  });
}
