import * as fc from "fast-check";
import { derivative as mathjsDerivative, parse as mathjsParse } from "mathjs";
import { describe, expect, it } from "vitest";
import { differentiate, differentiator } from "../../src/kernel/derivative.ts";
import { evaluate, evaluateAll } from "../../src/kernel/evaluate.ts";
import { type Expression, expressionGraph } from "../../src/kernel/expression.ts";
import { parseExpression } from "../../src/kernel/grammar.ts";
import { printExpression } from "../../src/kernel/print.ts";
import { postorder } from "../../src/kernel/traverse.ts";
import { at, build, formulas, points, smooth } from "./random-formula.ts";

const graph = expressionGraph();
function read(text: string): Expression {
  const parsed = parseExpression(graph, text);
  if (!parsed.expression) throw new Error(parsed.problems.map((problem) => problem.message).join("; "));
  return parsed.expression;
}
const slope = (text: string, x: number, y = 0.75): number => evaluate(differentiate(graph, read(text), "x"), (name) => (name === "x" ? x : y));

/** Sixth-order central difference; with step h its error is about 36 h^6 f'''''''/5040 + rounding/h. */
function difference(text: string, x: number, y = 0.75): number {
  const h = 1e-2;
  const expression = read(text);
  const f = (offset: number): number => evaluate(expression, (name) => (name === "x" ? x + offset * h : y));
  return (45 * (f(1) - f(-1)) - 9 * (f(2) - f(-2)) + (f(3) - f(-3))) / (60 * h);
}
/** h^6 for derivatives of order one to a hundred. */
const differenceTolerance = 1e-9;

describe("rules", () => {
  it.each([
    ["x^5 - 3*x^2 + 2"],
    ["x^-3"],
    ["x^2.5"],
    ["x^0.3"],
    ["x^y"],
    ["y^x"],
    ["x^x"],
    ["1/(1 + x^2)"],
    ["x/(y + x)"],
    ["sqrt(x)*y"],
    ["exp(-x/y)"],
    ["ln(x + y)"],
    ["log10(x)"],
    ["sin(x*y)"],
    ["cos(x)"],
    ["tan(x/2)"],
    ["asin(x/3)"],
    ["acos(x/3)"],
    ["atan(x)"],
    ["sinh(x)"],
    ["cosh(x)"],
    ["tanh(x*y)"],
    ["abs(x - 3)"],
    ["abs(x)"],
    ["min(x, y)*x"],
    ["max(x, y)*x"],
    ["max(x^2, y*x, 0.1)"],
    ["piecewise(x^2, x < 2, x^3)"],
    ["piecewise(x^2, x < 1, sin(x), x < 1.2, x^3)"],
    ["floor(x)*x^2 + ceil(x)"],
    ["(x > 0.3)*x^2"],
    ["piecewise(x, x < 5 && !(x < 0), 1)"],
  ])("%s", (text) => {
    const x = 1.3;
    expect(Math.abs(slope(text, x) - difference(text, x))).toBeLessThan(differenceTolerance * Math.max(1, Math.abs(slope(text, x))));
  });

  it("takes the branch that is taken, and only that", () => {
    expect(slope("piecewise(0, x == 0, sqrt(x))", 0)).toBe(0);
    expect(slope("piecewise(2*x, x <= 0, 1/x)", 0)).toBe(2);
    expect(slope("max(x, 3)", 2)).toBe(0);
    expect(slope("min(x, 3)", 2)).toBe(1);
  });

  it("keeps an infinite slope inside the branch that is not taken", () => {
    for (const guarded of ["sqrt(max(0, x - 2))", "ln(piecewise(1, x < 2, x - 1))", "max(0, x - 2)^0.3", "1/piecewise(1, x < 2, x)", "(-x)^max(2, x)", "sqrt(max(0, min(x - 2, 5)))"]) {
      expect(slope(guarded, 1.3)).toBeCloseTo(difference(guarded, 1.3), 8);
      expect(slope(guarded, 1.3)).not.toBeNaN();
    }
    expect(slope("sqrt(max(0, x - 2))", 2.25)).toBe(1);
    expect(slope("sqrt(max(0, min(x - 2, 5)))", 9)).toBe(0);
  });
  it("has finite Hill slopes at zero", () => {
    const hill = read("x^n/(K^n + x^n)");
    for (const name of ["x", "n", "K"]) expect(Math.abs(evaluate(differentiate(graph, hill, name), at({ x: 0, n: 2, K: 1.5 })))).toBe(0);
  });

  it("is 0 for symbols that do not occur", () => {
    expect(differentiate(graph, read("x*y + sin(time)"), "z")).toBe(graph.constant(0));
  });
});

/** Rounding of two evaluations: one unit in the last place an operation, relative to the largest number that occurs. */
function roundingTolerance(expressions: readonly Expression[], lookup: (name: string) => number): number {
  const nodes = postorder(expressions);
  const largest = Math.max(1, ...evaluateAll(nodes, lookup).map(Math.abs));
  return 64 * nodes.length * Number.EPSILON * largest;
}

describe("against mathjs", () => {
  it("agrees on random formulas", () => {
    let compared = 0;
    fc.assert(
      fc.property(formulas(smooth), points, (formula, point) => {
        const own = expressionGraph();
        const expression = build(own, formula);
        const text = printExpression(expression);
        fc.pre(!/nan|inf/.test(text));
        const ours = differentiate(own, expression, "a");
        const lookup = at(point);
        const tolerance = roundingTolerance([ours, expression], lookup);
        fc.pre(Number.isFinite(tolerance) && tolerance < 1e-3);
        const theirs: unknown = mathjsDerivative(mathjsParse(text), "a", { simplify: false }).evaluate({ ...point });
        fc.pre(typeof theirs === "number" && Number.isFinite(theirs));
        compared += 1;
        expect(Math.abs(evaluate(ours, lookup) - (theirs as number))).toBeLessThanOrEqual(tolerance);
      }),
      { numRuns: 400, maxSkipsPerRun: 100 },
    );
    expect(compared).toBeGreaterThanOrEqual(400);
  });
});

describe("sharing", () => {
  it("stays linear on graphs whose trees are exponential", () => {
    const own = expressionGraph();
    let node = own.symbol("x");
    for (let i = 0; i < 200; i++) node = own.apply("multiply", own.apply("sine", node), own.apply("cosine", node));
    const before = own.size;
    differentiate(own, node, "x");
    expect(own.size - before).toBeLessThan(20 * before);
  });

  it("differentiates chains of 50,000 nodes without a stack", () => {
    const own = expressionGraph();
    const x = own.symbol("x");
    let chain = x;
    for (let i = 0; i < 50_000; i++) chain = own.apply("add", own.apply("multiply", chain, own.constant(0.5)), x);
    // Sum of the geometric series of halves.
    expect(evaluate(differentiate(own, chain, "x"), () => 1)).toBeCloseTo(2, 12);
  });

  it("remembers what several expressions share", () => {
    const own = expressionGraph();
    const x = own.symbol("x");
    const shared = own.apply("exponential", own.apply("sine", x));
    const derivative = differentiator(own, "x");
    const first = derivative(shared);
    const size = own.size;
    expect(derivative(shared)).toBe(first);
    expect(derivative(own.apply("negate", shared))).toBe(own.apply("negate", first));
    expect(own.size).toBeLessThanOrEqual(size + 2);
  });
});
