import { type Instrumented, controls, instrument } from "../../experiments/perturbation.ts";
import type { Agent } from "../../experiments/perturbation/kind.ts";
import type { GnwStructure } from "../../formats/gnw-structure.ts";
import type { GnwData } from "../../formats/gnw.ts";
import { odeSystem } from "../../models/compile.ts";
import { ids, regulationNetwork } from "./network.ts";
import type { Experiment, RegulationProblem, Stretch } from "./objective.ts";
import { freeParameters, shiftId, shiftParameters } from "./prior.ts";
import type { GeneRegulationScenario, TimeWindow } from "./schema.ts";

/** Everything a fit of one network needs, and how to ask its model about knockouts. */
export interface RegulationStudy {
  readonly genes: readonly string[];
  readonly problem: RegulationProblem;
  /** System parameters while genes are knocked out. */
  knockoutControls(genes: readonly string[]): Readonly<Record<string, number>>;
}

type Settings = Pick<GeneRegulationScenario, "protocols" | "budget">;

/** The fit of one network to its knockouts, knockdowns and time series; nothing else of the data is read. */
export function regulationStudy({ protocols, budget }: Settings, structure: GnwStructure, data: Pick<GnwData, "genes" | "knockouts" | "knockdowns" | "series">): RegulationStudy {
  const { genes } = data;
  const instrumented = mustInstrument(structure, genes, protocols.knockdown);
  const compiled = odeSystem(instrumented.network);
  if (compiled.problems) throw new Error(compiled.problems.map((each) => each.message).join("; "));
  const applied = (...agents: readonly string[]): Readonly<Record<string, number>> => {
    const set = controls(instrumented, { perturbations: agents.map((agent) => ({ agent, dose: 1, unit: null })), medium: {} });
    if ("problems" in set) throw new Error(set.problems.map((each) => each.message).join("; "));
    return set.parameters;
  };
  const row = (matrix: Float64Array, index: number): Float64Array => matrix.slice(index * genes.length, (index + 1) * genes.length);
  const steady = (agent: string, measured: Float64Array): Experiment => ({ id: agent, own: {}, stretches: [{ controls: applied(agent), times: windowTimes(protocols.steady), reads: "mean over times", measured }] });
  return {
    genes,
    knockoutControls: (knockedOut) => applied(...knockedOut.map(knockoutOf)),
    problem: {
      system: compiled.system,
      free: [...freeParameters(structure), ...data.series.flatMap((_, index) => shiftParameters(structure, seriesName(index)))],
      observables: genes,
      wildType: { controls: applied(), times: windowTimes(protocols.wildType), reads: "mean over times", measured: meanStart(data) },
      experiments: [
        // A knocked-out gene's own 0 is imposed, not measured.
        ...genes.map((gene, index) => steady(knockoutOf(gene), row(data.knockouts, index).with(index, Number.NaN))),
        ...genes.map((gene, index) => steady(knockdownOf(gene), row(data.knockdowns, index))),
        ...data.series.map((values, index) => seriesExperiment(protocols.series, genes, seriesName(index), values)),
      ],
      noise: protocols.noise,
      rtol: budget.rtol,
      atol: budget.atol,
    },
  };
}

/** Name of a series, 1-based. */
export const seriesName = (index: number): string => `series ${index + 1}`;

const knockoutOf = (gene: string): string => `knockout_of_${gene}`;
const knockdownOf = (gene: string): string => `knockdown_of_${gene}`;

/** Times at which a window is read. */
export function windowTimes({ from, to, every }: TimeWindow): Float64Array {
  return Float64Array.from({ length: Math.round((to - from) / every) + 1 }, (_, index) => from + index * every);
}

function mustInstrument(structure: GnwStructure, genes: readonly string[], factor: number): Instrumented {
  const agents = genes.flatMap((gene): Agent[] => [
    { id: knockoutOf(gene), kind: "knockout", targets: [ids.transcription(gene)], unit: null, constants: {} },
    { id: knockdownOf(gene), kind: "knockdown", targets: [ids.transcription(gene)], unit: null, constants: { factor } },
  ]);
  const instrumented = instrument(regulationNetwork(structure, "additive"), agents);
  if ("problems" in instrumented) throw new Error(instrumented.problems.map((each) => each.message).join("; "));
  return instrumented;
}

/** The change of basal activations acts until its release; both halves are read where they were sampled. */
function seriesExperiment({ every, released, until }: GeneRegulationScenario["protocols"]["series"], genes: readonly string[], name: string, values: Float64Array): Experiment {
  const half = (from: number, to: number, shifting: number): Stretch => {
    const first = Math.round(from / every) + 1;
    const last = Math.round(to / every) + 1;
    return {
      controls: { [ids.shifting]: shifting },
      times: windowTimes({ from: every, to: to - from, every }),
      reads: "each time",
      measured: values.slice(first * genes.length, last * genes.length),
    };
  };
  return { id: name, own: Object.fromEntries(genes.map((gene) => [ids.shift(gene), shiftId(gene, name)])), stretches: [half(0, released, 1), half(released, until, 0)] };
}

/** Mean over the first rows of all series: the wild type, each time before anything was done. */
function meanStart({ genes, series }: Pick<GnwData, "genes" | "series">): Float64Array {
  return Float64Array.from(genes, (_, gene) => series.reduce((sum, values) => sum + (values[gene] ?? Number.NaN), 0) / series.length);
}
