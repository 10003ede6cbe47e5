import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readBioNetGen } from "../../src/formats/bionetgen.ts";
import { evaluateAll } from "../../src/kernel/evaluate.ts";
import { odeSystem } from "../../src/models/compile.ts";
import type { OdeSystem } from "../../src/models/system.ts";
import { compileSolver } from "../../src/solvers/compile.ts";
import { rodas5p } from "../../src/solvers/ode/rodas5p.ts";
import { dataText, hasData, needs } from "../measured-data.ts";
import { isBuilt, load } from "./load.ts";

interface Prepared {
  readonly id: string;
  readonly system: OdeSystem;
  readonly parameters: Float64Array;
  readonly state: Float64Array;
  readonly times: Float64Array;
  readonly text: string;
}
type Make = () => Promise<object>;

const networks = "reaction-networks/catalyst2023";
const multistate = join(process.env["SEMIMECH_DATA"] ?? "", networks, "multistate_no_obs.net");

describe.skipIf(!isBuilt)("the problems (skipped unless the project is built)", async () => {
  const { prepare } = await load<{ prepare(problem: object): Promise<Prepared> }>("problems/problem.mjs");
  const { stiffProblems } = await load<{ stiffProblems: Record<string, Make> }>("problems/stiff.mjs");
  const { nonstiffProblems } = await load<{ nonstiffProblems: Record<string, Make> }>("problems/nonstiff.mjs");
  const { modelJavaScript, modelPython } = await load<{ modelJavaScript(problem: Prepared): Promise<(t: number, y: readonly number[]) => number[]>; modelPython(problem: Prepared): Promise<string> }>("emit.mjs");
  const small = Object.entries({ ...stiffProblems, ...nonstiffProblems }).filter(([id]) => !/\d{3}/.test(id));

  it("POLLU ends where it was published to end", async () => {
    const { system, parameters, state } = await prepare((await stiffProblems["POLLU"]?.()) ?? {});
    const solver = await compileSolver(system, { method: rodas5p, control: { rtol: 1e-10, atol: 1e-20 } });
    const { final } = solver.solve({ parameters, state, times: Float64Array.of(60) });
    const at = (id: string): number => final[system.states.indexOf(id)] ?? Number.NaN;
    // Mazzia & Magherini, Test Set for IVP Solvers, problem POLLU.
    for (const [id, value] of Object.entries({ NO2: 0.5646255480022769e-1, NO: 0.1342484130422339, O3: 0.5523140207484359e-2 })) {
      expect(Math.abs(at(id) / value - 1), id).toBeLessThan(1e-8);
    }
  });

  it.each(small)("%s is written for the peers as it is solved here", async (_id, make) => {
    const problem = await prepare(await make());
    const { system, parameters, state } = problem;
    // A state off the start, where nothing is 0.
    const y = Array.from(state, (value, index) => value + 0.1 + 0.01 * index);
    const values = new Map<string, number>([...system.states.map((id, index) => [id, y[index] ?? 0] as const), ...system.parameters.map((id, index) => [id, parameters[index] ?? 0] as const)]);
    const rates = evaluateAll(system.rhs, (name) => values.get(name) ?? Number.NaN);
    const written = (await modelJavaScript(problem))(0, y);
    expect(written).toHaveLength(rates.length);
    written.forEach((value, index) => expect(Math.abs(value - (rates[index] ?? Number.NaN))).toBeLessThanOrEqual(1e-12 * Math.abs(value)));
    expect(await modelPython(problem)).toContain("def jac(t, y):");
    expect(problem.text).toContain(system.states[0] ?? "?");
  });

  it.skipIf(spawnSync("python3", ["--version"]).status !== 0)("is Python that Python takes (skipped where there is none)", async () => {
    const text = await modelPython(await prepare((await stiffProblems["cascade 50"]?.()) ?? {}));
    expect(spawnSync("python3", ["-c", "import ast, sys; ast.parse(sys.stdin.read())"], { input: text }).status).toBe(0);
  });

  it.skipIf(!hasData(networks))(needs(networks, "tables of a .net file give the rates of its system"), async () => {
    const { massActionTables } = await load<{ massActionTables(path: string): Promise<{ bytes: Buffer; order: Int32Array; states: number; reactions: number }> }>("problems/large.mjs");
    const { bytes, order, states, reactions } = await massActionTables(multistate);
    const memory = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
    const changes = new Int32Array(memory, 8, 1)[0] ?? 0;
    const constants = new Float64Array(memory, 16 + 8 * states, reactions);
    const integersAt = 16 + 8 * (states + reactions);
    const integers = new Int32Array(memory, integersAt, 3 * reactions + 1 + changes);
    const change = new Float64Array(memory, integersAt + 4 * (integers.length + (integers.length % 2)), changes);
    expect([...order].toSorted((a, b) => a - b)).toEqual(Array.from({ length: states }, (_, index) => index));

    const read = readBioNetGen(dataText(join(networks, "multistate_no_obs.net")));
    if (read.problems) throw new Error("the network does not read");
    const { system } = odeSystem(read.network);
    if (!system) throw new Error("the network does not compile");
    const inOrder = Float64Array.from({ length: states }, (_, place) => 1000 + 370 * place);
    const rates = new Float64Array(states);
    for (let r = 0; r < reactions; r++) {
      let rate = constants[r] ?? Number.NaN;
      for (const reactant of integers.subarray(2 * r, 2 * r + 2)) if (reactant >= 0) rate *= inOrder[reactant] ?? Number.NaN;
      const starts = integers.subarray(2 * reactions);
      for (let c = starts[r] ?? 0; c < (starts[r + 1] ?? 0); c++) {
        const place = integers[3 * reactions + 1 + c] ?? -1;
        rates[place] = (rates[place] ?? Number.NaN) + (change[c] ?? Number.NaN) * rate;
      }
    }
    const values = new Map<string, number>(system.parameters.map((id, index) => [id, system.parameterValues[index] ?? 0]));
    order.forEach((index, place) => values.set(system.states[index] ?? "", inOrder[place] ?? 0));
    const expected = evaluateAll(system.rhs, (name) => values.get(name) ?? Number.NaN);
    order.forEach((index, place) => expect(Math.abs((rates[place] ?? Number.NaN) - (expected[index] ?? 0))).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(expected[index] ?? 0))));
    expect(Math.max(...expected.map(Math.abs))).toBeGreaterThan(1);
  });
});
