import { builtRate, factorText, powerText } from "./rate-law.ts";
import type { Operand, RateLaw } from "./rate-law.ts";

export interface MassActionArguments {
  /** Species and stoichiometry. */
  readonly reactants: Readonly<Record<string, number>>;
  readonly products?: Readonly<Record<string, number>>;
  readonly kPlus: Operand;
  /** Left out: the reaction is one-way. */
  readonly kMinus?: Operand;
}

const term = (k: Operand, side: Readonly<Record<string, number>>): string =>
  [factorText(k), ...Object.entries(side).map(([species, order]) => powerText(species, order))].join("*");

const build = ({ reactants, products = {}, kPlus, kMinus }: MassActionArguments) =>
  kMinus === undefined
    ? builtRate(term(kPlus, reactants), [kPlus])
    : builtRate(`${term(kPlus, reactants)} - ${term(kMinus, products)}`, [kPlus, kMinus]);

/** `k+ prod x^nu+ - k- prod x^nu-`, or its first term alone. */
export const massActionLaw: RateLaw<MassActionArguments> = {
  facts: {
    id: "mass-action",
    title: "Mass action, one-way or reversible",
    source: "Guldberg & Waage 1864; Voit, Martens & Omholt 2015, doi:10.1371/journal.pcbi.1004012",
    parameters: [
      { symbol: "k+", meaning: "forward rate constant" },
      { symbol: "k-", meaning: "reverse rate constant; none = one-way" },
    ],
  },
  build,
  examples: [
    { title: "one-way, second order", built: build({ reactants: { A: 2, B: 1 }, kPlus: "k" }), species: ["A", "B"], zeroWithout: ["A", "B"] },
    { title: "reversible", built: build({ reactants: { A: 1 }, products: { B: 2 }, kPlus: "kf", kMinus: 0.5 }), species: ["A", "B"], zeroWithout: [] },
    { title: "constant source", built: build({ reactants: {}, kPlus: "k" }), species: [], zeroWithout: [] },
  ],
};
