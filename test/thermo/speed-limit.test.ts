import { beforeAll, describe, expect, it } from "vitest";
import { zoo } from "../../src/models/zoo/index.ts";
import { compileSolver } from "../../src/solvers/compile.ts";
import { rodas5p, tsit5 } from "../../src/solvers/ode/index.ts";
import type { WovenSolver } from "../../src/solvers/ode/solver.ts";
import { absoluteIntegral } from "../../src/thermo/absolute-integral.ts";
import { densePath, gaussNodes } from "../../src/thermo/dense-path.ts";
import { lyapunovFunction } from "../../src/thermo/free-energy.ts";
import { observableOf } from "../../src/thermo/observable.ts";
import { integrateAlong } from "../../src/thermo/path-integral.ts";
import type { SpeedLimits } from "../../src/thermo/speed-limit.ts";
import { speedLimits } from "../../src/thermo/speed-limit.ts";
import { fluxesOfNetwork, networkOfText } from "./states.ts";

const printed = 5e-9;
const near = (value: number | null | undefined, expected: number, slack: number): void => expect(Math.abs((value ?? NaN) - expected)).toBeLessThanOrEqual(slack);

const network = networkOfText("A -> B; k1*A - k2*B; k1 = 2; k2 = 1; A = 0.9; B = 0.1");
const fluxes = fluxesOfNetwork(network);
const rtol = 1e-10;

describe.each([tsit5, rodas5p])("G2: an isomerisation relaxing from (0.9, 0.1), with $facts.id", (method) => {
  let solver: WovenSolver;
  const limitsAt = (endTime: number): SpeedLimits => {
    const path = densePath(solver, { parameters: Float64Array.from(fluxes.system.parameterValues), state: Float64Array.of(0.9, 0.1), endTime });
    return speedLimits(fluxes, path, [observableOf(network, "B", [0, 1])]);
  };
  beforeAll(async () => {
    solver = await compileSolver(fluxes.system, { method, record: true, control: { rtol, atol: 1e-13 } });
  });

  it.each([
    { tau: 0.1, change: 0.14686967, entropy: 0.33558926, diffusion: 0.18228989, least: 0.07052184, tanh: 0.0988283 },
    { tau: 1, change: 0.53845399, entropy: 0.70244742, diffusion: 1.512818, least: 0.54566575, tanh: 0.62094437 },
  ])("has every printed number at tau = $tau", ({ tau, change, entropy, diffusion, least, tanh }) => {
    const { entropyProduction, observables } = limitsAt(tau);
    const [B] = observables;
    near(entropyProduction, entropy, printed);
    near(B?.length, change, printed);
    near(B?.diffusion, diffusion, printed);
    near(B?.limits.find(({ name }) => name === "speed-limit")?.value, least, printed);
    near(B?.limits.find(({ name }) => name === "tanh-speed-limit")?.value, tanh, printed);
    for (const { holds } of B?.limits ?? []) expect(holds).toBe(true);
  });

  it("reaches 1e-9 of the closed form", () => {
    for (const tau of [0.1, 1, 5]) {
      const { entropyProduction, observables } = limitsAt(tau);
      // B = 2/3 - (17/30) exp(-3 t); D = 2 A + B = 2 - B.
      const b = 2 / 3 - (17 / 30) * Math.exp(-3 * tau);
      const diffusion = 2 * tau - ((2 / 3) * tau - (17 / 90) * (1 - Math.exp(-3 * tau)));
      const drop = lyapunovFunction([0.9, 0.1], [1 / 3, 2 / 3]) - lyapunovFunction([1 - b, b], [1 / 3, 2 / 3]);
      near(entropyProduction / drop, 1, 1e-9);
      near((observables[0]?.diffusion ?? NaN) / diffusion, 1, 1e-9);
      near((observables[0]?.length ?? NaN) / (b - 0.1), 1, 1e-9);
    }
  });

  it("ends up with the printed drop of V", () => near(limitsAt(5).entropyProduction, 0.7042146, printed));

  it("with two species that mirror each other, the vector and geometric limits are those of one", () => {
    const { limits, observables, length, diffusion } = limitsAt(1);
    // |xdot| = sqrt(2) |f| and tr D = 2 D.
    near(length, Math.SQRT2 * (observables[0]?.length ?? NaN), 1e-12);
    near(diffusion, 2 * (observables[0]?.diffusion ?? NaN), 1e-12);
    near(limits[0]?.value, observables[0]?.limits[0]?.value ?? NaN, 1e-12);
    // xdot D^+ xdot = f^2/D, and its root integrates to 2 sqrt(D) with f = 1.7 exp(-3 t), D = 4/3 + f/3.
    const [first = NaN, last = NaN] = [0, 1].map((t) => 2 * Math.sqrt(4 / 3 + (1.7 * Math.exp(-3 * t)) / 3));
    near(limits[1]?.value, (2 * (first - last) ** 2) / (observables[0]?.entropyProduction ?? NaN), 1e-9);
    expect(limits[1]).toMatchObject({ holds: true, name: "geometric-speed-limit" });
  });
});

describe("half the scaled diffusion", () => {
  it("is not enough: next to equilibrium the limit is all but reached", async () => {
    const solver = await compileSolver(fluxes.system, { method: tsit5, record: true, control: { rtol, atol: 1e-16 } });
    const path = densePath(solver, { parameters: Float64Array.from(fluxes.system.parameterValues), state: Float64Array.of(1 / 3 + 1e-3, 2 / 3 - 1e-3), endTime: 0.01 });
    const { limits } = speedLimits(fluxes, path, [observableOf(network, "B", [0, 1])]).observables[0] ?? { limits: [] };
    const tightness = limits.find(({ name }) => name === "speed-limit")?.tightness ?? NaN;
    expect(tightness).toBeGreaterThanOrEqual(1);
    // Half of D would double the limit, past the time it really took.
    expect(tightness).toBeLessThan(1.01);
  });
});

/** The length of a path over equal steps, from the values of its speed f at their nodes. */
const lengthOver = (f: (t: number) => number, count: number): number =>
  Array.from({ length: count }, (_, step) => absoluteIntegral(gaussNodes.map((node) => f((step + node) / count))) / count).reduce((total, part) => total + part, 0);

describe("the length of a path that turns back", () => {
  it("is exact for a cubic with three turns in one step", () => {
    const cuts = [0, 0.05, 0.5, 0.97, 1].map((t) => t ** 4 / 4 - (1.52 * t ** 3) / 3 + (0.5 * 1.02 + 0.05 * 0.97) * (t ** 2 / 2) - 0.05 * 0.5 * 0.97 * t);
    near(lengthOver((t) => (t - 0.05) * (t - 0.5) * (t - 0.97), 1), cuts.slice(1).reduce((total, value, index) => total + Math.abs(value - (cuts[index] ?? NaN)), 0), 1e-15);
  });
  it("converges with the order of the rule for a sine, though not one step ends where it turns", () => {
    // 2/pi over one period; the error of four nodes falls as h^4 at least.
    const [coarse = NaN, fine = NaN] = [10, 40].map((count) => Math.abs(lengthOver((t) => Math.sin(2 * Math.PI * t + 0.3), count) - 2 / Math.PI));
    expect(fine).toBeLessThan(coarse / 4 ** 4);
    expect(fine).toBeLessThan(1e-8);
  });
  it("is longer than the displacement where a species turns", async () => {
    const chain = networkOfText("R1: A -> B; 3*A - B; R2: B -> C; 2*B - 0.5*C; A = 1; B = 0.1; C = 0.1");
    const of = fluxesOfNetwork(chain);
    const solver = await compileSolver(of.system, { method: tsit5, record: true, control: { rtol, atol: 1e-13 } });
    const path = densePath(solver, { parameters: Float64Array.from(of.system.parameterValues), state: Float64Array.of(1, 0.1, 0.1), endTime: 2 });
    const [B] = speedLimits(of, path, [observableOf(chain, "B", [0, 1, 0])]).observables;
    const peak = Math.max(...path.pieces.map(({ final }) => final[1] ?? NaN));
    const end = path.final[1] ?? NaN;
    expect(peak).toBeGreaterThan(end + 0.05);
    // The highest end of a step lies below the peak by the square of its distance from it.
    near(B?.length, peak - 0.1 + (peak - end), 1e-3);
    near(B?.displacement, end - 0.1, 1e-9);
  });
});

describe("paths", () => {
  it("end where the run got, and integrate up to there", async () => {
    const solver = await compileSolver(fluxes.system, { method: tsit5, record: true, control: { rtol, atol: 1e-13, maxSteps: 5 } });
    const path = densePath(solver, { parameters: Float64Array.from(fluxes.system.parameterValues), state: Float64Array.of(0.9, 0.1), endTime: 5 });
    expect(path.status.status).toBe("too-many-steps");
    const [total = NaN, clock = NaN] = integrateAlong(path, (time) => [1, 2 * time]).integrals;
    near(total, path.endTime, 1e-15);
    near(clock, path.endTime ** 2, 1e-15);
    near(path.final[1], 2 / 3 - (17 / 30) * Math.exp(-3 * path.endTime), 1e-10);
  });
  it("of no length have no nodes", async () => {
    const solver = await compileSolver(fluxes.system, { method: tsit5, record: true });
    const path = densePath(solver, { parameters: Float64Array.from(fluxes.system.parameterValues), state: Float64Array.of(0.9, 0.1), endTime: 0 });
    expect(path).toMatchObject({ status: { status: "done" }, endTime: 0, final: path.start });
    expect(path.pieces).toHaveLength(0);
    expect(integrateAlong(path, () => [1, 2])).toMatchObject({ integrals: Float64Array.of(0, 0), resolved: true });
  });
  it("with a one-way reaction have no thermodynamic limit, and a kinetic one", async () => {
    const open = networkOfText("A => B; k*A; k = 2; A = 1; B = 0");
    const of = fluxesOfNetwork(open);
    const solver = await compileSolver(of.system, { method: tsit5, record: true, control: { rtol, atol: 1e-13 } });
    const path = densePath(solver, { parameters: Float64Array.from(of.system.parameterValues), state: Float64Array.of(1, 0), endTime: 1 });
    const { entropyProduction, limits, observables } = speedLimits(of, path, [observableOf(open, "B", [0, 1])]);
    expect(entropyProduction).toBe(Infinity);
    for (const { value } of limits) expect(value).toBe(0);
    const named = Object.fromEntries((observables[0]?.limits ?? []).map(({ name, value }) => [name, value]));
    expect(named["speed-limit"]).toBe(0);
    // One way, f = D = A: nothing is left to spare.
    near(named["kinetic-speed-limit"], 1, 1e-12);
    near(named["tanh-speed-limit"], 1, 1e-12);
  });
  it("start on chemostats too: the zoo's enzyme from rest", async () => {
    const enzyme = zoo["michaelis-menten"].network;
    const of = fluxesOfNetwork(enzyme);
    const solver = await compileSolver(of.system, { method: tsit5, record: true, control: { rtol, atol: 1e-13 } });
    const path = densePath(solver, { parameters: Float64Array.from(of.system.parameterValues), state: Float64Array.of(0.9, 0.1), endTime: 30 });
    const { entropyProduction, observables } = speedLimits(of, path, [{ name: "P", perReaction: [0, 1] }]);
    // At its steady state from early on: sigma = (3/7) ln 4 for most of the time.
    near(entropyProduction / 30, (3 / 7) * Math.log(4), 0.1);
    for (const { holds } of observables[0]?.limits ?? []) expect(holds).toBe(true);
  });
});
