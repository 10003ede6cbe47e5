import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluate } from "../../src/kernel/evaluate.ts";
import { expressionGraph } from "../../src/kernel/expression.ts";
import { substitute, symbolsOf } from "../../src/kernel/substitute.ts";
import { at, build, everything, formulas, names, points } from "./random-formula.ts";

describe("substitute", () => {
  it("replaces all at once: swapping two names twice gives the expression back", () => {
    fc.assert(
      fc.property(formulas(everything), (formula) => {
        const graph = expressionGraph();
        const expression = build(graph, formula);
        const swap = new Map([
          ["a", graph.symbol("b")],
          ["b", graph.symbol("a")],
        ]);
        expect(substitute(graph, substitute(graph, expression, swap), swap)).toBe(expression);
      }),
    );
  });

  it("commutes with evaluation", () => {
    fc.assert(
      fc.property(formulas(["add", "multiply", "sine", "minimum", "less", "select"]), formulas(["add", "subtract", "cosine"]), points, (outer, inner, point) => {
        const graph = expressionGraph();
        const replacement = build(graph, inner);
        const value = evaluate(replacement, at(point));
        const replaced = substitute(graph, build(graph, outer), new Map([["a", replacement]]));
        expect(evaluate(replaced, at(point)) + 0).toBe(evaluate(build(graph, outer), at({ ...point, a: value })) + 0);
      }),
    );
  });

  it("leaves other symbols, and takes 50,000 nodes without a stack", () => {
    const graph = expressionGraph();
    let chain = graph.symbol("x");
    for (let i = 0; i < 50_000; i++) chain = graph.apply("sine", graph.apply("add", chain, graph.symbol("y")));
    const replaced = substitute(graph, chain, new Map([["x", graph.symbol("z")]]));
    expect([...symbolsOf([replaced])].toSorted()).toEqual(["y", "z"]);
    expect(symbolsOf([chain, graph.symbol("u")])).toEqual(new Set(["x", "y", "u"]));
    expect(symbolsOf(names.map((name) => graph.symbol(name)))).toEqual(new Set(names));
  });
});
