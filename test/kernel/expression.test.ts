import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { product, sum } from "../../src/kernel/arithmetic.ts";
import { evaluate } from "../../src/kernel/evaluate.ts";
import { type Expression, type Operation, expressionGraph } from "../../src/kernel/expression.ts";
import { commutative } from "../../src/kernel/semantics.ts";
import { symbolsOf } from "../../src/kernel/substitute.ts";
import { postorder } from "../../src/kernel/traverse.ts";
import { at, build, everything, formulas, points, sameButZeroSign, treeValues } from "./random-formula.ts";

const graph = expressionGraph();
const x = graph.symbol("x");
const y = graph.symbol("y");
const number = (value: number): Expression => graph.constant(value);
const apply = (operation: Operation, ...operands: Expression[]): Expression => graph.apply(operation, ...operands);

describe("simplification", () => {
  it.each<[string, Expression, Expression]>([
    ["x + 0", apply("add", x, number(0)), x],
    ["0 + x", apply("add", number(0), x), x],
    ["x - 0", apply("subtract", x, number(0)), x],
    ["x - x", apply("subtract", x, x), number(0)],
    ["0 - x", apply("subtract", number(0), x), apply("negate", x)],
    ["x*1", apply("multiply", x, number(1)), x],
    ["x*0", apply("multiply", x, number(0)), number(0)],
    ["-1*x", apply("multiply", number(-1), x), apply("negate", x)],
    ["0/x", apply("divide", number(0), x), number(0)],
    ["x/1", apply("divide", x, number(1)), x],
    ["x^1", apply("power", x, number(1)), x],
    ["x^0", apply("power", x, number(0)), number(1)],
    ["x^0.5", apply("power", x, number(0.5)), apply("squareRoot", x)],
    ["--x", apply("negate", apply("negate", x)), x],
    ["(-x)*(-y)", apply("multiply", apply("negate", x), apply("negate", y)), apply("multiply", x, y)],
    ["x + -y", apply("add", x, apply("negate", y)), apply("subtract", x, y)],
    ["x - -3", apply("subtract", x, number(-3)), apply("add", number(3), x)],
    ["-(2*x)", apply("negate", apply("multiply", number(2), x)), apply("multiply", number(-2), x)],
    ["2^10", apply("power", number(2), number(10)), number(1024)],
    ["select(1, x, y)", apply("select", number(1), x, y), x],
    ["select(0, x, y)", apply("select", number(0), x, y), y],
    ["select(x, y, y)", apply("select", x, y, y), y],
    ["x < x", apply("less", x, x), number(0)],
    ["!!(x < y)", apply("not", apply("not", apply("less", x, y))), apply("less", x, y)],
    ["1 && x < y", apply("and", number(1), apply("less", x, y)), apply("less", x, y)],
  ])("%s", (_, found, expected) => {
    expect(found).toBe(expected);
  });

  it("keeps what could hide a NaN or change bits", () => {
    expect(apply("divide", number(0), number(0)).value).toBeNaN();
    expect(apply("multiply", number(0), number(Number.NaN)).value).toBeNaN();
    expect(apply("equal", x, x).operation).toBe("equal");
    expect(apply("divide", x, x).operation).toBe("divide");
    expect(apply("power", x, number(2)).operation).toBe("power");
    expect(apply("exponential", number(1)).operation).toBe("exponential");
    expect(apply("multiply", number(3), apply("divide", x, number(3))).operation).toBe("multiply");
  });

  it("refuses a wrong number of operands", () => {
    expect(() => graph.apply("add", x)).toThrow('"add" takes 2 operands, got 1');
    expect(() => graph.apply("symbol")).toThrow('"symbol"');
  });

  it("gives the bits of the tree it stands for, where no value of the tree is infinite or NaN", () => {
    let compared = 0;
    fc.assert(
      fc.property(formulas(everything, "medium"), points, (formula, point) => {
        const values = treeValues(formula, at(point));
        // A zero hides what it multiplies or divides, and its sign may differ: both are documented.
        fc.pre(values.every((value) => Number.isFinite(value)) && !values.some((value) => Object.is(value, -0)));
        compared += 1;
        expect(sameButZeroSign(evaluate(build(expressionGraph(), formula), at(point)), values.at(-1) as number)).toBe(true);
      }),
      { numRuns: 1000, maxSkipsPerRun: 100 },
    );
    expect(compared).toBeGreaterThanOrEqual(1000);
  });

  it("makes one node of equal formulas, whatever the order of commutative operands", () => {
    fc.assert(
      fc.property(formulas(everything), formulas(everything), fc.constantFrom(...commutative), (left, right, operation) => {
        const own = expressionGraph();
        const [a, b] = [build(own, left), build(own, right)];
        expect(own.apply(operation, b, a)).toBe(own.apply(operation, a, b));
        expect(build(own, left)).toBe(a);
      }),
    );
  });

  it("is idempotent: every node is what applying its operation to its operands gives", () => {
    fc.assert(
      fc.property(formulas(everything, "medium"), (formula) => {
        const own = expressionGraph();
        for (const node of postorder([build(own, formula)]))
          if (node.operands.length > 0) expect(own.apply(node.operation, ...node.operands)).toBe(node);
      }),
    );
  });
});

describe("large graphs", () => {
  it("sums and multiplies long lists in shallow, fixed order", () => {
    const own = expressionGraph();
    const terms = Array.from({ length: 10_000 }, (_, i) => own.symbol(`x${i}`));
    const total = sum(own, terms);
    const depths = new Map<number, number>();
    for (const node of postorder([total])) depths.set(node.id, 1 + Math.max(0, ...node.operands.map((operand) => depths.get(operand.id) ?? 0)));
    expect(depths.get(total.id)).toBeLessThan(25);
    expect(sum(own, terms)).toBe(total);
    expect(symbolsOf([total]).size).toBe(10_000);
    expect(evaluate(total, (name) => Number(name.slice(1)))).toBe((9_999 * 10_000) / 2);
    expect(evaluate(product(own, terms.slice(1, 21)), (name) => Number(name.slice(1)))).toBe(2432902008176640000);
    expect(sum(own, []).value).toBe(0);
    expect(product(own, []).value).toBe(1);
  });

  it("walks chains of 100,000 nodes without a stack", () => {
    const own = expressionGraph();
    const step = own.symbol("step");
    let chain = step;
    for (let i = 0; i < 100_000; i++) chain = own.apply(i % 2 === 0 ? "sine" : "add", ...(i % 2 === 0 ? [chain] : [chain, step]));
    expect(postorder([chain])).toHaveLength(100_001);
    expect(evaluate(chain, () => 0.25)).toBeGreaterThan(0);
  });
});
