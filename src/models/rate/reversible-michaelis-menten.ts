import { builtRate, factorText } from "./rate-law.ts";
import type { Operand, RateLaw } from "./rate-law.ts";

export interface ReversibleMichaelisMentenArguments {
  readonly substrate: string;
  readonly product: string;
  readonly Vmax: Operand;
  readonly KS: Operand;
  readonly KP: Operand;
  readonly Keq: Operand;
  /** With an enzyme, `Vmax` is its turnover number kcat. */
  readonly enzyme?: string;
}

const build = ({ substrate, product, Vmax, KS, KP, Keq, enzyme }: ReversibleMichaelisMentenArguments) => {
  const scale = [factorText(Vmax), ...(enzyme === undefined ? [] : [enzyme])].join("*");
  const [saturation, back, ratio] = [factorText(KS), factorText(KP), factorText(Keq)];
  return builtRate(`${scale}/${saturation}*(${substrate} - ${product}/${ratio})/(1 + ${substrate}/${saturation} + ${product}/${back})`, [Vmax, KS, KP, Keq]);
};

/** Reversible Michaelis-Menten in Haldane form: `Vmax/KS (S - P/Keq) / (1 + S/KS + P/KP)`; the equilibrium is at `P/S = Keq` by construction. */
export const reversibleMichaelisMenten: RateLaw<ReversibleMichaelisMentenArguments> = {
  facts: {
    id: "reversible-michaelis-menten",
    title: "Michaelis-Menten, reversible",
    source: "Haldane 1930, Enzymes; Noor, Flamholz, Liebermeister, Bar-Even & Milo 2013, doi:10.1016/j.febslet.2013.07.028",
    parameters: [
      { symbol: "Vmax", meaning: "forward rate at saturation; kcat where the enzyme is a species" },
      { symbol: "KS", meaning: "Michaelis constant of the substrate" },
      { symbol: "KP", meaning: "Michaelis constant of the product" },
      { symbol: "Keq", meaning: "equilibrium ratio product / substrate" },
    ],
  },
  build,
  examples: [
    {
      title: "fixed enzyme",
      built: build({ substrate: "S", product: "P", Vmax: "Vmax", KS: "KS", KP: "KP", Keq: "Keq" }),
      species: ["S", "P"],
      zeroWithout: [],
    },
    {
      title: "enzyme as species",
      built: build({ substrate: "S", product: "P", enzyme: "E", Vmax: "kcat", KS: "KS", KP: "KP", Keq: 4 }),
      species: ["S", "P", "E"],
      zeroWithout: ["E"],
    },
  ],
};
