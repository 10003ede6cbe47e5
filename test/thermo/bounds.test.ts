import { describe, expect, it } from "vitest";
import { zoo } from "../../src/models/zoo/index.ts";
import type { Bound } from "../../src/thermo/bounds/index.ts";
import { allForceBound, bestObservableOf, boundOf, boundsAt, localSums, precisionOf, pseudoEntropyProduction } from "../../src/thermo/bounds/index.ts";
import { scaledDiffusion } from "../../src/thermo/uncertainty.ts";
import { networkOfText, thermoAt } from "./states.ts";

/** Half of the last printed decimal. */
const printed = 5e-9;
const six = 5e-7;
const near = (value: number | null | undefined, expected: number, slack: number): void => expect(Math.abs((value ?? NaN) - expected)).toBeLessThanOrEqual(slack);
const byName = (bounds: readonly Bound[]): Readonly<Record<string, Bound>> => Object.fromEntries(bounds.map((bound) => [bound.name, bound]));

const isomer = (a: number, b: number) => thermoAt(networkOfText(`A -> B; k1*A - k2*B; k1 = 2; k2 = 1; A = ${a}; B = ${b}`), [a, b]);

describe("G1: one isomerisation with J+ = 2, J- = 1", () => {
  const { fluxes, point } = isomer(1, 1);
  const bounds = byName(boundsAt(fluxes, point, [1]));
  it("meets the all-force bound, and its quadratic relations are Pi = 2/3", () => {
    near(bounds["all-force"]?.value, Math.LN2, 1e-15);
    near(bounds["absolute-weights"]?.value, Math.LN2, 1e-15);
    for (const name of ["pseudo-entropy-production", "best-observable", "uncertainty-relation", "local-uncertainty-relation"]) near(bounds[name]?.value, 2 / 3, 1e-15);
    near((bounds["uncertainty-relation"]?.tightness ?? NaN) * 2, 2.079442, six);
  });
  it("meets the thermokinetic relation, whose kinetic limb is far", () => {
    near(bounds["thermokinetic"]?.value, 1 / 3, 1e-15);
    near(bounds["kinetic"]?.value, 1 / 3, 1e-15);
    expect(bounds["kinetic"]).toMatchObject({ quantity: "activity", actual: 3, holds: true });
  });
  it("meets the all-force bound at forces of 1e-9 and of 700 alike", () => {
    for (const ratio of [1e-9, 1e-3, 10, 700]) {
      const { fluxes: at, point: far, sigma } = isomer(1, 2 * Math.exp(-ratio));
      near(byName(boundsAt(at, far, [-3]))["all-force"]?.value, sigma, 1e-12 * sigma);
      near(byName(boundsAt(at, far, [2]))["absolute-weights"]?.value, sigma, 1e-12 * sigma);
    }
  });
});

describe("G3: bistable Schlögl at x = 1.5", () => {
  const { fluxes, point, sigma } = thermoAt(zoo.schlogl.network, [1.5]);
  const bounds = byName(boundsAt(fluxes, point, [1, -1]));
  it("has the printed bound, by the observable and by the matrix", () => {
    near(sigma, 24.65803998, printed);
    near(bounds["uncertainty-relation"]?.value, 0.00714286, printed);
    near(bounds["best-observable"]?.value, 0.00714286, printed);
    // One species: the matrix is a number.
    near(bounds["best-observable"]?.value, (2 * 0.375 ** 2) / (scaledDiffusion(fluxes, point)[0]?.[0] ?? NaN), 1e-15);
  });
});

describe("G5: reversible Brusselator at (0.5, 3), eps = 0.01", () => {
  const network = networkOfText(`
    Exchange: -> X; k1 - k_1*X; Conversion: X -> Y; k2*X - eps*Y; Autocatalysis: 2 X + Y -> 3 X; k3*X^2*Y - eps*X^3;
    k1 = 1; k_1 = 1; k2 = 3; k3 = 1; eps = 0.01; X = 0.5; Y = 3`);
  const { fluxes, point } = thermoAt(network, [0.5, 3]);
  it("has the printed Pi", () => near(pseudoEntropyProduction(fluxes, point), 4.65055585, printed));
  it("has the printed 2 xdot D^+ xdot, by least squares and by the inverse of the two by two matrix", () => {
    const { weights, precision } = bestObservableOf(fluxes)(point);
    near(2 * precision, 0.78940046, printed);
    const [j1 = NaN, j2 = NaN, j3 = NaN] = point.net;
    const [xx = NaN, xy = NaN, yy = NaN] = [scaledDiffusion(fluxes, point)[0]?.[0], scaledDiffusion(fluxes, point)[0]?.[1], scaledDiffusion(fluxes, point)[1]?.[1]];
    const [x, y] = [j1 - j2 + j3, j2 - j3];
    const c = [(yy * x - xy * y) / (xx * yy - xy * xy), (xx * y - xy * x) / (xx * yy - xy * xy)];
    near(2 * (x * (c[0] ?? NaN) + y * (c[1] ?? NaN)), 2 * precision, 1e-14);
    weights.forEach((weight, species) => near(weight, c[species] ?? NaN, 1e-13));
  });
});

describe("G7: Michaelis-Menten between chemostats", () => {
  const { fluxes, point, seen } = thermoAt(zoo["michaelis-menten"].network, [2 / 7, 5 / 7], "P");
  const bounds = byName(boundsAt(fluxes, point, [0, 1]));
  it("has the printed ratios for the product, whole and local", () => {
    near(2 * (seen[0]?.tightness ?? NaN), 3.234687, six);
    near(2 * (bounds["uncertainty-relation"]?.tightness ?? NaN), 3.234687, six);
    near(2 * (bounds["local-uncertainty-relation"]?.tightness ?? NaN), 2.138012, six);
    near(bounds["local-uncertainty-relation"]?.actual, (3 / 7) * Math.log(2.5), 1e-15);
    near(bounds["all-force"]?.tightness, 1, 1e-14);
  });
  it("a weight on a chemostat is out of reach of the best observable of the internal species", () => {
    expect(bestObservableOf(fluxes)(point).precision).toBeLessThan(1e-25);
    near(precisionOf(localSums(point, [0, 1])), 9 / 49, 1e-15);
  });
});

describe("bounds of what is not known or infinite", () => {
  it("a one-way reaction leaves the kinetic bound, and infinite entropy production breaks nothing", () => {
    const { fluxes, point } = thermoAt(networkOfText("A => B; k*A; k = 2; A = 1; B = 0"), [1, 0]);
    for (const { holds } of boundsAt(fluxes, point, [1])) expect(holds).toBe(true);
    expect(byName(boundsAt(fluxes, point, [1]))).toMatchObject({
      "all-force": { value: Infinity, actual: Infinity, tightness: null },
      kinetic: { value: 2, actual: 2, tightness: 1 },
      thermokinetic: { value: 2, actual: 2 },
      "uncertainty-relation": { value: 4, tightness: Infinity },
    });
  });
  it("a rate without one-way fluxes leaves its own bounds open", () => {
    const { fluxes, point } = thermoAt(networkOfText("A -> B; k1*A - k2*B; C -> A; sin(C); k1 = 2; k2 = 1; A = 1; B = 1; C = 1"), [1, 1, 1]);
    const bounds = byName(boundsAt(fluxes, point, [0, 1]));
    for (const name of ["all-force", "kinetic", "thermokinetic", "best-observable", "uncertainty-relation"]) expect(bounds[name]).toMatchObject({ holds: null, tightness: null });
    expect(byName(boundsAt(fluxes, point, [1, 0]))["all-force"]).toMatchObject({ holds: true });
  });
  it("an observable that nothing changes, and a network at rest, have bounds of 0", () => {
    const { fluxes, point } = isomer(1, 2);
    for (const weights of [[0], [1]]) for (const { value, holds } of boundsAt(fluxes, point, weights)) expect({ value: Math.abs(value), holds }).toEqual({ value: 0, holds: true });
  });
  it("a broken bound is called broken, and rounding is not", () => {
    const facts = { name: "n", quantity: "time", sense: "at least", equation: "", source: "" } as const;
    expect(boundOf(facts, 2, 1)).toMatchObject({ holds: false, tightness: 0.5 });
    expect(boundOf(facts, 1 + 1e-13, 1).holds).toBe(true);
    expect(boundOf({ ...facts, sense: "at most" }, 1, 2)).toMatchObject({ holds: false, tightness: 0.5 });
    expect(boundOf(facts, Infinity, 1).holds).toBe(false);
  });
});

describe("the all-force bound far from equilibrium", () => {
  it("is the closed form for two opposed reactions with equal forces, where 1 - r is 1e-40", () => {
    // Both forces F, weights along the fluxes: sigma = (a1 + a2) F tanh(F/2) exactly.
    const force = 92;
    const reaction = (weight: number, activity: number) => ({ weight, activity, force: Math.sign(weight) * force, net: Math.sign(weight) * activity * Math.tanh(force / 2) });
    const reactions = [reaction(1, 3), reaction(-1, 0.5)];
    const sums = { reactions, current: 3.5 * Math.tanh(force / 2), diffusion: 3.5, activity: 3.5, entropyProduction: NaN, weightedActivity: 3.5, largestWeight: 1 };
    near(allForceBound(sums) / (3.5 * force * Math.tanh(force / 2)), 1, 1e-14);
  });
});
