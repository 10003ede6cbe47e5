import { divide, multiply, product } from "../../kernel/arithmetic.ts";
import type { Expression, Graph } from "../../kernel/expression.ts";
import { postorder } from "../../kernel/traverse.ts";
import type { ReactionRate } from "../../models/reaction-terms.ts";
import type { OdeSystem } from "../../models/system.ts";

/** A term of a rate: a sign, a factor over parameters alone, and the entries of the vector of states and functions that multiply it. */
export interface Monomial {
  readonly sign: 1 | -1;
  readonly coefficient: Expression;
  /** Entries, one for each power. */
  readonly factors: readonly number[];
}

/** Takes rates apart. Entries below the number of states are states, those above are functions. */
export interface MonomialReader {
  readonly graph: Graph;
  /** The terms of a rate. */
  read(rate: ReactionRate): readonly Monomial[];
  /** Whether an expression holds parameters alone. */
  isFixed(expression: Expression): boolean;
  /** What multiplied terms beyond powers of states [nFunction]: expressions over states, parameters and time, in the order met. */
  readonly functions: readonly Expression[];
}

/** Rates of more terms than this are functions; so are sums in parentheses of more than a few. */
const MOST_TERMS = 16;
const MOST_TERMS_INSIDE = 4;
/** Larger powers are functions. */
const LARGEST_POWER = 8;

const UNKNOWN = 0;
const FIXED = 1;
const VARYING = 2;
/** From here on, a state. */
const STATE = 3;

/** A product of which every factor has been looked at. */
interface Split {
  readonly sign: 1 | -1;
  readonly fixed: readonly Expression[];
  readonly fixedBelow: readonly Expression[];
  readonly states: readonly number[];
  readonly rest: readonly Expression[];
  readonly restBelow: readonly Expression[];
}

/** Reads the rates of one system. */
export function monomialReader({ graph, states }: OdeSystem, parameters: ReadonlySet<string>): MonomialReader {
  const stateOf = new Map(states.map((id, index) => [id, index]));
  const kinds: number[] = [];
  const seen = new Set<number>();
  const functions: Expression[] = [];
  const one = graph.constant(1);
  const functionAt = new Map<Expression, number>();

  const kindOf = (expression: Expression): number => {
    const known = kinds[expression.id] ?? UNKNOWN;
    if (known !== UNKNOWN) return known;
    for (const node of postorder([expression], seen)) {
      const state = node.operation === "symbol" ? stateOf.get(node.name) : undefined;
      const isFixed = node.operation === "symbol" ? parameters.has(node.name) : node.operands.every((operand) => kinds[operand.id] === FIXED);
      kinds[node.id] = state !== undefined ? STATE + state : isFixed ? FIXED : VARYING;
    }
    return kinds[expression.id] ?? VARYING;
  };

  const split = (expression: Expression): Split => {
    let sign: 1 | -1 = 1;
    const [fixed, fixedBelow, rest, restBelow]: Expression[][] = [[], [], [], []];
    const found: number[] = [];
    const open: { readonly node: Expression; readonly below: boolean }[] = [{ node: expression, below: false }];
    for (let next = open.pop(); next; next = open.pop()) {
      const { node, below } = next;
      const [a, b] = node.operands;
      const kind = kindOf(node);
      if (kind === FIXED) (below ? fixedBelow : fixed)?.push(node);
      else if (kind >= STATE && !below) found.push(kind - STATE);
      else if (node.operation === "multiply" && a && b) open.push({ node: b, below }, { node: a, below });
      else if (node.operation === "divide" && a && b) open.push({ node: b, below: !below }, { node: a, below });
      else if (node.operation === "negate" && a) {
        sign = sign === 1 ? -1 : 1;
        open.push({ node: a, below });
      } else if (node.operation === "power" && a && b?.operation === "constant" && !below && kindOf(a) >= STATE && Number.isInteger(b.value) && b.value > 0 && b.value <= LARGEST_POWER) {
        for (let power = 0; power < b.value; power++) found.push(kindOf(a) - STATE);
      } else (below ? restBelow : rest)?.push(node);
    }
    return { sign, fixed: fixed ?? [], fixedBelow: fixedBelow ?? [], states: found, rest: rest ?? [], restBelow: restBelow ?? [] };
  };

  const entryOf = (expression: Expression): number => {
    const known = functionAt.get(expression);
    if (known !== undefined) return known;
    const entry = states.length + functions.length;
    functions.push(expression);
    functionAt.set(expression, entry);
    return entry;
  };

  const monomial = ({ sign, fixed, fixedBelow, states: powers, rest, restBelow }: Split): Monomial => ({
    sign,
    coefficient: quotient(graph, fixed, fixedBelow),
    factors: rest.length + restBelow.length === 0 ? powers : [...powers, entryOf(quotient(graph, rest, restBelow))],
  });

  /** `c*(a*X - b*Y)*Z` as two terms, where what is in the parentheses are a few products without functions; else null. */
  const distributed = (whole: Split): Monomial[] | null => {
    const [sum] = whole.rest;
    if (!sum || whole.rest.length !== 1 || whole.restBelow.length > 0) return null;
    const terms = termsOf(sum, MOST_TERMS_INSIDE);
    if (!terms || terms.length === 1) return null;
    const inner = terms.map((term) => ({ term, split: split(term.expression) }));
    if (inner.some(({ split: { rest, restBelow } }) => rest.length + restBelow.length > 0)) return null;
    return inner.map(({ term, split: part }) =>
      monomial({
        sign: whole.sign * term.sign * part.sign === 1 ? 1 : -1,
        fixed: [...whole.fixed, ...part.fixed],
        fixedBelow: [...whole.fixedBelow, ...part.fixedBelow],
        states: [...whole.states, ...part.states],
        rest: [],
        restBelow: [],
      }),
    );
  };

  // Filled anew for each product and copied out: a list that grows is given room for many more.
  const entries: number[] = [];
  /** A product of parameters and states; null where another factor is among them. */
  const plain = (factors: readonly Expression[]): Monomial | null => {
    let coefficient: Expression | null = null;
    entries.length = 0;
    for (const factor of factors) {
      const kind = kindOf(factor);
      if (kind === VARYING) return null;
      if (kind >= STATE) entries.push(kind - STATE);
      else coefficient = coefficient ? multiply(graph, coefficient, factor) : factor;
    }
    return { sign: 1, coefficient: coefficient ?? one, factors: entries.slice() };
  };

  return {
    graph,
    functions,
    isFixed: (expression) => kindOf(expression) === FIXED,
    read({ expression, factors }) {
      const simple = factors ? plain(factors) : null;
      if (simple) return [simple];
      const rate = expression ?? factors.reduce((total, factor) => multiply(graph, total, factor));
      if (kindOf(rate) === FIXED) return [{ sign: 1, coefficient: rate, factors: [] }];
      const terms = termsOf(rate, MOST_TERMS);
      if (!terms) return [{ sign: 1, coefficient: one, factors: [entryOf(rate)] }];
      return terms.flatMap(({ expression: term, sign }) => {
        const whole = split(term);
        const parts = distributed(whole) ?? [monomial(whole)];
        return sign === 1 ? parts : parts.map((part) => ({ ...part, sign: part.sign === 1 ? (-1 as const) : (1 as const) }));
      });
    },
  };
}

const quotient = (graph: Graph, above: readonly Expression[], below: readonly Expression[]): Expression =>
  below.length === 0 ? product(graph, above) : divide(graph, product(graph, above), product(graph, below));

/** The terms of a sum with their signs, left to right; null where there are more than `most`. */
export function termsOf(sum: Expression, most = Infinity): { readonly expression: Expression; readonly sign: 1 | -1 }[] | null {
  const terms: { expression: Expression; sign: 1 | -1 }[] = [];
  const open: { readonly node: Expression; readonly sign: 1 | -1 }[] = [{ node: sum, sign: 1 }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { node, sign } = next;
    const [a, b] = node.operands;
    const other = sign === 1 ? -1 : 1;
    if ((node.operation === "add" || node.operation === "subtract") && a && b) open.push({ node: b, sign: node.operation === "add" ? sign : other }, { node: a, sign });
    else if (node.operation === "negate" && a) open.push({ node: a, sign: other });
    else terms.push({ expression: node, sign });
    if (terms.length + open.length > most) return null;
  }
  return terms;
}
