import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parametersWith, predictPath } from "../../src/calibrate/predict.ts";
import { attachLearnedFlux } from "../../src/hybrid/learned-flux.ts";
import { equalWidth, neuralOde } from "../../src/hybrid/neural-ode.ts";
import { residuals } from "../../src/hybrid/residual/index.ts";
import { odeSystem } from "../../src/models/compile.ts";
import type { Network } from "../../src/models/network.ts";
import { conservationLaws } from "../../src/models/structure.ts";
import { readReactionText, writeReactionText } from "../../src/models/text.ts";
import { stream } from "../../src/numerics/random.ts";
import { compileSolver } from "../../src/solvers/compile.ts";
import { tsit5 } from "../../src/solvers/ode/tsit5.ts";

const model = (): Network => {
  const read = readReactionText("species A, B, C; A + B -> C; kf*A*B - kr*C; A = 1; B = 0.6; C = 0; kf = 2; kr = 0.3", "binding");
  if (read.problems) throw new Error(read.problems.map((problem) => problem.message).join());
  return read.network;
};
const flux = { id: "unknown", stoichiometry: { A: -1, B: -1, C: 1 }, inputs: ["A", "C"] } as const;
const attached = () => attachLearnedFlux(model(), flux, residuals.dense.defaults, stream(1n, "test", 0));
const times = Float64Array.from([0.5, 1, 3, 10]);

async function path(network: Network, values: Readonly<Record<string, number>>): Promise<{ readonly ids: readonly string[]; readonly states: Float64Array }> {
  const compiled = odeSystem(network);
  if (compiled.problems) throw new Error(compiled.problems.map((problem) => problem.message).join());
  const solver = await compileSolver(compiled.system, { method: tsit5, control: { rtol: 1e-8, atol: 1e-10 } });
  const empty = new Float64Array(0);
  const solved = predictPath(solver, compiled.system, { id: "test", segments: [{ controls: {}, start: {}, duration: 10 }], times, values: empty, sd: empty }, parametersWith(compiled.system, values));
  expect(solved.failure).toBeNull();
  return { ids: compiled.system.states, states: solved.states };
}

const column = (solved: { readonly ids: readonly string[]; readonly states: Float64Array }, id: string): number[] =>
  Array.from(times, (_, row) => solved.states[row * solved.ids.length + solved.ids.indexOf(id)] ?? Number.NaN);

/** Large random weights, as before any training. */
const weightsOf = (ids: readonly string[], seed: number): Record<string, number> => {
  const random = stream(BigInt(seed), "weights", 0);
  return Object.fromEntries(ids.map((id) => [id, 3 * random.normal()]));
};

describe("a learned flux", () => {
  it("changes nothing as initialised", async () => {
    const [plain, hybrid] = [await path(model(), {}), await path(attached().network, {})];
    const tolerance = 10 * 1e-8;
    for (const id of ["A", "B", "C"]) column(hybrid, id).forEach((value, row) => expect(Math.abs(value - (column(plain, id)[row] ?? 0))).toBeLessThan(tolerance));
  });

  it("keeps every conservation law and positivity whatever its weights", async () => {
    const { network, weights } = attached();
    const tolerance = 1e-6;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1_000_000 }), async (seed) => {
        const solved = await path(network, weightsOf(weights, seed));
        const [a, b, c] = ["A", "B", "C"].map((id) => column(solved, id));
        times.forEach((_, row) => {
          expect(Math.abs((a?.[row] ?? 0) + (c?.[row] ?? 0) - 1)).toBeLessThan(tolerance);
          expect(Math.abs((b?.[row] ?? 0) + (c?.[row] ?? 0) - 0.6)).toBeLessThan(tolerance);
          for (const value of [a, b, c]) expect(value?.[row]).toBeGreaterThan(-tolerance);
        });
      }),
      { numRuns: 12 },
    );
    expect(conservationLaws(network).length).toBe(conservationLaws(model()).length);
  });

  it("does move the system once its weights are not zero, so the laws above are no accident of silence", async () => {
    const { network, weights } = attached();
    const [plain, moved] = [await path(model(), {}), await path(network, weightsOf(weights, 5))];
    expect(Math.max(...column(moved, "C").map((value, row) => Math.abs(value - (column(plain, "C")[row] ?? 0))))).toBeGreaterThan(1e-3);
  });

  it("survives as text: a trained hybrid can be written down and read back", () => {
    const { network } = attached();
    const read = readReactionText(writeReactionText(network), network.id);
    expect(read.problems).toBeUndefined();
    expect(read.network).toEqual(network);
  });

  it("refuses an id that is taken and a stoichiometry of 0", () => {
    const attach = (changes: Partial<Parameters<typeof attachLearnedFlux>[1]>) => () => attachLearnedFlux(model(), { ...flux, ...changes }, residuals.dense.defaults, stream(1n, "test", 0));
    expect(attach({ id: model().reactions[0]?.id ?? "" })).toThrow("already has something of this name");
    expect(attach({ id: "kf" })).toThrow("already has something of this name");
    expect(attach({ stoichiometry: { A: -1, B: 0 } })).toThrow("the stoichiometry of B is 0");
  });

  it("names species and inputs that the model does not have", () => {
    expect(() => attachLearnedFlux(model(), { ...flux, inputs: ["Z"] }, residuals.dense.defaults, stream(1n, "test", 0))).toThrow("Z not in the model");
  });
});

const names = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, index) => `${prefix}${index}`);

describe("a neural ODE", () => {
  it("is as wide as it takes to have at least as many weights as asked", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 10 }), fc.integer({ min: 0, max: 10 }), (parameters, nObservable, nAgent) => {
        const width = equalWidth(parameters, nObservable, nAgent);
        const node = neuralOde("node", new Map(names("x", nObservable).map((id) => [id, 0])), names("u", nAgent), { hidden: [width], gain: 1 }, stream(1n, "test", 0));
        expect(node.weights.length).toBeGreaterThanOrEqual(parameters);
        expect(node.weights.length - parameters).toBeLessThanOrEqual(2 * nObservable + nAgent + 1 + nObservable);
      }),
      { numRuns: 30 },
    );
  });

  it("stands still as initialised", async () => {
    const node = neuralOde("node", new Map([["x", 0.4]]), ["dose"], { hidden: [3], gain: 1 }, stream(1n, "test", 0));
    expect(column(await path(node.network, { dose: 2 }), "x")).toEqual([0.4, 0.4, 0.4, 0.4]);
  });
});
