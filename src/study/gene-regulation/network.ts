import type { GnwRegulation, GnwStructure } from "../../formats/gnw-structure.ts";
import { networkOf } from "../../models/build.ts";
import type { Network } from "../../models/network.ts";
import { geneRegulation, type RegulatoryInput } from "../../models/rate/gene-regulation.ts";
import type { Operand } from "../../models/rate/rate-law.ts";

/** Ids of what the network holds for one gene. */
export const ids = {
  protein: (gene: string): string => `${gene}_protein`,
  transcription: (gene: string): string => `${gene}_transcription`,
  delta: (gene: string): string => `delta_${gene}`,
  deltaProtein: (gene: string): string => `deltaProtein_${gene}`,
  /** Activation with every module off. */
  basal: (gene: string): string => `basal_${gene}`,
  /** How much a module adds to (or takes from) the activation, 0-based. */
  effect: (gene: string, module: number): string => `effect_${gene}_${module + 1}`,
  /** Activation in one state of the modules; only with independent weights. */
  weight: (gene: string, state: number): string => `a_${gene}_${state}`,
  k: (gene: string, place: number): string => `k_${gene}_${place + 1}`,
  n: (gene: string, place: number): string => `n_${gene}_${place + 1}`,
  /** Change of the basal activation while `shifting` is 1. */
  shift: (gene: string): string => `shift_${gene}`,
  shifting: "shifting",
  scale: "scale",
} as const;

/** Concentrations below this count as this in a Hill term, whose slope in n is not defined at 0 · published units. */
const smallestInput = 1e-7;

/** How the activation of a state of the modules comes about. */
export type Weights = "additive" | "independent";

/**
 * The mechanism behind a GeneNetWeaver structure, every rate a parameter: `mRNA' = max alpha(proteins) - delta mRNA`,
 * `protein' = deltaProtein (mRNA - protein)`. In its units full activation gives a steady state of 1; published values are
 * multiplied by one `scale`, so `max = scale delta`, and dissociation constants are `scale k`.
 *
 * With additive weights the activation of a state is `basal` plus (enhancers) or minus (repressors) the effects of the modules
 * that are on, cut to [0, 1]; with independent weights each state has its own. A perturbed basal activation moves all states.
 *
 * @source Schaffter, Marbach & Floreano 2011, doi:10.1093/bioinformatics/btr373, supplement; random initialisation and
 * `perturbBasalActivation` as in GeneNetWeaver's HillGene
 */
export function regulationNetwork(structure: GnwStructure, weights: Weights): Network {
  const { regulation } = structure;
  const parameters: Record<string, number> = { [ids.scale]: 1, [ids.shifting]: 0 };
  for (const each of regulation) {
    const { gene, regulators, modules } = each;
    parameters[ids.delta(gene)] = 0.025;
    parameters[ids.deltaProtein(gene)] = 0.025;
    if (weights === "independent") for (let state = 0; state < 2 ** modules.length; state++) parameters[ids.weight(gene, state)] = state === 0 ? 1 : 0.5;
    else {
      if (!isConstant(basalOperand(each))) parameters[ids.basal(gene)] = 0.5;
      modules.forEach((_, module) => (parameters[ids.effect(gene, module)] = 0.5));
    }
    regulators.forEach((_, place) => {
      parameters[ids.k(gene, place)] = 0.5;
      parameters[ids.n(gene, place)] = 2;
    });
    parameters[ids.shift(gene)] = 0;
  }
  const species = Object.fromEntries(
    regulation.flatMap((each) => {
      // As GeneNetWeaver starts its own runs: every gene at its level without regulation.
      const start = `${ids.scale}*(${stateWeight(each, weights, 0)})`;
      return [
        [each.gene, { initial: start }],
        [ids.protein(each.gene), { initial: start }],
      ];
    }),
  );
  const reactions = Object.fromEntries(
    regulation.flatMap((each) => {
      const { gene } = each;
      const protein = ids.protein(gene);
      return [
        [ids.transcription(gene), { products: { [gene]: 1 }, rate: transcriptionRate(each, weights), reversible: false }],
        [`${gene}_degradation`, { reactants: { [gene]: 1 }, rate: `${ids.delta(gene)}*${gene}`, reversible: false }],
        [`${gene}_translation`, { products: { [protein]: 1 }, rate: `${ids.deltaProtein(gene)}*${gene}`, reversible: false }],
        [`${protein}_degradation`, { reactants: { [protein]: 1 }, rate: `${ids.deltaProtein(gene)}*${protein}`, reversible: false }],
      ];
    }),
  );
  return networkOf({ id: structure.name, species, parameters, reactions });
}

function transcriptionRate(each: GnwRegulation, weights: Weights): string {
  const { gene, regulators, modules } = each;
  const input = (place: number): RegulatoryInput => ({
    input: `max(${ids.protein(regulators[place] ?? "")}, ${smallestInput})`,
    k: `${ids.scale}*${ids.k(gene, place)}`,
    n: ids.n(gene, place),
  });
  const basal = stateWeight(each, weights, 0);
  // A perturbed basal activation stays within [0, 1]; every state moves by as much and is cut there again.
  const change = `${cut(`${basal} + ${ids.shifting}*${ids.shift(gene)}`)} - ${basal}`;
  const states = Array.from({ length: 2 ** modules.length }, (_, state): Operand => cut(`${stateWeight(each, weights, state)} + (${change})`));
  return geneRegulation.build({
    max: `${ids.scale}*${ids.delta(gene)}`,
    modules: modules.map((module) => ({ activators: module.activators.map(input), deactivators: module.deactivators.map(input), bindsAsComplex: module.bindsAsComplex })),
    a: states,
  }).formula;
}

/** Activation of one state of the modules. */
function stateWeight(each: GnwRegulation, weights: Weights, state: number): string {
  const { gene, modules } = each;
  if (weights === "independent") return ids.weight(gene, state);
  const effects = modules.flatMap(({ represses }, module) => ((state >> module) % 2 === 1 ? [`${represses ? "-" : "+"} ${ids.effect(gene, module)}`] : []));
  return cut([String(basalOperand(each)), ...effects].join(" "));
}

const cut = (text: string): string => `min(1, max(0, ${text}))`;

const isConstant = (operand: Operand): operand is number => typeof operand === "number";

/** A gene without enhancers is fully on until something represses it; any other has a basal activation of its own. */
function basalOperand({ gene, modules }: GnwRegulation): Operand {
  return modules.every((module) => module.represses) ? 1 : ids.basal(gene);
}

/** Whether a gene's basal activation is a parameter. */
export const hasBasal = (regulation: GnwRegulation): boolean => !isConstant(basalOperand(regulation));
