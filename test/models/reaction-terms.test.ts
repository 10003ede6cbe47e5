import * as fc from "fast-check";
import { expect, test } from "vitest";
import { evaluate } from "../../src/kernel/evaluate.ts";
import { symbolsOf } from "../../src/kernel/substitute.ts";
import { odeSystem } from "../../src/models/compile.ts";
import { expressionsOfRates, reactionTermsOf } from "../../src/models/reaction-terms.ts";
import { networks } from "./random-network.ts";

/** Each product and each sum of at most four reactions and a divisor is rounded on either side. */
const roundings = 16 * Number.EPSILON;

test("the terms of a system add up to its right-hand side, and hold every symbol of it", () => {
  let compared = 0;
  const values = fc.array(fc.double({ min: 0.1, max: 3, noNaN: true }), { minLength: 40, maxLength: 40 });
  fc.assert(
    fc.property(networks(), values, (network, numbers) => {
      const { system } = odeSystem(network);
      if (!system) return;
      const terms = reactionTermsOf(system);
      if (!terms) throw new Error("a system of a network has terms");
      expect(reactionTermsOf({ ...system })).toBeNull();
      const point = new Map(["time", ...system.states, ...system.parameters].map((id, index) => [id, numbers[index] ?? 1]));
      const at = (name: string): number => point.get(name) ?? Number.NaN;
      const [sums, sizes] = [new Float64Array(system.states.length), new Float64Array(system.states.length)];
      terms.rates.forEach(({ expression, factors = [] }, reaction) => {
        const rate = expression ? evaluate(expression, at) : factors.reduce((product, factor) => product * evaluate(factor, at), 1);
        for (let entry = terms.changeStart[reaction] ?? 0; entry < (terms.changeStart[reaction + 1] ?? 0); entry++) {
          const state = terms.changedState[entry] ?? -1;
          const divisor = terms.divisors[state];
          const part = ((terms.change[entry] ?? NaN) * rate) / (divisor ? evaluate(divisor, at) : 1);
          sums[state] = (sums[state] ?? 0) + part;
          sizes[state] = (sizes[state] ?? 0) + Math.abs(part);
        }
      });
      for (const { state, derivative } of terms.ruled) {
        sums[state] = evaluate(derivative, at);
        sizes[state] = Math.abs(sums[state] ?? NaN);
      }
      system.rhs.forEach((rate, state) => {
        const expected = evaluate(rate, at);
        // Whole rates may cancel in the written sum where one of them is no number.
        if (!Number.isFinite(sizes[state]) || !Number.isFinite(expected)) return;
        compared += 1;
        expect(Math.abs((sums[state] ?? NaN) - expected)).toBeLessThanOrEqual(roundings * (sizes[state] ?? 0));
      });
      const held = symbolsOf(expressionsOfRates(system));
      for (const name of symbolsOf(system.rhs)) expect(held).toContain(name);
    }),
    { numRuns: 300 },
  );
  expect(compared).toBeGreaterThan(20);
});
