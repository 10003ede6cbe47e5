import { describe, expect, it } from "vitest";
import { zoo } from "../../src/models/zoo/index.ts";
import { thermoReport } from "../../src/thermo/report.ts";
import { scaledDiffusion } from "../../src/thermo/uncertainty.ts";
import { networkOfText, thermoAt } from "./states.ts";

/** The reference prints eight decimals, so it is off by at most half of the last. */
const printed = 5e-9;
const six = 5e-7;
const near = (value: number | null | undefined, expected: number, slack: number): void => {
  expect(Math.abs((value ?? Number.NaN) - expected)).toBeLessThanOrEqual(slack);
};

/** Simpson's rule over an even number of equal intervals. */
const integral = (values: readonly number[], h: number): number =>
  (h / 3) * values.reduce((total, value, index) => total + value * (index === 0 || index === values.length - 1 ? 1 : index % 2 === 1 ? 4 : 2), 0);

const isomer = (a: number, b: number) => networkOfText(`A -> B; k1*A - k2*B; k1 = 2; k2 = 1; A = ${a}; B = ${b}`);

describe("G1: one isomerisation with J+ = 2, J- = 1", () => {
  const { sigma, seen, point } = thermoAt(isomer(1, 1), [1, 1], "B", "A");
  it("has sigma = ln 2, D = 3, f = 1 and ratio 3 ln 2", () => {
    near(sigma, Math.LN2, 1e-15);
    expect(seen[0]).toMatchObject({ current: 1, diffusion: 3 });
    near(2 * (seen[0]?.tightness ?? 0), 2.079442, six);
    near(point.force[0], Math.LN2, 1e-15);
  });
  it("is the same for the other species, with the current's sign turned", () => {
    expect(seen[1]).toMatchObject({ current: -1, diffusion: 3, tightness: seen[0]?.tightness });
  });
  it("meets sigma D / f^2 = F coth(F/2) of a single reaction at any force", () => {
    for (const [a, b] of [[1, 1], [0.3, 7], [1e-3, 5], [4, 8 - 1e-9]] as const) {
      const { point: at, seen: observed } = thermoAt(isomer(a, b), [a, b], "B");
      const force = at.force[0] ?? Number.NaN;
      const exact = force / Math.tanh(force / 2) / 2;
      // Rounding of a, D and sigma: a handful of relative epsilons.
      expect(Math.abs((observed[0]?.tightness ?? 0) / exact - 1)).toBeLessThan(1e-14);
    }
  });
});

describe("G2: the same isomerisation relaxing from (0.9, 0.1)", () => {
  it.each([
    { tau: 0.1, points: 201, change: 0.14686967, entropy: 0.33558926, diffusion: 0.18228989 },
    { tau: 1, points: 2001, change: 0.53845399, entropy: 0.70244742, diffusion: 1.512818 },
  ])("has the printed integrals at tau = $tau", async ({ tau, points, change, entropy, diffusion }) => {
    const { report } = await thermoReport(isomer(0.9, 0.1), { end: tau, points, observables: ["B"], control: { rtol: 1e-11, atol: 1e-13 } });
    const rows = report?.at ?? [];
    const h = tau / (points - 1);
    expect(rows).toHaveLength(points);
    near(integral(rows.map((row) => row.entropyProduction), h), entropy, printed);
    near(integral(rows.map((row) => row.observables[0]?.diffusion ?? NaN), h), diffusion, printed);
    near(integral(rows.map((row) => row.observables[0]?.current ?? NaN), h), change, printed);
  });
  it("ends up with the whole drop of the free energy", async () => {
    const { report } = await thermoReport(isomer(0.9, 0.1), { end: 5, points: 10_001, observables: ["B"], control: { rtol: 1e-11, atol: 1e-13 } });
    near(integral(report?.at.map((row) => row.entropyProduction) ?? [], 5 / 10_000), 0.7042146, printed);
  });
  it("starts at the values its state has", () => {
    const { sigma, seen } = thermoAt(isomer(0.9, 0.1), [0.9, 0.1], "B");
    near(sigma, 1.7 * Math.log(18), 1e-14);
    near(seen[0]?.current, 1.7, 1e-15);
    near(seen[0]?.diffusion, 1.9, 1e-15);
  });
});

describe("G3: bistable Schlögl", () => {
  it.each([
    { x: 1, j: 5, D: 24, sigma: 11.989476, variance: 6, slope: -2 },
    { x: 2, j: 16, D: 60, sigma: 38.366324, variance: null, slope: 1 },
    { x: 3, j: 27, D: 120, sigma: 64.743172, variance: 30, slope: -2 },
  ])("at its steady state x = $x", ({ x, j, D, sigma: expected, variance, slope }) => {
    const { sigma, seen, point } = thermoAt(zoo.schlogl.network, [x], "X");
    near(sigma, expected, six);
    near(sigma, j * Math.log(11), 1e-13 * expected);
    expect(point.net[0]).toBeCloseTo(j, 12);
    near(seen[0]?.diffusion, D, 1e-12);
    // The linear noise variance D / (2 |slope|) of the reference.
    if (variance !== null) near((seen[0]?.diffusion ?? NaN) / (2 * -slope), variance, 1e-12);
  });
  it("at x = 1.5, between two of them", () => {
    const { sigma, seen } = thermoAt(zoo.schlogl.network, [1.5], "X");
    near(sigma, 24.65803998, printed);
    near(seen[0]?.current, -0.375, 1e-14);
    near((2 * 0.375 ** 2) / (seen[0]?.diffusion ?? NaN), 0.00714286, printed);
    near((seen[0]?.tightness ?? 0) * 0.00714286, 24.65803998, 24.7 * (printed / 0.00714286));
  });
});

describe("G4: monostable Schlögl", () => {
  it("has sigma = 4 ln 3, D = 32 and Fano factor 2 at x = 2", () => {
    const network = networkOfText("R1: 2 X -> 3 X; 3*X^2 - X^3; R2: X -> ; 4*X - 4; X = 2");
    const { sigma, seen } = thermoAt(network, [2], "X");
    near(sigma, 4.39444915, printed);
    near(sigma, 4 * Math.log(3), 1e-14);
    near(seen[0]?.diffusion, 32, 1e-13);
    // D / (2 |slope| x) with slope 6x - 3x^2 - 4.
    near((seen[0]?.diffusion ?? NaN) / (2 * 4 * 2), 2, 1e-14);
    expect(seen[0]).toMatchObject({ current: 0, tightness: Infinity });
  });
});

describe("other golden states", () => {
  it("G5: reversible Brusselator at (0.5, 3), eps = 0.01", () => {
    const network = networkOfText(`
      Exchange: -> X; k1 - k_1*X; Conversion: X -> Y; k2*X - eps*Y; Autocatalysis: 2 X + Y -> 3 X; k3*X^2*Y - eps*X^3;
      k1 = 1; k_1 = 1; k2 = 3; k3 = 1; eps = 0.01; X = 0.5; Y = 3`);
    const { sigma, seen } = thermoAt(network, [0.5, 3], "X", "Y");
    near(sigma, 10.88694849, printed);
    near(2 * (seen[0]?.tightness ?? 0), 840.95935, 5e-6);
    near(2 * (seen[1]?.tightness ?? 0), 47.742746, six);
  });
  it("G6: driven triangle with exchange, at (2, 1, 0.5)", () => {
    const network = networkOfText("R1: A -> B; 2*A - B; R2: B -> C; 2*B - C; R3: C -> A; 2*C - A; R4: -> A; 1 - A; A = 2; B = 1; C = 0.5");
    near(thermoAt(network, [1, 1, 1]).sigma, 3 * Math.LN2, 1e-14);
    near(thermoAt(network, [2, 1, 0.5]).sigma, 11 * Math.LN2, 1e-14);
  });
  it("G7: Michaelis-Menten between chemostats", () => {
    const { sigma, seen, fluxes, point } = thermoAt(zoo["michaelis-menten"].network, [2 / 7, 5 / 7], "P", "S", "P - S", "E");
    near(sigma, 0.59412615, printed);
    near(seen[0]?.current, 3 / 7, 1e-15);
    near(seen[0]?.diffusion, 1, 1e-15);
    near(2 * (seen[0]?.tightness ?? 0), 3.234687, six);
    near(seen[1]?.current, -3 / 7, 1e-15);
    // Chemostats stand in the matrix; the observable P - S reads it as c D c.
    const matrix = scaledDiffusion(fluxes, point);
    const [s, p] = [fluxes.species.indexOf("S"), fluxes.species.indexOf("P")];
    near(seen[2]?.diffusion, (matrix[p]?.[p] ?? NaN) + (matrix[s]?.[s] ?? NaN) - 2 * (matrix[p]?.[s] ?? NaN), 1e-15);
  });
});
