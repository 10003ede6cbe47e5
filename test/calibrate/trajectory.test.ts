import { describe, expect, it } from "vitest";
import { coordinateOf, type FitCondition, type FitProblem } from "../../src/calibrate/problem.ts";
import { mechanismFirst, together } from "../../src/calibrate/recipe.ts";
import { silentHooks } from "../../src/calibrate/hooks.ts";
import { multistart } from "../../src/calibrate/multistart.ts";
import { planSegments } from "../../src/calibrate/segment-plan.ts";
import { predictPath, parametersWith } from "../../src/calibrate/predict.ts";
import { train, type TrainingState } from "../../src/calibrate/train.ts";
import { compileTrajectoryObjective } from "../../src/calibrate/trajectory-objective.ts";
import { odeSystem } from "../../src/models/compile.ts";
import { readReactionText } from "../../src/models/text.ts";
import type { OdeSystem } from "../../src/models/system.ts";
import { compileSolver } from "../../src/solvers/compile.ts";
import { bdf, kvaerno5, rodas5p, tsit5 } from "../../src/solvers/ode/index.ts";

function system(): OdeSystem {
  const read = readReactionText("species A, B, C; A -> B; k1*inhibit*A; B -> C; k2*B/(1 + B); C -> A; k3*C; A = 2; B = 0; C = x0; k1 = 1.5; k2 = 0.8; k3 = 0.3; inhibit = 1; x0 = 0.5", "loop");
  if (read.problems) throw new Error(read.problems.map((each) => each.message).join());
  const compiled = odeSystem(read.network);
  if (compiled.problems) throw new Error(compiled.problems.map((each) => each.message).join());
  return compiled.system;
}

/** Two protocols: one stretch, and a stretch under an inhibitor followed by its removal; noise-free data of k = (1.5, .8, .3). */
async function problem(rtol = 1e-7): Promise<FitProblem> {
  const model = system();
  const solver = await compileSolver(model, { method: tsit5, control: { rtol: 1e-10, atol: 1e-12 } });
  const times = Float64Array.from([0.5, 1, 2, 3, 5]);
  const empty = new Float64Array(0);
  const shapes = [
    { id: "control", segments: [{ controls: {}, start: {}, duration: 5 }] },
    { id: "inhibited, then free", segments: [{ controls: { inhibit: 0.1 }, start: {}, duration: 2 }, { controls: { inhibit: 1 }, start: { B: 0.1 }, duration: 3 }] },
  ];
  const conditions = shapes.map((shape): FitCondition => {
    const path = predictPath(solver, model, { ...shape, times, values: empty, sd: empty }, parametersWith(model, {}));
    const values = Float64Array.from({ length: 10 }, (_, index) => path.states[3 * Math.floor(index / 2) + (index % 2 === 0 ? 0 : 2)] ?? 0);
    values[3] = Number.NaN;
    return { ...shape, times, values, sd: new Float64Array(10).fill(0.05) };
  });
  return {
    system: model,
    free: [
      { id: "k1", group: "mechanism", scale: "log", start: 0.7, prior: { mean: 0, sd: 2 } },
      { id: "k2", group: "mechanism", scale: "log", start: 1.4, prior: null },
      { id: "k3", group: "residual", scale: "linear", start: 0.6, prior: null },
      { id: "x0", group: "mechanism", scale: "linear", start: 0.7, prior: { mean: 0.5, sd: 1 } },
    ],
    observations: [
      { id: "A", states: { A: 1 } },
      { id: "C", states: { C: 1 } },
    ],
    conditions,
    penalties: {},
    rtol,
    atol: rtol / 100,
  };
}

const startOf = (fit: FitProblem): Float64Array => Float64Array.from(fit.free, (parameter) => coordinateOf(parameter, parameter.start));

describe("the trajectory objective", () => {
  it("has the gradient of its value, over segments, priors and initial values", async () => {
    const rtol = 1e-9;
    const fit = await problem(rtol);
    const objective = await compileTrajectoryObjective({ ...fit, penalties: { B: 0.3 } });
    const x = startOf(fit);
    const gradient = new Float64Array(x.length);
    const value = objective.gradientInto(gradient, x);
    expect(value).toBe(objective.value(x));
    x.forEach((_, index) => {
      const h = 1e-4;
      const at = (shift: number): number => objective.value(x.map((each, k) => (k === index ? each + shift * h : each)));
      const difference = (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * h);
      // Steps are chosen anew at every point: the difference carries errors of about rtol / h of the value.
      expect(Math.abs((gradient[index] ?? 0) - difference)).toBeLessThan(((100 * rtol) / h) * Math.max(1, Math.abs(value)));
    });
  });

  it("is half the sum of its squared residuals, with the same gradient by forward sensitivities", async () => {
    const fit = await problem();
    const objective = await compileTrajectoryObjective(fit);
    const { leastSquares } = objective;
    if (!leastSquares) throw new Error("no least squares");
    const x = startOf(fit);
    const residuals = new Float64Array(leastSquares.nResidual);
    const jacobian = new Float64Array(leastSquares.nResidual * x.length);
    expect(leastSquares.jacobianInto(residuals, jacobian, x)).toBe(true);
    const gradient = new Float64Array(x.length);
    const value = objective.gradientInto(gradient, x);
    expect(Math.abs(0.5 * residuals.reduce((sum, r) => sum + r * r, 0) - value)).toBeLessThan(1e-12 * value);
    gradient.forEach((expected, column) => {
      let sum = 0;
      residuals.forEach((r, row) => (sum += r * (jacobian[row * x.length + column] ?? 0)));
      expect(Math.abs(sum - expected)).toBeLessThan(1e-9 * Math.max(1, Math.abs(expected)));
    });
  });

  it.each([rodas5p, kvaerno5, bdf])("has the same value and gradient by $facts.id, to the tolerance", async (method) => {
    const rtol = 1e-9;
    const fit = await problem(rtol);
    const x = startOf(fit);
    const [one, other] = await Promise.all(
      [{}, { method }].map(async (chosen) => {
        const objective = await compileTrajectoryObjective({ ...fit, ...chosen });
        const gradient = new Float64Array(x.length);
        return { value: objective.gradientInto(gradient, x), gradient };
      }),
    );
    // Errors of some hundred steps, in residuals of up to 2 / 0.05.
    const accumulated = 100 * 40 * rtol * Math.max(1, one?.value ?? 0);
    expect(Math.abs((one?.value ?? NaN) - (other?.value ?? NaN))).toBeLessThan(accumulated);
    expect(one?.value).not.toBe(other?.value);
    one?.gradient.forEach((slope, index) => expect(Math.abs(slope - (other?.gradient[index] ?? NaN))).toBeLessThan(accumulated));
  });

  it("names the value that has no standard deviation above 0", async () => {
    const fit = await problem(1e-5);
    const conditions = fit.conditions.map((condition, index) => (index === 1 ? { ...condition, sd: condition.sd.map((sd, place) => (place === 4 ? 0 : sd)) } : condition));
    await expect(compileTrajectoryObjective({ ...fit, conditions })).rejects.toThrow(/condition inhibited, then free: the value [\d.]+ has the standard deviation 0/);
  });

  it("names a free parameter that the system does not have", async () => {
    const fit = await problem();
    const free = [...fit.free, { id: "k9", group: "mechanism", scale: "log", start: 1, prior: null } as const];
    await expect(compileTrajectoryObjective({ ...fit, free })).rejects.toThrow("k9");
  });
});

const withoutPriors = (fit: FitProblem): FitProblem => ({ ...fit, free: fit.free.map((parameter) => ({ ...parameter, prior: null })) });

describe("training", () => {
  it("recovers the constants that made noise-free data", async () => {
    const result = await multistart(withoutPriors(await problem()), [], [mechanismFirst(60), together(200, 0.01, 0), { ...mechanismFirst(60), move: ["mechanism", "residual"] }], { starts: 1, seed: 1n, purpose: "test" }, silentHooks, null);
    expect(result.status).toBe("done");
    const truth: Readonly<Record<string, number>> = { k1: 1.5, k2: 0.8, k3: 0.3, x0: 0.5 };
    for (const [id, value] of Object.entries(truth)) expect(Math.abs((result.best?.[id] ?? 0) / value - 1), id).toBeLessThan(1e-3);
  });

  it("stops when asked, and goes on from the written state to the same bits", async () => {
    const fit = await problem(1e-5);
    const recipe = [mechanismFirst(5), together(60, 0.02, 0)];
    const whole = await train(fit, fit.conditions.slice(1), recipe, silentHooks, null);
    let state: TrainingState | null = null;
    let parts = 0;
    for (;;) {
      let asked = 0;
      const hooks = { ...silentHooks, stop: () => ++asked > 13, checkpoint: (written: unknown) => void (state = JSON.parse(JSON.stringify(written)) as TrainingState) };
      const result = await train(fit, fit.conditions.slice(1), recipe, hooks, state);
      parts++;
      if (result.status === "stopped") continue;
      expect(result.values).toEqual(whole.values);
      expect(result.history).toEqual(whole.history);
      break;
    }
    expect(parts).toBeGreaterThan(3);
  });

  it("draws the same starts for the same seed, the first being the problem's own", async () => {
    const fit = await problem(1e-5);
    const run = (): ReturnType<typeof multistart> => multistart(fit, [], [mechanismFirst(3)], { starts: 3, seed: 7n, purpose: "test" }, silentHooks, null);
    const [first, second] = [await run(), await run()];
    expect(first.losses).toEqual(second.losses);
    expect(new Set(first.losses).size).toBe(3);
  });
});

/** dA/dt = k·time, so that A(t) = k t²/2 whatever the segments. */
function ramp(): OdeSystem {
  const read = readReactionText("species A; make: => A; k*time; A = 0; k = 3", "ramp");
  if (read.problems) throw new Error(read.problems.map((each) => each.message).join());
  const compiled = odeSystem(read.network);
  if (compiled.problems) throw new Error(compiled.problems.map((each) => each.message).join());
  return compiled.system;
}

const rampCondition = (durations: readonly number[], times: readonly number[], values: readonly number[] = []): FitCondition => ({
  id: "ramp",
  segments: durations.map((duration) => ({ controls: {}, start: {}, duration })),
  times: Float64Array.from(times),
  values: Float64Array.from(values),
  sd: new Float64Array(values.length).fill(1),
});

describe("segments", () => {
  it("go on in time: a rate that reads it does not start again", async () => {
    const model = ramp();
    const solver = await compileSolver(model, { method: tsit5, control: { rtol: 1e-10, atol: 1e-12 } });
    const path = predictPath(solver, model, rampCondition([1, 0.5, 0.5], [0.5, 1, 1.25, 2]), parametersWith(model, {}));
    [0.5, 1, 1.25, 2].forEach((time, row) => expect(path.states[row]).toBeCloseTo(1.5 * time * time, 9));
  });

  it("that go on in time have the same gradient by both ways", async () => {
    const fit: FitProblem = {
      system: ramp(),
      free: [{ id: "k", group: "mechanism", scale: "linear", start: 3, prior: null }],
      observations: [{ id: "A", states: { A: 1 } }],
      conditions: [rampCondition([1, 1], [0.5, 2], [0, 0])],
      penalties: {},
      rtol: 1e-10,
      atol: 1e-12,
    };
    const objective = await compileTrajectoryObjective(fit);
    const gradient = new Float64Array(1);
    const value = objective.gradientInto(gradient, Float64Array.of(3));
    // A = k t²/2 at 0.5 and 2: ½ (0.125² + 2²) k² / 2 values.
    expect(value).toBeCloseTo(((0.125 ** 2 + 4) * 9) / 4, 8);
    expect(gradient[0]).toBeCloseTo(((0.125 ** 2 + 4) * 3) / 2, 8);
    const [residuals, jacobian] = [new Float64Array(2), new Float64Array(2)];
    objective.leastSquares?.jacobianInto(residuals, jacobian, Float64Array.of(3));
    expect(jacobian[0]).toBeCloseTo(0.125 / Math.SQRT2, 8);
    expect(jacobian[1]).toBeCloseTo(2 / Math.SQRT2, 8);
  });

  it("take a measurement on a boundary to the segment before, whatever the sum of durations rounds to", () => {
    expect(0.7 + 0.1).toBeLessThan(0.8);
    const plan = planSegments(ramp(), rampCondition([0.7, 0.1, 1], [0.8]));
    expect(plan.segments.map((segment) => segment.measured.length)).toEqual([0, 1, 0]);
  });

  it("of no length set nothing, and a time after the end is refused", () => {
    const still = { ...rampCondition([1], [0, 1]), segments: [{ controls: {}, start: { A: 9 }, duration: 0 }, { controls: {}, start: {}, duration: 1 }] };
    const plan = planSegments(ramp(), still);
    const state = Float64Array.of(0);
    plan.segments[0]?.enterInto(state);
    expect([plan.segments.length, state[0]]).toEqual([1, 0]);
    expect(() => planSegments(ramp(), rampCondition([1, 1], [3]))).toThrow("time 3 lies after its protocol's end at 2");
  });
});

describe("validation", () => {
  it("is judged by the data alone, not by priors", async () => {
    const fit = await problem(1e-5);
    const held = fit.conditions.slice(1);
    const judged = async (each: FitProblem): Promise<number | null> => (await train(each, held, [{ ...together(1, 1e-12, 0), move: ["residual"] }], silentHooks, null)).validation;
    const narrow = fit.free.map((parameter) => ({ ...parameter, prior: { mean: 50, sd: 0.1 } }));
    const [free, bound] = [await judged(withoutPriors(fit)), await judged({ ...fit, free: narrow })];
    expect(free).not.toBeNull();
    expect(Math.abs((bound ?? 0) / (free ?? 1) - 1)).toBeLessThan(1e-6);
  });

  it("keeps the start of a stage that only makes things worse", async () => {
    const fit = withoutPriors(await problem(1e-5));
    const held = fit.conditions.slice(1);
    const before = await train(fit, held, [mechanismFirst(5)], silentHooks, null);
    const after = await train(fit, held, [mechanismFirst(5), { ...together(3, 2, 0), move: ["residual"] }], silentHooks, null);
    expect(after.validation).toBeLessThanOrEqual(before.validation ?? 0);
    expect(after.status).toBe("done");
  });
});

describe("what is kept", () => {
  it("when a multistart is stopped is the best finished start, not the one that runs", async () => {
    const fit = await problem(1e-5);
    let asked = 0;
    let finished = 0;
    const stopInSecond = { ...silentHooks, stop: () => finished > 0 && ++asked > 1, progress: (done: number) => void (finished = done >= 30 ? 1 : 0) };
    const result = await multistart(fit, [], [mechanismFirst(30)], { starts: 4, seed: 7n, purpose: "test" }, stopInSecond, null);
    expect(result.status).toBe("stopped");
    expect(result.losses.length).toBeGreaterThan(0);
    const kept = result.state.finished.find((each) => each.loss === Math.min(...result.losses.map((loss) => loss ?? Infinity)));
    expect(result.best).toEqual(kept?.values);
    expect(result.loss).toBe(kept?.loss);
  });

  it("of a training's history are losses, never the mark of a point that cannot be solved", async () => {
    const fit = await problem(1e-5);
    const blowsUp = { ...fit, free: fit.free.map((parameter) => (parameter.id === "k1" ? { ...parameter, start: 1e300 } : parameter)) };
    const result = await train(blowsUp, [], [together(25, 0.01, 0)], silentHooks, null);
    expect(result.status).toBe("failed");
    expect(result.history.every(({ loss }) => loss < Number.MAX_VALUE)).toBe(true);
  });
});
