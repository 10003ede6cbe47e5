import { maskOf } from "./builder.ts";
import { type ElementaryCollector, type ElementaryUse, elementaryCollector } from "./program-values.ts";
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

/**
 * Checks types, locals, labels and calls of a program, so that the back ends need not.
 *
 * @returns the elementary functions it calls, which the walk through a large program has come by anyway.
 * @throws Error at the first fault, naming the function and the statement's path in its body.
 */
export function validateProgram(program: Program): readonly ElementaryUse[] {
  const elementary = elementaryCollector();
  const functions = new Map<string, ProgramFunction>();
  for (const each of program.functions) {
    if (functions.has(each.name)) throw new Error(`program: two functions are called "${each.name}"`);
    functions.set(each.name, each);
  }
  if (!Number.isInteger(program.memoryBytes) || program.memoryBytes < 0 || program.memoryBytes > 2 ** 32) {
    throw new Error(`program: memoryBytes is ${program.memoryBytes}; it must be a whole number of bytes, at most 2^32`);
  }
  for (const each of program.functions) validateFunction(each, functions, elementary);
  return elementary.found();
}

function validateFunction(owner: ProgramFunction, functions: ReadonlyMap<string, ProgramFunction>, elementary: ElementaryCollector): void {
  let path = "declaration";
  const fail = (fault: string): never => {
    throw new Error(`program: function "${owner.name}", ${path}: ${fault}`);
  };
  owner.locals.forEach((local, position) => {
    if (local.index !== position) fail(`local "${local.name}" has index ${local.index} at position ${position}`);
  });
  owner.parameters.forEach((parameter, position) => {
    const local = owner.locals[position];
    if (local?.name !== parameter.name || local.type !== parameter.type) fail(`parameter "${parameter.name}" is not local ${position}`);
  });
  if (owner.exported && (owner.parameters.some((parameter) => isLane(parameter.type) || isMask(parameter.type)) || (owner.result !== null && (isLane(owner.result) || isMask(owner.result))))) {
    fail("an exported function cannot take or give lanes; pass a pointer, or do not export it");
  }

  const checkCall = (name: string, operands: readonly Value[], type: Type | null): void => {
    const callee = functions.get(name);
    if (!callee) return fail(`calls "${name}", which the program does not define`);
    if (callee.parameters.length !== operands.length) {
      fail(`"${name}" takes ${callee.parameters.length} operands, got ${operands.length}`);
    }
    callee.parameters.forEach((parameter, position) => {
      const given = operands[position]?.type;
      if (given !== parameter.type) fail(`"${name}" takes ${parameter.type} as "${parameter.name}", got ${given}`);
    });
    if (type !== null && callee.result !== type) fail(`"${name}" gives ${callee.result ?? "nothing"}, used as ${type}`);
  };
  const checkAddress = (address: Value, offset: number, type: Type, single = false): void => {
    if (isMask(type)) fail("memory does not hold masks; select between numbers and store those");
    if (single && type !== "f64") fail(`an f32 in memory is read and written as f64, got ${type}`);
    if (address.type !== "i32") fail(`an address must be i32, got ${address.type}`);
    if (!Number.isInteger(offset) || offset < 0 || offset >= 2 ** 32) fail(`offset ${offset} is not a whole number in [0, 2^32)`);
    const size = type === "i32" || single ? 4 : 8;
    if (address.kind === "constant" && !isLane(type) && (address.value + offset) % size !== 0) {
      fail(`address ${address.value} + ${offset} is not a multiple of ${size} bytes, as ${single ? "f32" : type} needs`);
    }
  };

  // Values may be shared between statements; each is checked once, with a work list because trees may be deep.
  const checked = new Set<Value>();
  const checkNode = (value: Value, pending: Value[]): void => {
    switch (value.kind) {
      case "local": {
        const local = owner.locals[value.index];
        if (local?.name !== value.name || local.type !== value.type) fail(`local "${value.name}" belongs to another function`);
        return;
      }
      case "constant":
        if (value.type === "i32" && !(Number.isInteger(value.value) && value.value >= -(2 ** 31) && value.value < 2 ** 32)) {
          fail(`${value.value} is not an i32 constant`);
        }
        if (isMask(value.type) && value.value !== 0 && value.value !== 1) fail(`a mask is 1 (every lane) or 0 (none), got ${value.value}`);
        return;
      case "load":
        checkAddress(value.address, value.offset, value.type, value.single);
        if (value.splat && !isLane(value.type)) fail(`a splat load gives lanes, got ${value.type}`);
        pending.push(value.address);
        return;
      case "unary":
        if (!unaryOperations[value.operation].some(([operand, result]) => operand === value.operand.type && result === value.type)) {
          fail(`no operation "${value.operation}" from ${value.operand.type} to ${value.type}`);
        }
        pending.push(value.operand);
        return;
      case "binary":
        if (!binaryOperations[value.operation].includes(value.type)) fail(`no operation "${value.operation}" on ${value.type}`);
        {
          const operand = value.operation === "joinLanes" ? "f64x2" : value.type;
          if (value.left.type !== operand || value.right.type !== operand) fail(`"${value.operation}" on ${operand} got ${value.left.type} and ${value.right.type}`);
        }
        pending.push(value.left, value.right);
        return;
      case "comparison": {
        const { type } = value.left;
        if (isMask(type) || value.right.type !== type) fail(`"${value.operation}" compares ${type} with ${value.right.type}`);
        const truth = isLane(type) ? maskOf(type) : "i32";
        if (value.type !== truth) fail(`a comparison of ${type} gives ${truth}, used as ${value.type}`);
        if (value.operation === "lessUnsigned" && type !== "i32") fail(`"lessUnsigned" compares i32, got ${type}`);
        pending.push(value.left, value.right);
        return;
      }
      case "select":
        if (isMask(value.condition.type)) {
          if (value.type !== value.condition.type && !(isLane(value.type) && maskOf(value.type) === value.condition.type)) fail(`a ${value.condition.type} cannot choose between ${value.type}`);
        } else if (value.condition.type !== "i32") fail(`a condition must be i32, got ${value.condition.type}`);
        if (value.then.type !== value.type || value.otherwise.type !== value.type) {
          fail(`"select" of ${value.type} got ${value.then.type} and ${value.otherwise.type}`);
        }
        pending.push(value.condition, value.then, value.otherwise);
        return;
      case "math":
        if (mathArity[value.name] !== value.operands.length) {
          fail(`"${value.name}" takes ${mathArity[value.name] ?? "no"} operands, got ${value.operands.length}`);
        }
        for (const operand of value.operands) if (operand.type !== value.type) fail(`"${value.name}" takes ${value.type}, got ${operand.type}`);
        elementary.visit(value);
        pending.push(...value.operands);
        return;
      case "call":
        checkCall(value.name, value.operands, value.type);
        pending.push(...value.operands);
    }
  };
  const check = (...values: readonly Value[]): void => {
    const pending = [...values];
    for (let value = pending.pop(); value; value = pending.pop()) {
      if (checked.has(value)) continue;
      checked.add(value);
      checkNode(value, pending);
    }
  };

  const openLabels = new Set<number>();
  const checkStatements = (statements: readonly Statement[], where: string): void => {
    statements.forEach((statement, position) => {
      path = `${where}[${position}] (${statement.kind})`;
      const inner = `${where}[${position}]`;
      switch (statement.kind) {
        case "set":
          if (statement.target.type !== statement.value.type) {
            fail(`local "${statement.target.name}" is ${statement.target.type}, set to ${statement.value.type}`);
          }
          check(statement.target, statement.value);
          return;
        case "store":
          checkAddress(statement.address, statement.offset, statement.value.type, statement.single);
          check(statement.address, statement.value);
          return;
        case "if":
          if (statement.condition.type !== "i32") fail(`a condition must be i32, got ${statement.condition.type}`);
          check(statement.condition);
          checkStatements(statement.then, `${inner}.then`);
          checkStatements(statement.otherwise, `${inner}.otherwise`);
          return;
        case "loop":
          if (openLabels.has(statement.label)) fail(`loop label ${statement.label} is already open`);
          openLabels.add(statement.label);
          checkStatements(statement.body, `${inner}.body`);
          openLabels.delete(statement.label);
          return;
        case "break":
        case "continue":
          if (!openLabels.has(statement.label)) fail(`no open loop has label ${statement.label}`);
          return;
        case "call":
          checkCall(statement.name, statement.operands, null);
          check(...statement.operands);
          return;
        case "return":
          if ((statement.value?.type ?? null) !== owner.result) {
            fail(`returns ${statement.value?.type ?? "nothing"}, the function gives ${owner.result ?? "nothing"}`);
          }
          if (statement.value) check(statement.value);
      }
    });
  };
  checkStatements(owner.body, "body");
}
