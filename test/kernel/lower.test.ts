import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { f64, programBuilder } from "../../src/kernel/builder.ts";
import { evaluateAll } from "../../src/kernel/evaluate.ts";
import { type Expression, expressionGraph } from "../../src/kernel/expression.ts";
import { parseExpression } from "../../src/kernel/grammar.ts";
import type { Instance, Target } from "../../src/kernel/instance.ts";
import { instantiate } from "../../src/kernel/instantiate.ts";
import { memoryLayout } from "../../src/kernel/layout.ts";
import { lower, lowerEach } from "../../src/kernel/lower.ts";
import type { Program, Statement, Value } from "../../src/kernel/program.ts";
import { build, decisions, everything, formulas, names, points } from "./random-formula.ts";

/** A program whose function "run" reads the symbols from memory and stores every value. */
function programOf(expressions: readonly Expression[], symbols: readonly string[], each = false): { program: Program; inputs: number; outputs: number } {
  const layout = memoryLayout();
  const inputs = layout.f64(symbols.length);
  const outputs = layout.f64(expressions.length);
  const builder = programBuilder();
  builder.function("run", {}, (b) => {
    const offsets = new Map(symbols.map((name, index) => [name, inputs + 8 * index]));
    const resolve = (name: string): Value => f64.load(offsets.get(name) ?? Number.NaN);
    const store = (index: number, value: Value): void => b.store(outputs + 8 * index, value);
    if (each) lowerEach(b, expressions, resolve, store);
    else for (const [index, value] of lower(b, expressions, resolve).entries()) store(index, value);
  });
  return { program: builder.finish(layout.bytes), inputs: inputs / 8, outputs: outputs / 8 };
}

async function runner(expressions: readonly Expression[], symbols: readonly string[], target: Target, each = false): Promise<(values: readonly number[]) => number[]> {
  const { program, inputs, outputs } = programOf(expressions, symbols, each);
  const instance: Instance = await instantiate(program, target);
  const run = instance.functions["run"];
  if (!run) throw new Error("the program exports no function");
  return (values) => {
    instance.f64.set(values, inputs);
    run();
    return Array.from(instance.f64.subarray(outputs, outputs + expressions.length));
  };
}

const lookupOf =
  (symbols: readonly string[], values: readonly number[]) =>
  (name: string): number =>
    values[symbols.indexOf(name)] ?? Number.NaN;

/** NaN has many bit patterns that no arithmetic tells apart; everything else must be the same bits, the sign of zero too. */
const expectSameBits = (found: readonly number[], expected: readonly number[]): void => {
  expect(found.length).toBe(expected.length);
  for (const [index, value] of found.entries()) expect(Object.is(value, expected[index]), `output ${index}: ${value} is not ${expected[index]}`).toBe(true);
};

const special = fc.constantFrom(0, -0, 1, -1, 0.5, -2.5, 1e-300, 1e300, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN);

describe.each<[Target]>([["wasm"], ["javascript"]])("lowered to %s", (target) => {
  it("gives the bits of the interpreter, for all operations and numbers", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(formulas(everything, "medium"), { minLength: 1, maxLength: 4 }),
        fc.array(fc.array(fc.oneof(fc.double(), special), { minLength: names.length, maxLength: names.length }), { minLength: 3, maxLength: 3 }),
        points,
        fc.boolean(),
        async (list, inputs, point, each) => {
          const graph = expressionGraph();
          const expressions = list.map((formula) => build(graph, formula));
          const run = await runner(expressions, names, target, each);
          for (const values of [...inputs, names.map((name) => point[name] as number)])
            expectSameBits(run(values), evaluateAll(expressions, lookupOf(names, values)));
        },
      ),
      { numRuns: 300 },
    );
  });

  it("gives the bits of the interpreter where shared parts and decisions abound", async () => {
    await fc.assert(
      fc.asyncProperty(formulas(["add", "multiply", "power", ...decisions], "medium"), points, async (formula, point) => {
        const graph = expressionGraph();
        let node = build(graph, formula);
        const expressions: Expression[] = [node];
        for (const name of names) {
          const condition = graph.apply("less", node, graph.symbol(name));
          node = graph.apply("add", graph.apply("select", condition, node, graph.apply("multiply", node, node)), condition);
          expressions.push(node, condition);
        }
        const values = names.map((name) => point[name] as number);
        expectSameBits((await runner(expressions, names, target, true))(values), evaluateAll(expressions, lookupOf(names, values)));
      }),
      { numRuns: 200 },
    );
  });

  it("takes chains and fans of 100,000 nodes", { timeout: 60_000 }, async () => {
    const graph = expressionGraph();
    const symbols = Array.from({ length: 100 }, (_, i) => `x${i}`);
    const leaves = symbols.map((name) => graph.symbol(name));
    const fan: Expression[] = [...leaves];
    const size = target === "wasm" ? 100_000 : 20_000;
    let chain = leaves[0] as Expression;
    for (let i = 0; graph.size < size; i++) {
      const left = fan[fan.length - 1 - ((i * 7) % 90)] as Expression;
      const right = leaves[i % 100] as Expression;
      fan.push(graph.apply("subtract", graph.apply("multiply", left, graph.constant(0.5)), right));
      chain = graph.apply("add", graph.apply("multiply", chain, graph.constant(0.25)), right);
    }
    const expressions = [...fan.slice(-100), chain];
    const values = symbols.map((_, i) => 1 + i / 7);
    expectSameBits((await runner(expressions, symbols, target, true))(values), evaluateAll(expressions, lookupOf(symbols, values)));
  });
});

const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

describe("the code", () => {
  const graph = expressionGraph();
  const read = (text: string): Expression => {
    const parsed = parseExpression(graph, text);
    if (!parsed.expression) throw new Error(text);
    return parsed.expression;
  };
  const body = (...texts: readonly string[]): { statements: readonly Statement[]; locals: number; text: string } => {
    const { program } = programOf(texts.map(read), ["x", "y", "n"], true);
    const [run] = program.functions;
    if (!run) throw new Error("no function");
    return { statements: run.body, locals: run.locals.length, text: JSON.stringify(run.body) };
  };
  it("computes a shared part once, and inlines the rest", () => {
    const shared = body("sin(x + y)*x", "sin(x + y) + 1");
    expect(count(shared.text, /"sin"/g)).toBe(1);
    expect(shared.statements.map((statement) => statement.kind)).toEqual(["set", "store", "store"]);
    expect(body("x*y + x/y").statements.map((statement) => statement.kind)).toEqual(["store"]);
  });

  it("unrolls integer and half-integer powers, and no others", () => {
    expect(count(body("x^7").text, /"multiply"/g)).toBe(4);
    expect(count(body("x^64").text, /"multiply"/g)).toBe(6);
    expect(count(body("x^7", "x^6", "x^4").text, /"multiply"/g)).toBe(5);
    const half = body("x^2.5").text;
    expect([count(half, /"multiply"/g), count(half, /"squareRoot"/g), count(half, /"pow"/g)]).toEqual([2, 1, 0]);
    expect(count(body("x^65").text, /"pow"/g)).toBe(1);
    expect(count(body("x^n").text, /"pow"/g)).toBe(1);
  });

  it("keeps conditions i32, and folds constants the text keeps", () => {
    expect(count(body("piecewise(x, x < y && !(y < 1), y)").text, /"toF64"|"notEqual"/g)).toBe(0);
    expect(count(body("(x < y) + 1").text, /"toF64"/g)).toBe(1);
    expect(count(body("x*exp(log(2)/3)").text, /"math"/g)).toBe(0);
  });

  it("reuses locals when their value is dead", () => {
    let text = "x";
    for (let i = 0; i < 60; i++) text = `sin(${text})`;
    const chain = Array.from({ length: 30 }, (_, i) => `(x + ${i})*(x + ${i})`);
    expect(body(...chain).locals).toBe(1);
    expect(body(text).locals).toBe(1);
  });
});
