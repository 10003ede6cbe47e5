import { describe, expect, it } from "vitest";
import { readBioNetGen } from "../../../src/formats/bionetgen.ts";
import { evaluateAll } from "../../../src/kernel/evaluate.ts";
import { odeSystem } from "../../../src/models/compile.ts";
import { initialState } from "../../../src/models/initial-state.ts";
import { compileSolver } from "../../../src/solvers/compile.ts";
import type { BdfSolver } from "../../../src/solvers/ode/bdf.ts";
import { bdf, bdfWith } from "../../../src/solvers/ode/bdf.ts";
import { dataText, hasData, needs } from "../../measured-data.ts";

const folder = "reaction-networks";
/** Local errors below rtol add up over some hundred steps. */
const accumulation = 100;

function networkOf(path: string) {
  const read = readBioNetGen(dataText(`${folder}/${path}`));
  if (read.problems) throw new Error(JSON.stringify(read.problems.slice(0, 3)));
  const { system, problems } = odeSystem(read.network);
  if (!system) throw new Error(JSON.stringify(problems));
  const parameters = Float64Array.from(system.parameterValues);
  return { system, groups: read.groups, parameters, state: Float64Array.from(initialState(system, parameters)) };
}

describe.skipIf(!hasData(folder))(needs(folder, "bdf on published networks"), () => {
  it("solves egfr_net (356 species) by complete factors and by iteration to the tolerance", { timeout: 60_000 }, async () => {
    const { system, parameters, state } = networkOf("catalyst2023/egfr_net.net");
    const problem = { parameters, state, times: Float64Array.of(1, 10, 100) };
    const reference = (await compileSolver(system, { method: bdf })).solve({ ...problem, control: { rtol: 1e-9, atol: 1e-10 } });
    for (const linear of ["lu", "krylov"] as const) {
      const control = { rtol: 1e-6, atol: 1e-7 };
      const { status, values } = (await compileSolver(system, { method: bdfWith({ linear }), control })).solve(problem);
      expect(status).toEqual({ status: "done" });
      const worst = Math.max(...Array.from(reference.values, (value, i) => Math.abs((values[i] ?? NaN) - value) / (control.atol / control.rtol + Math.abs(value))));
      expect(worst).toBeLessThan(accumulation * control.rtol);
    }
  });

  it("follows BioNetGen's own run of bcr (1122 species, 24388 reactions) at all of its groups", { timeout: 120_000 }, async () => {
    const { system, groups, parameters, state } = networkOf("rni/bcr/bcr.net");
    const rows = dataText(`${folder}/rni/bcr/bcr.gdat`).trim().split("\n").slice(1);
    const printed = rows.filter((_, row) => row % 500 === 0).map((row) => row.trim().split(/\s+/).map(Number));
    const solver = (await compileSolver(system, { method: bdf, control: { rtol: 1e-8, atol: 1e-10 } })) as BdfSolver;
    expect(solver.linear.kind).toBe("krylov");
    const trajectory = solver.solve({ parameters, state, times: Float64Array.from(printed, ([time = NaN]) => time) });
    expect(trajectory.status).toEqual({ status: "done" });
    const place = new Map(system.states.map((id, index) => [id, index]));
    const constants = new Map(system.parameters.map((id, index) => [id, parameters[index] ?? NaN]));
    const columns = groups.map((id) => system.outputs.find((output) => output.id === id)?.expression ?? system.graph.constant(NaN));
    // The run was printed at its own tolerance of 1e-8, over a pulse whose time multiplies errors: the path that bdf
    // converges to (from rtol 1e-8 to 1e-10) is 1.4e-3 away from it at worst, in a group that has fallen to 1e-2.
    const printedAccuracy = 2e-3;
    const smallest = 1e-3;
    printed.forEach(([, ...expected], row) => {
      const at = trajectory.values.subarray(row * system.states.length, (row + 1) * system.states.length);
      const found = evaluateAll(columns, (id) => at[place.get(id) ?? -1] ?? constants.get(id) ?? NaN);
      expected.forEach((value, group) => expect(Math.abs((found[group] ?? NaN) - value) / (smallest + Math.abs(value))).toBeLessThan(printedAccuracy));
    });
  });
});
