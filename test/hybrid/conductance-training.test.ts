import { describe, expect, it } from "vitest";
import { silentHooks } from "../../src/calibrate/hooks.ts";
import { parametersWith, predictPath } from "../../src/calibrate/predict.ts";
import type { FitCondition, FitProblem } from "../../src/calibrate/problem.ts";
import { together } from "../../src/calibrate/recipe.ts";
import { train } from "../../src/calibrate/train.ts";
import { attachConductance } from "../../src/hybrid/conductance.ts";
import { residuals } from "../../src/hybrid/residual/index.ts";
import { stream } from "../../src/numerics/random.ts";
import { compileSolver } from "../../src/solvers/compile.ts";
import { tsit5 } from "../../src/solvers/ode/tsit5.ts";
import { thermoAlong } from "../../src/thermo/along.ts";
import { networkOfText, systemOfNetwork } from "../thermo/states.ts";
import { valuesAt } from "./enforced-network.ts";

const reactions = (binding: string): string => `species A, B, C; binding: A + B -> C; ${binding}; turnover: C -> A; k2*C - k3*A; A = 1; B = 0.8; C = 0.1; kf = 1.5; kr = 0.4; k2 = 0.7; k3 = 0.2; I = 0`;
/** An inhibitor that slows binding and unbinding alike, unknown to the model. */
const truth = networkOfText(reactions("(kf*A*B - kr*C)/(1 + (I/0.5)^2)"));
const model = networkOfText(reactions("kf*A*B - kr*C"));
const times = Float64Array.of(0.25, 0.5, 1, 2, 4);
const control = { rtol: 1e-7, atol: 1e-9 };
const empty = new Float64Array(0);
const condition = (dose: number, values: Float64Array = empty): FitCondition => ({ id: `dose ${dose}`, segments: [{ controls: { I: dose }, start: {}, duration: 4 }], times, values, sd: values.map(() => 0.01) });

/** The inhibitor's effect on the logarithm of the conductance. */
const effect = (dose: number): number => -Math.log1p((dose / 0.5) ** 2);

describe("training a learned conductance", () => {
  it("finds an unknown inhibitor's effect on a reaction's conductance, within the second law", async () => {
    const world = systemOfNetwork(truth);
    const solver = await compileSolver(world, { method: tsit5, control });
    const measured = [0, 0.25, 0.5, 1, 2].map((dose) => condition(dose, predictPath(solver, world, condition(dose), parametersWith(world, {})).states));
    const { attached } = attachConductance(model, { id: "learned", reactions: ["binding"], inputs: ["I"], reference: { I: 0.5 } }, { ...residuals.dense.defaults, hidden: [4] }, stream(1n, "test", 0));
    if (!attached) throw new Error("not attached");
    const system = systemOfNetwork(attached.network);
    const start = (id: string): number => system.parameterValues[system.parameters.indexOf(id)] ?? Number.NaN;
    const problem: FitProblem = {
      system,
      free: attached.weights.map((id) => ({ id, group: "residual", scale: "linear", start: start(id), prior: null })),
      observations: ["A", "B", "C"].map((id) => ({ id, states: { [id]: 1 } })),
      conditions: measured,
      penalties: {},
      ...control,
    };
    const fitted = await train(problem, [], [together(800, 0.03, 0)], silentHooks, null);
    expect(fitted.status).toBe("done");
    const parameters = parametersWith(system, fitted.values);
    const learned = (dose: number): number => valuesAt(system, ["learned_g_binding"], [...parameters].map((value, index) => (system.parameters[index] === "I" ? dose : value)), [1, 1, 1])[0] ?? Number.NaN;
    // Everywhere between the doses that were tried, to a tenth of the largest effect.
    for (const dose of [0, 0.25, 0.35, 0.5, 0.7, 1, 1.5, 2]) expect(Math.abs(learned(dose) - effect(dose)), `dose ${dose}`).toBeLessThan(Math.abs(effect(2)) / 10);

    const hybridSolver = await compileSolver(system, { method: tsit5, control });
    const path = predictPath(hybridSolver, system, condition(0.7), parameters);
    // A dose that was not tried is foretold with a tenth of the error that the mechanism makes.
    const untried = predictPath(solver, world, condition(0.7), parametersWith(world, {}));
    const mechanism = predictPath(hybridSolver, system, condition(0.7), parametersWith(system, {}));
    const error = (states: Float64Array): number => Math.hypot(...states.map((value, index) => value - (untried.states[index] ?? Number.NaN)));
    expect(error(path.states)).toBeLessThan(error(mechanism.states) / 10);
    const dosed = parameters.map((value, index) => (system.parameters[index] === "I" ? 0.7 : value));
    const { along } = thermoAlong(attached.network, system, dosed, { times, values: path.states }, ["C"]);
    const verdicts = along?.findings.filter(({ check }) => check === "second-law").map(({ verdict }) => verdict);
    expect(verdicts).toEqual(["ok"]);
    expect(Object.keys(along?.perReaction ?? {})).toEqual(["binding", "turnover"]);
  });
});
