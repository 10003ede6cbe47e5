import { beforeAll, describe, expect, it } from "vitest";
import { compileSolver } from "../../src/solvers/compile.ts";
import { tsit5 } from "../../src/solvers/ode/index.ts";
import type { WovenSolver } from "../../src/solvers/ode/solver.ts";
import { densePath } from "../../src/thermo/dense-path.ts";
import { lyapunovFunction } from "../../src/thermo/free-energy.ts";
import { observableOf } from "../../src/thermo/observable.ts";
import { speedLimits } from "../../src/thermo/speed-limit.ts";
import { fluxesOfNetwork, networkOfText } from "./states.ts";

/** Half of the eighth decimal. */
const printed = 5e-9;
const near = (value: number | undefined, expected: number, slack: number): void => expect(Math.abs((value ?? NaN) - expected)).toBeLessThanOrEqual(slack);

const network = networkOfText("A -> B; k1*A - k2*B; k1 = 2; k2 = 1; A = 0.9; B = 0.1");
const fluxes = fluxesOfNetwork(network);

/** Every integral of G2 in closed form: B = 2/3 - (17/30) exp(-3 t), D = 2 A + B = A_w = 2 - B, sigma integrates to the drop of V. */
function closedForm(tau: number) {
  const b = 2 / 3 - (17 / 30) * Math.exp(-3 * tau);
  const integral = 2 * tau - ((2 / 3) * tau - (17 / 90) * -Math.expm1(-3 * tau));
  const entropy = lyapunovFunction([0.9, 0.1], [1 / 3, 2 / 3]) - lyapunovFunction([1 - b, b], [1 / 3, 2 / 3]);
  const moved = b - 0.1;
  return {
    moved,
    integral,
    entropy,
    least: (2 * moved ** 2) / (entropy * (integral / tau)),
    tanh: moved / ((integral / tau) * Math.tanh(entropy / (2 * moved))),
  };
}

describe("G2: the speed limits from closed forms and along the solved path", () => {
  let solver: WovenSolver;
  beforeAll(async () => {
    solver = await compileSolver(fluxes.system, { method: tsit5, record: true, control: { rtol: 1e-10, atol: 1e-13 } });
  });
  it.each([
    { tau: 0.1, change: 0.14686967, entropy: 0.33558926, diffusion: 0.18228989, least: 0.07052184, tanh: 0.0988283 },
    { tau: 1, change: 0.53845399, entropy: 0.70244742, diffusion: 1.512818, least: 0.54566575, tanh: 0.62094437 },
  ])("at tau = $tau", ({ tau, change, entropy, diffusion, least, tanh }) => {
    const exact = closedForm(tau);
    near(exact.moved, change, printed);
    near(exact.entropy, entropy, printed);
    near(exact.integral, diffusion, printed);
    near(exact.least, least, printed);
    near(exact.tanh, tanh, printed);
    const path = densePath(solver, { parameters: Float64Array.from(fluxes.system.parameterValues), state: Float64Array.of(0.9, 0.1), endTime: tau });
    const [B] = speedLimits(fluxes, path, [observableOf(network, "B", [0, 1])]).observables;
    const valueOf = (name: string): number => B?.limits.find((one) => one.name === name)?.value ?? NaN;
    near(valueOf("speed-limit") / exact.least, 1, 1e-8);
    near(valueOf("tanh-speed-limit") / exact.tanh, 1, 1e-8);
    // The weights and the activity are those of one reaction, so the kinetic limit is L / mean A.
    near(valueOf("kinetic-speed-limit") / (exact.moved / (exact.integral / tau)), 1, 1e-8);
  });
  it("Sig(5) = 0.70421460, the drop of V", () => near(closedForm(5).entropy, 0.7042146, printed));
});
