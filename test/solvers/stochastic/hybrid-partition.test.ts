import { describe, expect, it } from "vitest";
import { compileHybrid } from "../../../src/solvers/stochastic/hybrid-partition.ts";
import type { HybridOptions, HybridSolver } from "../../../src/solvers/stochastic/hybrid-partition.ts";
import { exactLaw, smallNetwork } from "./exact-law.ts";
import { chiSquare, chiSquareQuantile, networkOfText, oneInTenThousand } from "./networks.ts";

const seed = 2026n;

async function hybridOf(text: string, options: HybridOptions): Promise<HybridSolver> {
  const { solver, problems } = await compileHybrid(networkOfText(text), { record: "molecules", ...options });
  if (problems) throw new Error(problems.map(({ message }) => message).join("\n"));
  return solver;
}

describe("a gene that switches slowly, with a product of many molecules", () => {
  const [on, off, make, decay] = [0.5, 1, 3000, 1];
  const text = `On: G => H; ${on}*G; Off: H => G; ${off}*H; P: => X; ${make}*H; D: X => ; ${decay}*X; G = 1; H = 0; X = 1000`;
  const times = Float64Array.of(1, 4, 8);

  it("has the exact mean and variance, but for the fast noise that is left out", async () => {
    const solver = await hybridOf(text, { partition: { interval: 0.1 } });
    const runs = 300;
    const column = solver.states.indexOf("X");
    const values: number[] = [];
    let slow = 0;
    for (let index = 0; index < runs; index++) {
      const path = solver.run({ seed, index, times });
      expect(path.status.status).toBe("done");
      expect(Math.min(...path.molecules)).toBeGreaterThanOrEqual(0);
      values.push(path.molecules[2 * solver.states.length + column]);
      slow += path.slowEvents;
    }
    // Moments of the telegraph process: those at t = 8 differ from the stationary ones by less than exp(-8) of the start.
    const p = on / (on + off);
    const mean = (make / decay) * p;
    const variance = mean + (make / decay) ** 2 * p * (1 - p) * (decay / (decay + on + off));
    const found = values.reduce((sum, x) => sum + x, 0) / runs;
    const moment = (power: number): number => values.reduce((sum, x) => sum + (x - found) ** power, 0) / runs;
    const meanError = Math.sqrt(moment(2) / runs);
    const varianceError = Math.sqrt((moment(4) - moment(2) ** 2) / runs);
    expect(Math.abs(found - mean)).toBeLessThan(4 * meanError + Math.exp(-8) * 1000);
    expect(Math.abs(moment(2) - variance)).toBeLessThan(4 * varianceError);
    // What is left out is far below what can be seen, and a gene that stands at its mean would be seen.
    expect(mean / variance).toBeLessThan(0.1 * (varianceError / variance));
    expect(variance - mean).toBeGreaterThan(8 * varianceError);
    // All molecules one by one would be about make p 8 = 8000 births a run and as many deaths.
    expect(slow / runs).toBeLessThan(2000);
  });

  it("is the same bits for the same seed, however it is paused", async () => {
    const solver = await hybridOf(text, { partition: { interval: 0.1 } });
    const whole = solver.run({ seed, index: 3, times });
    const run = solver.begin({ seed, index: 3, times });
    while (run.status.status === "paused") run.advance(1);
    expect(run.path()).toEqual(whole);
  });
});

it("has the exact law where nothing is fast", async () => {
  const network = smallNetwork(1);
  const solver = await hybridOf(network.text, { partition: { interval: 1 } });
  const law = exactLaw(network, 0.7);
  const keys = [...law.keys()];
  const counts = new Map<number, number>();
  const order = ["A0", "A1", "A2"].map((id) => solver.states.indexOf(id));
  for (let index = 0; index < 1500; index++) {
    const { molecules, refused } = solver.run({ seed, index, times: Float64Array.of(0.7) });
    expect(refused).toBe(0);
    const at = keys.indexOf(order.map((state) => molecules[state]).join());
    expect(at).toBeGreaterThanOrEqual(0);
    counts.set(at, (counts.get(at) ?? 0) + 1);
  }
  const { statistic, freedom } = chiSquare(counts, (at) => law.get(keys[at]) ?? 0, keys.length - 1);
  expect(statistic).toBeLessThan(chiSquareQuantile(freedom, oneInTenThousand));
});

it("keeps sums, and makes molecules whole again once their channels are slow", async () => {
  const solver = await hybridOf("J: A => B; A; K: B => A; 0.02*B; A = 5000; B = 0", { partition: { interval: 0.05, molecules: 200 } });
  for (let index = 0; index < 10; index++) {
    const { molecules, status } = solver.run({ seed, index, times: Float64Array.of(0.1, 2, 8, 12) });
    expect(status.status).toBe("done");
    for (let row = 0; row < 4; row++) expect(Math.abs(molecules[2 * row] + molecules[2 * row + 1] - 5000)).toBeLessThan(1e-6);
    // A is then about 100, below the threshold of both channels.
    for (const row of [2, 3]) expect(Number.isInteger(molecules[2 * row])).toBe(true);
  }
});

it("refuses events and thresholds that are impossible, all at once", async () => {
  const { problems } = await compileHybrid(networkOfText("J: X => ; X; X = 5; E: at X < 3: X = 5"), { partition: { interval: 0, firings: -1 } });
  expect(problems?.map(({ where }) => where).toSorted()).toEqual(["event:E", "option:firings", "option:interval"]);
});
