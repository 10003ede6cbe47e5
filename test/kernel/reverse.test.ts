import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { differentiate } from "../../src/kernel/derivative.ts";
import { evaluate, evaluateAll } from "../../src/kernel/evaluate.ts";
import { type Expression, expressionGraph } from "../../src/kernel/expression.ts";
import { parseExpression } from "../../src/kernel/grammar.ts";
import { vectorJacobian } from "../../src/kernel/reverse.ts";
import { postorder } from "../../src/kernel/traverse.ts";
import { at, build, everything, formulas, names, points } from "./random-formula.ts";

describe("vectorJacobian", () => {
  it("is the weighted sum of forward derivatives", () => {
    let compared = 0;
    fc.assert(
      fc.property(fc.array(formulas(everything), { minLength: 1, maxLength: 3 }), points, (list, point) => {
        const graph = expressionGraph();
        const outputs = list.map((formula) => build(graph, formula));
        const cotangents = outputs.map((_, index) => graph.symbol(`w${index}`));
        const reverse = vectorJacobian(graph, outputs, cotangents, names);
        const forward = names.map((name) =>
          outputs
            .map((output, index) => graph.apply("multiply", cotangents[index] as Expression, differentiate(graph, output, name)))
            .reduce((a, b) => graph.apply("add", a, b)),
        );
        const lookup = (name: string): number => (name.startsWith("w") ? 0.5 + Number(name.slice(1)) : at(point)(name));
        const nodes = postorder([...reverse, ...forward]);
        const largest = Math.max(1, ...evaluateAll(nodes, lookup).map(Math.abs));
        // One unit in the last place an operation, relative to the largest number that occurs.
        const tolerance = 64 * nodes.length * Number.EPSILON * largest;
        fc.pre(Number.isFinite(tolerance) && tolerance < 1e-3);
        compared += 1;
        for (const [index, expression] of reverse.entries())
          expect(Math.abs(evaluate(expression, lookup) - evaluate(forward[index] as Expression, lookup))).toBeLessThanOrEqual(tolerance);
      }),
      { numRuns: 500, maxSkipsPerRun: 100 },
    );
    expect(compared).toBeGreaterThanOrEqual(500);
  });

  it("keeps what a branch not taken would give out of the result", () => {
    const graph = expressionGraph();
    const read = (text: string): Expression => {
      const parsed = parseExpression(graph, text);
      if (!parsed.expression) throw new Error(text);
      return parsed.expression;
    };
    const gradient = (text: string, x: number): number =>
      evaluate(vectorJacobian(graph, [read(text)], [graph.constant(1)], ["x"])[0] as Expression, () => x);
    expect(gradient("piecewise(0, x == 0, sqrt(x))", 0)).toBe(0);
    expect(gradient("piecewise(x, x <= 0, x*log(x))", 0)).toBe(1);
    expect(gradient("piecewise(3*x, x <= 0, piecewise(sqrt(x), x < 1, 1/x))", 0)).toBe(3);
    expect(gradient("x*piecewise(2, x <= 0, 1/sqrt(x)) + x", 0)).toBe(3);
    expect(gradient("max(x, sqrt(x - 1))", 0.5)).toBe(1);
  });

  it("costs a multiple of the graph, whatever the number of parameters", () => {
    const graph = expressionGraph();
    const weights: string[] = [];
    let layer: Expression[] = [graph.symbol("x"), graph.symbol("y")];
    for (let depth = 0; depth < 4; depth++) {
      layer = Array.from({ length: 12 }, (_, unit) => {
        const terms = layer.map((input, index) => {
          const name = `w${depth}_${unit}_${index}`;
          weights.push(name);
          return graph.apply("multiply", graph.symbol(name), input);
        });
        return graph.apply("hyperbolicTangent", terms.reduce((a, b) => graph.apply("add", a, b)));
      });
    }
    const forwardSize = postorder(layer).length;
    const gradient = vectorJacobian(graph, layer, layer.map((_, i) => graph.symbol(`c${i}`)), weights);
    expect(gradient).toHaveLength(weights.length);
    expect(postorder(gradient).length).toBeLessThan(5 * forwardSize);
  });

  it("walks chains of 50,000 nodes without a stack", () => {
    const graph = expressionGraph();
    const x = graph.symbol("x");
    let chain = x;
    for (let i = 0; i < 50_000; i++) chain = graph.apply("add", graph.apply("multiply", chain, graph.constant(0.5)), x);
    const [gradient] = vectorJacobian(graph, [chain], [graph.constant(1)], ["x"]);
    expect(evaluate(gradient as Expression, () => 1)).toBeCloseTo(2, 12);
  });

  it("refuses lists of different length", () => {
    const graph = expressionGraph();
    expect(() => vectorJacobian(graph, [graph.symbol("x")], [], ["x"])).toThrow("1 outputs, but 0 cotangents");
  });
});
