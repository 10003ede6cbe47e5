import * as fc from "fast-check";
import { type Expression, expressionGraph, type Graph, type Operation } from "../../src/kernel/expression.ts";
import { constantPower } from "../../src/kernel/power.ts";
import { operationValue } from "../../src/kernel/semantics.ts";

/** A formula as a plain tree, before any graph has simplified it. */
export interface Formula {
  readonly operation: Operation;
  readonly operands: readonly Formula[];
  readonly value: number;
  readonly name: string;
}

export const smooth: readonly Operation[] = [
  "add",
  "subtract",
  "multiply",
  "divide",
  "negate",
  "power",
  "squareRoot",
  "exponential",
  "logarithm",
  "logarithm10",
  "sine",
  "cosine",
  "tangent",
  "arcsine",
  "arccosine",
  "arctangent",
  "hyperbolicSine",
  "hyperbolicCosine",
  "hyperbolicTangent",
];
export const arithmetic: readonly Operation[] = ["add", "subtract", "multiply", "divide", "negate", "squareRoot", "minimum", "maximum", "absolute", "floor", "ceiling"];
export const decisions: readonly Operation[] = ["less", "lessOrEqual", "equal", "notEqual", "and", "or", "not", "select"];
export const everything: readonly Operation[] = [...new Set([...smooth, ...arithmetic, ...decisions])];

export const names = ["a", "b", "S1", "k_on", "time"] as const;
const operandCount: Partial<Record<Operation, number>> = { select: 3 };
const two = new Set<Operation>(["add", "subtract", "multiply", "divide", "power", "minimum", "maximum", "less", "lessOrEqual", "equal", "notEqual", "and", "or"]);
const countOf = (operation: Operation): number => operandCount[operation] ?? (two.has(operation) ? 2 : 1);

const constants = fc.oneof(
  fc.constantFrom(0, 1, -1, 2, -2, 0.5, -0.5, 1.5, 3, 7, 64, 65, -0, 1e-7, 1e21),
  fc.double({ min: -4, max: 4, noNaN: true }),
);

/** Random formulas over the given operations. */
export function formulas(operations: readonly Operation[], depthSize: "small" | "medium" = "small"): fc.Arbitrary<Formula> {
  const leaf = fc.oneof(
    fc.constantFrom(...names).map((name): Formula => ({ operation: "symbol", operands: [], value: 0, name })),
    constants.map((value): Formula => ({ operation: "constant", operands: [], value, name: "" })),
  );
  const { formula } = fc.letrec<{ formula: Formula }>((tie) => ({
    formula: fc.oneof(
      { depthSize, withCrossShrink: true },
      leaf,
      fc
        .constantFrom(...operations)
        .chain((operation) =>
          fc
            .array(tie("formula"), { minLength: countOf(operation), maxLength: countOf(operation) })
            .map((operands): Formula => ({ operation, operands, value: 0, name: "" })),
        ),
    ),
  }));
  return formula;
}

export function build(graph: Graph, formula: Formula): Expression {
  if (formula.operation === "constant") return graph.constant(formula.value);
  if (formula.operation === "symbol") return graph.symbol(formula.name);
  return graph.apply(formula.operation, ...formula.operands.map((operand) => build(graph, operand)));
}

/** Every value the tree takes, itself last; a power as `constantPower` has it where the graph takes the exponent for a constant. */
export function treeValues(formula: Formula, lookup: (name: string) => number): number[] {
  if (formula.operation === "constant") return [formula.value];
  if (formula.operation === "symbol") return [lookup(formula.name)];
  const below = formula.operands.map((operand) => treeValues(operand, lookup));
  const [a, b, c] = below.map((values) => values.at(-1) as number);
  const own =
    formula.operation === "power" && isConstant(formula.operands[1])
      ? constantPower(a as number, b as number)
      : operationValue(formula.operation, a as number, b, c);
  return [...below.flat(), own];
}

/** Whether a graph makes a constant of it, as it does of `floor(7)`; which rule for powers applies depends on it. */
const isConstant = (formula: Formula | undefined): boolean => formula !== undefined && build(expressionGraph(), formula).operation === "constant";

/** Values for the symbols. */
export const points = fc.record(Object.fromEntries(names.map((name) => [name, fc.double({ min: 0.25, max: 2.5, noNaN: true })]))) as fc.Arbitrary<Record<string, number>>;
export const at =
  (point: Readonly<Record<string, number>>) =>
  (name: string): number =>
    point[name] ?? Number.NaN;

/** Whether two numbers are the same bits, but for the sign of a zero. */
export const sameButZeroSign = (a: number, b: number): boolean => a === b || (Number.isNaN(a) && Number.isNaN(b));
