import * as arithmetic from "./arithmetic.ts";
import type { Expression, Graph } from "./expression.ts";

/** A function that formulas can call. */
export interface FormulaFunction {
  /** Fewest arguments. */
  readonly least: number;
  /** Most arguments. */
  readonly most: number;
  /** Whether the number of arguments must be odd (`piecewise`). */
  readonly odd?: boolean;
  build(graph: Graph, operands: readonly Expression[]): Expression;
}

type Unary = (graph: Graph, a: Expression) => Expression;
type Binary = (graph: Graph, a: Expression, b: Expression) => Expression;

const one = (apply: Unary): FormulaFunction => ({ least: 1, most: 1, build: (graph, [a]) => apply(graph, a as Expression) });
const two = (apply: Binary): FormulaFunction => ({
  least: 2,
  most: 2,
  build: (graph, [a, b]) => apply(graph, a as Expression, b as Expression),
});
const many = (apply: Binary): FormulaFunction => ({
  least: 1,
  most: Number.POSITIVE_INFINITY,
  build: (graph, operands) => operands.reduce((left, right) => apply(graph, left, right)),
});
const reciprocal =
  (apply: Unary): Unary =>
  (graph, a) =>
    arithmetic.divide(graph, graph.constant(1), apply(graph, a));

const root: FormulaFunction = {
  least: 1,
  most: 2,
  build(graph, [degree, radicand]) {
    if (!radicand) return arithmetic.squareRoot(graph, degree as Expression);
    return arithmetic.power(graph, radicand, arithmetic.divide(graph, graph.constant(1), degree as Expression));
  },
};

const piecewise: FormulaFunction = {
  least: 3,
  most: Number.POSITIVE_INFINITY,
  odd: true,
  build(graph, operands) {
    let result = operands[operands.length - 1] as Expression;
    for (let i = operands.length - 3; i >= 0; i -= 2)
      result = arithmetic.select(graph, operands[i + 1] as Expression, operands[i] as Expression, result);
    return result;
  },
};

/** Every function of the formula grammar by name, as Antimony names them; `log` is natural. */
export const formulaFunctions: ReadonlyMap<string, FormulaFunction> = new Map<string, FormulaFunction>([
  ["exp", one(arithmetic.exponential)],
  ["ln", one(arithmetic.logarithm)],
  ["log", one(arithmetic.logarithm)],
  ["log10", one(arithmetic.logarithm10)],
  ["sqrt", one(arithmetic.squareRoot)],
  ["sqr", one((graph, a) => arithmetic.power(graph, a, graph.constant(2)))],
  ["pow", two(arithmetic.power)],
  ["power", two(arithmetic.power)],
  ["root", root],
  ["abs", one(arithmetic.absolute)],
  ["floor", one(arithmetic.floor)],
  ["ceil", one(arithmetic.ceiling)],
  ["ceiling", one(arithmetic.ceiling)],
  ["min", many(arithmetic.minimum)],
  ["max", many(arithmetic.maximum)],
  ["sin", one(arithmetic.sine)],
  ["cos", one(arithmetic.cosine)],
  ["tan", one(arithmetic.tangent)],
  ["sec", one(reciprocal(arithmetic.cosine))],
  ["csc", one(reciprocal(arithmetic.sine))],
  ["cot", one(reciprocal(arithmetic.tangent))],
  ["asin", one(arithmetic.arcsine)],
  ["arcsin", one(arithmetic.arcsine)],
  ["acos", one(arithmetic.arccosine)],
  ["arccos", one(arithmetic.arccosine)],
  ["atan", one(arithmetic.arctangent)],
  ["arctan", one(arithmetic.arctangent)],
  ["sinh", one(arithmetic.hyperbolicSine)],
  ["cosh", one(arithmetic.hyperbolicCosine)],
  ["tanh", one(arithmetic.hyperbolicTangent)],
  ["piecewise", piecewise],
]);

/** Functions of Antimony that are refused by name rather than as unknown. */
export const refusedFunctions: ReadonlySet<string> = new Set(
  (
    "factorial delay rateOf rem quotient implies xor and or not eq neq lt gt " +
    "leq geq plus minus times divide asinh acosh atanh arcsinh arccosh arctanh sech csch " +
    "coth asec acsc acot arcsec arccsc arccot sgn uniform normal exponential poisson binomial"
  ).split(" "),
);

/** Names with a fixed value. */
export const formulaConstants: ReadonlyMap<string, number> = new Map([
  ["pi", Math.PI],
  ["exponentiale", Math.E],
  ["true", 1],
  ["false", 0],
  ["inf", Number.POSITIVE_INFINITY],
  ["infinity", Number.POSITIVE_INFINITY],
  ["nan", Number.NaN],
  ["notanumber", Number.NaN],
]);

/** Names that mean something in Antimony which is not supported; a symbol of that name would mean something else. */
export const refusedNames: ReadonlyMap<string, string> = new Map([["avogadro", '"avogadro" is not supported; write the number']]);
