import { builtRate, factorText, powerText } from "./rate-law.ts";
import type { Operand, RateLaw } from "./rate-law.ts";

export interface HillArguments {
  readonly regulator: string;
  readonly effect: "activating" | "repressing";
  readonly Vmax: Operand;
  /** Concentration at half effect. */
  readonly K: Operand;
  /** Hill coefficient; an integer number is unrolled into products. */
  readonly n: Operand;
  /** Rate without (or at full) regulation, added. */
  readonly basal?: Operand;
}

const build = ({ regulator, effect, Vmax, K, n, basal }: HillArguments) => {
  // (x/K)^n rather than x^n/(K^n + x^n): the units cancel inside the power, and large n does not overflow as early.
  const ratio = powerText(`(${regulator}/${factorText(K)})`, n);
  const regulated = effect === "activating" ? `${factorText(Vmax)}*${ratio}/(1 + ${ratio})` : `${factorText(Vmax)}/(1 + ${ratio})`;
  return builtRate(basal === undefined ? regulated : `${factorText(basal)} + ${regulated}`, [...(basal === undefined ? [] : [basal]), Vmax, K, n]);
};

/** Hill regulation: activating `Vmax (x/K)^n / (1 + (x/K)^n)`, repressing `Vmax / (1 + (x/K)^n)`. */
export const hill: RateLaw<HillArguments> = {
  facts: {
    id: "hill",
    title: "Hill, activating or repressing",
    source: "Hill 1910, J. Physiol. 40, iv; Weiss 1997, doi:10.1096/fasebj.11.11.9285481",
    parameters: [
      { symbol: "Vmax", meaning: "regulated part of the rate at full effect" },
      { symbol: "K", meaning: "regulator concentration at half effect" },
      { symbol: "n", meaning: "Hill coefficient, dimensionless" },
      { symbol: "basal", meaning: "rate that is always there; none = 0" },
    ],
  },
  build,
  examples: [
    { title: "activating", built: build({ regulator: "X", effect: "activating", Vmax: "Vmax", K: "K", n: 4 }), species: ["X"], zeroWithout: ["X"] },
    { title: "activating, symbolic n", built: build({ regulator: "X", effect: "activating", Vmax: "Vmax", K: "K", n: "n" }), species: ["X"], zeroWithout: ["X"] },
    { title: "repressing, basal", built: build({ regulator: "X", effect: "repressing", Vmax: "Vmax", K: "K", n: 2.5, basal: "v0" }), species: ["X"], zeroWithout: [] },
  ],
};
