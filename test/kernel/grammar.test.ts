import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluate } from "../../src/kernel/evaluate.ts";
import { expressionGraph } from "../../src/kernel/expression.ts";
import { formulaFunctions } from "../../src/kernel/formula-functions.ts";
import { parseExpression } from "../../src/kernel/grammar.ts";

const point: Readonly<Record<string, number>> = { x: 3, y: 2, k_1: 0.5, time: 7, _S: 4, min: 11 };

function value(text: string): number {
  const parsed = parseExpression(expressionGraph(), text);
  if (!parsed.expression) throw new Error(parsed.problems.map((problem) => problem.message).join("; "));
  return evaluate(parsed.expression, (name) => point[name] ?? Number.NaN);
}

const problems = (text: string, origin?: { line: number; column: number }): string[] =>
  (parseExpression(expressionGraph(), text, origin).problems ?? []).map(({ line, column, message }) => `${line}:${column} ${message}`);

describe("meaning", () => {
  it.each<[string, number]>([
    ["1 - 2 - 3", -4],
    ["8/4/2", 1],
    ["2 + 3*4", 14],
    ["-2^2", -4],
    ["(-2)^2", 4],
    ["2^3^2", 512],
    ["2^-1", 0.5],
    ["2^-x^2", 2 ** -9],
    ["-x^-y", -1 / 9],
    ["2*-x", -6],
    ["- -x", 3],
    ["+x", 3],
    ["!x == 0", 1],
    ["!(x == 3)", 0],
    ["x > y", 1],
    ["x >= 3", 1],
    ["x <= y", 0],
    ["x != y", 1],
    ["x < y || y < x", 1],
    ["x < y && y < x", 0],
    ["x + 1 < y*2", 0],
    ["1e-3", 0.001],
    [".5", 0.5],
    ["2.", 2],
    ["1.5E+2", 150],
    ["pi", Math.PI],
    ["exponentiale", Math.E],
    ["true + false", 1],
    ["time*k_1 + _S", 7.5],
    ["ln(x)", Math.log(3)],
    ["log(x)", Math.log(3)],
    ["log10(x)", Math.log10(3)],
    ["exp(x)", Math.exp(3)],
    ["sqrt(x)", Math.sqrt(3)],
    ["sqr(x)", 9],
    ["pow(x, y)", 9],
    ["root(2, x)", Math.sqrt(3)],
    ["root(x)", Math.sqrt(3)],
    ["root(4, x)", 3 ** 0.25],
    ["abs(-x)", 3],
    ["floor(x/2)", 1],
    ["ceil(x/2)", 2],
    ["ceiling(x/2)", 2],
    ["min(x, y, 9)", 2],
    ["max(x, y, 9)", 9],
    ["max(x)", 3],
    ["sin(x)", Math.sin(3)],
    ["sec(x)", 1 / Math.cos(3)],
    ["csc(x)", 1 / Math.sin(3)],
    ["cot(x)", 1 / Math.tan(3)],
    ["arcsin(k_1)", Math.asin(0.5)],
    ["acos(k_1)", Math.acos(0.5)],
    ["arctan(x)", Math.atan(3)],
    ["sinh(x)", Math.sinh(3)],
    ["cosh(x)", Math.cosh(3)],
    ["tanh(x)", Math.tanh(3)],
    ["piecewise(1, x < y, 2)", 2],
    ["piecewise(1, x < y, 5, x == 3, 2)", 5],
    ["inf", Number.POSITIVE_INFINITY],
    ["-infinity", Number.NEGATIVE_INFINITY],
    ["min + 1", 12],
    ["\n x\n + \t y\n", 5],
  ])("%s", (text, expected) => {
    expect(value(text)).toBe(expected);
  });

  it("knows every function of its table", () => {
    for (const [name, { least }] of formulaFunctions) {
      const text = `${name}(${Array.from({ length: least }, (_, i) => `x${i}`).join(", ")})`;
      expect(problems(text), text).toEqual([]);
    }
  });

  it("reads nesting and chains of any length", () => {
    const deep = 20_000;
    expect(value(`${"(".repeat(deep)}x${")".repeat(deep)}`)).toBe(3);
    expect(value(`${"-".repeat(deep)}x`)).toBe(3);
    expect(value(Array.from({ length: deep }, () => "x").join(" + "))).toBe(3 * deep);
    expect(value(Array.from({ length: 500 }, () => "1").join("^"))).toBe(1);
  });
});

describe("problems", () => {
  it("says where, what was found and what was expected", () => {
    const texts = [
      "",
      "a +",
      "a + * b",
      "2 x",
      "a b + c d",
      "(a + b",
      "f(a, (b)",
      "a + b)",
      "()",
      "exp()",
      "exp(a, b)",
      "log(2, a)",
      "root(1, 2, 3)",
      "min()",
      "piecewise(1, a < b)",
      "piecewise(1, a)",
      "max(a,, b)",
      "max(a b)",
      "a, b",
      "sqroot(a)",
      "Log(a)",
      "hill(a, b)",
      "delay(a, 1)",
      "factorial(3)",
      "avogadro*a",
      "a < b < c",
      "a && b || c",
      "a = b",
      "a & b",
      "a ** 2",
      "a % 2",
      "a ! b",
      "1.2.3",
      "1e",
      "1e999",
      "$X + 1",
      "é",
      "😀 + 1",
      "a +\n  * b",
    ];
    expect(texts.map((text) => `${JSON.stringify(text)}\n${problems(text).map((line) => `  ${line}`).join("\n")}`).join("\n")).toMatchSnapshot();
  });

  it("collects all problems of a formula in reading order", () => {
    expect(problems("foo(a, exp()) + (2 b * $")).toEqual([
      expect.stringMatching(/^1:1 found unknown function "foo"/),
      '1:8 found 0 arguments for "exp", expected 1',
      '1:17 found "(", expected a ")" that closes it',
      '1:20 found "b", expected an operator',
      expect.stringMatching(/^1:24 found "\$"/),
    ]);
  });

  it("counts from the place the formula has in its file", () => {
    expect(problems("a + ?\n + ?", { line: 12, column: 30 }).map((line) => line.split(" ")[0])).toEqual(["12:34", "13:4"]);
  });

  it("never throws and never runs away, whatever the text", () => {
    const words = fc.constantFrom("a", "1", "(", ")", ",", "+", "-", "*", "^", "<", "&&", "||", "!", "exp", "min(", "piecewise(", "?", " ", "\n");
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.array(words, { maxLength: 30 }).map((list) => list.join(""))), (text) => {
        const parsed = parseExpression(expressionGraph(), text);
        if (parsed.problems) expect(parsed.problems.length).toBeGreaterThan(0);
        for (const problem of parsed.problems ?? []) {
          expect(problem.line).toBeGreaterThanOrEqual(1);
          expect(problem.column).toBeGreaterThanOrEqual(1);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
