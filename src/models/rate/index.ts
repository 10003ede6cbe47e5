import { geneRegulation } from "./gene-regulation.ts";
import { hill } from "./hill.ts";
import { massActionLaw } from "./mass-action.ts";
import { michaelisMenten } from "./michaelis-menten.ts";
import { reversibleMichaelisMenten } from "./reversible-michaelis-menten.ts";

/** Every kind of rate law by id. */
export const rateLaws = {
  "mass-action": massActionLaw,
  "michaelis-menten": michaelisMenten,
  "reversible-michaelis-menten": reversibleMichaelisMenten,
  hill,
  "gene-regulation": geneRegulation,
} as const;

export type * from "./rate-law.ts";
export type { GeneRegulationArguments, RegulatoryInput, RegulatoryModule } from "./gene-regulation.ts";
export { geneRegulation, hill, massActionLaw, michaelisMenten, reversibleMichaelisMenten };
