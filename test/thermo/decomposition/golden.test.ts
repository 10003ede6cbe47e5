import { describe, expect, it } from "vitest";
import { networkOf } from "../../../src/models/build.ts";
import { zoo } from "../../../src/models/zoo/index.ts";
import type { Undecomposed } from "../../../src/thermo/decomposition/index.ts";
import { adiabaticDecomposition, informationGeometricDecomposition, logMean, onsagerDecomposition } from "../../../src/thermo/decomposition/index.ts";
import { exponentialRest } from "../../../src/thermo/decomposition/information-geometric.ts";
import { networkOfText, thermoAt } from "../states.ts";

/** The reference prints eight decimals, so it is off by at most half of the last. */
const printed = 5e-9;
const rounding = 1e-13;
const near = (value: number | null, expected: number, slack: number): void => expect(Math.abs((value ?? NaN) - expected)).toBeLessThanOrEqual(slack);
function solved<Found extends object>(result: Found | Undecomposed): Found {
  if ("problem" in result) throw new Error(result.problem);
  return result;
}
const bySinglePotential = (perReaction: readonly number[], net: ArrayLike<number>, force: ArrayLike<number>): number => {
  // One species: (S L F)^2 / (S L S) by hand, the closed form of the projection.
  let [across, metric] = [0, 0];
  perReaction.forEach((change, at) => {
    const [j, F] = [net[at] ?? NaN, force[at] ?? NaN];
    across += change * j;
    metric += change * change * (j / F);
  });
  return (across * across) / metric;
};

describe("G3: bistable Schlögl", () => {
  it("at x = 1.5: Onsager's excess by projection and by the closed form of one species", () => {
    const { fluxes, point, sigma } = thermoAt(zoo.schlogl.network, [1.5]);
    const found = solved(onsagerDecomposition(fluxes, point));
    near(found.excess, 0.00795245, printed);
    near(found.excess, bySinglePotential([1, -1], point.net, point.force), rounding);
    near(found.total, 24.65803998, printed);
    near(found.housekeeping, sigma - 0.00795245, printed);
  });
  it.each([1, 2, 3])("at its steady state x = %d all is housekeeping", (x) => {
    const { fluxes, point, sigma } = thermoAt(zoo.schlogl.network, [x]);
    for (const found of [solved(onsagerDecomposition(fluxes, point)), solved(informationGeometricDecomposition(fluxes, point)), solved(adiabaticDecomposition(fluxes, point, [x]))]) {
      near(found.excess, 0, 1e-9 * sigma);
      near(found.housekeeping, sigma, 1e-9 * sigma);
    }
  });
  it("can have a negative nonadiabatic part, as it is not complex balanced: x* = 1 seen from x = 2.5", () => {
    const { fluxes, point } = thermoAt(zoo.schlogl.network, [2.5]);
    const found = solved(adiabaticDecomposition(fluxes, point, [1]));
    // dV/dt = +0.3436 there.
    near(found.excess, -0.3436, 5e-5);
  });
});

describe("G5: reversible Brusselator at (0.5, 3), eps = 0.01", () => {
  const network = networkOfText(`
    Exchange: -> X; k1 - k_1*X; Conversion: X -> Y; k2*X - eps*Y; Autocatalysis: 2 X + Y -> 3 X; k3*X^2*Y - eps*X^3;
    k1 = 1; k_1 = 1; k2 = 3; k3 = 1; eps = 0.01; X = 0.5; Y = 3`);
  it("has the printed excess, by projection and by the metric of two species inverted by hand", () => {
    const { fluxes, point, sigma } = thermoAt(network, [0.5, 3]);
    const found = solved(onsagerDecomposition(fluxes, point));
    near(found.excess, 1.40214956, printed);
    near(found.total, 10.88694849, printed);
    near((found.housekeeping ?? NaN) + found.excess, sigma, rounding * sigma);
    const [l1 = NaN, l2 = NaN, l3 = NaN] = Array.from(point.net, (j, at) => j / (point.force[at] ?? NaN));
    // S = (1 -1 1; 0 1 -1), so S L S' = (l1+l2+l3, -(l2+l3); -(l2+l3), l2+l3).
    const [a, b] = [l1 + l2 + l3, l2 + l3];
    const [j1 = NaN, j2 = NaN, j3 = NaN] = point.net;
    const [dx, dy] = [j1 - j2 + j3, j2 - j3];
    const determinant = a * b - b * b;
    near(found.excess, (b * dx * dx + 2 * b * dx * dy + a * dy * dy) / determinant, 1e-12);
    const potential = found.potential ?? new Float64Array(2);
    near((potential[0] ?? NaN) * dx + (potential[1] ?? NaN) * dy, found.excess, rounding);
  });
});

describe("G6: driven triangle with exchange", () => {
  const network = networkOfText("R1: A -> B; 2*A - B; R2: B -> C; 2*B - C; R3: C -> A; 2*C - A; R4: -> A; 1 - A; A = 2; B = 1; C = 0.5");
  it("at (1, 1, 1), complex balanced and steady, all 3 ln 2 is housekeeping", () => {
    const { fluxes, point } = thermoAt(network, [1, 1, 1]);
    for (const found of [solved(onsagerDecomposition(fluxes, point)), solved(informationGeometricDecomposition(fluxes, point)), solved(adiabaticDecomposition(fluxes, point, [1, 1, 1]))]) {
      near(found.total, 3 * Math.LN2, rounding);
      near(found.housekeeping, 3 * Math.LN2, rounding);
      near(found.excess, 0, rounding);
    }
  });
  it("at (2, 1, 0.5) has every printed part", () => {
    const { fluxes, point } = thermoAt(network, [2, 1, 0.5]);
    const onsager = solved(onsagerDecomposition(fluxes, point));
    near(onsager.total, 11 * Math.LN2, rounding);
    near(onsager.excess, 8 * Math.LN2, rounding);
    near(onsager.housekeeping, 3 * Math.LN2, rounding);
    const adiabatic = solved(adiabaticDecomposition(fluxes, point, [1, 1, 1]));
    near(adiabatic.excess, 7.5 * Math.LN2, rounding);
    near(adiabatic.housekeeping, 3.5 * Math.LN2, rounding);
    near(solved(informationGeometricDecomposition(fluxes, point)).excess, 5.40677407, printed);
  });
  it("finds the same information-geometric excess as climbing the literal objective", () => {
    const { fluxes, point } = thermoAt(network, [2, 1, 0.5]);
    const S = [
      [-1, 0, 1, 1],
      [1, -1, 0, 0],
      [0, 1, -1, 0],
    ];
    const literal = (theta: readonly number[]): number =>
      Array.from(point.net).reduce((total, j, at) => {
        const u = theta.reduce((sum, value, row) => sum + value * (S[row]?.[at] ?? 0), 0);
        const a = point.activity[at] ?? NaN;
        return total - j * u - ((a + j) / 2) * (Math.exp(u) - 1) - ((a - j) / 2) * (Math.exp(-u) - 1);
      }, 0);
    // Coordinate search with shrinking steps: concave, so it ends at the maximum.
    const theta = [0, 0, 0];
    for (let size = 0.5; size > 1e-9; size *= theta.every((_, row) => [1, -1].every((sign) => literal(theta.map((value, at) => (at === row ? value + sign * size : value))) <= literal(theta))) ? 0.5 : 1) {
      for (let row = 0; row < 3; row++) {
        for (const sign of [1, -1]) {
          const next = theta.map((value, at) => (at === row ? value + sign * size : value));
          if (literal(next) > literal(theta)) theta[row] = next[row] ?? NaN;
        }
      }
    }
    near(literal(theta), solved(informationGeometricDecomposition(fluxes, point)).excess, 1e-12);
  });
});

describe("chemostats and one-way reactions", () => {
  it("count the rows of species alone that the dynamics has: the open enzyme at rest is all housekeeping", () => {
    const { fluxes, point, sigma } = thermoAt(zoo["michaelis-menten"].network, [2 / 7, 5 / 7]);
    const found = solved(onsagerDecomposition(fluxes, point));
    expect(found.species).toEqual(["E", "ES"]);
    near(found.excess, 0, rounding);
    near(found.housekeeping, sigma, rounding);
  });
  it("report an infinite total, with the excess that reversible paths give", () => {
    // A <-> B with a one-way shortcut: what the shortcut drives, the pair can drive too.
    const { fluxes, point } = thermoAt(networkOfText("R1: A -> B; 2*A - B; R2: A => B; 0.5*A; A = 1; B = 1"), [1, 1]);
    const found = solved(onsagerDecomposition(fluxes, point));
    expect(found.total).toBe(Infinity);
    expect(found.housekeeping).toBe(Infinity);
    // xdot = 1.5 along the one path with L = 1/ln 2.
    near(found.excess, 1.5 ** 2 * Math.LN2, rounding);
    const decay = thermoAt(networkOfText("R1: A -> B; 2*A - B; R2: B => ; B; A = 1; B = 1"), [1, 1]);
    expect(onsagerDecomposition(decay.fluxes, decay.point)).toMatchObject({ total: Infinity, excess: Infinity, housekeeping: null });
    expect(informationGeometricDecomposition(decay.fluxes, decay.point)).toHaveProperty("problem", expect.stringMatching(/one way/));
  });
  it("are refused by name where entropy production is not defined, and where a concentration is 0", () => {
    const law = networkOf({ id: "law", species: { A: 1, B: 1 }, reactions: { Strange: { reactants: { A: 1 }, products: { B: 1 }, rate: "A - sin(B)" } } });
    const { fluxes, point } = thermoAt(law, [1, 1]);
    expect(onsagerDecomposition(fluxes, point)).toHaveProperty("problem", expect.stringMatching(/"Strange"/));
    const empty = thermoAt(networkOfText("R1: A -> B; 2*A - B; A = 1; B = 0"), [1, 0]);
    for (const found of [onsagerDecomposition(empty.fluxes, empty.point), informationGeometricDecomposition(empty.fluxes, empty.point)]) expect(found).toHaveProperty("problem", expect.stringMatching(/"B"/));
    const fine = thermoAt(networkOfText("R1: A -> B; 2*A - B; A = 1; B = 1"), [1, 1]);
    expect(adiabaticDecomposition(fine.fluxes, fine.point, [1, 0])).toHaveProperty("problem", expect.stringMatching(/"B" must be positive/));
  });
});

describe("stable evaluation", () => {
  it("the logarithmic mean joins its series and its quotient, and lies between the geometric and arithmetic mean", () => {
    for (const force of [0, 1e-12, 1e-6, 1.9e-3, 1.999e-3, 2.001e-3, 2.1e-3, 0.1, 3, 40]) {
      const activity = 1 + Math.exp(-force);
      const found = logMean(-Math.expm1(-force), activity, force);
      const exact = force === 0 ? 1 : -Math.expm1(-force) / force;
      expect(Math.abs(found / exact - 1)).toBeLessThan(1e-14);
      expect(found).toBeLessThanOrEqual(activity / 2 + 1e-16);
      expect(found).toBeGreaterThanOrEqual(Math.exp(-force / 2) * (1 - 1e-15));
    }
    expect(logMean(3, 3, Infinity)).toBe(0);
    expect(logMean(0, 0, 0)).toBe(0);
  });
  it("e^u - 1 - u keeps its digits near 0 and joins at the switch", () => {
    for (const u of [1e-150, 1e-9, -1e-9, 1e-3, 0.3, -0.3]) {
      // u²/2 + u³/6 + ... summed from the small end.
      let total = 0;
      for (let power = 25; power >= 2; power--) total = (total * u) / (power + 1) + 1;
      expect(Math.abs(exponentialRest(u) / ((total * u * u) / 2) - 1)).toBeLessThan(1e-14);
    }
    expect(Math.abs(exponentialRest(0.5) / exponentialRest(0.5 + 1e-12) - 1)).toBeLessThan(1e-11);
    expect(exponentialRest(0)).toBe(0);
  });
});
