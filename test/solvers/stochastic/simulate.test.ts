import { describe, expect, it } from "vitest";
import { zoo } from "../../../src/models/zoo/index.ts";
import { compileSolver } from "../../../src/solvers/compile.ts";
import { odeSystem } from "../../../src/models/compile.ts";
import { tsit5 } from "../../../src/solvers/ode/index.ts";
import { ensemble } from "../../../src/solvers/stochastic/ensemble.ts";
import { simulateStochastic } from "../../../src/solvers/stochastic/simulate.ts";
import type { SimulateStochasticOptions, StochasticTables } from "../../../src/solvers/stochastic/simulate.ts";
import type { Network } from "../../../src/models/network.ts";
import { networkOfText, solverOf } from "./networks.ts";

const seed = 2026n;
const times = [0, 1, 2];

async function tablesOf(network: Network, options: Partial<SimulateStochasticOptions> = {}): Promise<StochasticTables> {
  const { result, problems } = await simulateStochastic(network, { times, seed, ...options });
  if (!result) throw new Error(problems?.map(({ message }) => message).join("\n"));
  return result;
}

const messagesOf = async (network: Network, options: Partial<SimulateStochasticOptions> = {}): Promise<string[] | undefined> =>
  (await simulateStochastic(network, { times, seed, ...options })).problems?.map(({ message }) => message);

describe("simulateStochastic", () => {
  it("gives the first run, mean and standard deviation in the same columns", async () => {
    const tables = await tablesOf(zoo["birth-death"].network, { runs: 5 });
    expect(tables).toMatchObject({ status: { status: "done" }, method: "direct", columns: ["time", "X"], units: [null, null], runs: 5, warnings: [] });
    const solver = await solverOf(zoo["birth-death"].network);
    const paths = times.map((_, row) => Array.from({ length: 5 }, (__, index) => solver.run({ seed, index, times: Float64Array.from(times) }).outputs[row] ?? NaN));
    expect(tables.rows).toEqual(times.map((time, row) => [time, paths[row]?.[0]]));
    paths.forEach((values, row) => {
      const mean = values.reduce((total, value) => total + value, 0) / 5;
      const sd = Math.sqrt(values.reduce((total, value) => total + (value - mean) ** 2, 0) / 4);
      expect(tables.mean[row]?.[0]).toBe(times[row]);
      expect(tables.mean[row]?.[1]).toBeCloseTo(mean, 12);
      expect(tables.sd[row]?.[1]).toBeCloseTo(sd, 12);
    });
  });
  it("one run has no standard deviation, and is its own mean", async () => {
    const tables = await tablesOf(zoo["birth-death"].network);
    expect(tables.mean).toEqual(tables.rows);
    expect(tables.sd).toEqual(times.map((time) => [time, null]));
  });
  it("the first run does not depend on how many follow", async () => {
    expect((await tablesOf(zoo["birth-death"].network, { runs: 9 })).rows).toEqual((await tablesOf(zoo["birth-death"].network)).rows);
  });
  it("prints molecules where asked", async () => {
    const network = networkOfText("compartment c = 2; species A in c; J: A => ; c*A; A = 5");
    expect((await tablesOf(network)).rows[0]).toEqual([0, 5]);
    expect(await tablesOf(network, { amounts: true })).toMatchObject({ units: [null, "item"], rows: [[0, 10], [1, expect.any(Number)], [2, expect.any(Number)]] });
  });
  it("the mean of first-order reactions follows the differential equations, in a volume", async () => {
    const network = networkOfText("compartment c = 4; species A in c, B in c; J1: A -> B; c*(2*A - B); J2: B => ; 0.3*c*B; A = 50; B = 0");
    const { system } = odeSystem(network);
    if (!system) throw new Error("no system");
    const solver = await compileSolver(system, { method: tsit5 });
    const { values } = solver.solve({ parameters: Float64Array.from(system.parameterValues), state: Float64Array.of(50, 0), times: Float64Array.from(times) });
    const runs = 500;
    const { mean } = await tablesOf(network, { runs });
    // 200 independent molecules: at most binomial variance 200/4 each, in concentration over 4.
    const error = Math.sqrt(50 / runs) / 4;
    times.forEach((_, row) => [0, 1].forEach((column) => expect(Math.abs((mean[row]?.[column + 1] ?? NaN) - (values[2 * row + column] ?? NaN))).toBeLessThanOrEqual(5 * error)));
  });
  it("keeps the rows so far where a run fails, and says which reaction", async () => {
    const tables = await tablesOf(networkOfText("J: A => ; 5; A = 2"), { times: [0, 100], runs: 3 });
    expect(tables).toMatchObject({ status: { status: "negative-propensity", worst: "J" }, runs: 0, rows: [[0, 2]], mean: [], sd: [] });
  });
  it("refuses unknown methods and missing values by name", async () => {
    expect(await messagesOf(zoo["birth-death"].network, { method: "leap" })).toEqual([expect.stringMatching(/"leap".*direct/)]);
    expect(await messagesOf(networkOfText("var k; A => ; k*A; A = 1"))).toEqual([expect.stringContaining('"k" has no value')]);
  });
});

describe("ensembles", () => {
  it("stop within a breath when asked, and keep what is complete", async () => {
    const solver = await solverOf(zoo["lotka-volterra"].network);
    const stop = new AbortController();
    let breaths = 0;
    const result = await ensemble(solver, {
      seed,
      runs: 1_000_000,
      times: Float64Array.of(0, 1),
      signal: stop.signal,
      breathe: async () => {
        breaths += 1;
        if (breaths === 2) stop.abort();
      },
    });
    expect(result.status.status).toBe("paused");
    expect(breaths).toBe(2);
    expect(result.runs).toBeGreaterThan(0);
    expect(result.runs).toBeLessThan(1_000_000);
  });
  it("refuse a number of runs that is none", async () => {
    const solver = await solverOf(zoo["birth-death"].network);
    await expect(ensemble(solver, { seed, runs: 0, times: Float64Array.of(1) })).rejects.toThrow(/runs is 0/);
  });
});
