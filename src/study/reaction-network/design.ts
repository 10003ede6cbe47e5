import { readAgents } from "../../experiments/agent.ts";
import type { DataRow, Dataset } from "../../experiments/dataset.ts";
import { type Instrumented, controls, instrument } from "../../experiments/perturbation.ts";
import type { DesignProblem } from "../../experiments/problem.ts";
import type { Protocol } from "../../experiments/protocol.ts";
import { toResponseTable } from "../../experiments/response-table.ts";
import type { ResponseTable, TableCondition } from "../../experiments/task.ts";
import type { ControlSegment } from "../../calibrate/problem.ts";
import type { Network } from "../../models/network.ts";
import { stream } from "../../numerics/random.ts";
import type { ReactionNetworkScenario } from "./schema.ts";

/** Unit of each observable. */
export type ObservableUnits = ReadonlyMap<string, string | null>;

/** One condition of the study: what was done, in the table's terms and in the protocol's. */
export interface DesignCondition {
  readonly table: TableCondition;
  readonly protocol: Protocol;
  /** Only ever tested. */
  readonly unseenDose: boolean;
}

/** Controls, every agent alone, every pair, and every agent alone at the unseen dose, in this order. */
export function designConditions(scenario: ReactionNetworkScenario): readonly DesignCondition[] {
  const { design, duration, agents } = scenario.protocols;
  const ids = Object.keys(agents);
  const unit = (id: string): string | null => {
    const declared = (agents[id] as { unit?: unknown } | undefined)?.unit;
    return typeof declared === "string" ? declared : null;
  };
  const condition = (applied: readonly { agent: string; dose: number }[], unseenDose = false): DesignCondition => {
    const id = applied.length === 0 ? "control" : applied.map(({ agent, dose }) => `${agent}@${dose}`).join(" + ");
    const perturbations = applied.map(({ agent, dose }) => ({ agent, dose, unit: unit(agent) }));
    return { table: { id, perturbations: applied }, protocol: { id, segments: [{ perturbations, medium: {}, duration }] }, unseenDose };
  };
  return [
    condition([]),
    ...ids.map((agent) => condition([{ agent, dose: design.dose }])),
    ...ids.flatMap((first, index) => ids.slice(index + 1).map((second) => condition([first, second].map((agent) => ({ agent, dose: design.dose }))))),
    ...ids.map((agent) => condition([{ agent, dose: design.unseenDose }], true)),
  ];
}

const sentence = ({ path, message }: DesignProblem): string => `protocols.agents.${path.join(".")}: ${message}`;

/** The scenario's agents woven into a network, or what does not fit, as sentences. */
export function instrumentFor(scenario: ReactionNetworkScenario, network: Network): Instrumented | { readonly problems: readonly string[] } {
  const read = readAgents(scenario.protocols.agents);
  if ("problems" in read) return { problems: read.problems.map(sentence) };
  const woven = instrument(network, read.agents);
  return "problems" in woven ? { problems: woven.problems.map(sentence) } : woven;
}

/**
 * Segments of a condition with the controls of an instrumented network.
 *
 * @throws when an agent of the condition is unknown there; conditions come from the same list of agents
 */
export function segmentsOf(instrumented: Instrumented, protocol: Protocol): readonly ControlSegment[] {
  return protocol.segments.map((segment) => {
    const set = controls(instrumented, segment);
    if ("problems" in set) throw new Error(`condition ${protocol.id}: ${set.problems.map((problem) => problem.message).join("; ")}`);
    return { controls: set.parameters, start: set.start, duration: segment.duration };
  });
}

/** Noise-free responses, row-major [nCondition][nTime, nObservable], as a dataset. */
export function truthDataset(scenario: ReactionNetworkScenario, conditions: readonly DesignCondition[], paths: readonly Float64Array[], units: ObservableUnits): Dataset {
  return { name: "truth", rows: rowsOf(scenario, conditions, paths, units, (value) => [{ value, sd: null }]) };
}

/**
 * What the instruments show: every value times (1 + relative·ε) with ε standard normal, `replicates` times.
 * Its standard deviation is stated from the measured value, as a laboratory would, and never below the floor.
 */
export function measuredDataset(scenario: ReactionNetworkScenario, conditions: readonly DesignCondition[], paths: readonly Float64Array[], seed: string, units: ObservableUnits): Dataset {
  const { noise, replicates } = scenario.protocols.design;
  const streams = conditions.map((_, index) => stream(BigInt(seed), "measurement noise", index));
  const rows = rowsOf(scenario, conditions, paths, units, (truth, condition) =>
    Array.from({ length: replicates }, () => {
      const value = truth * (1 + noise.relative * (streams[condition]?.normal() ?? 0));
      return { value, sd: Math.max(noise.relative * Math.abs(value), noise.floor) };
    }),
  );
  return { name: `simulated measurements, seed ${seed}`, rows };
}

function rowsOf(
  scenario: ReactionNetworkScenario,
  conditions: readonly DesignCondition[],
  paths: readonly Float64Array[],
  units: ObservableUnits,
  measure: (value: number, condition: number) => readonly { readonly value: number; readonly sd: number | null }[],
): readonly DataRow[] {
  const { times, observables } = scenario.protocols;
  return conditions.flatMap(({ table }, row) =>
    observables.flatMap((observable, column) =>
      times.flatMap((time, at) =>
        measure(paths[row]?.[at * observables.length + column] ?? Number.NaN, row).map(
          ({ value, sd }, replicate): DataRow => ({ condition: table.id, replicate: String(replicate + 1), time, observable, value, unit: units.get(observable) ?? null, sd, batch: null }),
        ),
      ),
    ),
  );
}

/**
 * The table that predictors read.
 *
 * @throws when data and conditions disagree, which would be a defect of this file
 */
export function tableOf(measured: Dataset, truth: Dataset, conditions: readonly DesignCondition[]): ResponseTable {
  const made = toResponseTable(measured, conditions.map((condition) => condition.table), { truth });
  if ("problems" in made) throw new Error(made.problems.map((problem) => problem.message).join("; "));
  return made.table;
}
