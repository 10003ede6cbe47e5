import { f64 } from "../../kernel/builder.ts";
import type { Expression, Operation } from "../../kernel/expression.ts";
import { lowerFunction } from "../../kernel/lower-function.ts";
import { powerPlan } from "../../kernel/power.ts";
import type { Local } from "../../kernel/program.ts";
import { replacement, symbolsOf } from "../../kernel/substitute.ts";
import { postorder } from "../../kernel/traverse.ts";
import type { ExtendContext } from "../compile.ts";
import { OPERATIONS_PER_FUNCTION, chunk } from "../ode/chunk.ts";

/** Nodes of the rates that cost more to compute again than to read again: a sweep keeps their values between the way there and back. */
export interface KeptNodes {
  /** In an order in which none reads a later one [nKept]. */
  readonly nodes: readonly Expression[];
  /** Places by the names under which `read` has them. */
  readonly index: ReadonlyMap<string, number>;
  /** Expressions with kept nodes replaced by symbols. */
  read(expressions: readonly Expression[]): Expression[];
}

export const noneKept: KeptNodes = { nodes: [], index: new Map(), read: (expressions) => [...expressions] };


/** Additions, products, choices and comparisons are as cheap as a read. */
const cheap: ReadonlySet<Operation> = new Set(["constant", "symbol", "add", "subtract", "multiply", "negate", "minimum", "maximum", "absolute", "floor", "ceiling", "less", "lessOrEqual", "equal", "notEqual", "and", "or", "not", "select"] satisfies Operation[]);

function isDear({ operation, operands }: Expression): boolean {
  const [, exponent] = operands;
  const plan = operation === "power" && exponent?.operation === "constant" ? powerPlan(exponent.value) : null;
  return plan ? plan.half || plan.reciprocal : !cheap.has(operation);
}

/** The nodes below some outputs that are dear and that `readers`, expressions over the same nodes, read. */
export function keptNodes({ system: { graph } }: ExtendContext, outputs: readonly Expression[], readers: readonly Expression[]): KeptNodes {
  const symbolOf = (node: Expression): Expression => graph.symbol(`kept:${node.id}`);
  const dear = postorder(outputs).filter(isDear);
  const read = replacement(graph, new Map(dear.map((node) => [node, symbolOf(node)])));
  const wanted = symbolsOf(readers.map(read));
  const nodes = dear.filter((node) => wanted.has(symbolOf(node).name));
  return { nodes, index: new Map(nodes.map((node, index) => [symbolOf(node).name, index])), read: (expressions) => expressions.map(read) };
}

/** Writes `ratesKeeping(target: i32, time: f64, state: i32, kept: i32)`: the rates [nState] of a system and its kept nodes [nKept] at a state in memory. */
export function writeRatesKeeping({ layout, program, system, resolve }: ExtendContext, kept: KeptNodes): void {
  const parameters = { target: "i32", time: "f64", state: "i32", kept: "i32" } as const;
  const items = [...kept.nodes.map((expression, index) => ({ expression, index, isKept: true })), ...system.rhs.map((expression, index) => ({ expression, index, isKept: false }))];
  const parts = chunk(items, ({ expression }) => expression, OPERATIONS_PER_FUNCTION);
  const known = new Map<Expression, Expression>();
  parts.forEach((part, which) => {
    // What an earlier part has kept is read, not computed again.
    const expressions = part.map(({ expression }) => expression).map(replacement(system.graph, new Map(known)));
    const scene = ({ target, time, state, kept: values }: Readonly<Record<keyof typeof parameters, Local>>) => {
      const model = resolve(time, (index) => f64.load(state, 8 * index));
      return {
        resolve: (id: string) => (kept.index.has(id) ? f64.load(values, 8 * (kept.index.get(id) ?? 0)) : model(id)),
        target: (position: number) => ({ address: part[position]?.isKept ? values : target, offset: 8 * (part[position]?.index ?? 0) }),
      };
    };
    lowerFunction(program, `ratesKeeping${which}`, parameters, expressions, scene, layout);
    for (const { expression, isKept } of part) if (isKept) known.set(expression, system.graph.symbol(`kept:${expression.id}`));
  });
  program.function("ratesKeeping", { parameters }, (b, { target, time, state, kept: values }) => {
    if (!target || !time || !state || !values) return;
    parts.forEach((_, which) => b.call(`ratesKeeping${which}`, target, time, state, values));
  });
}
