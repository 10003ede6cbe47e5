import { builtRate, factorText, powerText } from "./rate-law.ts";
import type { Operand, RateLaw } from "./rate-law.ts";

/** One transcription factor at one site. */
export interface RegulatoryInput {
  /** Protein (or whatever stands for it). */
  readonly input: string;
  /** Dissociation constant, in the input's unit. */
  readonly k: Operand;
  /** Hill coefficient. */
  readonly n: Operand;
}

/** A group of sites that act as one: on or off. */
export interface RegulatoryModule {
  readonly activators: readonly RegulatoryInput[];
  readonly deactivators?: readonly RegulatoryInput[];
  /** Whether the factors bind only as a complex, or each on its own. */
  readonly bindsAsComplex: boolean;
}

export interface GeneRegulationArguments {
  /** Maximum transcription rate. */
  readonly max: Operand;
  readonly modules: readonly RegulatoryModule[];
  /** Relative activation of each combination of modules [2^nModule]; bit j of the index = module j is on. */
  readonly a: readonly Operand[];
}

const ratioText = ({ input, k, n }: RegulatoryInput): string => powerText(`(${input}/${factorText(k)})`, n);

/** Probability that a module is on. */
function activationText({ activators, deactivators = [], bindsAsComplex }: RegulatoryModule): string {
  const on = activators.map(ratioText);
  const off = deactivators.map(ratioText);
  const numerator = on.length === 0 ? "1" : on.join("*");
  if (!bindsAsComplex) return `${numerator}/(${[...on, ...off].map((ratio) => `(1 + ${ratio})`).join("*")})`;
  const complex = off.length === 0 ? "" : ` + ${[...on, ...off].join("*")}`;
  return `${numerator}/(1 + ${numerator}${complex})`;
}

function build({ max, modules, a }: GeneRegulationArguments) {
  if (a.length !== 2 ** modules.length) throw new Error(`gene regulation: ${modules.length} modules need ${2 ** modules.length} activation weights a, got ${a.length}`);
  for (const { activators, deactivators = [] } of modules) {
    if (activators.length + deactivators.length === 0) throw new Error("gene regulation: a module needs at least one input");
  }
  const activations = modules.map(activationText);
  const states = a.map((weight, state) =>
    [factorText(weight), ...activations.map((activation, module) => ((state >> module) % 2 === 1 ? activation : `(1 - ${activation})`))].join("*"),
  );
  const inputs = modules.flatMap(({ activators, deactivators = [] }) => [...activators, ...deactivators]);
  return builtRate(`${factorText(max)}*(${states.join(" + ")})`, [max, ...a, ...inputs.flatMap(({ k, n }) => [k, n])]);
}

const example: GeneRegulationArguments = {
  max: "max_G1",
  modules: [
    {
      activators: [
        { input: "G2", k: "k_2", n: "n_2" },
        { input: "G3", k: "k_3", n: 2 },
      ],
      deactivators: [{ input: "G4", k: "k_4", n: 3 }],
      bindsAsComplex: true,
    },
    { activators: [{ input: "G5", k: 0.4, n: 1 }], deactivators: [{ input: "G4", k: "k_5", n: 2 }], bindsAsComplex: false },
  ],
  a: ["a_0", 0.2, "a_2", 1],
};

/**
 * Transcription under combinations of regulatory modules, as in GeneNetWeaver and the DREAM4 in-silico challenge:
 * `max sum_i a_i prod_j (m_j or 1 - m_j)`, `m_j` the probability that module j is on.
 */
export const geneRegulation: RateLaw<GeneRegulationArguments> = {
  facts: {
    id: "gene-regulation",
    title: "Gene regulation by modules (GeneNetWeaver, DREAM4)",
    source: "Marbach, Prill, Schaffter, Mattiussi, Floreano & Stolovitzky 2010, doi:10.1073/pnas.0913357107; Schaffter, Marbach & Floreano 2011, doi:10.1093/bioinformatics/btr373",
    parameters: [
      { symbol: "max", meaning: "maximum transcription rate" },
      { symbol: "k", meaning: "dissociation constant of each input" },
      { symbol: "n", meaning: "Hill coefficient of each input, dimensionless" },
      { symbol: "a", meaning: "relative activation of each combination of modules, dimensionless" },
    ],
  },
  build,
  examples: [
    { title: "two modules", built: build(example), species: ["G2", "G3", "G4", "G5"], zeroWithout: [] },
    {
      title: "one enhancer",
      built: build({ max: "max_G", modules: [{ activators: [{ input: "G2", k: "k", n: 2 }], bindsAsComplex: true }], a: [0, 1] }),
      species: ["G2"],
      zeroWithout: ["G2"],
    },
    { title: "unregulated", built: build({ max: "max_G", modules: [], a: [0.7] }), species: [], zeroWithout: [] },
  ],
};
