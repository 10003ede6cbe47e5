import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { leapMethods } from "../../../src/solvers/stochastic/leap.ts";
import { compileLeap } from "../../../src/solvers/stochastic/leap-solver.ts";
import { stochasticModel } from "../../../src/solvers/stochastic/stochastic-model.ts";
import { networkOfText } from "./networks.ts";

const species = ["A", "B", "C"];
const chosen = fc.constantFrom(...species);
/** Reactions that do not multiply molecules by themselves: what is made is no more than what is taken, or one at a time. */
const reaction = fc.oneof(
  fc.tuple(chosen, chosen).map(([one, other]) => `${one} => ${other}`),
  fc.tuple(chosen, chosen, chosen).map(([one, other, made]) => `${one} + ${other} => ${made}`),
  fc.tuple(chosen, chosen, chosen, chosen).map(([one, other, made, next]) => `${one} + ${other} => ${made} + ${next}`),
  fc.tuple(chosen, chosen, chosen).map(([one, other, made]) => `2 ${one} + ${other} => ${made}`),
  chosen.map((made) => `=> ${made}`),
  chosen.map((one) => `${one} => `),
  fc.tuple(chosen, chosen).filter(([one, other]) => one !== other).map(([one, other]) => `${one} => ${one} + ${other}`),
);
const rateOf = (text: string, k: number): string => {
  const side = text.split("=>")[0].trim();
  const factors = side === "" ? [] : side.split(" + ").map((part) => (part.startsWith("2 ") ? `${part.slice(2)}^2` : part));
  return [k, ...factors].join("*");
};
const cases = fc.record({
  reactions: fc.array(fc.tuple(reaction, fc.double({ min: 0.01, max: 5, noNaN: true })), { minLength: 1, maxLength: 5 }),
  start: fc.tuple(fc.nat(60), fc.nat(60), fc.nat(60)),
  /** Steps far too long for these networks, so that leaps are refused all the time. */
  control: fc.oneof(fc.constant({}), fc.constant({ epsilon: 0.5, shortestLeap: 0.01, criticalBelow: 0 }), fc.constantFrom({ step: 0.3, criticalBelow: 0, shortestLeap: 0.1 }, { step: 3 })),
  seed: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
});

describe.each(Object.keys(leapMethods) as (keyof typeof leapMethods)[])("%s on random networks", (id) => {
  const method = leapMethods[id];
  it("never has a negative number, and numbers are the start plus stoichiometry times firings", async () => {
    let rejected = 0;
    await fc.assert(
      fc.asyncProperty(cases, async ({ reactions, start, control, seed }) => {
        const text = `${reactions.map(([one, k], index) => `J${index}: ${one}; ${rateOf(one, k)}`).join("; ")}; ${species.map((name, index) => `${name} = ${start[index]}`).join("; ")}`;
        const network = networkOfText(text);
        const { model } = stochasticModel(network);
        const { solver } = await compileLeap(network, { method, control, target: "javascript" });
        if (!model || !solver) throw new Error(`cannot compile ${text}`);
        for (let index = 0; index < 3; index++) {
          const path = solver.run({ seed, index, times: Float64Array.of(0.1, 0.5, 2), maxEvents: 3000 });
          expect(["done", "too-many-steps"]).toContain(path.status.status);
          rejected += path.rejected;
          for (const count of path.molecules) expect(count).toBeGreaterThanOrEqual(0);
          if (method.facts.wholeNumbers) expect([...path.molecules, ...path.firings].every(Number.isInteger)).toBe(true);
          if (path.status.status !== "done") continue;
          const scale = path.firings.reduce((sum, count) => sum + Math.abs(count), 100);
          model.initial.forEach((from, state) => {
            const made = model.channels.reduce((sum, { changes }, channel) => sum + path.firings[channel] * (changes.find((one) => one.state === state)?.change ?? 0), from);
            const last = path.molecules[2 * model.initial.length + state];
            // Real numbers round; whole ones do not.
            expect(Math.abs(last - made)).toBeLessThanOrEqual(method.facts.wholeNumbers ? 0 : 1e-12 * 3000 * scale);
          });
        }
      }),
      { numRuns: 80 },
    );
    // The boundary was met.
    if (!method.facts.exact) expect(rejected).toBeGreaterThan(20);
  });
});
