import { distance } from "fastest-levenshtein";
import { add, and, divide, equal, greater, greaterOrEqual, less, lessOrEqual, multiply, negate, not, notEqual, or, power, subtract } from "./arithmetic.ts";
import type { Expression, Graph } from "./expression.ts";
import { formulaConstants, formulaFunctions, refusedFunctions, refusedNames } from "./formula-functions.ts";
import type { Problem } from "./problem.ts";
import { type Origin, type Token, tokenize } from "./tokens.ts";

/** An expression, or everything that is wrong with its text. */
export type ParsedExpression =
  | { readonly expression: Expression; readonly problems?: undefined }
  | { readonly problems: readonly Problem[]; readonly expression?: undefined };

type Binary = (graph: Graph, a: Expression, b: Expression) => Expression;

interface InfixSign {
  readonly precedence: number;
  readonly rightAssociative?: boolean;
  readonly apply: Binary;
}

const precedence = { logic: 1, comparison: 2, sum: 3, product: 4, prefix: 5, power: 6 } as const;

const infixSigns: Readonly<Record<string, InfixSign>> = {
  "||": { precedence: precedence.logic, apply: or },
  "&&": { precedence: precedence.logic, apply: and },
  "==": { precedence: precedence.comparison, apply: equal },
  "!=": { precedence: precedence.comparison, apply: notEqual },
  "<": { precedence: precedence.comparison, apply: less },
  "<=": { precedence: precedence.comparison, apply: lessOrEqual },
  ">": { precedence: precedence.comparison, apply: greater },
  ">=": { precedence: precedence.comparison, apply: greaterOrEqual },
  "+": { precedence: precedence.sum, apply: add },
  "-": { precedence: precedence.sum, apply: subtract },
  "*": { precedence: precedence.product, apply: multiply },
  "/": { precedence: precedence.product, apply: divide },
  "^": { precedence: precedence.power, rightAssociative: true, apply: power },
};

const prefixSigns: Readonly<Record<string, (graph: Graph, a: Expression) => Expression>> = {
  "-": negate,
  "!": not,
  "+": (_, a) => a,
};

interface PendingSign {
  readonly text: string;
  readonly prefix: boolean;
  readonly precedence: number;
}

/** What is open between two parentheses (or the whole formula): values and signs not yet joined. */
interface Frame {
  /** The parenthesis or function name that opened it; null for the whole formula. */
  readonly opener: Token | null;
  /** Whether it holds the arguments of the function `opener`. */
  readonly call: boolean;
  readonly values: Expression[];
  readonly signs: PendingSign[];
  readonly operands: Expression[];
  /** The last && or || of the argument being read. */
  logic: string | null;
}

const describe = (token: Token): string => (token.kind === "end" ? "the end of the formula" : `"${token.text}"`);

function nearestFunction(name: string): string {
  let best = "";
  let bestDistance = Math.max(1, Math.floor(name.length / 2)) + 1;
  for (const known of formulaFunctions.keys()) {
    const away = distance(name.toLowerCase(), known);
    if (away < bestDistance) [best, bestDistance] = [known, away];
  }
  return best === "" ? `the functions are ${[...formulaFunctions.keys()].join(", ")}` : `did you mean "${best}"?`;
}

function arityMessage(name: string, count: number): string | null {
  const known = formulaFunctions.get(name);
  if (!known) return null;
  const found = `found ${count} argument${count === 1 ? "" : "s"}`;
  if (count >= known.least && count <= known.most && (!known.odd || count % 2 === 1)) return null;
  if (known.odd) return `${found} for "${name}", expected value, condition, ..., otherwise (an odd number, 3 or more)`;
  const expected = known.least === known.most ? `${known.least}` : known.most < 9 ? `${known.least} to ${known.most}` : `${known.least} or more`;
  return `${found} for "${name}", expected ${expected}`;
}

/**
 * Operator-precedence reading with an explicit stack: nesting of any depth is fine, and after an error a value stands
 * in for what is missing, so that one pass finds every error.
 */
class Reader {
  readonly problems: Problem[];
  private readonly graph: Graph;
  private readonly tokens: readonly Token[];
  private readonly stack: Frame[] = [];
  private frame: Frame = Reader.open(null, false);
  private expectsValue = true;
  private at = 0;

  constructor(graph: Graph, text: string, origin: Origin) {
    this.graph = graph;
    const { tokens, problems } = tokenize(text, origin);
    this.tokens = tokens;
    this.problems = problems;
  }

  private static open(opener: Token | null, call: boolean): Frame {
    return { opener, call, values: [], signs: [], operands: [], logic: null };
  }

  private report(token: Token, message: string): void {
    this.problems.push({ line: token.line, column: token.column, message });
  }

  /** Joins waiting signs that bind at least as tightly as `limit` (more tightly, for a right-associative follower). */
  private join(limit: number, strictly = false): void {
    const { values, signs } = this.frame;
    for (let sign = signs.at(-1); sign; sign = signs.at(-1)) {
      if (strictly ? sign.precedence <= limit : sign.precedence < limit) return;
      signs.pop();
      const right = values.pop() as Expression;
      if (sign.prefix) {
        const apply = prefixSigns[sign.text];
        values.push(apply ? apply(this.graph, right) : right);
      } else {
        const left = values.pop() as Expression;
        values.push(infixSigns[sign.text]?.apply(this.graph, left, right) ?? right);
      }
    }
  }

  private push(value: Expression): void {
    this.frame.values.push(value);
    this.expectsValue = false;
  }

  /** Stands in where a value is missing; the text is refused, so its meaning never matters. */
  private pushMissing(token: Token): void {
    this.report(token, `found ${describe(token)}, expected a number, a name, a function or "("`);
    this.push(this.graph.constant(1));
  }

  private finishValue(): Expression {
    this.join(0);
    return this.frame.values.pop() as Expression;
  }

  private infix(token: Token): void {
    const sign = infixSigns[token.text];
    if (!sign) return;
    this.join(sign.precedence + (sign.precedence === precedence.comparison ? 1 : 0), sign.rightAssociative);
    const before = this.frame.signs.at(-1);
    if (sign.precedence === precedence.comparison && before?.precedence === precedence.comparison)
      this.report(token, `found "${token.text}" after "${before.text}", expected one comparison; join two with "&&"`);
    if (sign.precedence === precedence.comparison) this.join(sign.precedence);
    if (sign.precedence === precedence.logic) this.refuseMixedLogic(token);
    this.frame.signs.push({ text: token.text, prefix: false, precedence: sign.precedence });
    this.expectsValue = true;
  }

  /** libSBML gives && and || one precedence, most languages two: asking for parentheses keeps one meaning. */
  private refuseMixedLogic(token: Token): void {
    const before = this.frame.logic;
    if (before && before !== token.text)
      this.report(token, `found "${token.text}" beside "${before}", expected parentheses around one of them`);
    this.frame.logic = token.text;
  }

  private closeFrame(): void {
    const { opener, call, operands } = this.frame;
    const empty = this.frame.values.length === 0;
    const value = empty ? null : this.finishValue();
    if (call && value) operands.push(value);
    this.frame = this.stack.pop() as Frame;
    if (!call) return this.push(value ?? this.graph.constant(1));
    const name = opener as Token;
    const known = formulaFunctions.get(name.text);
    const wrong = arityMessage(name.text, operands.length);
    if (wrong) this.report(name, wrong);
    this.push(known && !wrong ? known.build(this.graph, operands) : this.graph.constant(1));
  }

  private openCall(name: Token): void {
    if (refusedFunctions.has(name.text)) this.report(name, `function "${name.text}" is not supported`);
    else if (!formulaFunctions.has(name.text)) this.report(name, `found unknown function "${name.text}"; ${nearestFunction(name.text)}`);
    this.stack.push(this.frame);
    this.frame = Reader.open(name, true);
    this.expectsValue = true;
    this.at += 1;
  }

  private value(token: Token): void {
    if (token.kind === "number") {
      const number = Number(token.text);
      if (!Number.isFinite(number)) this.report(token, `found ${describe(token)}, expected a number below 1.8e308`);
      return this.push(this.graph.constant(number));
    }
    if (token.kind === "name") {
      if (this.tokens[this.at]?.kind === "open") return this.openCall(token);
      const refused = refusedNames.get(token.text);
      if (refused) this.report(token, refused);
      const value = formulaConstants.get(token.text);
      return this.push(value === undefined ? this.graph.symbol(token.text) : this.graph.constant(value));
    }
    this.stack.push(this.frame);
    this.frame = Reader.open(token, false);
    this.expectsValue = true;
  }

  private readonly isValue = (token: Token): boolean => token.kind === "number" || token.kind === "name" || token.kind === "open";

  private step(token: Token): void {
    if (token.kind === "unknown") {
      // Reported already: it stands for a value where nothing else can.
      const next = this.tokens[this.at];
      if (this.expectsValue && next && !this.isValue(next)) this.push(this.graph.constant(1));
      return;
    }
    if (this.expectsValue) {
      if (this.isValue(token)) return this.value(token);
      if (token.kind === "sign" && prefixSigns[token.text]) {
        this.frame.signs.push({ text: token.text, prefix: true, precedence: precedence.prefix });
        return;
      }
      const emptyCall = token.kind === "close" && this.frame.call && this.frame.operands.length === 0 && this.frame.signs.length === 0;
      if (emptyCall) return this.closeFrame();
      this.pushMissing(token);
    }
    if (this.isValue(token)) {
      this.report(token, `found ${describe(token)}, expected an operator`);
      this.infix({ ...token, text: "*" });
      return this.value(token);
    }
    if (token.kind === "sign") {
      if (infixSigns[token.text]) return this.infix(token);
      return this.report(token, `found ${describe(token)}, expected an operator`);
    }
    if (token.kind === "close") {
      if (this.stack.length > 0) return this.closeFrame();
      return this.report(token, 'found ")", expected no more: no "(" is open');
    }
    if (token.kind === "comma") {
      const value = this.finishValue();
      if (this.frame.call) this.frame.operands.push(value);
      else this.report(token, 'found ",", expected an operator; only functions take several arguments');
      this.frame.logic = null;
      this.expectsValue = true;
    }
  }

  read(): Expression {
    for (let token = this.tokens[this.at]; token && token.kind !== "end"; token = this.tokens[this.at]) {
      this.at += 1;
      this.step(token);
    }
    const end = this.tokens[this.tokens.length - 1] as Token;
    if (this.expectsValue) this.pushMissing(end);
    while (this.stack.length > 0) {
      const opener = this.frame.opener as Token;
      this.report(opener, `found ${this.frame.call ? `"${opener.text}("` : '"("'}, expected a ")" that closes it`);
      this.closeFrame();
    }
    return this.finishValue();
  }
}

/**
 * Reads a formula in Antimony's syntax into a graph, or gives every problem with its line and column, in reading order.
 *
 * `^` is right-associative and binds tighter than a sign (`-2^2` is -4); `log` is natural; `piecewise(value, condition,
 * ..., otherwise)`. Where readers of Antimony disagree (`a < b < c`, `a && b || c`) parentheses are asked for.
 * `origin` is where the text begins in its file.
 */
export function parseExpression(graph: Graph, text: string, origin: Origin = { line: 1, column: 1 }): ParsedExpression {
  const reader = new Reader(graph, text, origin);
  const expression = reader.read();
  if (reader.problems.length === 0) return { expression };
  return { problems: reader.problems.toSorted((a, b) => a.line - b.line || a.column - b.column) };
}
