import type { ResponseTable } from "../../experiments/task.ts";
import { readCellBox } from "../../formats/cellbox.ts";
import { interactionShape, type InteractionShape, type InteractionTable, type NodeRole } from "../../hybrid/interaction-network.ts";
import type { StudyProblem } from "../kind.ts";
import type { StudyFiles } from "../mechanism.ts";
import type { InteractionNetworkScenario } from "./schema.ts";

/** The measured data as predictors and as the network see them. */
export interface InteractionData {
  readonly responses: ResponseTable;
  readonly shape: InteractionShape;
  readonly table: InteractionTable;
}

/** Reads the data files and parts the nodes into drugs' targets (inputs), phenotypes (readouts) and proteins (internal). */
export async function readInteractionData(scenario: InteractionNetworkScenario, files: StudyFiles): Promise<InteractionData | { readonly problems: readonly StudyProblem[] }> {
  const { folder, phenotypes } = scenario.model;
  const names = { perturbations: "pert.csv", responses: "expr.csv", index: "expr_index.txt", nodes: "node_Index.csv" } as const;
  const [perturbations, responses, index, nodes] = await Promise.all([names.perturbations, names.responses, names.index, names.nodes].map((name) => files.readData(`${folder}/${name}`)));
  const read = readCellBox({ perturbations: perturbations ?? "", responses: responses ?? "", index: index ?? "", nodes: nodes ?? "" });
  if ("problems" in read) {
    return { problems: read.problems.map(({ table, row, column, message }) => ({ file: `${folder}/${table}`, line: row, column: 0, message: column === "" ? message : `column ${column}: ${message}` })) };
  }
  const { table, nodes: ids, drugNodes } = read.data;
  const unknown = phenotypes.filter((id) => !ids.includes(id));
  const driven = phenotypes.filter((id) => drugNodes.includes(ids.indexOf(id)));
  if (unknown.length + driven.length > 0) {
    return {
      problems: [
        ...unknown.map((id) => ({ file: "scenario.yaml", line: 0, column: 0, message: `model.phenotypes: the data have no node "${id}"` })),
        ...driven.map((id) => ({ file: "scenario.yaml", line: 0, column: 0, message: `model.phenotypes: a drug acts on node "${id}"; a phenotype only receives from proteins` })),
      ],
    };
  }
  const roles = ids.map((id, node): NodeRole => (drugNodes.includes(node) ? "input" : phenotypes.includes(id) ? "readout" : "internal"));
  const inputs = new Float64Array(table.conditions.length * ids.length);
  table.conditions.forEach((_condition, row) =>
    drugNodes.forEach((node, column) => (inputs[row * ids.length + node] = table.inputs.values[row * drugNodes.length + column] ?? Number.NaN)),
  );
  return { responses: table, shape: interactionShape(roles), table: { inputs, responses: table.values } };
}
