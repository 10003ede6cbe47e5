import { describe, expect, it } from "vitest";
import { evaluate } from "../../../src/kernel/evaluate.ts";
import { jacobianOf } from "../../../src/solvers/ode/jacobian.ts";
import { forced, hires, oregonator, robertson } from "../problems.ts";

describe("analytic Jacobian", () => {
  it.each([robertson, hires, oregonator])("of $id equals central differences, and is zero where it has no entry", (system) => {
    const point = new Map(system.states.map((id, i) => [id, 0.3 + 0.1 * i]));
    system.parameters.forEach((id, i) => point.set(id, system.parameterValues[i] ?? NaN));
    const at = (shifted: string, by: number) => (name: string) => (point.get(name) ?? NaN) + (name === shifted ? by : 0);
    const { entries, timeDerivative } = jacobianOf(system);
    expect(timeDerivative).toBeNull();
    system.rhs.forEach((rate, row) => {
      system.states.forEach((id, column) => {
        const entry = entries.find((candidate) => candidate.row === row && candidate.column === column);
        const step = 1e-4;
        // Rates are at most quadratic, so central differences are exact up to rounding of values up to 1e7.
        const difference = (evaluate(rate, at(id, step)) - evaluate(rate, at(id, -step))) / (2 * step);
        const exact = entry ? evaluate(entry.expression, at("", 0)) : 0;
        expect(Math.abs(difference - exact)).toBeLessThan(1e-9 * Math.max(1, Math.abs(exact)) + 1e-15 * 1e7 / step);
      });
    });
  });

  it("has sparse entries only", () => {
    // Symbols per rate, counted by hand.
    expect(jacobianOf(hires).entries).toHaveLength(3 + 2 + 3 + 3 + 3 + 5 + 3 + 3);
  });

  it("carries the derivative in time where time appears", () => {
    const drift = jacobianOf(forced).timeDerivative?.[0];
    expect(drift && evaluate(drift, (name) => (name === "time" ? 0.7 : 0))).toBeCloseTo(Math.cos(0.7) - Math.sin(0.7), 14);
  });
});
