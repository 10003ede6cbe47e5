import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluate } from "../../../src/kernel/evaluate.ts";
import { expressionGraph } from "../../../src/kernel/expression.ts";
import type { Expression } from "../../../src/kernel/expression.ts";
import { parseExpression } from "../../../src/kernel/grammar.ts";
import { intervalBounds } from "../../../src/solvers/stochastic/interval.ts";

const graph = expressionGraph();
const expressionOf = (text: string): Expression => {
  const { expression } = parseExpression(graph, text);
  if (!expression) throw new Error(`cannot read "${text}"`);
  return expression;
};

/** Formulas of time and a number x, with everything that can stand in a rate. */
const formula = fc.letrec<{ all: string; leaf: string }>((tie) => ({
  leaf: fc.constantFrom("time", "x", "2", "0.5", "3", "-1.25"),
  all: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    tie("leaf"),
    fc.tuple(tie("all"), fc.constantFrom("+", "-", "*", "/"), tie("all")).map(([a, operator, b]) => `(${a} ${operator} ${b})`),
    fc.tuple(fc.constantFrom("sin", "cos", "tan", "exp", "ln", "log10", "sqrt", "abs", "floor", "ceil", "tanh", "sinh", "cosh", "atan", "asin", "acos", "-"), tie("all")).map(([name, a]) => `${name}(${a})`),
    fc.tuple(tie("all"), fc.constantFrom("2", "3", "-1", "-2", "0.5", "x")).map(([a, n]) => `(${a})^(${n})`),
    fc.tuple(fc.constantFrom("min", "max"), tie("all"), tie("all")).map(([name, a, b]) => `${name}(${a}, ${b})`),
    fc.tuple(tie("all"), tie("all"), fc.constantFrom("<", "<=", ">", ">=", "!="), tie("all"), tie("all")).map(([a, b, compare, c, d]) => `piecewise(${a}, ${b} ${compare} ${c}, ${d})`),
  ),
})).all;

describe("bounds over a span of time", () => {
  test("no value inside lies outside them", () => {
    let bounded = 0;
    fc.assert(
      fc.property(formula, fc.double({ min: -3, max: 3, noNaN: true }), fc.double({ min: -5, max: 5, noNaN: true }), fc.double({ min: 0, max: 4, noNaN: true }), fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 5, maxLength: 5 }), (text, x, from, span, shares) => {
        const expression = expressionOf(text);
        const to = from + span;
        const bounds = intervalBounds([expression], new Set(["x"]));
        const at = (time: number) => (name: string): number => (name === "time" ? time : x);
        bounds.setSpan(from, to, at(from));
        bounds.update(at(from));
        const [low, high] = [bounds.low[0], bounds.high[0]];
        if (low > -Infinity && high < Infinity) bounded += 1;
        return [0, 1, ...shares].every((share) => {
          const value = evaluate(expression, at(Math.min(to, from + share * span)));
          return Number.isNaN(value) || (value >= low && value <= high);
        });
      }),
      { numRuns: 4000, seed: 7 },
    );
    expect(bounded).toBeGreaterThan(2000);
  });

  test.each(["ln(time - 1)", "sqrt(time - 1)", "1/(time - 1)", "asin(time)", "tan(time)", "(time - 1)^(-2)", "(time - 1)^x", "sin(1/(time - 1))"])("%s has none where it may be no number", (text) => {
    const bounds = intervalBounds([expressionOf(text)], new Set());
    bounds.setSpan(0, 2, () => 0.5);
    bounds.update(() => 0.5);
    expect([bounds.low[0], bounds.high[0]]).toEqual([-Infinity, Infinity]);
  });

  test.each(["sin(3*time) + 2", "exp(-time)*x", "1/(1 + time^2)", "piecewise(5, time < 0.5, 1)", "x*(1 + 0.5*cos(time))^2"])("those of %s close in on it as the span shrinks", (text) => {
    const expression = expressionOf(text);
    const bounds = intervalBounds([expression], new Set(["x"]));
    for (const span of [1e-3, 1e-6, 1e-9]) {
      bounds.setSpan(1, 1 + span, () => 2);
      bounds.update(() => 2);
      const value = evaluate(expression, (name) => (name === "time" ? 1 : 2));
      expect(bounds.high[0] - bounds.low[0]).toBeLessThan(20 * span);
      expect(bounds.low[0]).toBeLessThanOrEqual(value);
      expect(bounds.high[0]).toBeGreaterThanOrEqual(value);
    }
  });
});
