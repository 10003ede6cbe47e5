import { conductanceFacts } from "./conductance.ts";
import { learnedFluxFacts } from "./learned-flux.ts";
import { reversibleFluxFacts } from "./reversible-flux.ts";

/** What a way of learning inside a mechanism promises; the property tests hold it to `invariants`. */
export interface LearnedTermFacts {
  readonly id: string;
  readonly title: string;
  readonly invariants: readonly string[];
  /** "none": the term is left out of entropy production and reported as non-thermodynamic. */
  readonly secondLaw: "by construction" | "none";
  readonly equation: string;
  readonly source: string;
}

/** Every way a learned term can enter a network of reactions, by its id. */
export const learnedTerms: Readonly<Record<"flux" | "conductance" | "reversible-flux", LearnedTermFacts>> = {
  flux: learnedFluxFacts,
  conductance: conductanceFacts,
  "reversible-flux": reversibleFluxFacts,
};
