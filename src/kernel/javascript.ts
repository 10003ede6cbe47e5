import { elementaryName, operandsOf } from "./program-values.ts";
import type { BinaryOperation, Comparison, Program, ProgramFunction, Statement, Type, UnaryOperation, Value } from "./program.ts";
import { scalarise } from "./scalarise.ts";

/**
 * The program as the text of a JavaScript function body: given `memory` (an object with views `f64` and `i32`), it returns
 * an object of the exported functions.
 *
 * Same bits as the WebAssembly back end, but for the sign and payload of a NaN, and but for addresses outside the memory:
 * WebAssembly traps there, this reads `undefined` and drops the store.
 *
 * Big functions are emitted whole. V8 leaves functions beyond about 500 statements unoptimised (its
 * `max_optimized_bytecode_size` is 61440 bytes; 500 statements ran optimised, 750 never did), so this target is slow for
 * big models; WebAssembly has no such limit.
 *
 * Pairs (f64x2) are computed as two numbers, with the same bits.
 *
 * @throws Error when the program uses f32x4, naming the function.
 */
export function javaScriptText(wholeProgram: Program): string {
  const program = scalarise(wholeProgram, "the JavaScript target");
  const names = new Map(program.functions.map(({ name }, index) => [name, { name: `f${index}`, index }]));
  const lines = ['"use strict";', prelude];
  program.functions.forEach((each, index) => {
    functionText(each, index, (name) => names.get(name)?.name, lines);
  });
  const exported = program.functions.filter((each) => each.exported);
  lines.push("return {", ...exported.map(({ name }) => `  ${JSON.stringify(name)}: ${names.get(name)?.name},`), "};");
  return lines.join("\n");
}

const prelude = `const signs = new Float64Array(1), signBits = new Int32Array(signs.buffer);
const copySign = (x, s) => { signs[0] = s; const size = Math.abs(x); return signBits[1] < 0 ? -size : size; };
const exponentOf = (x) => { signs[0] = x; return (signBits[1] >>> 20 & 2047) - 1023; };
const powers = new Float64Array(2048);
for (let i = 0, bits = new Int32Array(powers.buffer); i < 2048; i++) bits[2 * i + 1] = i << 20;
const significandOf = (x) => {
  signs[0] = x;
  const field = signBits[1] >>> 20 & 2047;
  // A double written in halves is slow to read back; a product with a power of two is not, and as exact where there is one.
  if (field > 0 && field < 2046) return Math.abs(x) * powers[2046 - field];
  signBits[1] = signBits[1] & 1048575 | 1072693248;
  return signs[0];
};
const powerOfTwo = (k) => powers[k + 1023 & 2047];
const rotateLeft = (a, b) => (a << b) | (a >>> (32 - b & 31));
const divide = (a, b) => {
  if (b === 0 || (a === -2147483648 && b === -1)) throw new RangeError(b === 0 ? "divide by zero" : "divide result unrepresentable");
  return (a / b) | 0;
};
const remainder = (a, b) => { if (b === 0) throw new RangeError("remainder by zero"); return (a % b) | 0; };`;

/** A value on its way into text. */
interface Piece {
  readonly text: string;
  /** For conditions: the same as a truth value, where that is shorter. */
  readonly test: string | null;
  readonly depth: number;
}

/** Deeper text is cut into constants: parsers recurse, and a reader gives up sooner. */
const deepest = 24;

function functionText(owner: ProgramFunction, index: number, nameOf: (name: string) => string | undefined, lines: string[]): void {
  const parameters = owner.parameters.map((local) => `l${local.index}`);
  lines.push(`/* ${owner.name.replaceAll("*/", "* /")} */`, `function f${index}(${parameters.join(", ")}) {`);
  lines.push("  const F = memory.f64, I = memory.i32;");
  for (const { type, index: at } of owner.parameters) lines.push(type === "i32" ? `  l${at} = l${at} | 0;` : `  l${at} = +l${at};`);
  const rest = owner.locals.slice(owner.parameters.length);
  if (rest.length > 0) lines.push(`  let ${rest.map((local) => `l${local.index} = 0`).join(", ")};`);
  let temporaries = 0;

  const pin = (piece: Piece, indent: string): Piece => {
    const name = `t${temporaries++}`;
    lines.push(`${indent}const ${name} = ${piece.text};`);
    return { text: name, test: null, depth: 1 };
  };
  /** Postfix walk with a work list, so that a tree of any depth fits. */
  const pieceOf = (root: Value, indent: string, outer: Piece[]): Piece => {
    const work: Value[] = [root];
    const ready: boolean[] = [false];
    const pieces = outer;
    for (let value = work.pop(); value; value = work.pop()) {
      const operands = operandsOf(value);
      if (ready.pop() !== true && operands.length > 0) {
        work.push(value);
        ready.push(true);
        for (const operand of operands.toReversed()) {
          work.push(operand);
          ready.push(false);
        }
        continue;
      }
      const inputs = pieces.splice(pieces.length - operands.length, operands.length);
      const piece = { ...textOf(value, inputs, nameOf), depth: 1 + Math.max(0, ...inputs.map(({ depth }) => depth)) };
      // A call may store, and integer division may trap: both run here, once, after every load already on the list.
      const effect = value.kind === "call" || (value.type === "i32" && value.kind === "binary" && (value.operation === "divide" || value.operation === "remainder"));
      if (value.kind === "call") pieces.forEach((each, position) => void (pieces[position] = each.depth > 1 ? pin(each, indent) : each));
      pieces.push(effect || piece.depth > deepest ? pin(piece, indent) : piece);
    }
    const result = pieces.pop();
    if (!result) throw new Error(`function "${owner.name}": a value gave no text`);
    return result;
  };
  const textsOf = (values: readonly Value[], indent: string): string[] => {
    const pieces: Piece[] = [];
    for (const value of values) pieces.push(pieceOf(value, indent, pieces));
    return pieces.map(({ text }) => text);
  };
  const write = (statements: readonly Statement[], indent: string): void => {
    for (const statement of statements) {
      switch (statement.kind) {
        case "set":
          lines.push(`${indent}l${statement.target.index} = ${pieceOf(statement.value, indent, []).text};`);
          break;
        case "store": {
          const [address = "", value = ""] = textsOf([statement.address, statement.value], indent);
          lines.push(`${indent}${memoryText(statement.value.type, address, statement.offset)} = ${value};`);
          break;
        }
        case "if": {
          const { test, text } = pieceOf(statement.condition, indent, []);
          lines.push(`${indent}if (${test ?? text}) {`);
          write(statement.then, `${indent}  `);
          if (statement.otherwise.length > 0) {
            lines.push(`${indent}} else {`);
            write(statement.otherwise, `${indent}  `);
          }
          lines.push(`${indent}}`);
          break;
        }
        case "loop":
          lines.push(`${indent}loop${statement.label}: for (;;) {`);
          write(statement.body, `${indent}  `);
          lines.push(`${indent}}`);
          break;
        case "break":
        case "continue":
          lines.push(`${indent}${statement.kind} loop${statement.label};`);
          break;
        case "call":
          lines.push(`${indent}${nameOf(statement.name)}(${textsOf(statement.operands, indent).join(", ")});`);
          break;
        case "return":
          lines.push(statement.value ? `${indent}return ${pieceOf(statement.value, indent, []).text};` : `${indent}return;`);
      }
    }
  };
  write(owner.body, "  ");
  if (owner.result !== null) lines.push('  throw new Error("unreachable");');
  lines.push("}");
}

const memoryText = (type: Type, address: string, offset: number): string => {
  const where = offset === 0 ? address : `${address} + ${offset}`;
  return type === "f64" ? `F[(${where}) >>> 3]` : `I[(${where}) >>> 2]`;
};

const constantText = (type: Type, value: number): string => {
  if (type === "i32") return value < 0 || value >= 2 ** 31 ? `(${value | 0})` : `${value}`;
  return value < 0 || Object.is(value, -0) ? `(${Object.is(value, -0) ? "-0" : value})` : `${value}`;
};

const unaryTexts: Readonly<Partial<Record<UnaryOperation, (x: string) => string>>> = {
  absolute: (x) => `Math.abs(${x})`,
  squareRoot: (x) => `Math.sqrt(${x})`,
  floor: (x) => `Math.floor(${x})`,
  ceiling: (x) => `Math.ceil(${x})`,
  truncate: (x) => `Math.trunc(${x})`,
  negate: (x) => `(-${x})`,
  isZero: (x) => `(${x} === 0 ? 1 : 0)`,
  // Saturates, and turns NaN into 0, as WebAssembly's trunc_sat does.
  toI32: (x) => `(Math.max(-2147483648, Math.min(2147483647, ${x})) | 0)`,
  toF64: (x) => x,
  unsignedToF64: (x) => `(${x} >>> 0)`,
  exponentOf: (x) => `exponentOf(${x})`,
  significandOf: (x) => `significandOf(${x})`,
  powerOfTwo: (x) => `powerOfTwo(${x})`,
};

type BinaryText = (left: string, right: string) => string;
const floatTexts: Readonly<Partial<Record<BinaryOperation, BinaryText>>> = {
  add: (a, b) => `(${a} + ${b})`,
  subtract: (a, b) => `(${a} - ${b})`,
  multiply: (a, b) => `(${a} * ${b})`,
  divide: (a, b) => `(${a} / ${b})`,
  minimum: (a, b) => `Math.min(${a}, ${b})`,
  maximum: (a, b) => `Math.max(${a}, ${b})`,
  copySign: (a, b) => `copySign(${a}, ${b})`,
};
const integerTexts: Readonly<Partial<Record<BinaryOperation, BinaryText>>> = {
  add: (a, b) => `(${a} + ${b} | 0)`,
  subtract: (a, b) => `(${a} - ${b} | 0)`,
  multiply: (a, b) => `Math.imul(${a}, ${b})`,
  divide: (a, b) => `divide(${a}, ${b})`,
  remainder: (a, b) => `remainder(${a}, ${b})`,
  minimum: (a, b) => `Math.min(${a}, ${b})`,
  maximum: (a, b) => `Math.max(${a}, ${b})`,
  and: (a, b) => `(${a} & ${b})`,
  or: (a, b) => `(${a} | ${b})`,
  xor: (a, b) => `(${a} ^ ${b})`,
  shiftLeft: (a, b) => `(${a} << ${b})`,
  shiftRight: (a, b) => `(${a} >> ${b})`,
  shiftRightUnsigned: (a, b) => `(${a} >>> ${b} | 0)`,
  rotateLeft: (a, b) => `rotateLeft(${a}, ${b})`,
};

const comparisonTexts: Readonly<Record<Comparison, BinaryText>> = {
  equal: (a, b) => `${a} === ${b}`,
  notEqual: (a, b) => `${a} !== ${b}`,
  less: (a, b) => `${a} < ${b}`,
  lessOrEqual: (a, b) => `${a} <= ${b}`,
  greater: (a, b) => `${a} > ${b}`,
  greaterOrEqual: (a, b) => `${a} >= ${b}`,
  lessUnsigned: (a, b) => `(${a} >>> 0) < (${b} >>> 0)`,
};

function textOf(value: Value, inputs: readonly Piece[], nameOf: (name: string) => string | undefined): { text: string; test: string | null } {
  const plain = (text: string | undefined): { text: string; test: null } => {
    if (text === undefined) throw new Error(`a ${value.kind} of ${value.type} passed validation but has no JavaScript`);
    return { text, test: null };
  };
  const texts = inputs.map(({ text }) => text);
  const [first = "", second = ""] = texts;
  switch (value.kind) {
    case "local":
      return plain(`l${value.index}`);
    case "constant":
      return plain(constantText(value.type, value.value));
    case "load":
      return plain(memoryText(value.type, first, value.offset));
    case "unary":
      if (value.type === "i32" && (value.operation === "negate" || value.operation === "absolute")) {
        return plain(`(${unaryTexts[value.operation]?.(first)} | 0)`);
      }
      if (value.operation === "isZero") return { text: `(${first} === 0 ? 1 : 0)`, test: `${first} === 0` };
      return plain(unaryTexts[value.operation]?.(first));
    case "binary":
      if (value.type === "f64") return plain(floatTexts[value.operation]?.(first, second));
      return plain(integerTexts[value.operation]?.(first, second));
    case "comparison": {
      const test = comparisonTexts[value.operation](first, second);
      return { text: `(${test} ? 1 : 0)`, test };
    }
    case "select": {
      const [, , condition] = inputs;
      return plain(`(${condition?.test ?? condition?.text} ? ${first} : ${second})`);
    }
    case "math":
      return plain(`${nameOf(elementaryName(value.name, "f64")) ?? `Math.${value.name}`}(${texts.join(", ")})`);
    case "call":
      return plain(`${nameOf(value.name)}(${texts.join(", ")})`);
  }
}
