import { describe, expect, it } from "vitest";
import { readCellBox } from "../../src/formats/cellbox.ts";
import type { CellBoxFiles } from "../../src/formats/cellbox.ts";
import { dataText, hasData, needs } from "../measured-data.ts";

const folder = "cellbox-skmel133";

/** Two proteins and two drug nodes; drug X acts on aX, drug Y on aY. */
const small: CellBoxFiles = {
  perturbations: "0,0,-1,0\n0,0,-2,0\n0,0,0,-3\n0,0,-1,-3\n",
  responses: "0.1,0.2,-1,0\n0.3,0.4,-2,0\n0.5,0.6,0,-3\n0.7,0.8,-1,-3\n",
  index: "X|1.5     1 0\nX|3       1 1\nY|2       0 0\nX|1.5,Y|2 1 0\n",
  nodes: "P1\nP2\naX\naY\n",
};

function problemsOf(files: Partial<CellBoxFiles>): readonly string[] {
  const read = readCellBox({ ...small, ...files });
  return "problems" in read ? read.problems.map(({ table, row, column, message }) => `${table}:${row}:${column}: ${message}`) : [];
}

const measured = (file: string): string => dataText(`${folder}/${file}`);

describe("CellBox layout", () => {
  it("gives conditions with agents and doses, features with responses, drug activities as inputs", () => {
    const read = readCellBox(small);
    if ("problems" in read) throw new Error(JSON.stringify(read.problems));
    const { table, drugNodes, nodeOfAgent } = read.data;
    expect(table.conditions[3]).toEqual({ id: "X|1.5,Y|2", perturbations: [{ agent: "X", dose: 1.5 }, { agent: "Y", dose: 2 }] });
    expect(table.features.map((feature) => feature.observable)).toEqual(["P1", "P2", "aX", "aY"]);
    expect([...table.values.subarray(4, 8)]).toEqual([0.3, 0.4, -2, 0]);
    expect(table.inputs.names).toEqual(["aX", "aY"]);
    expect([...table.inputs.values]).toEqual([-1, 0, -2, 0, 0, -3, -1, -3]);
    expect([...(table.baseline ?? [])]).toEqual([0, 0, 0, 0]);
    expect(drugNodes).toEqual([2, 3]);
    expect([...nodeOfAgent]).toEqual([["X", "aX"], ["Y", "aY"]]);
  });

  it("reports the problems of all files with row and column", () => {
    expect(problemsOf({ responses: "0.1,NA,-1,0\n0.3,0.4,-2,0\n0.5,0.6,0\n0.7,0.8,-1,-3\n", index: "X|1.5 1\nX;3 1\nY|2 0\nX|1.5 1\n" })).toEqual([
      'expr.csv:1:2: "NA" is not a number',
      "expr.csv:3:: the row has 3 cells, the first row 4",
      'expr_index.txt:2:1: "X;3" is not AGENT|DOSE',
      'expr_index.txt:4:1: condition "X|1.5" stands in line 1 too',
    ]);
    expect(problemsOf({ nodes: "P1\nP2\naX\n" })).toEqual([
      "expr.csv:1:: the table has 4 columns, node_Index.csv 3 nodes",
      "pert.csv:1:: the table has 4 columns, node_Index.csv 3 nodes",
    ]);
    expect(problemsOf({ index: "X|1.5\nX|3\nY|2\n" })).toHaveLength(2);
  });

  it("refuses a row that acts on other nodes than its condition's drugs", () => {
    expect(problemsOf({ perturbations: "0,0,-1,0\n0,0,-2,0\n0,0,0,-3\n0,0,0,-3\n" })).toEqual(['pert.csv:4:: "X|1.5,Y|2" should act on aX, aY; the row acts on aY']);
    expect(problemsOf({ perturbations: "0,0,-1,0\n0,0,0,-2\n0,0,0,-3\n0,0,-1,-3\n" })).toEqual(['pert.csv:2:: "X|3" should act on aX; the row acts on aY']);
  });

  it.skipIf(!hasData(folder))(needs(folder, "reads the SK-MEL-133 data: 23 singles, 66 pairs, 99 nodes, 12 drugs"), () => {
    const read = readCellBox({ perturbations: measured("pert.csv"), responses: measured("expr.csv"), index: measured("expr_index.txt"), nodes: measured("node_Index.csv") });
    if ("problems" in read) throw new Error(JSON.stringify(read.problems.slice(0, 5)));
    const { table, drugNodes, nodeOfAgent } = read.data;
    const sizes = table.conditions.map((condition) => condition.perturbations.length);
    expect([sizes.filter((size) => size === 1).length, sizes.filter((size) => size === 2).length, table.features.length]).toEqual([23, 66, 99]);
    expect(drugNodes).toEqual(Array.from({ length: 12 }, (_, drug) => 87 + drug));
    expect(nodeOfAgent.get("RY")).toBe("aCDK4");
    expect(nodeOfAgent.size).toBe(12);
  });
});
