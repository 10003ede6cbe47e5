import { describe, expect, it } from "vitest";
import { readBioNetGen } from "../../src/formats/bionetgen.ts";
import { evaluateAll } from "../../src/kernel/evaluate.ts";
import { initialState, odeSystem } from "../../src/models/index.ts";
import { compileSolver } from "../../src/solvers/index.ts";
import { bdf } from "../../src/solvers/ode/bdf.ts";
import { dataText, hasData, needs } from "../measured-data.ts";

const folder = "reaction-networks/rni/bcr";

describe.skipIf(!hasData(folder))(needs(folder, "BioNetGen's own trajectory of 24,388 reactions"), () => {
  /**
   * Relative error of BioNetGen's trajectories, as for the smaller networks. Its second burst grows out of 1e-21 over thousands of seconds, so
   * that the same error moves the time it comes at; a row is compared with the trajectory that far to either side.
   */
  const bioNetGenError = 5e-7;
  it("rni/bcr", { timeout: 120_000 }, async () => {
    const read = readBioNetGen(dataText(`${folder}/bcr.net`), "bcr");
    if (read.problems) throw new Error(JSON.stringify(read.problems.slice(0, 3)));
    const { system } = odeSystem(read.network);
    if (!system) throw new Error("no system");
    const all = dataText(`${folder}/bcr.gdat`).split("\n").filter((line) => line.trim() !== "" && !line.includes("time")).map((line) => line.trim().split(/\s+/).map(Number));
    expect(all).toHaveLength(10_001);
    const rows = all.filter((_, index) => index % 25 === 0);
    const parameters = Float64Array.from(system.parameterValues);
    const times = Float64Array.from(rows.flatMap(([time = NaN]) => [time * (1 - bioNetGenError), time, time * (1 + bioNetGenError)]));
    const solver = await compileSolver(system, { method: bdf, control: { rtol: 1e-9, atol: 1e-8 } });
    const { status, values } = solver.solve({ parameters, state: initialState(system, parameters), times });
    expect(status).toEqual({ status: "done" });

    const outputs = read.groups.map((id) => {
      const output = system.outputs.find((one) => one.id === id);
      if (!output) throw new Error(id);
      return output.expression;
    });
    const stateOf = new Map(system.states.map((id, index) => [id, index]));
    const parameterOf = new Map(system.parameters.map((id, index) => [id, index]));
    const width = system.states.length;
    const groupsAt = (index: number): number[] =>
      evaluateAll(outputs, (name) => {
        const state = stateOf.get(name);
        return (state === undefined ? parameters[parameterOf.get(name) ?? -1] : values[index * width + state]) ?? NaN;
      });
    const scales = read.groups.map((_, group) => Math.max(...rows.map((row) => Math.abs(row[group + 1] ?? 0))));
    rows.forEach(([, ...row], index) => {
      const [before, now, after] = [groupsAt(3 * index), groupsAt(3 * index + 1), groupsAt(3 * index + 2)];
      row.forEach((value, group) => {
        const here = now[group] ?? NaN;
        const moved = Math.max(Math.abs((before[group] ?? NaN) - here), Math.abs((after[group] ?? NaN) - here));
        expect(Math.abs(value - here)).toBeLessThanOrEqual(bioNetGenError * (scales[group] ?? NaN) + moved);
      });
    });
  });
});
