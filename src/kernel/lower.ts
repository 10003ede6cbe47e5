import { type FunctionBuilder, f64, i32 } from "./builder.ts";
import type { Expression } from "./expression.ts";
import { operationCode } from "./lower-operation.ts";
import { type PlannedNode, type PlannedNodes, planLowering, planNodes } from "./lowering-plan.ts";
import type { Local, Value } from "./program.ts";

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
  lowerNodes(b, planNodes(expressions), resolve, write, false);
}

/** As `lowerEach`, but gives all values [n] at once; they may be used anywhere after this in the same block. */
export function lower(b: FunctionBuilder, expressions: readonly Expression[], resolve: (name: string) => Value): Value[] {
  const values: Value[] = [];
  lowerNodes(b, planNodes(expressions), resolve, (_, value) => values.push(value), true);
  return values;
}

/** As `lowerEach`, of what is planned already; with `keepOutputs`, what is written may be used anywhere after this in the same block. */
export function lowerNodes(
  b: FunctionBuilder,
  planned: PlannedNodes,
  resolve: (name: string) => Value,
  write: (index: number, value: Value) => void,
  keepOutputs: boolean,
): void {
  const { events, lastUse } = planLowering(planned, keepOutputs);
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
    const operand = (index: number): PlannedNode => node.operands[index] as PlannedNode;
    return operationCode(node.operation, node.operands.length, { number: (index) => asNumber(operand(index)), truth: (index) => asTruth(operand(index)) });
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
