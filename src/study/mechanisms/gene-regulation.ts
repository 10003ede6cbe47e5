import { prepareGeneRegulation } from "../gene-regulation/prepare.ts";
import { geneRegulationSchema } from "../gene-regulation/schema.ts";
import type { MechanismKind } from "../kind.ts";

/** GeneNetWeaver networks: the regulation is known, every rate is fitted. */
export const geneRegulation: MechanismKind<typeof geneRegulationSchema> = {
  facts: {
    id: "gene-regulation",
    title: "gene regulation of known structure (GeneNetWeaver, DREAM4)",
    source: "Schaffter, Marbach & Floreano 2011, doi:10.1093/bioinformatics/btr373",
  },
  schema: geneRegulationSchema,
  prepare: prepareGeneRegulation,
};
