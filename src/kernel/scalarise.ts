import { f64, i32 } from "./builder.ts";
import { forEachValue, operandsOf } from "./program-values.ts";
import type { Local, Program, ProgramFunction, ScalarType, Statement, Type, Value } from "./program.ts";

/** What a type of a pair becomes, for each of its two lanes. */
const elementOf = (type: Type): ScalarType | null => (type === "f64x2" ? "f64" : type === "mask2" ? "i32" : null);

/**
 * The same program without f64x2: each pair becomes two numbers and each mask two truths, with the same bits; a pair that
 * always has one number twice becomes that number. Functions without lanes come back as they are.
 *
 * A function that gives a pair returns its first lane and leaves the second in memory after the program's own; such a
 * call must stand alone in a `set`.
 *
 * @throws Error when a function uses f32x4, naming it and `target`.
 */
export function scalarise(program: Program, target: string): Program {
  const usesPairs = new Set<string>();
  for (const each of program.functions) {
    const visit = (type: Type): void => {
      if (type === "f32x4" || type === "mask4") throw new Error(`function "${each.name}" uses f32x4, which ${target} does not have: use the target "wasm"`);
      if (elementOf(type)) usesPairs.add(each.name);
    };
    for (const { type } of each.locals) visit(type);
    if (each.result) visit(each.result);
    forEachValue(each.body, (value) => {
      visit(value.type);
      if (value.kind === "load" && value.single) throw new Error(`function "${each.name}" reads f32 in memory, which ${target} does not do: use the target "wasm"`);
    });
  }
  if (usesPairs.size === 0) return program;
  const slot = Math.ceil(program.memoryBytes / 16) * 16;
  return { functions: program.functions.map((each) => (usesPairs.has(each.name) ? scalarFunction(each, slot) : each)), memoryBytes: slot + 16 };
}

const set = (target: Local, value: Value): Statement => ({ kind: "set", target, value });

function scalarFunction(owner: ProgramFunction, slot: number): ProgramFunction {
  const locals: Local[] = [];
  const declare = (type: ScalarType, name: string): Local => {
    const local: Local = { kind: "local", type, index: locals.length, name };
    locals.push(local);
    return local;
  };
  const even = evenPairs(owner);
  /** One new local, or the two of a pair. */
  const renamed = owner.locals.map((local): readonly [Local] | readonly [Local, Local] => {
    const element = elementOf(local.type);
    if (element && even.has(local.index)) {
      const only = declare(element, local.name);
      return [only, only];
    }
    if (element) return [declare(element, `${local.name}.0`), declare(element, `${local.name}.1`)];
    return [declare(local.type as ScalarType, local.name)];
  });
  const refuse = (what: string): never => {
    throw new Error(`function "${owner.name}": ${what} cannot be told apart lane by lane; give it a local of its own`);
  };

  const memo: readonly [Map<Value, Value>, Map<Value, Value>, Map<Value, Value>] = [new Map(), new Map(), new Map()];
  const remembered = (which: 0 | 1 | 2, value: Value, make: () => Value): Value => {
    const known = memo[which].get(value);
    if (known) return known;
    const made = make();
    memo[which].set(value, made);
    return made;
  };
  /** A value that is one number already; lanes may stand below it. */
  const scalar = (value: Value): Value => remembered(2, value, () => scalarOf(value));
  const scalarOf = (value: Value): Value => {
    switch (value.kind) {
      case "local":
        return renamed[value.index]?.[0] ?? value;
      case "constant":
        return value;
      case "load":
        return { ...value, address: scalar(value.address) };
      case "unary":
        if (value.operation === "sumLanes") return f64.add(lane(value.operand, 0), lane(value.operand, 1));
        if (value.operation === "anyLane") return i32.or(lane(value.operand, 0), lane(value.operand, 1));
        return { ...value, operand: scalar(value.operand) };
      case "binary":
      case "comparison":
        return { ...value, left: scalar(value.left), right: scalar(value.right) };
      case "select":
        return { ...value, condition: scalar(value.condition), then: scalar(value.then), otherwise: scalar(value.otherwise) };
      case "math":
        return { ...value, operands: value.operands.map(scalar) };
      case "call":
        return { ...value, operands: spread(value.operands) };
    }
  };
  /** One lane of a pair. */
  const lane = (value: Value, which: 0 | 1): Value => remembered(which, value, () => laneOf(value, which));
  const laneOf = (value: Value, which: 0 | 1): Value => {
    const type = elementOf(value.type) ?? "f64";
    switch (value.kind) {
      case "local":
        return renamed[value.index]?.[which] ?? value;
      case "constant":
        return { ...value, type };
      case "load": {
        const { address, offset } = value;
        return { kind: "load", type, address: scalar(address), offset: value.splat ? offset : offset + 8 * which };
      }
      case "unary":
        if (value.operation === "splat") return scalar(value.operand);
        return { kind: "unary", type, operation: value.operation, operand: lane(value.operand, which) };
      case "binary":
        return { kind: "binary", type, operation: value.operation, left: lane(value.left, which), right: lane(value.right, which) };
      case "comparison":
        return { kind: "comparison", type: "i32", operation: value.operation, left: lane(value.left, which), right: lane(value.right, which) };
      case "select": {
        const condition = value.condition.type === "i32" ? scalar(value.condition) : lane(value.condition, which);
        return { kind: "select", type, condition, then: lane(value.then, which), otherwise: lane(value.otherwise, which) };
      }
      case "math":
        return { kind: "math", type: "f64", name: value.name, operands: value.operands.map((operand) => lane(operand, which)) };
      case "call":
        return refuse(`a call of "${value.name}" inside a larger value`);
    }
  };
  const spread = (operands: readonly Value[]): Value[] =>
    operands.flatMap((operand) => (elementOf(operand.type) ? [lane(operand, 0), lane(operand, 1)] : [scalar(operand)]));

  const second = { kind: "constant", type: "i32", value: slot } as const;
  /** Both lanes read before either is written. */
  const pinned = (value: Value): { readonly statements: readonly Statement[]; readonly lanes: readonly [Local, Local] } => {
    if (callsWithin(value)) refuse("a call inside a pair");
    const type = elementOf(value.type) ?? "f64";
    const lanes = [declare(type, "lane.0"), declare(type, "lane.1")] as const;
    return { lanes, statements: [set(lanes[0], lane(value, 0)), set(lanes[1], lane(value, 1))] };
  };
  const rewrite = (statements: readonly Statement[]): Statement[] => statements.flatMap(rewriteOne);
  const rewriteOne = (statement: Statement): readonly Statement[] => {
    switch (statement.kind) {
      case "set": {
        const [first, other] = renamed[statement.target.index] ?? [];
        if (!first) return refuse(`local "${statement.target.name}"`);
        const { value } = statement;
        if (!other) return [set(first, scalar(value))];
        if (first === other) return [set(first, lane(value, 0))];
        if (value.kind === "call") {
          const call: Value = { ...value, type: first.type, operands: spread(value.operands) };
          return [set(first, call), set(other, { kind: "load", type: other.type, address: second, offset: 0 })];
        }
        if (callsWithin(value)) refuse("a call inside a pair");
        if (!crossesLanes(value)) return [set(first, lane(value, 0)), set(other, lane(value, 1))];
        const { statements, lanes } = pinned(value);
        return [...statements, set(first, lanes[0]), set(other, lanes[1])];
      }
      case "store": {
        if (!elementOf(statement.value.type)) return [{ ...statement, address: scalar(statement.address), value: scalar(statement.value) }];
        if (callsWithin(statement.address)) refuse("an address that a call gives");
        const { statements, lanes } = pinned(statement.value);
        const at = (which: 0 | 1): Statement => ({ kind: "store", address: scalar(statement.address), offset: statement.offset + 8 * which, value: lanes[which] });
        return [...statements, at(0), at(1)];
      }
      case "if":
        return [{ kind: "if", condition: scalar(statement.condition), then: rewrite(statement.then), otherwise: rewrite(statement.otherwise) }];
      case "loop":
        return [{ ...statement, body: rewrite(statement.body) }];
      case "call":
        return [{ ...statement, operands: spread(statement.operands) }];
      case "return": {
        const { value } = statement;
        if (!value || !elementOf(value.type)) return [{ kind: "return", value: value && scalar(value) }];
        const { statements, lanes } = pinned(value);
        return [...statements, { kind: "store", address: second, offset: 0, value: lanes[1] }, { kind: "return", value: lanes[0] }];
      }
      case "break":
      case "continue":
        return [statement];
    }
  };
  const body = rewrite(owner.body);
  const parameters = owner.parameters.flatMap((parameter) => renamed[parameter.index] ?? []);
  const result = owner.result && (elementOf(owner.result) ?? owner.result);
  return { name: owner.name, parameters, result, locals, body, exported: owner.exported };
}

const someWithin = (value: Value, test: (value: Value) => boolean): boolean => {
  const open = [value];
  for (let next = open.pop(); next; next = open.pop()) {
    if (test(next)) return true;
    open.push(...operandsOf(next));
  }
  return false;
};
const callsWithin = (value: Value): boolean => someWithin(value, (each) => each.kind === "call");
const crossesLanes = (value: Value): boolean => someWithin(value, (each) => each.kind === "unary" && (each.operation === "sumLanes" || each.operation === "anyLane"));

/** Indices of the f64x2 locals of a function whose two lanes are the same number wherever they are set. */
function evenPairs(owner: ProgramFunction): ReadonlySet<number> {
  const given = new Set(owner.parameters.map(({ index }) => index));
  const even = new Set(owner.locals.flatMap(({ type, index }) => (type === "f64x2" && !given.has(index) ? [index] : [])));
  const isEven = (value: Value): boolean => {
    if (value.kind === "constant") return true;
    if (value.kind === "local") return even.has(value.index);
    if (value.kind === "unary") return value.operation === "splat" || isEven(value.operand);
    return value.kind === "binary" && isEven(value.left) && isEven(value.right);
  };
  const sets = new Map<number, Value[]>();
  const open = [...owner.body];
  for (let statement = open.pop(); statement; statement = open.pop()) {
    if (statement.kind === "set" && even.has(statement.target.index)) sets.set(statement.target.index, [...(sets.get(statement.target.index) ?? []), statement.value]);
    else if (statement.kind === "loop") open.push(...statement.body);
    else if (statement.kind === "if") open.push(...statement.then, ...statement.otherwise);
  }
  // What an uneven pair goes into is uneven too, until no more are found.
  for (let before = -1; before !== even.size; ) {
    before = even.size;
    for (const index of even) if (sets.get(index)?.some((value) => !isEven(value))) even.delete(index);
  }
  return even;
}
