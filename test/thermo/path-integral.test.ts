import { describe, expect, it } from "vitest";
import { stream } from "../../src/numerics/random.ts";
import { compileSolver } from "../../src/solvers/compile.ts";
import { rodas5p, tsit5 } from "../../src/solvers/ode/index.ts";
import type { OdeMethod } from "../../src/solvers/ode/method.ts";
import type { DensePath } from "../../src/thermo/dense-path.ts";
import { densePath } from "../../src/thermo/dense-path.ts";
import { integrateAlong, pathIntegralDefaults } from "../../src/thermo/path-integral.ts";
import { fluxesOfNetwork, networkOfText } from "./states.ts";

const near = (value: number | undefined, expected: number, slack: number): void => expect(Math.abs((value ?? NaN) - expected)).toBeLessThanOrEqual(slack);

async function pathOf(text: string, method: OdeMethod, endTime: number, rtol: number, startTime = 0): Promise<{ path: DensePath; fluxes: ReturnType<typeof fluxesOfNetwork> }> {
  const fluxes = fluxesOfNetwork(networkOfText(text));
  const solver = await compileSolver(fluxes.system, { method, record: true, control: { rtol, atol: 1e-6 * rtol } });
  const state = Float64Array.from(fluxes.system.initialState, ({ value }) => value);
  return { fluxes, path: densePath(solver, { parameters: Float64Array.from(fluxes.system.parameterValues), state, startTime, endTime }) };
}

describe("integrals along a path", () => {
  it("are resolved where the functions are quicker than the steps", async () => {
    const { path } = await pathOf("A -> B; 0.001*A - 0.001*B; A = 1; B = 1", tsit5, 10, 1e-10);
    expect(path.pieces.length).toBeLessThan(20);
    const { integrals, absolute, error, resolved } = integrateAlong(path, (time) => [Math.sin(7 * time), Math.exp(-20 * time), 1 / (0.01 + (time - 3) ** 2)]);
    expect(resolved).toBe(true);
    near(integrals[0], (1 - Math.cos(70)) / 7, 1e-9);
    near(integrals[1], 1 / 20, 1e-10 / 20);
    near(integrals[2], 10 * (Math.atan(70) + Math.atan(30)), 1e-10 * 31);
    // 22 half waves and what is left of 70 after them.
    near(absolute[0], (2 * 22 + 1 - Math.cos(70 - 22 * Math.PI)) / 7, 1e-9);
    [10, 1 / 20, 31].forEach((size, column) => expect(error[column]).toBeLessThanOrEqual(1e-10 * size));
  });

  it("count what a stiff method steps over: net fluxes add up to the change of the state", async () => {
    // Next to equilibrium: the whole relaxation, over in 2e-11, is one step of 2e-10.
    const text = "R: A + B -> C + D; 1e10*A*B - 1e10*C*D; A = 1.00000005; B = 1.0000001; C = 1; D = 1";
    const { path, fluxes } = await pathOf(text, rodas5p, 1e-8, 1e-8);
    const { integrals, resolved } = integrateAlong(path, (time, state) => fluxes.at(time, path.parameters, state).net);
    expect(resolved).toBe(true);
    // Within what the solver is asked for; without halving it is off by the change itself.
    near(integrals[0], 3.75e-8, 1e-8);
    near((path.start[0] ?? NaN) - (path.final[0] ?? NaN), 3.75e-8, 1e-8);
  });

  it("say so where noise keeps them from being resolved, and end", async () => {
    const { path } = await pathOf("A -> B; A - B; A = 1; B = 0.5", tsit5, 3, 1e-8);
    const random = stream(1n, "noise", 0);
    let calls = 0;
    const { resolved, integrals } = integrateAlong(path, () => [(calls++, random.normal()), 1]);
    expect(resolved).toBe(false);
    near(integrals[1], 3, 1e-13);
    expect(calls).toBeLessThan(8 * (pathIntegralDefaults.piecesPerStep * path.pieces.length + pathIntegralDefaults.morePieces));
  });

  it("start at any time, and pass on infinity and what is not known", async () => {
    const { path } = await pathOf("A -> ; A - time; A = 1", tsit5, 5, 1e-9, 2);
    const { integrals } = integrateAlong(path, (time, state) => [time, state[0] ?? NaN, Infinity, NaN]);
    near(integrals[0], 21 / 2, 1e-12);
    // A = t - 1 exactly, from 1 at time 2.
    near(integrals[1], 21 / 2 - 3, 1e-8);
    expect([integrals[2], integrals[3]]).toEqual([Infinity, NaN]);
  });
});
