import { printNumber } from "../kernel/print.ts";

/** Text with the expression grammar's spelling, or what is wrong with it. */
export type Translated = { readonly text: string; readonly problem?: undefined } | { readonly problem: string; readonly text?: undefined };

export interface Names {
  /** Id in the network of a name of the file; null = not declared there. */
  idOf(name: string): string | null;
  /** Value of a constant expression, for functions that the grammar has no word for; null = not constant. */
  constant(text: string): number | null;
}

/** Functions spelled alike in both languages. */
const shared = new Set(["exp", "log10", "sqrt", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "abs", "min", "max"]);
const constants: Readonly<Record<string, string>> = { _pi: "pi", _e: "exp(1)" };

type Call = (operands: readonly string[], names: Names) => Translated;
const calls: Readonly<Record<string, Call>> = {
  ln: ([x = ""]) => ({ text: `log(${x})` }),
  log2: ([x = ""]) => ({ text: `(log(${x})/log(2))` }),
  rint: ([x = ""]) => ({ text: `floor((${x})+0.5)` }),
  sign: ([x = ""]) => ({ text: `piecewise(1, (${x}) > 0, -1, (${x}) < 0, 0)` }),
  if: ([condition = "", then = "", otherwise = ""]) => ({ text: `piecewise(${then}, (${condition}) != 0, ${otherwise})` }),
  sum: (operands) => ({ text: `(${operands.map((operand) => `(${operand})`).join("+")})` }),
  avg: (operands) => ({ text: `((${operands.map((operand) => `(${operand})`).join("+")})/${operands.length})` }),
  mratio([a = "", b = "", z = ""], names) {
    const values = [a, b, z].map((operand) => names.constant(operand));
    const [va, vb, vz] = values;
    if (typeof va !== "number" || typeof vb !== "number" || typeof vz !== "number") return { problem: "mratio is read where its three operands are constant; write it out otherwise" };
    const ratio = kummerRatio(va, vb, vz);
    return ratio === null ? { problem: `mratio(${va}, ${vb}, ${vz}) does not converge` } : { text: `(${printNumber(ratio)})` };
  },
};
const operandCounts: Readonly<Record<string, number>> = { ln: 1, log2: 1, rint: 1, sign: 1, if: 3, mratio: 3 };

/** Rewrites an expression of BioNetGen's network language; a function without operands is the name of a quantity. */
export function translateExpression(text: string, names: Names): Translated {
  let out = "";
  let at = 0;
  const word = /[A-Za-z_][A-Za-z0-9_]*/y;
  const number = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
  while (at < text.length) {
    number.lastIndex = at;
    const digits = number.exec(text);
    if (digits) {
      out += digits[0];
      at = number.lastIndex;
      continue;
    }
    word.lastIndex = at;
    const found = word.exec(text);
    if (!found) {
      out += text[at];
      at += 1;
      continue;
    }
    const [name] = found;
    at = word.lastIndex;
    const open = /^\s*\(/.exec(text.slice(at));
    const part = open ? callOf(name, text, at + open[0].length, names) : { ...quantity(name, names), end: at };
    if (part.text === undefined) return { problem: part.problem };
    out += part.text;
    at = part.end;
  }
  return { text: out };
}

function quantity(name: string, names: Names): Translated {
  const id = names.idOf(name) ?? constants[name];
  if (id !== undefined) return { text: id };
  return { problem: name === "time" || name === "t" ? `"${name}" is not declared; the time is time()` : `"${name}" is not declared` };
}

/** A call whose operands begin at `start`; `end` is behind its closing parenthesis. */
function callOf(name: string, text: string, start: number, names: Names): Translated & { readonly end: number } {
  const operands: string[] = [];
  let depth = 1;
  let from = start;
  let at = start;
  for (; at < text.length && depth > 0; at++) {
    if (text[at] === "(") depth += 1;
    else if (text[at] === ")") depth -= 1;
    if ((depth === 0 || (depth === 1 && text[at] === ",")) && text.slice(from, at).trim() !== "") operands.push(text.slice(from, at));
    if (depth === 0 || (depth === 1 && text[at] === ",")) from = at + 1;
  }
  if (depth > 0) return { problem: `"${name}(" is not closed`, end: at };
  if (operands.length === 0) return { ...(name === "time" ? { text: "time" } : quantity(name, names)), end: at };
  const parts = operands.map((operand) => translateExpression(operand, names));
  const wrong = parts.find((part) => part.problem !== undefined);
  if (wrong?.problem !== undefined) return { problem: wrong.problem, end: at };
  const texts = parts.map((part) => part.text ?? "");
  const count = operandCounts[name];
  if (count !== undefined && texts.length !== count) return { problem: `"${name}" takes ${count} operands, found ${texts.length}`, end: at };
  if (shared.has(name)) return { text: `${name}(${texts.join(",")})`, end: at };
  const own = Object.hasOwn(calls, name) ? calls[name] : undefined;
  if (own) return { ...own(texts, names), end: at };
  return { problem: names.idOf(name) === null ? `there is no function "${name}"` : `"${name}" is called with operands; local functions are not read, expand the network first`, end: at };
}

/**
 * Ratio of Kummer's functions M(a+1, b+1, z)/M(a, b, z) by its continued fraction; null where that does not settle.
 * @source DLMF 13.5.1 (continued fraction); Lentz 1976, doi:10.1364/AO.15.000668, modified as in Thompson & Barnett 1986, doi:10.1016/0021-9991(86)90046-X
 */
export function kummerRatio(a: number, b: number, z: number): number | null {
  const tiny = 1e-300;
  const coefficient = (n: number): number => {
    const half = Math.floor(n / 2);
    const numerator = n % 2 === 1 ? a - b - half : a + half;
    return (numerator * z) / ((b + n - 1) * (b + n));
  };
  // M(a,b,z)/M(a+1,b+1,z) = 1 + u1 z/(1 + u2 z/(1 + ...)).
  let value = 1;
  let c = 1;
  let d = 0;
  for (let n = 1; n <= 100_000; n++) {
    const u = coefficient(n);
    if (u === 0) return 1 / value;
    d = 1 + u * d;
    d = 1 / (d === 0 ? tiny : d);
    c = 1 + u / c;
    if (c === 0) c = tiny;
    value *= c * d;
    if (Math.abs(c * d - 1) < 1e-15) return 1 / value;
  }
  return null;
}
