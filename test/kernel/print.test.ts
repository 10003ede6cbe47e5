import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Expression, type Graph, expressionGraph } from "../../src/kernel/expression.ts";
import { parseExpression } from "../../src/kernel/grammar.ts";
import { printExpression, printNumber } from "../../src/kernel/print.ts";
import { build, everything, formulas, names } from "./random-formula.ts";

function read(graph: Graph, text: string): Expression {
  const parsed = parseExpression(graph, text);
  if (!parsed.expression) throw new Error(`${text}: ${parsed.problems.map((problem) => problem.message).join("; ")}`);
  return parsed.expression;
}
const canonical = (text: string): string => printExpression(read(expressionGraph(), text));

describe("canonical text", () => {
  it.each([
    ["k1*A*B"],
    ["kcat*E*S/(Km + S)"],
    ["-a*b"],
    ["-(2*a*b)"],
    ["-(a + b)"],
    ["-a^2"],
    ["(-a)^2"],
    ["(-2)^x"],
    ["x^-2"],
    ["x^-y"],
    ["(a^b)^c"],
    ["a^b^c"],
    ["a - (b - c)"],
    ["a - b - c"],
    ["a/(b/c)"],
    ["a/b/c"],
    ["a/(b*c)"],
    ["2*x + y"],
    ["x - 3"],
    ["a*b*(-2)"],
    ["!(a < b)"],
    ["(a < b) + 1 < c"],
    ["a < b && c < d && e"],
    ["(a && b) || c"],
    ["piecewise(1, a < b, 2, c == d, 3)"],
    ["min(a, b, c)"],
    ["exp(-a/b)"],
    ["log(x) + log10(x)"],
    ["1e-7*x"],
    ["1e+21*x"],
  ])("%s stays as it is, up to spelling", (text) => {
    const graph = expressionGraph();
    expect(read(graph, canonical(text))).toBe(read(graph, text));
    if (!text.startsWith("(a < b) +")) expect(canonical(text)).toBe(text);
  });

  it("does not depend on how a formula was written or what the graph held before", () => {
    expect(canonical("S*Vmax/(S + Km)")).toBe(canonical("Vmax*S/(Km + S)"));
    const graph = expressionGraph();
    for (const name of ["B", "A", "k1"]) graph.symbol(name);
    expect(printExpression(read(graph, "k1*A*B"))).toBe("k1*A*B");
  });

  it("reads back to the same node, and prints the same in another graph", () => {
    fc.assert(
      fc.property(formulas(everything, "medium"), fc.shuffledSubarray([...names], { minLength: names.length }), (formula, order) => {
        const graph = expressionGraph();
        const expression = build(graph, formula);
        const text = printExpression(expression);
        expect(read(graph, text)).toBe(expression);
        const other = expressionGraph();
        for (const name of order) other.symbol(name);
        expect(printExpression(read(other, text))).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });

  it("keeps a sign off the constant inside a chain", () => {
    const graph = expressionGraph();
    const [a, b] = [graph.symbol("a"), graph.symbol("b")];
    const chain = graph.apply("divide", graph.apply("multiply", graph.constant(2), graph.apply("divide", a, b)), a);
    const negated = graph.apply("negate", chain);
    expect(printExpression(negated)).toBe("-(a/b*2/a)");
    expect(read(graph, printExpression(negated))).toBe(negated);
  });

  it("prints long chains and shared nodes without a stack", () => {
    const graph = expressionGraph();
    const x = graph.symbol("x");
    let chain = x;
    for (let i = 0; i < 20_000; i++) chain = graph.apply(i % 2 === 0 ? "divide" : "subtract", x, chain);
    const text = printExpression(chain);
    expect(read(graph, text)).toBe(chain);
  });
});

describe("printNumber", () => {
  it("is the shortest text that reads back to the same bits", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (value) => {
        const graph = expressionGraph();
        expect(read(graph, printNumber(value))).toBe(graph.constant(value));
      }),
    );
    expect([0, -0, 1e21, 1e-7, 0.1, Number.NaN, Number.NEGATIVE_INFINITY].map(printNumber)).toEqual(["0", "-0", "1e+21", "1e-7", "0.1", "nan", "-inf"]);
  });
});
