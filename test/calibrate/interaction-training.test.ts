import * as fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { FitHooks } from "../../src/calibrate/hooks.ts";
import { silentHooks } from "../../src/calibrate/hooks.ts";
import { adamStep, chainIntoValues, parametersInto, softplus, startValues, weightPenalty } from "../../src/calibrate/interaction-parameters.ts";
import type { InteractionRecipe } from "../../src/calibrate/interaction-recipe.ts";
import { trainInteractionNetwork, type InteractionProblem, type InteractionState } from "../../src/calibrate/interaction-training.ts";
import { compileInteractionNetwork, interactionShape, type InteractionNetwork, type NodeRole } from "../../src/hybrid/interaction-network.ts";
import { stream } from "../../src/numerics/random.ts";

const roles: readonly NodeRole[] = ["internal", "internal", "internal", "internal", "readout", "input", "input"];
const shape = interactionShape(roles);
const n = roles.length;
const nCondition = 12;

const recipe: InteractionRecipe = {
  stages: [
    { steps: 20, learningRate: 0.1, l1: 1e-3, l2: 1e-4, patience: 40, iterations: 60 },
    { steps: 40, learningRate: 0.01, l1: 1e-4, l2: 1e-4, patience: 10, iterations: 30 },
  ],
  batch: 4,
  window: 5,
};

/** Responses of a network with weights of its own, so that there is something to learn. */
async function problemOf(network: InteractionNetwork): Promise<InteractionProblem> {
  const draw = stream(5n, "data", 0);
  const truth = startValues(shape, 99n).map((value) => 0.7 * value);
  const parameters = new Float64Array(truth.length);
  parametersInto(parameters, truth, shape.edges.length);
  const inputs = new Float64Array(nCondition * n);
  for (let row = 0; row < nCondition; row++) for (const node of [5, 6]) inputs[row * n + node] = draw.normal();
  const exact = await compileInteractionNetwork(shape, { step: 0.1, precision: "f64" });
  exact.setParameters(parameters);
  const responses = new Float64Array(nCondition * n);
  const state = new Float64Array(n);
  for (let row = 0; row < nCondition; row++) {
    exact.solveInto(state, inputs, [row], 40);
    responses.set(state, row * n);
  }
  return { network, table: { inputs, responses }, train: [0, 1, 2, 3, 4, 5, 6, 7, 8], validation: [9, 10, 11], recipe, seed: 3n };
}

describe("training a network of interactions", () => {
  let problem: InteractionProblem;
  beforeAll(async () => {
    problem = await problemOf(await compileInteractionNetwork(shape, { step: 0.1, precision: "f32x4" }));
  });

  it("learns: the training error falls by more than nine tenths", async () => {
    const training = await trainInteractionNetwork({ ...problem, recipe: { ...recipe, stages: [{ ...(recipe.stages[0] ?? expect.fail()), iterations: 400, patience: 400 }] } }, silentHooks, null);
    expect(training.status).toBe("done");
    expect(training.iterations).toEqual([400]);
    const [first, last] = [training.history[0]?.loss ?? Number.NaN, training.history.at(-1)?.loss ?? Number.NaN];
    expect(last).toBeLessThan(0.1 * first);
    expect(training.history.at(-1)?.iteration).toBe(400);
  });

  it("goes on from any checkpoint to the same bits", async () => {
    const whole = await trainInteractionNetwork(problem, silentHooks, null);
    for (const stopAt of [1, 7, 59, 61, 75]) {
      let asked = 0;
      const kept: { state: InteractionState | null } = { state: null };
      const hooks: FitHooks = { ...silentHooks, stop: () => ++asked > stopAt, checkpoint: (state) => void (kept.state = JSON.parse(JSON.stringify(state)) as InteractionState) };
      const stopped = await trainInteractionNetwork(problem, hooks, null);
      if (stopped.status === "done") continue;
      expect(stopped.status).toBe("stopped");
      expect(kept.state).not.toBeNull();
      expect(await trainInteractionNetwork(problem, silentHooks, kept.state)).toEqual(whole);
    }
  });

  it("ends a stage when patience or iterations run out, and keeps the best of the last", async () => {
    const training = await trainInteractionNetwork(problem, silentHooks, null);
    const [first = 0, second = 0] = training.iterations;
    expect(first).toBeGreaterThan(40);
    expect(first).toBeLessThanOrEqual(60);
    expect(second).toBeLessThanOrEqual(30);
    // No step improves on the best when steps are too small to change anything: the window empties first, then patience runs out.
    const still = { ...problem, recipe: { ...recipe, stages: [{ steps: 5, learningRate: 1e-300, l1: 0, l2: 0, patience: 3, iterations: 1000 }], batch: 9, window: 1 }, validation: [9] };
    expect((await trainInteractionNetwork(still, silentHooks, null)).iterations).toEqual([5]);
  });

  it("asks the host for breath and says how far it is", async () => {
    let breaths = 0;
    const done: number[] = [];
    const slow: InteractionRecipe = { ...recipe, stages: [{ steps: 4000, learningRate: 0.01, l1: 0, l2: 0, patience: 100, iterations: 60 }] };
    const hooks: FitHooks = { ...silentHooks, breathe: async () => void breaths++, progress: (at) => void done.push(at) };
    const begun = performance.now();
    await trainInteractionNetwork({ ...problem, recipe: slow }, hooks, null);
    const expected = Math.floor((performance.now() - begun) / 100);
    expect(breaths).toBeGreaterThanOrEqual(expected);
    expect(done).toEqual(done.toSorted((a, b) => a - b));
    expect(done.length).toBe(60);
  });

  it("fails by name when the loss is not finite", async () => {
    const table = { ...problem.table, responses: problem.table.responses.map((value, place) => (place === 3 ? Number.NaN : value)) };
    const training = await trainInteractionNetwork({ ...problem, table }, silentHooks, null);
    expect(training.status).toBe("failed");
    expect(training.failure).toContain("the loss is NaN in iteration");
  });

  it("draws other numbers for another seed, and the same for the same", async () => {
    const short = { ...problem, recipe: { ...recipe, stages: recipe.stages.slice(0, 1) } };
    const [a, b, c] = await Promise.all([3n, 3n, 4n].map((seed) => trainInteractionNetwork({ ...short, seed }, silentHooks, null)));
    expect(a?.parameters).toEqual(b?.parameters);
    expect(a?.parameters).not.toEqual(c?.parameters);
  });
});

describe("the free values", () => {
  const finite = fc.double({ min: -30, max: 30, noNaN: true });

  it("chain and penalty give the gradient of the whole loss", () => {
    fc.assert(
      fc.property(fc.array(finite.filter((value) => Math.abs(value) > 1e-3), { minLength: 6, maxLength: 6 }), (list) => {
        const values = Float64Array.from(list);
        const nWeight = 3;
        const penalty = { l1: 0.3, l2: 0.05 };
        const loss = (at: Float64Array): number => {
          const parameters = new Float64Array(at.length);
          parametersInto(parameters, at, nWeight);
          return parameters.reduce((sum, each, place) => sum + (place + 1) * each, 0) + weightPenalty(at, nWeight, penalty, null);
        };
        const gradient = Float64Array.from(list, (_, place) => place + 1);
        chainIntoValues(gradient, values, nWeight);
        weightPenalty(values, nWeight, penalty, gradient);
        list.forEach((_, place) => {
          const at = (change: number): number => loss(values.map((value, other) => (other === place ? value + change : value)));
          expect(Math.abs((at(1e-5) - at(-1e-5)) / 2e-5 - (gradient[place] ?? Number.NaN))).toBeLessThan(1e-6 * (1 + Math.abs(gradient[place] ?? 0)));
        });
      }),
    );
  });

  it("softplus neither overflows nor reaches 0 early", () => {
    expect(softplus(1)).toBeCloseTo(Math.log(1 + Math.E), 15);
    expect(softplus(800)).toBe(800);
    expect(softplus(-700)).toBeGreaterThan(0);
  });

  it("start as published: weights about .01 with spread 1, softplus(1) for the rest", () => {
    const large = interactionShape([...Array.from({ length: 60 }, (): NodeRole => "internal"), "input"]);
    const values = startValues(large, 1n);
    const weights = values.subarray(0, large.edges.length);
    const mean = weights.reduce((sum, each) => sum + each, 0) / weights.length;
    const sd = Math.sqrt(weights.reduce((sum, each) => sum + (each - mean) ** 2, 0) / weights.length);
    const standardErrors = 5 / Math.sqrt(weights.length);
    expect(Math.abs(mean - 0.01)).toBeLessThan(standardErrors);
    expect(Math.abs(sd - 1)).toBeLessThan(standardErrors);
    expect([...values.subarray(large.edges.length)]).toEqual(Array.from({ length: 2 * 61 }, () => 1));
  });

  it("Adam's first step is the learning rate against the gradient's sign", () => {
    const values = Float64Array.of(1, 2, 3);
    adamStep(values, Float64Array.of(5, -0.01, 0), { first: new Float64Array(3), second: new Float64Array(3) }, 1, 0.1);
    [0.9, 2.1, 3].forEach((expected, place) => expect(values[place]).toBeCloseTo(expected, 5));
  });
});
