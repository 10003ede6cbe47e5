import { networkOf } from "../build.ts";
import { hill } from "../rate/hill.ts";
import { massActionLaw } from "../rate/mass-action.ts";
import { zooModel } from "./model.ts";

const genes = [
  { gene: "lacI", repressor: "P_cI" },
  { gene: "tetR", repressor: "P_lacI" },
  { gene: "cI", repressor: "P_tetR" },
] as const;

type Messenger = `M_${(typeof genes)[number]["gene"]}`;
type Protein = `P_${(typeof genes)[number]["gene"]}`;

const species: Record<Messenger | Protein, number> = { M_lacI: 0, M_tetR: 20, M_cI: 0, P_lacI: 0, P_tetR: 0, P_cI: 0 };

/** Three genes that repress each other in a ring; counts per cell, minutes. */
export const repressilator = zooModel({
  facts: {
    id: "repressilator",
    title: "Repressilator",
    source:
      "Elowitz & Leibler 2000, doi:10.1038/35002125: promoter 5e-4 to 0.5 transcripts per second, 20 proteins per transcript, n = 2, " +
      "half-lives 2 min (mRNA) and 10 min (protein), K = 40 monomers per cell",
  },
  network: () => networkOf({
    id: "repressilator",
    species,
    parameters: {
      transcription: { value: 29.97, unit: "item/minute" },
      leak: { value: 0.03, unit: "item/minute" },
      K: { value: 40, unit: "item" },
      n: 2,
      proteins_per_mRNA: 20,
      mRNA_half_life: { value: 2, unit: "minute" },
      protein_half_life: { value: 10, unit: "minute" },
      mRNA_decay: "ln(2)/mRNA_half_life",
      protein_decay: "ln(2)/protein_half_life",
      translation: "proteins_per_mRNA*mRNA_decay",
    },
    reactions: Object.fromEntries(
      genes.flatMap(({ gene, repressor }) => {
        const [messenger, protein]: [Messenger, Protein] = [`M_${gene}`, `P_${gene}`];
        return [
          [
            `Transcription_${gene}`,
            {
              products: { [messenger]: 1 },
              rate: hill.build({ regulator: repressor, effect: "repressing", Vmax: "transcription", K: "K", n: "n", basal: "leak" }),
              reversible: false,
            },
          ],
          [`Translation_${gene}`, { reactants: { [messenger]: 1 }, products: { [messenger]: 1, [protein]: 1 }, rate: `translation*${messenger}`, reversible: false }],
          [`Decay_${messenger}`, { reactants: { [messenger]: 1 }, rate: massActionLaw.build({ reactants: { [messenger]: 1 }, kPlus: "mRNA_decay" }), reversible: false }],
          [`Decay_${protein}`, { reactants: { [protein]: 1 }, rate: massActionLaw.build({ reactants: { [protein]: 1 }, kPlus: "protein_decay" }), reversible: false }],
        ];
      }),
    ),
  }),
});
