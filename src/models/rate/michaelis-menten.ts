import { builtRate, factorText } from "./rate-law.ts";
import type { Operand, RateLaw } from "./rate-law.ts";

export interface MichaelisMentenArguments {
  readonly substrate: string;
  readonly Vmax: Operand;
  readonly Km: Operand;
  /** With an enzyme, `Vmax` is its turnover number kcat. */
  readonly enzyme?: string;
}

const build = ({ substrate, Vmax, Km, enzyme }: MichaelisMentenArguments) =>
  builtRate(`${[factorText(Vmax), ...(enzyme === undefined ? [] : [enzyme]), substrate].join("*")}/(${factorText(Km)} + ${substrate})`, [Vmax, Km]);

/** Irreversible Michaelis-Menten: `Vmax S / (Km + S)`. */
export const michaelisMenten: RateLaw<MichaelisMentenArguments> = {
  facts: {
    id: "michaelis-menten",
    title: "Michaelis-Menten, irreversible",
    source: "Michaelis & Menten 1913, translated by Johnson & Goody 2011, doi:10.1021/bi201284u",
    parameters: [
      { symbol: "Vmax", meaning: "rate at saturation; kcat where the enzyme is a species" },
      { symbol: "Km", meaning: "substrate concentration at half the saturated rate" },
    ],
  },
  build,
  examples: [
    { title: "fixed enzyme", built: build({ substrate: "S", Vmax: "Vmax", Km: "Km" }), species: ["S"], zeroWithout: ["S"] },
    { title: "enzyme as species", built: build({ substrate: "S", enzyme: "E", Vmax: "kcat", Km: 0.3 }), species: ["S", "E"], zeroWithout: ["S", "E"] },
  ],
};
