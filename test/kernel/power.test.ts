import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { constantPower, powerPlan } from "../../src/kernel/power.ts";

/** Each multiplication rounds once; 64 needs at most 12 of them, and the relative error of the base's square doubles each time. */
const unrolledTolerance = 128 * Number.EPSILON;

describe("powers of constant exponents", () => {
  it("are unrolled for integers and half-integers up to 64 only", () => {
    for (const exponent of [1, 2, 63, 64, -1, -64, 0.5, -0.5, 1.5, 63.5]) expect(powerPlan(exponent), String(exponent)).not.toBeNull();
    for (const exponent of [0, 65, 64.5, -65, 0.3, 1 / 3, Number.NaN, Number.POSITIVE_INFINITY]) expect(powerPlan(exponent), String(exponent)).toBeNull();
  });

  it("agree with pow", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.05, max: 20, noNaN: true }), fc.integer({ min: -128, max: 128 }), (base, twice) => {
        const expected = Math.pow(base, twice / 2);
        expect(Math.abs(constantPower(base, twice / 2) - expected)).toBeLessThanOrEqual(unrolledTolerance * expected);
      }),
    );
  });

  it("keep signs and special values", () => {
    expect([constantPower(-2, 3), constantPower(-2, -3), constantPower(-2, 64), constantPower(0, -1)]).toEqual([-8, -0.125, 2 ** 64, Number.POSITIVE_INFINITY]);
    expect(constantPower(-1, 0.5)).toBeNaN();
    expect(constantPower(-8, 1 / 3)).toBeNaN();
  });
});
