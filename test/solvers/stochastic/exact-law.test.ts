import { describe, expect, it } from "vitest";
import { stochasticMethods } from "../../../src/solvers/stochastic/index.ts";
import { exactLaw, smallNetwork } from "./exact-law.ts";
import { chiSquare, chiSquareQuantile, histogram, oneInTenThousand, solverOf } from "./networks.ts";

const seed = 11n;
const time = 0.3;
const runs = 1500;
const numbers = Array.from({ length: 10 }, (_, number) => number);

const powers = (n: number, taken: number): number => n ** taken;

/** Pearson's statistic of states seen at the end of runs against a law over states, and the limit it must not pass. */
async function againstLaw(number: number, options: Parameters<typeof solverOf>[1], law: ReadonlyMap<string, number>): Promise<{ readonly statistic: number; readonly limit: number }> {
  const { text } = smallNetwork(number);
  const solver = await solverOf(text, options);
  const order = ["A0", "A1", "A2"].map((id) => solver.states.indexOf(id));
  const codes = new Map([...law.keys()].map((key, code) => [key, code]));
  const seen = Array.from({ length: runs }, (_, index) => {
    const { molecules } = solver.run({ seed, index, times: Float64Array.of(time) });
    return codes.get(order.map((state) => molecules[state]).join()) ?? Number.NaN;
  });
  expect(seen).not.toContain(Number.NaN);
  const probabilities = [...law.values()];
  const { statistic, freedom } = chiSquare(histogram(seen), (code) => probabilities[code] ?? 0, probabilities.length - 1);
  return { statistic, limit: chiSquareQuantile(freedom, oneInTenThousand) };
}

describe("ten random small networks have the law of the master equation", () => {
  for (const method of Object.values(stochasticMethods)) {
    it(`by ${method.facts.id}`, async () => {
      for (const number of numbers) {
        const { statistic, limit } = await againstLaw(number, { method, unrolledChannels: number % 2 === 0 ? 40 : 0 }, exactLaw(smallNetwork(number), time));
        expect(statistic, smallNetwork(number).text).toBeLessThan(limit);
      }
    });
  }
  it("and powers in the place of falling factorials, or a rate 30 % off, would be seen in most of them", async () => {
    let [seenPowers, seenFaster, withPairs] = [0, 0, 0];
    for (const number of numbers) {
      const network = smallNetwork(number);
      const wrong = await againstLaw(number, {}, exactLaw(network, time, powers));
      const fast = await againstLaw(number, {}, exactLaw(network, 1.3 * time));
      if (network.reactions.some(({ taken }) => taken.includes(2))) withPairs += 1;
      if (wrong.statistic > wrong.limit) seenPowers += 1;
      if (fast.statistic > fast.limit) seenFaster += 1;
    }
    expect(withPairs).toBeGreaterThan(4);
    expect(seenPowers).toBeGreaterThan(withPairs / 2);
    expect(seenFaster).toBeGreaterThan(5);
  });
});
