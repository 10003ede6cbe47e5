import { type FunctionBuilder, f64, i32 } from "./builder.ts";
import type { Expression } from "./expression.ts";
import { type PlannedNode, planLowering } from "./lowering-plan.ts";
import type { Local, MathFunction, Value } from "./program.ts";

const mathFunctions: Partial<Readonly<Record<PlannedNode["operation"], MathFunction>>> = {
  power: "pow",
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
};

/** Hands out locals of one function and takes them back when their value is dead: functions have few locals however large the graph is. */
function localPool(b: FunctionBuilder) {
  const free: Record<"f64" | "i32", Local[]> = { f64: [], i32: [] };
  return {
    take: (type: "f64" | "i32"): Local => free[type].pop() ?? b.local(type, type === "f64" ? "shared" : "condition"),
    giveBack(local: Local): void {
      if (local.type === "f64" || local.type === "i32") free[local.type].push(local);
    },
  };
}

/**
 * Writes the code for several expressions; `write(index, value)` is called for each in order, as soon as its value can
 * be read, and must use it (set or store it) before it returns: locals are reused afterwards.
 *
 * Nodes that are used more than once become locals, the others are inlined. `resolve` gives the f64 value of a symbol,
 * once a symbol; a load must not be overwritten by what `write` stores. Integer and half-integer powers become
 * multiplications and a square root; comparisons are i32 and become numbers only where they are used as numbers; all
 * branches of a `select` are computed.
 */
export function lowerEach(
  b: FunctionBuilder,
  expressions: readonly Expression[],
  resolve: (name: string) => Value,
  write: (index: number, value: Value) => void,
): void {
  lowerWith(b, expressions, resolve, write, false);
}

/** As `lowerEach`, but gives all values [n] at once; they may be used anywhere after this in the same block. */
export function lower(b: FunctionBuilder, expressions: readonly Expression[], resolve: (name: string) => Value): Value[] {
  const values: Value[] = [];
  lowerWith(b, expressions, resolve, (_, value) => values.push(value), true);
  return values;
}

function lowerWith(
  b: FunctionBuilder,
  expressions: readonly Expression[],
  resolve: (name: string) => Value,
  write: (index: number, value: Value) => void,
  keepOutputs: boolean,
): void {
  const { events, lastUse } = planLowering(expressions, keepOutputs);
  const pool = localPool(b);
  const locals = new Map<PlannedNode, Local>();
  const symbols = new Map<string, Value>();
  const symbol = (name: string): Value => {
    const known = symbols.get(name);
    if (known) return known;
    const value = resolve(name);
    symbols.set(name, value);
    return value;
  };
  let read: PlannedNode[] = [];

  const asNumber = (node: PlannedNode): Value => (node.logical ? f64.fromI32(value(node)) : value(node));
  const asTruth = (node: PlannedNode): Value => {
    if (node.logical) return value(node);
    return node.operation === "constant" ? i32.const(node.value === 0 ? 0 : 1) : f64.ne(value(node), 0);
  };
  const value = (node: PlannedNode): Value => {
    if (!node.isLocal) return compute(node);
    read.push(node);
    const local = locals.get(node);
    if (!local) throw new Error(`lower: "${node.operation}" is read before it is computed`);
    return local;
  };
  // The plan bounds how deep this recursion goes.
  const compute = (node: PlannedNode): Value => {
    if (node.operation === "constant") return f64.const(node.value);
    if (node.operation === "symbol") return symbol(node.name);
    const [a, second, c] = node.operands as readonly [PlannedNode, PlannedNode, PlannedNode];
    switch (node.operation) {
      case "add":
        return f64.add(asNumber(a), asNumber(second));
      case "subtract":
        return f64.sub(asNumber(a), asNumber(second));
      case "multiply":
        return f64.mul(asNumber(a), asNumber(second));
      case "divide":
        return f64.div(asNumber(a), asNumber(second));
      case "minimum":
        return f64.min(asNumber(a), asNumber(second));
      case "maximum":
        return f64.max(asNumber(a), asNumber(second));
      case "negate":
        return f64.neg(asNumber(a));
      case "absolute":
        return f64.abs(asNumber(a));
      case "floor":
        return f64.floor(asNumber(a));
      case "ceiling":
        return f64.ceil(asNumber(a));
      case "squareRoot":
        return f64.sqrt(asNumber(a));
      case "less":
        return f64.lt(asNumber(a), asNumber(second));
      case "lessOrEqual":
        return f64.le(asNumber(a), asNumber(second));
      case "equal":
        return f64.eq(asNumber(a), asNumber(second));
      case "notEqual":
        return f64.ne(asNumber(a), asNumber(second));
      case "and":
        return i32.and(asTruth(a), asTruth(second));
      case "or":
        return i32.or(asTruth(a), asTruth(second));
      case "not":
        return i32.isZero(asTruth(a));
      case "select":
        return f64.select(asTruth(a), asNumber(second), asNumber(c));
      default: {
        const name = mathFunctions[node.operation];
        if (!name) throw new Error(`lower: no code for "${node.operation}"`);
        return f64.math(name, ...node.operands.map(asNumber));
      }
    }
  };

  for (const [position, event] of events.entries()) {
    read = [];
    const result = event.output === null ? compute(event.node) : asNumber(event.node);
    const freed = new Set(read.filter((node) => lastUse.get(node) === position));
    const giveBack = (): void => {
      for (const node of freed) {
        const local = locals.get(node);
        if (local) pool.giveBack(local);
      }
    };
    if (event.output !== null) {
      write(event.output, result);
      giveBack();
      continue;
    }
    // The operands are read before the local is set, so it may take the place of one of them.
    giveBack();
    const local = pool.take(event.node.logical ? "i32" : "f64");
    b.set(local, result);
    locals.set(event.node, local);
  }
}
