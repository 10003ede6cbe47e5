import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { OdeSystem } from "../../src/models/system.ts";
import { compileAdjoint } from "../../src/solvers/adjoint.ts";
import { auto, bdf, kvaerno5 } from "../../src/solvers/ode/index.ts";
import { difference } from "./difference.ts";
import { dot, expectAgreement, gradientTolerance, lossWeights } from "./gradient-agreement.ts";
import { chain, forcedRates, zooSystem } from "./gradient-systems.ts";
import { problemOf, systemOf } from "./problems.ts";

interface Reaction {
  readonly from: readonly number[];
  readonly to: readonly number[];
  readonly log10k: number;
}

const species = 4;
const someSpecies = (most: number): fc.Arbitrary<number[]> => fc.array(fc.nat(species - 1), { minLength: 0, maxLength: most });
const reactions: fc.Arbitrary<Reaction[]> = fc.array(
  fc.record({ from: fc.array(fc.nat(species - 1), { minLength: 1, maxLength: 2 }), to: someSpecies(1), log10k: fc.double({ min: -1, max: 2.5, noNaN: true }) }),
  { minLength: 2, maxLength: 6 },
);

/** Mass action; no reaction makes more molecules than it takes, so that nothing grows without bound. */
function massAction(list: readonly Reaction[]): OdeSystem {
  const change = (state: number): string => {
    const terms = list.flatMap(({ from, to }, index) => {
      const net = to.filter((one) => one === state).length - from.filter((one) => one === state).length;
      return net === 0 ? [] : [`(${net})*k${index}*${from.map((one) => `x${one}`).join("*")}`];
    });
    return terms.join(" + ") || "0*x0";
  };
  const states = Array.from({ length: species }, (_, state) => state);
  return systemOf(
    "random",
    Object.fromEntries(states.map((state) => [`x${state}`, change(state)])),
    Object.fromEntries(states.map((state) => [`x${state}`, 0.5 + 0.3 * state])),
    Object.fromEntries(list.map(({ log10k }, index) => [`k${index}`, 10 ** log10k])),
  );
}

describe.each([kvaerno5, bdf])("the adjoint of $facts.id", (method) => {
  it("equals forward sensitivities and differences for random mass-action networks", { timeout: 30_000 }, async () => {
    await fc.assert(fc.asyncProperty(reactions, (list) => expectAgreement({ system: massAction(list), times: [0.01, 0.5, 4], rtol: 1e-4, atol: 1e-7, wrt: ["k0", "k1", "x0"] }, method)), { numRuns: 12 });
  });

  it("comes to the closed form of decay as the tolerance falls", async () => {
    const rtol = 1e-9;
    const solver = await compileAdjoint(systemOf("decay", { x: "-k*x" }, { x: 2 }, { k: 0.7 }), { method, control: { rtol, atol: 1e-11 } });
    const { statistics } = solver.solve({ parameters: Float64Array.of(0.7), state: Float64Array.of(2), times: Float64Array.of(1, 3) });
    const [byParameter, byState] = [new Float64Array(1), new Float64Array(1)];
    solver.pullBack(Float64Array.of(1, 1), byParameter, byState);
    // Errors of at most rtol a step add up.
    const accumulated = statistics.accepted * rtol;
    expect(Math.abs((byParameter[0] ?? NaN) + 2 * (Math.exp(-0.7) + 3 * Math.exp(-2.1)))).toBeLessThan(accumulated);
    expect(Math.abs((byState[0] ?? NaN) - Math.exp(-0.7) - Math.exp(-2.1))).toBeLessThan(accumulated);
  });

  it("has the same bits in WebAssembly and JavaScript, by some parameters as by all, and each time it is asked for", async () => {
    for (const system of [chain(12), zooSystem("robertson")]) {
      const problem = problemOf(system, [0.5, 3]);
      const [wasm, javascript, some] = await Promise.all(
        ([{ target: "wasm" }, { target: "javascript" }, { wrt: system.parameters.slice(1, 2) }] as const).map(async (options) => {
          const solver = await compileAdjoint(system, { method, ...options });
          const { values } = solver.solve(problem);
          const weights = lossWeights(values, system.states.length);
          const [first, again] = [0, 1].map(() => {
            const [byParameter, byState] = [new Float64Array(system.parameters.length), new Float64Array(system.states.length)];
            solver.pullBack(weights, byParameter, byState);
            return { byParameter, byState };
          });
          expect(again).toEqual(first);
          return first;
        }),
      );
      expect(wasm).toEqual(javascript);
      const [chosen, of] = [some?.byParameter[1] ?? NaN, wasm?.byParameter[1] ?? NaN];
      // The graph is written in another order where it has fewer ends: equal to rounding.
      expect(Math.abs(chosen - of)).toBeLessThan(1e-12 * Math.abs(of));
      expect(some?.byParameter[0]).toBe(0);
    }
  });

  it("goes on where a long record was grown and a long sweep cut into calls", { timeout: 20_000 }, async () => {
    const system = systemOf("decay", { x: "-k*x + sin(time)*b" }, { x: 2 }, { k: 0.7, b: 0.4 });
    const solver = await compileAdjoint(system, { method, control: { maxSteps: 30_000 } });
    const count = 20_500;
    const given = { steps: new Float64Array(count).fill(5 / count), orders: Float64Array.from({ length: count }, (_, index) => Math.min(index, 3)) };
    const problem = { ...problemOf(system, [1.7, 4.999]), ...("multistep" in method ? given : { steps: given.steps }) };
    expect(solver.solve(problem).status.status).toBe("done");
    const [byParameter, byState] = [new Float64Array(2), new Float64Array(1)];
    solver.pullBack(Float64Array.of(1, -2), byParameter, byState);
    const slope = difference(problem.parameters, 0, (moved) => dot(Float64Array.of(1, -2), solver.solve({ ...problem, parameters: moved }).values));
    expect(Math.abs((byParameter[0] ?? NaN) - slope)).toBeLessThan(gradientTolerance);
  });
});

it("a method that goes between others has no reverse, and the refusal names those that have one", async () => {
  await expect(compileAdjoint(forcedRates, { method: auto })).rejects.toThrow("the steps of auto have none; use one of tsit5");
  await expect(compileAdjoint(forcedRates, { method: auto })).rejects.toThrow("kvaerno5, bdf");
});

it.each([kvaerno5, bdf])("$facts.id refuses outputs out of which negative amounts are taken, and counts a parameter named twice once", async (method) => {
  const system = systemOf("decay", { x: "-k*x" }, { x: 2 }, { k: 0.7 });
  const widened = { method, nonNegative: true };
  await expect(compileAdjoint(system, widened)).rejects.toThrow("nonNegative");
  const [once, twice] = await Promise.all(
    [["k"], ["k", "k"]].map(async (wrt) => {
      const solver = await compileAdjoint(system, { method, wrt });
      solver.solve(problemOf(system, [1]));
      const gradient = new Float64Array(1);
      solver.pullBack(Float64Array.of(1), gradient, new Float64Array(1));
      return gradient;
    }),
  );
  expect(twice).toEqual(once);
});
