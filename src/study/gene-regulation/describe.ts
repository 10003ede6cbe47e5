import { valueOf } from "../../calibrate/problem.ts";
import type { ResponseTable } from "../../experiments/task.ts";
import type { GnwStructure } from "../../formats/gnw-structure.ts";
import type { GnwData } from "../../formats/gnw.ts";
import type { Finding, FitCurve } from "../result.ts";
import type { StartsResult } from "./fit.ts";
import { hasBasal, ids } from "./network.ts";
import { noiseVariance } from "./noise.ts";
import type { FittedRegulation } from "./predict.ts";
import { shiftId } from "./prior.ts";
import { type RegulationStudy, seriesName, windowTimes } from "./problem.ts";
import type { GeneRegulationScenario } from "./schema.ts";

/** A fitted network with the data it was fitted to. */
export interface Described {
  readonly scenario: GeneRegulationScenario;
  /** Id of the network and its split. */
  readonly network: string;
  readonly model: string;
  readonly study: RegulationStudy;
  readonly structure: GnwStructure;
  readonly data: GnwData;
  readonly table: ResponseTable;
  readonly fitted: FittedRegulation;
  readonly x: readonly number[];
}

/** Panels per network: a series, a single knockout and a held-out pair, each with the genes that move most. */
const panels = { series: 3, knockout: 1, pair: 4 } as const;
const nPoint = 51;
const pointsTo = (end: number): Float64Array => Float64Array.from({ length: nPoint }, (_, index) => (end * (index + 1)) / nPoint);

/** Fit against data. Steady states are drawn where they are read: at the end of the path that leads to them. */
export function curvesOf(described: Described): readonly FitCurve[] {
  const { scenario, study, data, table, x } = described;
  const { series } = scenario.protocols;
  const width = study.genes.length;
  const first = data.series[0] ?? new Float64Array(0);
  const own = Object.fromEntries(study.genes.map((gene) => [ids.shift(gene), x[study.problem.free.findIndex((each) => each.id === shiftId(gene, seriesName(0)))] ?? 0]));
  const seriesStretches = [
    { controls: { [ids.shifting]: 1 }, times: pointsTo(series.released) },
    { controls: { [ids.shifting]: 0 }, times: pointsTo(series.until - series.released) },
  ];
  const measured = (gene: number) => data.times.map((time, row) => ({ time, value: first[row * width + gene] ?? Number.NaN }));
  const knockoutRow = table.conditions.findIndex((condition) => condition.perturbations.length === 1);
  const pairRow = table.conditions.findIndex((condition) => condition.perturbations.length === 2);
  return [
    ...panelsOf(described, { id: "series 1", role: "train", stretches: seriesStretches, own, measured, without: [], count: panels.series }),
    ...knockoutPanels(described, knockoutRow, "train", panels.knockout),
    ...knockoutPanels(described, pairRow, "test", panels.pair),
  ];
}

function knockoutPanels(described: Described, row: number, role: FitCurve["role"], count: number): readonly FitCurve[] {
  const { scenario, study, table } = described;
  const condition = table.conditions[row];
  if (!condition) return [];
  const until = scenario.protocols.predicted.to;
  const measured = (gene: number) => [{ time: until, value: table.values[row * table.features.length + gene] ?? Number.NaN }];
  const knockedOut = condition.perturbations.map((each) => each.agent);
  return panelsOf(described, { id: condition.id, role, stretches: [{ controls: study.knockoutControls(knockedOut), times: pointsTo(until) }], own: {}, measured, without: knockedOut, count });
}

interface PanelRequest {
  readonly id: string;
  readonly role: FitCurve["role"];
  readonly stretches: Parameters<FittedRegulation["path"]>[0];
  readonly own: Readonly<Record<string, number>>;
  readonly measured: (gene: number) => readonly { readonly time: number; readonly value: number }[];
  /** Genes not drawn: a knocked-out gene only decays. */
  readonly without: readonly string[];
  readonly count: number;
}

function panelsOf({ scenario, network, model, study, fitted }: Described, request: PanelRequest): readonly FitCurve[] {
  const path = fitted.path(request.stretches, request.own);
  if (typeof path === "string") return [];
  const width = study.genes.length;
  const times = [0];
  for (const stretch of request.stretches) {
    const begin = times.at(-1) ?? 0;
    for (const time of stretch.times) times.push(begin + time);
  }
  const lines = study.genes.map((_, gene) => [fitted.wildType.levels[gene] ?? Number.NaN, ...path.filter((_value, index) => index % width === gene)]);
  const order = study.genes.flatMap((id, gene) => (request.without.includes(id) ? [] : [gene])).toSorted((a, b) => reach(lines[b] ?? []) - reach(lines[a] ?? []));
  const sd = (value: number): number => Math.sqrt(noiseVariance(scenario.protocols.noise, value));
  return order.slice(0, request.count).map((gene) => {
    const line = lines[gene] ?? [];
    return {
      condition: `${network}, ${request.id}`,
      observable: study.genes[gene] ?? "",
      unit: "normalised expression",
      timeUnit: scenario.protocols.timeUnit,
      role: request.role,
      times,
      lines: { [model]: line },
      band: { kind: "noise" as const, low: line.map((value) => value - 2 * sd(value)), high: line.map((value) => value + 2 * sd(value)) },
      // What is held out is free of noise.
      data: request.measured(gene).map(({ time, value }) => ({ time, value, sd: request.role === "test" ? null : sd(value) })),
    };
  });
}

const reach = (line: readonly number[]): number => Math.max(...line) - Math.min(...line);

/** What the fit found, as named facts: how good, how large, and the rates it recovered. */
export function numericsOf({ scenario, network, study, structure, x }: Described, starts: StartsResult): readonly { readonly name: string; readonly value: string }[] {
  const { free } = study.problem;
  const value = (id: string): string => {
    const index = free.findIndex((each) => each.id === id);
    const parameter = free[index];
    return parameter ? valueOf(parameter, x[index] ?? Number.NaN).toPrecision(3) : "-";
  };
  const halfLife = (id: string): string => (Math.LN2 / Number(value(id))).toPrecision(3);
  const { rtol, atol } = scenario.budget;
  const own = study.problem.experiments.reduce((sum, experiment) => sum + Object.keys(experiment.own).length, 0);
  return [
    { name: `${network}: solver`, value: `tsit5, rtol ${rtol}, atol ${atol}` },
    { name: `${network}: free parameters`, value: `${free.length - own} rates and ${own} perturbation strengths` },
    { name: `${network}: mean square of standardised residuals`, value: starts.meanSquare.toPrecision(4) },
    { name: `${network}: loss per value of all starts`, value: starts.values.map((each) => each?.toPrecision(5) ?? "failed").join(", ") },
    { name: `${network}: scale`, value: value(ids.scale) },
    ...structure.regulation.map((each) => {
      const { gene, regulators, modules } = each;
      const weights = [...(hasBasal(each) ? [`basal ${value(ids.basal(gene))}`] : []), ...modules.map((module, index) => `effect ${module.represses ? "-" : "+"}${value(ids.effect(gene, index))}`)];
      const inputs = regulators.map((regulator, place) => `${regulator} k ${value(ids.k(gene, place))} n ${value(ids.n(gene, place))}`);
      return {
        name: `${network}: recovered rates of ${gene}`,
        value: [`half-lives ${halfLife(ids.delta(gene))} (mRNA), ${halfLife(ids.deltaProtein(gene))} (protein) ${scenario.protocols.timeUnit}`, ...weights, ...inputs].join("; "),
      };
    }),
  ];
}

/** Movement within a window beyond which a state is called a cycle or a drift · published units. */
const settled = 0.005;

/** Whether the fit explains its data to within their noise, and whether what is read as a steady state is one. */
export function findingsOf({ scenario, network, study, data, fitted }: Described, starts: StartsResult): readonly Finding[] {
  const wildType = Math.max(...fitted.wildType.swing);
  const times = windowTimes(scenario.protocols.predicted);
  const pairs = (data.dualKnockouts?.pairs ?? []).map((pair) => fitted.knockedOut(pair.map((gene) => study.genes[gene] ?? ""), times));
  const swing = Math.max(...pairs.map((each) => (typeof each === "string" ? Number.NaN : Math.max(...each.swing))));
  const verdict = (value: number): Finding["verdict"] => (value <= settled ? "ok" : "note");
  return [
    {
      check: "fit within the noise",
      verdict: starts.meanSquare <= 1.2 ? "ok" : "violated",
      value: starts.meanSquare,
      bound: 1.2,
      equation: "mean square of residuals over their declared standard deviation, training data",
      source: "scenario",
      where: network,
      topic: "numerics",
    },
    {
      check: "the wild type is a steady state",
      verdict: verdict(wildType),
      value: wildType,
      bound: settled,
      equation: "largest movement of a gene within the window that is read as wild type; where it moves, the mean over the window is fitted",
      source: "scenario",
      where: network,
      topic: "numerics",
    },
    {
      check: "the predicted dual knockouts are steady states",
      verdict: verdict(swing),
      value: swing,
      bound: settled,
      equation: "largest movement of a gene within the window that is read",
      source: "scenario",
      where: network,
      topic: "numerics",
    },
  ];
}
