import { agentsOf } from "../experiments/condition.ts";
import type { TableProblem } from "../experiments/problem.ts";
import type { AppliedPerturbation, ResponseTable, TableCondition } from "../experiments/task.ts";
import { readNumberTable } from "./number-table.ts";
import type { NumberTable } from "./number-table.ts";

/** Texts of the four files of CellBox's data layout. */
export interface CellBoxFiles {
  /** `pert.csv`: what acts on each node, [condition, node], no header. */
  readonly perturbations: string;
  /** `expr.csv`: log2 response of each node against control, [condition, node], no header. */
  readonly responses: string;
  /** `expr_index.txt`: one condition a line, `AGENT|DOSE,AGENT|DOSE flag flag`. */
  readonly index: string;
  /** `node_Index.csv`: one node name a line. */
  readonly nodes: string;
}

/** CellBox data as this project uses it. */
export interface CellBoxData {
  /**
   * 99 features at one time, the control response 0 by construction; inputs are the activity of each drug node as fitted by the
   * authors (not a concentration); a condition's perturbations carry the agents' names and doses as written in the index.
   */
  readonly table: ResponseTable;
  /** All nodes in file order: proteins, phenotypes, drug activities. */
  readonly nodes: readonly string[];
  /** Place (0-based) of each input's node; these nodes' responses copy the inputs. */
  readonly drugNodes: readonly number[];
  /** The input of each agent, by the agent's name in the index. */
  readonly nodeOfAgent: ReadonlyMap<string, string>;
}

/** Hours after treatment at which the published responses were measured. */
const measuredAfterHours = 24;

/**
 * Reads the CellBox layout (SK-MEL-133). Nothing is repaired; all problems of all files are reported at once.
 * @source Yuan et al. 2021, doi:10.1016/j.cels.2020.11.013; Korkut et al. 2015, doi:10.7554/eLife.04640
 */
export function readCellBox(files: CellBoxFiles): { readonly data: CellBoxData } | { readonly problems: readonly TableProblem[] } {
  const problems: TableProblem[] = [];
  const matrix = (text: string, name: string): NumberTable | null => {
    const read = readNumberTable(text, { name, separator: ",", header: "none", blankLines: "refused" });
    if ("table" in read) return read.table;
    problems.push(...read.problems);
    return null;
  };
  const responses = matrix(files.responses, "expr.csv");
  const perturbations = matrix(files.perturbations, "pert.csv");
  const nodes = readNodes(files.nodes, problems);
  const conditions = readConditions(files.index, problems);
  if (responses === null || perturbations === null || problems.length > 0) return { problems };
  const sizes = [
    { table: "expr.csv", rows: responses.rows, columns: responses.columns },
    { table: "pert.csv", rows: perturbations.rows, columns: perturbations.columns },
  ];
  for (const { table, rows, columns } of sizes) {
    if (rows !== conditions.length) problems.push({ table, row: rows, column: "", message: `the table has ${rows} rows, expr_index.txt ${conditions.length} conditions` });
    if (columns !== nodes.length) problems.push({ table, row: 1, column: "", message: `the table has ${columns} columns, node_Index.csv ${nodes.length} nodes` });
  }
  if (problems.length > 0) return { problems };
  const drugNodes = nodes.flatMap((_node, node) => (perturbations.values.some((value, place) => place % nodes.length === node && value !== 0) ? [node] : []));
  const nodeOfAgent = assignNodes(conditions, perturbations, drugNodes, nodes, problems);
  if (problems.length > 0) return { problems };
  const inputs = new Float64Array(conditions.length * drugNodes.length);
  conditions.forEach((_condition, row) =>
    drugNodes.forEach((node, column) => (inputs[row * drugNodes.length + column] = perturbations.values[row * nodes.length + node] ?? Number.NaN)),
  );
  const table: ResponseTable = {
    conditions,
    features: nodes.map((observable) => ({ observable, time: measuredAfterHours, unit: null })),
    values: responses.values,
    truth: null,
    sd: null,
    inputs: { names: drugNodes.map((node) => nodes[node] ?? ""), values: inputs },
    baseline: new Float64Array(nodes.length),
  };
  return { data: { table, nodes, drugNodes, nodeOfAgent } };
}

function textLines(text: string): readonly string[] {
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/).map((line) => line.trim());
  while (lines.length > 0 && lines.at(-1) === "") lines.pop();
  return lines;
}

function readNodes(text: string, problems: TableProblem[]): readonly string[] {
  const nodes = textLines(text);
  nodes.forEach((name, index) => {
    if (name === "") problems.push({ table: "node_Index.csv", row: index + 1, column: "1", message: "the node has no name" });
    else if (nodes.indexOf(name) !== index) problems.push({ table: "node_Index.csv", row: index + 1, column: "1", message: `node "${name}" stands twice` });
  });
  return nodes;
}

function readConditions(text: string, problems: TableProblem[]): readonly TableCondition[] {
  const seen = new Map<string, number>();
  return textLines(text).map((line, index) => {
    const report = (message: string): void => void problems.push({ table: "expr_index.txt", row: index + 1, column: "1", message });
    const id = line.split(/\s+/)[0] ?? "";
    if (id === "") report("the line is empty; a condition is written AGENT|DOSE,AGENT|DOSE");
    const first = seen.get(id);
    if (first !== undefined) report(`condition "${id}" stands in line ${first} too`);
    seen.set(id, index + 1);
    const perturbations = id === "" ? [] : id.split(",").flatMap((part): readonly AppliedPerturbation[] => {
      const parts = /^([^|]+)\|(\d+\.?\d*|\.\d+)$/.exec(part);
      if (parts?.[1] !== undefined && parts[2] !== undefined) return [{ agent: parts[1], dose: Number(parts[2]) }];
      report(`"${part}" is not AGENT|DOSE`);
      return [];
    });
    return { id, perturbations };
  });
}

/** Each agent's node, learned from the conditions where it stands alone; every other row must then agree. */
function assignNodes(
  conditions: readonly TableCondition[],
  perturbations: NumberTable,
  drugNodes: readonly number[],
  nodes: readonly string[],
  problems: TableProblem[],
): ReadonlyMap<string, string> {
  const active = conditions.map((_condition, row) => drugNodes.filter((node) => perturbations.values[row * nodes.length + node] !== 0).map((node) => nodes[node] ?? ""));
  const nodeOfAgent = new Map<string, string>();
  conditions.forEach((condition, row) => {
    const [agent, second] = agentsOf(condition);
    const [node, other] = active[row] ?? [];
    if (agent !== undefined && second === undefined && node !== undefined && other === undefined && !nodeOfAgent.has(agent)) nodeOfAgent.set(agent, node);
  });
  conditions.forEach((condition, row) => {
    const expected = agentsOf(condition).map((agent) => nodeOfAgent.get(agent) ?? `(the node of ${agent}, which never stands alone)`);
    const found = active[row] ?? [];
    if (expected.length === found.length && expected.every((node) => found.includes(node))) return;
    const message = `"${condition.id}" should act on ${expected.join(", ")}; the row acts on ${found.join(", ") || "nothing"}`;
    problems.push({ table: "pert.csv", row: perturbations.lines[row] ?? row + 1, column: "", message });
  });
  return nodeOfAgent;
}
