import type { Expression, Operation } from "./expression.ts";
import { commutative } from "./semantics.ts";
import { postorder } from "./traverse.ts";

/** A number in the shortest form that reads back to the same bits; `inf`, `-inf` and `nan` for what is not finite. */
export function printNumber(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  return Object.is(value, -0) ? "-0" : String(value);
}

/** How tightly a piece of text holds together; an operand looser than its place needs parentheses. */
const tightness = { logic: 1, comparison: 2, sum: 3, product: 4, sign: 5, power: 6, atom: 7 } as const;

interface Printed {
  readonly text: string;
  readonly tightness: number;
  /** The arguments alone, for calls that a longer call can take up (`min`, `max`, `piecewise`). */
  readonly items: string;
  /** Whether a sign put before the text would be taken up by a constant: -2*a, or -a/b*2. */
  readonly takesSign: boolean;
  /** Sorting key: 0 for constants, 1 otherwise. */
  readonly rank: number;
  /** Sorting key: first symbol in the text. */
  readonly lead: string;
  readonly size: number;
  readonly hash: number;
  readonly node: Expression;
}

const calls: Partial<Readonly<Record<Operation, string>>> = {
  minimum: "min",
  maximum: "max",
  absolute: "abs",
  floor: "floor",
  ceiling: "ceil",
  squareRoot: "sqrt",
  exponential: "exp",
  logarithm: "log",
  logarithm10: "log10",
  sine: "sin",
  cosine: "cos",
  tangent: "tan",
  arcsine: "asin",
  arccosine: "acos",
  arctangent: "atan",
  hyperbolicSine: "sinh",
  hyperbolicCosine: "cosh",
  hyperbolicTangent: "tanh",
  select: "piecewise",
};

const infix: Partial<Readonly<Record<Operation, { readonly sign: string; readonly tightness: number }>>> = {
  add: { sign: " + ", tightness: tightness.sum },
  subtract: { sign: " - ", tightness: tightness.sum },
  multiply: { sign: "*", tightness: tightness.product },
  divide: { sign: "/", tightness: tightness.product },
  less: { sign: " < ", tightness: tightness.comparison },
  lessOrEqual: { sign: " <= ", tightness: tightness.comparison },
  equal: { sign: " == ", tightness: tightness.comparison },
  notEqual: { sign: " != ", tightness: tightness.comparison },
  and: { sign: " && ", tightness: tightness.logic },
  or: { sign: " || ", tightness: tightness.logic },
};

/** Code unit with the case of a letter swapped, so that k1 stands before S1: rate constants come first. */
function swappedCase(code: number): number {
  if (code >= 65 && code <= 90) return code + 32;
  return code >= 97 && code <= 122 ? code - 32 : code;
}

function compareNames(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = swappedCase(a.charCodeAt(i)) - swappedCase(b.charCodeAt(i));
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** Order of commutative operands in text; it reads the operands, never their ids, so that it is the same in every graph. */
function compare(a: Printed, b: Printed): number {
  return (
    a.rank - b.rank ||
    (a.rank === 0 ? a.node.value - b.node.value : 0) ||
    compareNames(a.lead, b.lead) ||
    (a.size === b.size ? 0 : a.size - b.size) ||
    a.hash - b.hash ||
    a.node.id - b.node.id
  );
}

/** Whether an operand may stand leftmost in this operation's chain without parentheses. */
function continues(operation: Operation, operand: Printed): boolean {
  const own = infix[operation];
  if (!own) return operand.node.operation === operation;
  if (own.tightness === tightness.logic) return operand.node.operation === operation;
  if (own.tightness === tightness.comparison) return false;
  return infix[operand.node.operation]?.tightness === own.tightness;
}

/** Operands as they are read: what continues the chain first (no parentheses), else sorted. */
function arrange(operation: Operation, operands: readonly Printed[]): readonly Printed[] {
  const [a, b] = operands;
  if (!a || !b || !commutative.has(operation)) return operands;
  const aChains = continues(operation, a);
  if (aChains !== continues(operation, b)) return aChains ? [a, b] : [b, a];
  return compare(a, b) <= 0 ? [a, b] : [b, a];
}

const wrap = (operand: Printed, loosest: number): string => (operand.tightness < loosest ? `(${operand.text})` : operand.text);

type Text = Pick<Printed, "text" | "tightness"> & Partial<Pick<Printed, "items" | "takesSign">>;

function write(node: Expression, operands: readonly Printed[]): Text {
  const { operation } = node;
  const [a, b, c] = operands;
  if (operation === "symbol") return { text: node.name, tightness: tightness.atom };
  if (!a) {
    const text = printNumber(node.value);
    return { text, tightness: text.startsWith("-") ? tightness.sign : tightness.atom, takesSign: true };
  }
  if (operation === "negate") {
    // -a*b reads as (-a)*b, which is -(a*b); but -2*a reads as the constant -2.
    if (a.tightness === tightness.product && !a.takesSign) return { text: `-${a.text}`, tightness: tightness.product };
    return { text: `-${wrap(a, tightness.sign)}`, tightness: tightness.sign };
  }
  if (operation === "not") return { text: `!${wrap(a, tightness.sign)}`, tightness: tightness.sign };
  if (operation === "power" && b) return { text: `${wrap(a, tightness.atom)}^${wrap(b, tightness.sign)}`, tightness: tightness.power };
  const sign = infix[operation];
  if (sign && b) {
    const chain = continues(operation, a);
    // Only the first operand may carry a sign of its own: a*(-2), not a*-2.
    const left = wrap(a, chain ? sign.tightness : sign.tightness + 1);
    const right = wrap(b, sign.tightness === tightness.product ? tightness.power : sign.tightness + 1);
    return { text: left + sign.sign + right, tightness: sign.tightness, takesSign: a.takesSign || (operation === "multiply" && b.rank === 0) };
  }
  const name = calls[operation];
  if (!name) throw new Error(`print: no text for "${operation}"`);
  let items = a.text;
  if (operation === "select" && b && c) items = `${b.text}, ${a.text}, ${c.node.operation === operation ? c.items : c.text}`;
  else if (b) items = `${a.node.operation === operation ? a.items : a.text}, ${b.text}`;
  return { text: `${name}(${items})`, tightness: tightness.atom, items };
}

/**
 * The canonical text of an expression: fewest parentheses, shortest numbers, operands of `+ * == != && || min max` in
 * an order that depends on the expression alone, so that equal formulas print alike in every graph.
 *
 * Read back in the same graph by `parseExpression`, it gives the same node.
 */
export function printExpression(expression: Expression): string {
  const printed = new Map<number, Printed>();
  for (const node of postorder([expression])) {
    const given = node.operands.map((operand) => printed.get(operand.id) as Printed);
    const operands = arrange(node.operation, given);
    let hash = hashText(node.operation === "constant" ? printNumber(node.value) : node.operation + node.name);
    let size = 1;
    for (const operand of operands) {
      hash = (Math.imul(hash, 0x01000193) ^ operand.hash) >>> 0;
      size += operand.size;
    }
    const { text, tightness: held, items = "", takesSign = false } = write(node, operands);
    printed.set(node.id, {
      text,
      tightness: held,
      items,
      takesSign,
      rank: node.operation === "constant" ? 0 : 1,
      lead: node.operation === "symbol" ? node.name : (operands.find((operand) => operand.lead !== "")?.lead ?? ""),
      size,
      hash,
      node,
    });
  }
  return (printed.get(expression.id) as Printed).text;
}
