import { add, divide, multiply, power } from "../kernel/arithmetic.ts";
import type { Expression, Graph } from "../kernel/expression.ts";
import { symbolsOf } from "../kernel/substitute.ts";
import { postorder } from "../kernel/traverse.ts";

/** A product taken apart: constants, powers of species, and the rest. */
export interface Monomial {
  /** Product of everything that holds no species and no compartment. */
  readonly constant: Expression;
  /** Exponent of each species that stands as a power of its own. */
  readonly orders: ReadonlyMap<string, number>;
  /** Compartments, and whatever holds species but is no power of one (denominators, functions). */
  readonly factor: Expression;
}

interface Factor {
  readonly base: Expression;
  readonly exponent: number;
}

/** The factors of a product, through nested products, quotients, numeric powers and signs. */
function factorsOf(expression: Expression, exponent = 1): { sign: number; factors: Factor[] } {
  const [a, b] = expression.operands;
  switch (expression.operation) {
    case "constant":
      if (expression.value < 0 && Number.isInteger(exponent)) {
        return { sign: exponent % 2 === 0 ? 1 : -1, factors: [{ base: { ...expression, value: -expression.value }, exponent }] };
      }
      break;
    case "negate":
      if (a && Number.isInteger(exponent)) {
        const inner = factorsOf(a, exponent);
        return { sign: exponent % 2 === 0 ? inner.sign : -inner.sign, factors: inner.factors };
      }
      break;
    case "multiply":
    case "divide":
      if (a && b) {
        const left = factorsOf(a, exponent);
        const right = factorsOf(b, expression.operation === "multiply" ? exponent : -exponent);
        return { sign: left.sign * right.sign, factors: [...left.factors, ...right.factors] };
      }
      break;
    case "power":
      if (a && b?.operation === "constant") return factorsOf(a, exponent * b.value);
      break;
    case "squareRoot":
      if (a) return factorsOf(a, exponent / 2);
      break;
    default:
  }
  return { sign: 1, factors: [{ base: expression, exponent }] };
}

/** The terms of a sum with their signs. */
function termsOf(expression: Expression, sign = 1): { expression: Expression; sign: number }[] {
  const [a, b] = expression.operands;
  if (expression.operation === "add" && a && b) return [...termsOf(a, sign), ...termsOf(b, sign)];
  if (expression.operation === "subtract" && a && b) return [...termsOf(a, sign), ...termsOf(b, -sign)];
  if (expression.operation === "negate" && a) return termsOf(a, -sign);
  return [{ expression, sign: sign * factorsOf(expression).sign }];
}

const rebuild = (graph: Graph, factors: readonly Factor[]): Expression => {
  let above: Expression | null = null;
  let below: Expression | null = null;
  for (const { base, exponent } of factors) {
    if (exponent === 0 || (base.operation === "constant" && base.value === 1)) continue;
    const node = base.operation === "constant" ? graph.constant(base.value) : base;
    const part = Math.abs(exponent) === 1 ? node : power(graph, node, graph.constant(Math.abs(exponent)));
    if (exponent > 0) above = above ? multiply(graph, above, part) : part;
    else below = below ? multiply(graph, below, part) : part;
  }
  const numerator = above ?? graph.constant(1);
  return below ? divide(graph, numerator, below) : numerator;
};

const hasAny = (expression: Expression, names: ReadonlySet<string>): boolean => [...symbolsOf([expression])].some((name) => names.has(name));

/** A term without its sign, taken apart. */
export function monomialOf(graph: Graph, expression: Expression, species: ReadonlySet<string>, compartments: ReadonlySet<string>): Monomial {
  const orders = new Map<string, number>();
  const constants: Factor[] = [];
  const rest: Factor[] = [];
  for (const factor of factorsOf(expression).factors) {
    const { base, exponent } = factor;
    if (base.operation === "symbol" && species.has(base.name)) orders.set(base.name, (orders.get(base.name) ?? 0) + exponent);
    else if (!hasAny(base, species) && !hasAny(base, compartments)) constants.push(factor);
    else {
      const inner = exponent === 1 && termsOf(base).length > 1 ? alike(graph, base, species, compartments) : null;
      if (!inner) rest.push(factor);
      else {
        for (const [id, order] of inner.orders) orders.set(id, (orders.get(id) ?? 0) + order);
        constants.push({ base: inner.constant, exponent: 1 });
        rest.push({ base: inner.factor, exponent: 1 });
      }
    }
  }
  rest.sort((one, other) => one.base.id - other.base.id || one.exponent - other.exponent);
  return { constant: rebuild(graph, constants), orders, factor: rebuild(graph, rest) };
}

/** `k1*A + k2*A` as `(k1 + k2)*A`; null where the terms of a sum have different shapes or signs. */
function alike(graph: Graph, sum: Expression, species: ReadonlySet<string>, compartments: ReadonlySet<string>): Monomial | null {
  const terms = termsOf(sum);
  if (terms.some((term) => term.sign < 0)) return null;
  const monomials = terms.map((term) => monomialOf(graph, term.expression, species, compartments));
  const [first, ...others] = monomials;
  const isAlike = first && others.every((other) => other.factor === first.factor && sameOrders(other.orders, first.orders));
  if (!isAlike) return null;
  return { ...first, constant: others.reduce((total, other) => add(graph, total, other.constant), first.constant) };
}

/**
 * Two products as what they share and what each has beyond that, where that is exponentials alone (activity coefficients); null
 * where it is anything else.
 */
export function apartFromExponentials(graph: Graph, one: Expression, other: Expression): { readonly shared: Expression; readonly one: Expression; readonly other: Expression } | null {
  const own: Factor[] = [];
  const shared: Factor[] = [];
  const others = [...factorsOf(other).factors];
  for (const factor of factorsOf(one).factors) {
    const at = others.findIndex(({ base, exponent }) => base === factor.base && exponent === factor.exponent);
    if (at === -1) own.push(factor);
    else shared.push(...others.splice(at, 1));
  }
  const isOne = ({ base }: Factor): boolean => base.operation === "constant" && base.value === 1;
  if ([...own, ...others].some((factor) => factor.base.operation !== "exponential" && !isOne(factor))) return null;
  return { shared: rebuild(graph, shared), one: rebuild(graph, own), other: rebuild(graph, others) };
}

const sameOrders = (a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): boolean =>
  [...new Set([...a.keys(), ...b.keys()])].every((id) => (a.get(id) ?? 0) === (b.get(id) ?? 0));

export interface Difference {
  /** Sum of the positive terms; `isPresent` is false where there is none. */
  readonly plus: { readonly expression: Expression; readonly isPresent: boolean };
  /** Sum of the negative terms, sign taken off; null where there is none. */
  readonly minus: { readonly expression: Expression } | null;
  /** What multiplies the difference. */
  readonly common: Expression;
}

/** Writes a rate as `common * (plus - minus)`, looking for the one factor that is a difference of terms with species. */
export function differenceIn(graph: Graph, rate: Expression, species: ReadonlySet<string>): Difference | { readonly reason: string } {
  const { sign, factors } = factorsOf(rate);
  const isDifference = ({ base, exponent }: Factor): boolean => {
    if (exponent !== 1 || !hasAny(base, species)) return false;
    const terms = termsOf(base);
    return terms.length > 1 && terms.some((term) => term.sign < 0);
  };
  const differences = factors.filter(isDifference);
  if (differences.length > 1) return { reason: "the rate is a product of two differences" };
  const whole = differences[0];
  if (!whole) {
    const expression = rebuild(graph, factors);
    const one = graph.constant(1);
    if (sign < 0) return { plus: { expression: one, isPresent: false }, minus: { expression }, common: one };
    return { plus: { expression, isPresent: true }, minus: null, common: one };
  }
  const terms = termsOf(whole.base).map((term) => ({ expression: rebuild(graph, factorsOf(term.expression).factors), sign: term.sign * sign }));
  const side = (wanted: number): Expression | null => {
    const chosen = terms.filter((term) => term.sign === wanted).map((term) => term.expression);
    const [first, ...others] = chosen;
    return first ? others.reduce((total, term) => add(graph, total, term), first) : null;
  };
  const plus = side(1);
  const minus = side(-1);
  const common = rebuild(
    graph,
    factors.filter((factor) => factor !== whole),
  );
  const present = { expression: plus ?? graph.constant(1), isPresent: plus !== null };
  return { plus: present, minus: minus ? { expression: minus } : null, common };
}

/** Whether an expression is a positive number wherever its symbols are positive, as far as its form shows. */
export function isPositive(expression: Expression): boolean {
  const known = new Map<number, boolean>();
  for (const node of postorder([expression])) known.set(node.id, isPositiveGiven(node, (operand) => known.get(operand.id) ?? false));
  return known.get(expression.id) ?? false;
}

function isPositiveGiven(expression: Expression, isKnown: (operand: Expression) => boolean): boolean {
  switch (expression.operation) {
    case "constant":
      return expression.value >= 0;
    case "symbol":
    case "exponential":
    case "absolute":
    case "hyperbolicCosine":
      return true;
    case "add":
    case "multiply":
    case "divide":
    case "minimum":
    case "maximum":
    case "squareRoot":
    case "arctangent":
    case "hyperbolicTangent":
    case "hyperbolicSine":
      return expression.operands.every(isKnown);
    case "power":
      return expression.operands.slice(0, 1).every(isKnown);
    case "select":
      return expression.operands.slice(1).every(isKnown);
    case "less":
    case "lessOrEqual":
    case "equal":
    case "notEqual":
    case "and":
    case "or":
    case "not":
      return true;
    default:
      return false;
  }
}
