import { maskOf } from "./builder.ts";
import type { BinaryOperation, LaneType, MathFunction, Program, ProgramFunction, Statement, Type, UnaryOperation, Value } from "./program.ts";

const unaryOperations: Readonly<Record<UnaryOperation, readonly (readonly [operand: Type, result: Type])[]>> = {
  negate: [["f64", "f64"], ["i32", "i32"], ["f64x2", "f64x2"], ["f32x4", "f32x4"]],
  absolute: [["f64", "f64"], ["i32", "i32"], ["f64x2", "f64x2"], ["f32x4", "f32x4"]],
  squareRoot: [["f64", "f64"], ["f64x2", "f64x2"], ["f32x4", "f32x4"]],
  floor: [["f64", "f64"], ["f64x2", "f64x2"], ["f32x4", "f32x4"]],
  ceiling: [["f64", "f64"], ["f64x2", "f64x2"], ["f32x4", "f32x4"]],
  truncate: [["f64", "f64"], ["f64x2", "f64x2"], ["f32x4", "f32x4"]],
  isZero: [["i32", "i32"], ["mask2", "mask2"], ["mask4", "mask4"]],
  toI32: [["f64", "i32"]],
  toF64: [["i32", "f64"]],
  unsignedToF64: [["i32", "f64"]],
  splat: [["f64", "f64x2"], ["f64", "f32x4"]],
  sumLanes: [["f64x2", "f64"], ["f32x4", "f64"]],
  anyLane: [["mask2", "i32"], ["mask4", "i32"]],
  exponentOf: [["f64", "f64"], ["f64x2", "f64x2"]],
  significandOf: [["f64", "f64"], ["f64x2", "f64x2"]],
  powerOfTwo: [["f64", "f64"], ["f64x2", "f64x2"]],
  lowLanes: [["f32x4", "f64x2"]],
  highLanes: [["f32x4", "f64x2"]],
};

const everyType: readonly Type[] = ["f64", "i32", "f64x2", "f32x4"];
const logicalTypes: readonly Type[] = ["i32", "mask2", "mask4"];
const binaryOperations: Readonly<Record<BinaryOperation, readonly Type[]>> = {
  add: everyType,
  subtract: everyType,
  multiply: everyType,
  divide: everyType,
  minimum: everyType,
  maximum: everyType,
  copySign: ["f64", "f64x2", "f32x4"],
  joinLanes: ["f32x4"],
  remainder: ["i32"],
  and: logicalTypes,
  or: logicalTypes,
  xor: logicalTypes,
  shiftLeft: ["i32"],
  shiftRight: ["i32"],
  shiftRightUnsigned: ["i32"],
  rotateLeft: ["i32"],
};

const mathArity: Readonly<Record<MathFunction, number>> = {
  exp: 1,
  log: 1,
  log10: 1,
  log1p: 1,
  expm1: 1,
  pow: 2,
  sin: 1,
  cos: 1,
  tan: 1,
  asin: 1,
  acos: 1,
  atan: 1,
  sinh: 1,
  cosh: 1,
  tanh: 1,
};

const isLane = (type: Type): type is LaneType => type === "f64x2" || type === "f32x4";
const isMask = (type: Type): boolean => type === "mask2" || type === "mask4";

/** Whether a type is a number or a truth of its own, which engines tell from every other type; lanes and masks are all the same to them. */
export const isScalar = (type: Type): boolean => type === "f64" || type === "i32";

/** Finds a function of the program by its name. */
export type FindFunction = (name: string) => ProgramFunction | undefined;

/** What is wrong with a program as a whole, its functions left out, or null. */
export function programFault({ functions, memoryBytes }: Program): string | null {
  const names = new Set<string>();
  for (const { name } of functions) {
    if (names.has(name)) return `two functions are called "${name}"`;
    names.add(name);
  }
  const isSize = Number.isInteger(memoryBytes) && memoryBytes >= 0 && memoryBytes <= 2 ** 32;
  return isSize ? null : `memoryBytes is ${memoryBytes}; it must be a whole number of bytes, at most 2^32`;
}

/** What is wrong with a function's head, or null. */
export function headFault({ locals, parameters, exported, result }: ProgramFunction): string | null {
  for (const [position, local] of locals.entries()) {
    if (local.index !== position) return `local "${local.name}" has index ${local.index} at position ${position}`;
  }
  for (const [position, parameter] of parameters.entries()) {
    const local = locals[position];
    if (local?.name !== parameter.name || local.type !== parameter.type) return `parameter "${parameter.name}" is not local ${position}`;
  }
  if (exported && !(parameters.every(({ type }) => isScalar(type)) && (result === null || isScalar(result)))) {
    return "an exported function cannot take or give lanes; pass a pointer, or do not export it";
  }
  return null;
}

/** What is wrong with a call, or null; `type` is what its result is used as, null = not used. */
export function callFault(name: string, operands: readonly Value[], type: Type | null, find: FindFunction): string | null {
  const callee = find(name);
  if (!callee) return `calls "${name}", which the program does not define`;
  if (callee.parameters.length !== operands.length) return `"${name}" takes ${callee.parameters.length} operands, got ${operands.length}`;
  for (const [position, parameter] of callee.parameters.entries()) {
    const given = operands[position]?.type;
    if (given !== parameter.type) return `"${name}" takes ${parameter.type} as "${parameter.name}", got ${given}`;
  }
  return type !== null && callee.result !== type ? `"${name}" gives ${callee.result ?? "nothing"}, used as ${type}` : null;
}

/** What is wrong with a place in memory that holds a value of a type, or null. */
export function placeFault(address: Value, offset: number, type: Type, single = false): string | null {
  if (isMask(type)) return "memory does not hold masks; select between numbers and store those";
  if (single && type !== "f64") return `an f32 in memory is read and written as f64, got ${type}`;
  if (address.type !== "i32") return `an address must be i32, got ${address.type}`;
  if (offset >>> 0 !== offset) return `offset ${offset} is not a whole number in [0, 2^32)`;
  const size = type === "i32" || single ? 4 : 8;
  if (address.kind === "constant" && !isLane(type) && (address.value + offset) % size !== 0) {
    return `address ${address.value} + ${offset} is not a multiple of ${size} bytes, as ${single ? "f32" : type} needs`;
  }
  return null;
}

/** What is wrong with a value, its operands' own faults left out, or null. */
export function valueFault(value: Value, owner: ProgramFunction, find: FindFunction): string | null {
  switch (value.kind) {
    case "local": {
      const local = owner.locals[value.index];
      return local?.name !== value.name || local.type !== value.type ? `local "${value.name}" belongs to another function` : null;
    }
    case "constant":
      if (value.type === "i32" && (value.value | 0) !== value.value && value.value >>> 0 !== value.value) return `${value.value} is not an i32 constant`;
      return isMask(value.type) && value.value !== 0 && value.value !== 1 ? `a mask is 1 (every lane) or 0 (none), got ${value.value}` : null;
    case "load":
      return placeFault(value.address, value.offset, value.type, value.single) ?? (value.splat && !isLane(value.type) ? `a splat load gives lanes, got ${value.type}` : null);
    case "unary":
      return unaryOperations[value.operation].some(([operand, result]) => operand === value.operand.type && result === value.type)
        ? null
        : `no operation "${value.operation}" from ${value.operand.type} to ${value.type}`;
    case "binary": {
      if (!binaryOperations[value.operation].includes(value.type)) return `no operation "${value.operation}" on ${value.type}`;
      const operand = value.operation === "joinLanes" ? "f64x2" : value.type;
      return value.left.type !== operand || value.right.type !== operand ? `"${value.operation}" on ${operand} got ${value.left.type} and ${value.right.type}` : null;
    }
    case "comparison": {
      const { type } = value.left;
      if (isMask(type) || value.right.type !== type) return `"${value.operation}" compares ${type} with ${value.right.type}`;
      const truth = isLane(type) ? maskOf(type) : "i32";
      if (value.type !== truth) return `a comparison of ${type} gives ${truth}, used as ${value.type}`;
      return value.operation === "lessUnsigned" && type !== "i32" ? `"lessUnsigned" compares i32, got ${type}` : null;
    }
    case "select": {
      const { type, condition, then, otherwise } = value;
      if (isMask(condition.type)) {
        if (type !== condition.type && !(isLane(type) && maskOf(type) === condition.type)) return `a ${condition.type} cannot choose between ${type}`;
      } else if (condition.type !== "i32") return `a condition must be i32, got ${condition.type}`;
      return then.type !== type || otherwise.type !== type ? `"select" of ${type} got ${then.type} and ${otherwise.type}` : null;
    }
    case "math": {
      if (mathArity[value.name] !== value.operands.length) return `"${value.name}" takes ${mathArity[value.name] ?? "no"} operands, got ${value.operands.length}`;
      const other = value.operands.find(({ type }) => type !== value.type);
      return other ? `"${value.name}" takes ${value.type}, got ${other.type}` : null;
    }
    case "call":
      return callFault(value.name, value.operands, value.type, find);
  }
}

/** What is wrong with the setting of a local, its value's own faults left out, or null. */
export const setFault = ({ target, value }: Statement & { kind: "set" }): string | null =>
  target.type === value.type ? null : `local "${target.name}" is ${target.type}, set to ${value.type}`;

/** What is wrong with a return, its value's own faults left out, or null. */
export const returnFault = ({ value }: Statement & { kind: "return" }, { result }: ProgramFunction): string | null =>
  (value?.type ?? null) === result ? null : `returns ${value?.type ?? "nothing"}, the function gives ${result ?? "nothing"}`;
