import type { BinaryOperation, Comparison, LaneType, Local, MaskType, MathFunction, Program, ProgramFunction, Statement, Type, UnaryOperation, Value } from "./program.ts";

/** Shorthand for the nodes of one scalar type: `f64.add(a, b)`, `i32.const(3)`. A bare number is a constant. */
const scalarOf = <T extends Type>(type: T, truth: "i32" | MaskType = "i32") => {
  const value = (x: Value | number): Value => (typeof x === "number" ? { kind: "constant", type, value: x } : x);
  const binary = (operation: BinaryOperation) => (left: Value | number, right: Value | number): Value => ({
    kind: "binary",
    type,
    operation,
    left: value(left),
    right: value(right),
  });
  const unary = (operation: UnaryOperation) => (operand: Value | number): Value => ({ kind: "unary", type, operation, operand: value(operand) });
  const comparison = (operation: Comparison) => (left: Value | number, right: Value | number): Value => ({
    kind: "comparison",
    type: truth,
    operation,
    left: value(left),
    right: value(right),
  });
  return {
    const: (x: number): Value => ({ kind: "constant", type, value: x }),
    load: (address: Value | number, offset = 0): Value => ({ kind: "load", type, address: addressOf(address), offset }),
    select: (condition: Value, then: Value | number, otherwise: Value | number): Value => ({
      kind: "select",
      type,
      condition,
      then: value(then),
      otherwise: value(otherwise),
    }),
    call: (name: string, ...operands: readonly Value[]): Value => ({ kind: "call", type, name, operands }),
    add: binary("add"),
    sub: binary("subtract"),
    mul: binary("multiply"),
    div: binary("divide"),
    min: binary("minimum"),
    max: binary("maximum"),
    neg: unary("negate"),
    eq: comparison("equal"),
    ne: comparison("notEqual"),
    lt: comparison("less"),
    le: comparison("lessOrEqual"),
    gt: comparison("greater"),
    ge: comparison("greaterOrEqual"),
    unary,
    binary,
    comparison,
  };
};

const addressOf = (address: Value | number): Value => (typeof address === "number" ? { kind: "constant", type: "i32", value: address } : address);

const floatOf = <T extends "f64" | LaneType>(type: T, truth: "i32" | MaskType) => {
  const scalar = scalarOf(type, truth);
  const { unary, binary } = scalar;
  return {
    ...scalar,
    abs: unary("absolute"),
    sqrt: unary("squareRoot"),
    floor: unary("floor"),
    ceil: unary("ceiling"),
    trunc: unary("truncate"),
    copySign: binary("copySign"),
    math: (name: MathFunction, ...operands: readonly Value[]): Value => ({ kind: "math", type, name, operands }),
  };
};

/** What f64 and f64x2 know of the bits of their numbers. */
const bitsOf = ({ unary }: ReturnType<typeof floatOf>) => ({
  exponentOf: unary("exponentOf"),
  significandOf: unary("significandOf"),
  powerOfTwo: unary("powerOfTwo"),
});

const numbers = floatOf("f64", "i32");
export const f64 = {
  ...numbers,
  ...bitsOf(numbers),
  fromI32: (operand: Value): Value => ({ kind: "unary", type: "f64", operation: "toF64", operand }),
  fromU32: (operand: Value): Value => ({ kind: "unary", type: "f64", operation: "unsignedToF64", operand }),
  /** The f32 at an address (4 bytes), as f64. */
  loadSingle: (address: Value | number, offset = 0): Value => ({ kind: "load", type: "f64", address: addressOf(address), offset, single: true }),
};

const i32Scalar = scalarOf("i32");
export const i32 = {
  ...i32Scalar,
  rem: i32Scalar.binary("remainder"),
  and: i32Scalar.binary("and"),
  or: i32Scalar.binary("or"),
  xor: i32Scalar.binary("xor"),
  shl: i32Scalar.binary("shiftLeft"),
  shr: i32Scalar.binary("shiftRight"),
  shru: i32Scalar.binary("shiftRightUnsigned"),
  rotl: i32Scalar.binary("rotateLeft"),
  ltu: i32Scalar.comparison("lessUnsigned"),
  isZero: i32Scalar.unary("isZero"),
  fromF64: (operand: Value): Value => ({ kind: "unary", type: "i32", operation: "toI32", operand }),
};

const laneOf = (type: LaneType) => ({
  ...floatOf(type, maskOf(type)),
  splat: (operand: Value): Value => ({ kind: "unary", type, operation: "splat", operand }),
  sumLanes: (operand: Value): Value => ({ kind: "unary", type: "f64", operation: "sumLanes", operand }),
  /** One element of memory (8 bytes for f64x2, 4 for f32x4) in every lane. */
  loadSplat: (address: Value | number, offset = 0): Value => ({ kind: "load", type, address: addressOf(address), offset, splat: true }),
});
/** The masks that belong to a lane type. */
export const maskOf = (type: LaneType): MaskType => (type === "f64x2" ? "mask2" : "mask4");

const pairs = laneOf("f64x2");
export const f64x2 = {
  ...pairs,
  ...bitsOf(pairs),
  /** The first two lanes of f32x4, and its last two. */
  low: (operand: Value): Value => ({ kind: "unary", type: "f64x2", operation: "lowLanes", operand }),
  high: (operand: Value): Value => ({ kind: "unary", type: "f64x2", operation: "highLanes", operand }),
};
export const f32x4 = {
  ...laneOf("f32x4"),
  /** Two pairs rounded to f32. */
  join: (low: Value, high: Value): Value => ({ kind: "binary", type: "f32x4", operation: "joinLanes", left: low, right: high }),
};

const masksOf = (type: MaskType) => {
  const { select, unary, binary } = scalarOf(type);
  return {
    /** Every lane true, or none. */
    const: (truth: boolean): Value => ({ kind: "constant", type, value: truth ? 1 : 0 }),
    select,
    and: binary("and"),
    or: binary("or"),
    not: unary("isZero"),
    /** i32: whether some lane is true. */
    any: (operand: Value): Value => ({ kind: "unary", type: "i32", operation: "anyLane", operand }),
  };
};
/** Truths of two and of four lanes. */
export const mask2 = masksOf("mask2");
export const mask4 = masksOf("mask4");

/** Names one loop so that `break` and `continue` can say which. */
export type LoopLabel = number;

/** Writes one function, statement by statement. */
export interface FunctionBuilder {
  /** A fresh local; with `initial`, set at once. */
  local(type: Type, name: string, initial?: Value): Local;
  set(target: Local, value: Value | number): void;
  store(address: Value | number, value: Value, offset?: number): void;
  /** Stores an f64 rounded to f32, in 4 bytes. */
  storeSingle(address: Value | number, value: Value, offset?: number): void;
  /** What `write` would write here, kept apart: for rewriting it before `append`. */
  collect(write: () => void): readonly Statement[];
  /** Writes statements of this function, loop labels included, here. */
  append(statements: readonly Statement[]): void;
  if(condition: Value, then: () => void, otherwise?: () => void): void;
  /** Runs until a `break` (or `return`) inside it. */
  loop(body: (label: LoopLabel) => void): void;
  break(label: LoopLabel): void;
  continue(label: LoopLabel): void;
  /** Counts an i32 from `from` (default 0) up to, not including, `count`. */
  repeat(count: Value | number, body: (index: Local) => void, from?: Value | number): void;
  /** Calls a function for its effect. */
  call(name: string, ...operands: readonly Value[]): void;
  return(value?: Value): void;
}

export interface FunctionSignature {
  readonly parameters?: Readonly<Record<string, Type>>;
  readonly result?: Type;
  /** Default true. */
  readonly exported?: boolean;
  /** See `ProgramFunction`; default false. */
  readonly isFullOfNumbers?: boolean;
}

export interface ProgramBuilder {
  function(name: string, signature: FunctionSignature, body: (b: FunctionBuilder, parameters: Readonly<Record<string, Local>>) => void): void;
  /** @throws when two functions share a name. */
  finish(memoryBytes: number): Program;
}

/** Starts an empty program. */
export function programBuilder(): ProgramBuilder {
  const functions: ProgramFunction[] = [];
  return {
    function(name, signature, body) {
      functions.push(buildFunction(name, signature, body));
    },
    finish(memoryBytes) {
      const names = new Set<string>();
      for (const { name } of functions) {
        if (names.has(name)) throw new Error(`program: two functions are called "${name}"`);
        names.add(name);
      }
      return { functions, memoryBytes };
    },
  };
}

function buildFunction(
  name: string,
  signature: FunctionSignature,
  body: (b: FunctionBuilder, parameters: Readonly<Record<string, Local>>) => void,
): ProgramFunction {
  const locals: Local[] = [];
  const declare = (type: Type, localName: string): Local => {
    const local: Local = { kind: "local", type, index: locals.length, name: localName };
    locals.push(local);
    return local;
  };
  const parameters: Record<string, Local> = {};
  for (const [parameter, type] of Object.entries(signature.parameters ?? {})) parameters[parameter] = declare(type, parameter);
  const parameterList = [...locals];

  let labels = 0;
  let open: Statement[] = [];
  const collect = (write: () => void): Statement[] => {
    const outer = open;
    const inner: Statement[] = [];
    open = inner;
    write();
    open = outer;
    return inner;
  };
  const b: FunctionBuilder = {
    local(type, localName, initial) {
      const local = declare(type, localName);
      if (initial) b.set(local, initial);
      return local;
    },
    set(target, value) {
      open.push({ kind: "set", target, value: typeof value === "number" ? { kind: "constant", type: target.type, value } : value });
    },
    store(address, value, offset = 0) {
      open.push({ kind: "store", address: addressOf(address), offset, value });
    },
    storeSingle(address, value, offset = 0) {
      open.push({ kind: "store", address: addressOf(address), offset, value, single: true });
    },
    collect,
    append: (statements) => void open.push(...statements),
    if(condition, then, otherwise) {
      const thenBody = collect(then);
      open.push({ kind: "if", condition, then: thenBody, otherwise: otherwise ? collect(otherwise) : [] });
    },
    loop(write) {
      const label = labels++;
      const inner = collect(() => write(label));
      open.push({ kind: "loop", label, body: inner });
    },
    break: (label) => void open.push({ kind: "break", label }),
    continue: (label) => void open.push({ kind: "continue", label }),
    repeat(count, write, from = 0) {
      const index = declare("i32", "index");
      b.set(index, from);
      b.loop((label) => {
        b.if(i32.ge(index, count), () => b.break(label));
        write(index);
        b.set(index, i32.add(index, 1));
      });
    },
    call: (callee, ...operands) => void open.push({ kind: "call", name: callee, operands }),
    return: (value) => void open.push({ kind: "return", value: value ?? null }),
  };
  const written = collect(() => body(b, parameters));
  return { name, parameters: parameterList, result: signature.result ?? null, locals, body: written, exported: signature.exported ?? true, ...(signature.isFullOfNumbers && { isFullOfNumbers: true }) };
}
