import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { compileStochastic } from "../../src/solvers/stochastic/compile.ts";
import { ssa } from "../../src/solvers/stochastic/ssa.ts";
import { networkOfText } from "../solvers/stochastic/networks.ts";
import { load } from "./load.ts";

interface HandWritten {
  readonly text: string;
  readonly model: readonly string[];
  readonly same: string;
  readonly best: readonly string[];
}
type Driver = (problem: { readonly model: readonly string[]; readonly end: number }, method: string, seconds: number, runs?: number) => { readonly events: number; readonly state: readonly number[] };

const hasCompiler = spawnSync("gcc", ["--version"]).status === 0;
const home = mkdtempSync(join(tmpdir(), "ssa-driver-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Ends of short runs, how many make up a mean, and how far means of different streams may be apart: ten standard errors at least, of two modes for Schlögl. */
const short: readonly (readonly [name: string, end: number, runs: number, apart: number])[] = [
  ["birth-death", 1000, 1, 0.07],
  ["dimer decay", 0.3, 1, 0.07],
  ["Schlögl", 3, 400, 0.5],
  ["chain 100", 20, 1, 0.07],
  ["chain 10000", 0.2, 1, 0.07],
];

describe.skipIf(!hasCompiler)("the driver in C++ (skipped without gcc)", async () => {
  const { handWritten } = await load<{ handWritten: Readonly<Record<string, HandWritten>> }>("problems/ssa.mjs");
  const { ssaDriver } = await load<{ ssaDriver(home: string): Driver }>("peers/ssa-driver.mjs");
  const run = ssaDriver(home);
  it("is tried on every network it has", () => expect(short.map(([name]) => name)).toEqual(Object.keys(handWritten)));
  it.each(short)("%s: the same seed gives the same path as the emitted program, other generators the same number of events", async (name, end, runs, apart) => {
    const given = handWritten[name];
    if (!given) throw new Error(`no "${name}"`);
    const { solver } = await compileStochastic(networkOfText(given.text), { method: ssa, record: "molecules" });
    const path = solver?.run({ seed: 1n, times: Float64Array.of(end) });
    const problem = { model: given.model, end };
    const { events, state } = run(problem, given.same, 0);
    expect(events).toBeGreaterThan(1000);
    expect({ events, state }).toEqual({ events: path?.events, state: [...(path?.molecules ?? [])] });
    const all = run(problem, given.same, 0, runs).events;
    for (const method of given.best) expect(Math.abs(run(problem, method, 0, runs).events / all - 1)).toBeLessThan(apart);
  });
});
