import type { Expression, Operation } from "./expression.ts";
import { type PowerAlgebra, powerPlan, unrollPower } from "./power.ts";
import { logical, operationValue } from "./semantics.ts";
import { postorder } from "./traverse.ts";

/** A node of what is really computed: powers unrolled, constants folded. */
export interface PlannedNode {
  readonly operation: Operation;
  readonly operands: readonly PlannedNode[];
  readonly value: number;
  readonly name: string;
  /** Computed as i32 1 or 0. */
  readonly logical: boolean;
  /** How many nodes and outputs read it. */
  uses: number;
  /** Kept in a local; otherwise computed in place by its one reader. */
  isLocal: boolean;
  /** Nesting of the value tree that is computed in place. */
  depth: number;
}

/** One moment of the code: a local is set (`output` null), or the output of that index is handed over. */
export interface LoweringEvent {
  readonly node: PlannedNode;
  readonly output: number | null;
}

export interface LoweringPlan {
  readonly events: readonly LoweringEvent[];
  /** Position of the last event that reads a local. */
  readonly lastUse: ReadonlyMap<PlannedNode, number>;
}

/** Value trees nested deeper than this are cut by a local: emitters recurse over them. */
const deepestInline = 40;

/** What is really computed for several expressions. */
export interface PlannedNodes {
  /** Operands first; those without uses are not needed. */
  readonly nodes: readonly PlannedNode[];
  /** Of each expression. */
  readonly outputs: readonly PlannedNode[];
  /** How many nodes stand when each output is complete. */
  readonly made: readonly number[];
}

/** Lists what is computed for several expressions: linear in the size of the graph, without recursion. */
export function planNodes(expressions: readonly Expression[]): PlannedNodes {
  const planned = unroll(expressions);
  countUses(planned.nodes, planned.outputs);
  return planned;
}

/** Decides what is computed when, for several expressions: linear in the size of the graph, without recursion. */
export function planLowering({ nodes, outputs, made }: PlannedNodes, keepOutputs: boolean): LoweringPlan {
  chooseLocals(nodes);

  const events: LoweringEvent[] = [];
  let position = 0;
  for (const [output, node] of outputs.entries()) {
    for (const end = made[output] as number; position < end; position++) {
      const candidate = nodes[position] as PlannedNode;
      if (candidate.isLocal) events.push({ node: candidate, output: null });
    }
    events.push({ node, output });
  }
  return { events, lastUse: lastUses(events, keepOutputs) };
}

/** Rewrites the expressions into planned nodes, operands first. */
function unroll(expressions: readonly Expression[]): PlannedNodes {
  const nodes: PlannedNode[] = [];
  const index = new Map<PlannedNode, number>();
  const make = (operation: Operation, operands: readonly PlannedNode[], value = 0, name = ""): PlannedNode => {
    if (operands.length > 0 && operands.every((operand) => operand.operation === "constant")) {
      const [a, b, c] = operands;
      return make("constant", [], operationValue(operation, a?.value ?? 0, b?.value, c?.value));
    }
    const node: PlannedNode = { operation, operands, value, name, logical: logical.has(operation), uses: 0, isLocal: false, depth: 0 };
    index.set(node, nodes.length);
    nodes.push(node);
    return node;
  };
  // Squares are shared between x^2, x^3, x^4...
  const factors = new Map<string, PlannedNode>();
  const remember = (key: string, node: () => PlannedNode): PlannedNode => {
    const known = factors.get(key);
    if (known) return known;
    const fresh = node();
    factors.set(key, fresh);
    return fresh;
  };
  const algebra: PowerAlgebra<PlannedNode> = {
    multiply: (a, b) => remember(`* ${index.get(a)} ${index.get(b)}`, () => make("multiply", [a, b])),
    squareRoot: (a) => remember(`sqrt ${index.get(a)}`, () => make("squareRoot", [a])),
    reciprocal: (a) => remember(`1/ ${index.get(a)}`, () => make("divide", [make("constant", [], 1), a])),
  };

  const planned = new Map<number, PlannedNode>();
  const seen = new Set<number>();
  const outputs: PlannedNode[] = [];
  const made: number[] = [];
  for (const expression of expressions) {
    for (const node of postorder([expression], seen)) {
      const operands = node.operands.map((operand) => planned.get(operand.id) as PlannedNode);
      const base = operands[0];
      const exponent = node.operands[1];
      const plan = node.operation === "power" && exponent?.operation === "constant" ? powerPlan(exponent.value) : null;
      planned.set(node.id, plan && base ? unrollPower(base, plan, algebra) : make(node.operation, operands, node.value, node.name));
    }
    outputs.push(planned.get(expression.id) as PlannedNode);
    made.push(nodes.length);
  }
  return { nodes, outputs, made };
}

/** Operands stand before their readers, so one backward pass reaches everything that is needed, and nothing else. */
function countUses(nodes: readonly PlannedNode[], outputs: readonly PlannedNode[]): void {
  for (const output of outputs) output.uses += 1;
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i] as PlannedNode;
    if (node.uses > 0) for (const operand of node.operands) operand.uses += 1;
  }
}

function chooseLocals(nodes: readonly PlannedNode[]): void {
  for (const node of nodes) {
    if (node.operands.length === 0 || node.uses === 0) continue;
    node.depth = 1 + Math.max(...node.operands.map((operand) => operand.depth));
    if (node.uses > 1 || node.depth > deepestInline) {
      node.isLocal = true;
      node.depth = 0;
    }
  }
}

function lastUses(events: readonly LoweringEvent[], keepOutputs: boolean): Map<PlannedNode, number> {
  const last = new Map<PlannedNode, number>();
  for (const [position, { node, output }] of events.entries()) {
    // Outputs that are kept are read after everything else: their locals are never reused.
    const when = output !== null && keepOutputs ? Number.POSITIVE_INFINITY : position;
    const open: PlannedNode[] = output === null ? [...node.operands] : [node];
    for (let next = open.pop(); next; next = open.pop()) {
      if (next.isLocal) last.set(next, Math.max(when, last.get(next) ?? 0));
      else open.push(...next.operands);
    }
  }
  return last;
}
