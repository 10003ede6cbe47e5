import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { add, exponential, floor, hyperbolicTangent, less, maximum, multiply, not, select, squareRoot, subtract } from "../../src/kernel/arithmetic.ts";
import { f64, programBuilder } from "../../src/kernel/builder.ts";
import { evaluateAll } from "../../src/kernel/evaluate.ts";
import { type Expression, type Graph, expressionGraph } from "../../src/kernel/expression.ts";
import type { Target } from "../../src/kernel/instance.ts";
import { instantiate } from "../../src/kernel/instantiate.ts";
import { memoryLayout } from "../../src/kernel/layout.ts";
import { lowerFunction } from "../../src/kernel/lower-function.ts";
import { planNodes } from "../../src/kernel/lowering-plan.ts";
import { type Pack, packPlan } from "../../src/kernel/pack.ts";
import type { Program } from "../../src/kernel/program.ts";
import { vectorJacobian } from "../../src/kernel/reverse.ts";
import { postorder } from "../../src/kernel/traverse.ts";

/** How the weights of a dense layer lie in memory, and what its units do. */
interface Layers {
  readonly widths: readonly number[];
  readonly order: "inputs together" | "outputs together";
  readonly biasFirst: boolean;
  readonly unit: "tanh" | "exp" | "none";
}

interface Network {
  readonly graph: Graph;
  readonly inputs: readonly string[];
  readonly weights: readonly string[];
  readonly outputs: readonly Expression[];
}

function networkOf({ widths, order, biasFirst, unit }: Layers): Network {
  const graph = expressionGraph();
  const inputs = Array.from({ length: widths[0] ?? 0 }, (_, index) => `x${index}`);
  const weights: string[] = [];
  let values = inputs.map((name) => graph.symbol(name));
  widths.slice(1).forEach((width, layer) => {
    const weight = (output: number, input: number): string => `w${layer}_${output}_${input}`;
    const bias = (output: number): string => `b${layer}_${output}`;
    const [outer, inner] = order === "inputs together" ? [width, values.length] : [values.length, width];
    if (biasFirst) weights.push(...Array.from({ length: width }, (_, output) => bias(output)));
    for (let i = 0; i < outer; i++) for (let j = 0; j < inner; j++) weights.push(order === "inputs together" ? weight(i, j) : weight(j, i));
    if (!biasFirst) weights.push(...Array.from({ length: width }, (_, output) => bias(output)));
    const isLast = layer === widths.length - 2;
    values = Array.from({ length: width }, (_, output) => {
      const sum = values.reduce((total, value, input) => add(graph, total, multiply(graph, graph.symbol(weight(output, input)), value)), graph.symbol(bias(output)));
      if (isLast || unit === "none") return sum;
      return unit === "tanh" ? hyperbolicTangent(graph, sum) : exponential(graph, multiply(graph, graph.constant(-1), multiply(graph, sum, sum)));
    });
  });
  return { graph, inputs, weights, outputs: values };
}

const layers = (least: number, unit = fc.constantFrom<Layers["unit"][]>("tanh", "exp", "none")): fc.Arbitrary<Layers> =>
  fc.record({
    widths: fc.array(fc.integer({ min: least, max: 9 }), { minLength: 2, maxLength: 4 }),
    order: fc.constantFrom<Layers["order"][]>("inputs together", "outputs together"),
    biasFirst: fc.boolean(),
    unit,
  });

const cotangentNames = (count: number): string[] => Array.from({ length: count }, (_, index) => `c${index}`);

/** Outputs, and then the derivatives of their weighted sum by inputs and weights. */
function withDerivatives({ graph, inputs, weights, outputs }: Network): { expressions: Expression[]; symbols: string[] } {
  const cotangents = cotangentNames(outputs.length);
  const derivatives = vectorJacobian(graph, outputs, cotangents.map((name) => graph.symbol(name)), [...inputs, ...weights]);
  return { expressions: [...outputs, ...derivatives], symbols: [...inputs, ...weights, ...cotangents] };
}

function programOf(expressions: readonly Expression[], symbols: readonly string[], isPacked: boolean, adds = false): { program: Program; inputs: number; outputs: number } {
  const layout = memoryLayout();
  const inputs = layout.f64(symbols.length);
  const outputs = layout.f64(expressions.length);
  const places = new Map(symbols.map((name, index) => [name, inputs + 8 * index]));
  const builder = programBuilder();
  const scene = () => ({
    resolve: (name: string) => f64.load(places.get(name) ?? Number.NaN),
    target: (index: number) => ({ address: outputs + 8 * index, add: adds }),
  });
  lowerFunction(builder, "run", {}, expressions, scene, isPacked ? layout : null);
  return { program: builder.finish(layout.bytes), inputs: inputs / 8, outputs: outputs / 8 };
}

async function run(expressions: readonly Expression[], symbols: readonly string[], values: readonly number[], isPacked: boolean, target: Target, adds = false): Promise<number[]> {
  const { program, inputs, outputs } = programOf(expressions, symbols, isPacked, adds);
  const instance = await instantiate(program, target);
  instance.f64.set(values, inputs);
  if (adds) instance.f64.fill(1, outputs, outputs + expressions.length);
  instance.functions["run"]?.();
  return Array.from(instance.f64.subarray(outputs, outputs + expressions.length));
}

function planOf(expressions: readonly Expression[], symbols: readonly string[]): Pack | null {
  const places = new Map(symbols.map((name, index) => [name, 16 + 8 * index]));
  return packPlan(planNodes(expressions), (name) => f64.load(places.get(name) ?? Number.NaN), (index) => ({ address: 1_000_000 + 8 * index }));
}

const epsilon = 2 ** -53;
/** Units in the last place that an elementary function may be off. */
const functionError = 2;

/** How far a value may be from the exact one when its sums are taken in any order: a running error analysis. */
function rounding(expressions: readonly Expression[], value: (name: string) => number): number[] {
  const sizes = new Map<Expression, { readonly size: number; readonly error: number }>();
  const of = (node: Expression | undefined): { readonly size: number; readonly error: number } => (node && sizes.get(node)) ?? { size: Number.NaN, error: Number.NaN };
  for (const node of postorder(expressions)) {
    const [a, b] = [of(node.operands[0]), of(node.operands[1])];
    const rounded = (size: number, error: number, share = 1) => sizes.set(node, { size, error: error + share * epsilon * (size + error) });
    // Slopes of the two units: |tanh'| <= 1, |exp'| <= 1 below 0.
    if (node.operation === "constant") rounded(Math.abs(node.value), 0, 0);
    else if (node.operation === "symbol") rounded(Math.abs(value(node.name)), 0, 0);
    else if (node.operation === "add" || node.operation === "subtract") rounded(a.size + b.size, a.error + b.error);
    else if (node.operation === "negate") rounded(a.size, a.error, 0);
    else if (node.operation === "multiply") rounded(a.size * b.size, a.error * b.size + b.error * a.size + a.error * b.error, 2);
    else if (node.operation === "power") rounded(a.size ** 2, 2 * a.size * a.error + a.error ** 2);
    else if (node.operation === "hyperbolicTangent" || node.operation === "exponential") rounded(1, a.error, 2 * functionError);
    else throw new Error(`no error is known of "${node.operation}"`);
  }
  return expressions.map((expression) => 2 * of(expression).error);
}

const numbers = (count: number, seed: number): number[] => Array.from({ length: count }, (_, index) => Math.sin(seed + 1.7 * index) + 0.3 * Math.cos(seed * index));

describe("values computed two at a time", () => {
  it("are those of single numbers up to the order of sums, and so are derivatives, in both targets", async () => {
    let tried = 0;
    await fc.assert(
      fc.asyncProperty(layers(3), fc.integer({ min: 1, max: 1000 }), async (shape, seed) => {
        const { expressions, symbols } = withDerivatives(networkOf(shape));
        const values = numbers(symbols.length, seed);
        if (planOf(expressions, symbols)) tried += 1;
        const single = await run(expressions, symbols, values, false, "wasm");
        const packed = await run(expressions, symbols, values, true, "wasm");
        const inJavaScript = await run(expressions, symbols, values, true, "javascript");
        expect(inJavaScript.every((value, index) => Object.is(value, packed[index]))).toBe(true);
        const allowed = rounding(expressions, (name) => values[symbols.indexOf(name)] ?? Number.NaN);
        single.forEach((value, index) => expect(Math.abs(value - (packed[index] ?? Number.NaN))).toBeLessThanOrEqual(allowed[index] ?? 0));
      }),
      { numRuns: 20 },
    );
    expect(tried).toBeGreaterThan(8);
  });

  it("are two at a time for dense layers, whichever way their weights lie", () => {
    fc.assert(
      fc.property(layers(6, fc.constant("tanh")).filter(({ widths }) => widths.length > 2), (shape) => {
        const network = networkOf(shape);
        const { expressions, symbols } = withDerivatives(network);
        for (const pack of [planOf(network.outputs, symbols), planOf(expressions, symbols)]) {
          const steps = pack?.steps ?? [];
          const halves = steps.filter(({ kind }) => kind !== "single").length;
          // What is left over: an odd unit of each layer, and the share that it has in each derivative.
          expect(halves).toBeGreaterThan(steps.length / 2);
        }
      }),
      { numRuns: 30 },
    );
  });

  it("are split into functions of a size that engines optimise", () => {
    const { expressions, symbols } = withDerivatives(networkOf({ widths: [12, 24, 12], order: "inputs together", biasFirst: true, unit: "tanh" }));
    const names = programOf(expressions, symbols, true).program.functions.map(({ name }) => name);
    expect(names.length).toBeGreaterThan(3);
    expect(programOf(expressions, symbols, false).program.functions.map(({ name }) => name)).toEqual(["run"]);
  });

  it("are added to what stands at their targets where that is asked", async () => {
    const { expressions, symbols } = withDerivatives(networkOf({ widths: [8, 9, 8], order: "outputs together", biasFirst: false, unit: "tanh" }));
    const values = numbers(symbols.length, 3);
    expect(planOf(expressions, symbols)).not.toBeNull();
    const stored = await run(expressions, symbols, values, true, "wasm");
    const added = await run(expressions, symbols, values, true, "wasm", true);
    const allowed = rounding(expressions, (name) => values[symbols.indexOf(name)] ?? Number.NaN);
    added.forEach((value, index) => {
      const expected = 1 + (stored[index] ?? Number.NaN);
      // Both sums round once.
      expect(Math.abs(value - expected)).toBeLessThanOrEqual((allowed[index] ?? 0) + 2 * epsilon * (1 + Math.abs(stored[index] ?? 0) + (allowed[index] ?? 0)));
    });
  });

  it("leave everything that is no layer beside them with the interpreter's bits", async () => {
    const { graph, inputs, weights, outputs } = networkOf({ widths: [8, 8, 8], order: "outputs together", biasFirst: true, unit: "tanh" });
    const [x, y, z] = inputs.map((name) => graph.symbol(name)) as [Expression, Expression, Expression];
    const isLess = less(graph, x, y);
    const others = [select(graph, isLess, x, multiply(graph, y, z)), not(graph, isLess), isLess, maximum(graph, floor(graph, y), squareRoot(graph, multiply(graph, z, z))), subtract(graph, isLess, z), x, graph.constant(4)];
    const symbols = [...inputs, ...weights];
    for (const seed of [1, 2, 3, 4]) {
      const values = numbers(symbols.length, seed);
      const found = await run([...outputs, ...others], symbols, values, true, "wasm");
      expect(planOf([...outputs, ...others], symbols)).not.toBeNull();
      expect(found.slice(outputs.length)).toEqual(evaluateAll(others, (name) => values[symbols.indexOf(name)] ?? Number.NaN));
    }
  });

  it("are not tried where it would not pay: reaction networks, small or scattered layers", () => {
    const graph = expressionGraph();
    const symbols = Array.from({ length: 60 }, (_, index) => `S${index}`);
    const constants = Array.from({ length: 200 }, (_, index) => `k${index}`);
    const species = symbols.map((name) => graph.symbol(name));
    const rates = constants.map((name, index) => multiply(graph, multiply(graph, graph.symbol(name), species[(7 * index) % 60] as Expression), species[(11 * index + 3) % 60] as Expression));
    const rhs = symbols.map((_, index) => rates.reduce((total, rate, which) => ((5 * which) % 60 === index ? add(graph, total, rate) : (13 * which + 1) % 60 === index ? subtract(graph, total, rate) : total), graph.constant(0)));
    expect(planOf(rhs, [...symbols, ...constants])).toBeNull();
    const small = networkOf({ widths: [2, 3, 2], order: "inputs together", biasFirst: true, unit: "tanh" });
    expect(planOf(small.outputs, [...small.inputs, ...small.weights])).toBeNull();
    const scattered = networkOf({ widths: [8, 8, 8], order: "inputs together", biasFirst: true, unit: "none" });
    const everyOther = [...scattered.inputs, ...scattered.weights].flatMap((name) => [name, `gap ${name}`]);
    expect(planOf(scattered.outputs, everyOther)).toBeNull();
  });
});
