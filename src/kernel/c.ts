import { withElementary } from "./elementary/programs.ts";
import { elementaryName, forEachValue, operandsOf } from "./program-values.ts";
import type { BinaryOperation, Comparison, LaneType, MathFunction, Program, ProgramFunction, Statement, Type, UnaryOperation, Value } from "./program.ts";

/** What the text of `cText` declares, for a C program that calls it. */
export interface CText {
  /** One translation unit in GNU C (vector extensions): `memory` and the functions. */
  readonly text: string;
  /** Prototypes of the exported functions and the declaration of `memory`. */
  readonly header: string;
  /** Name in C of each exported function, by its name in the program. */
  readonly names: Readonly<Record<string, string>>;
}

/**
 * The program as C: for measuring what the same algorithm costs without a virtual machine, and for embedding.
 *
 * The memory is an array of `memoryBytes` bytes (default: the program's static layout); what the host would `reserve`
 * lies behind `program.memoryBytes` in it. Same bits as the other back ends when built with `-ffp-contract=off`, but for
 * the sign and payload of a NaN, for the trigonometric functions, which are the C library's, and for addresses outside the
 * memory, which are not checked. Build with `-fno-strict-aliasing` when one address is read as f64 and as i32.
 *
 * @throws Error when two exported functions would have one C name, or an operation has no C
 */
export function cText(given: Program, options: { readonly memoryBytes?: number } = {}): CText {
  const program = withElementary(given);
  const bytes = Math.max(16, options.memoryBytes ?? program.memoryBytes);
  const names = new Map(program.functions.map((each, index) => [each.name, each.exported ? exportedName(each.name) : `local${index}`]));
  const exported = program.functions.filter((each) => each.exported);
  const taken = new Set<string>();
  for (const { name } of exported) {
    const inC = names.get(name) ?? "";
    if (taken.has(inC)) throw new Error(`function "${name}" and another exported one are both called ${inC} in C: rename one`);
    taken.add(inC);
  }
  const prototype = (each: ProgramFunction): string => {
    const parameters = each.parameters.map((local) => `${typeNames[local.type]} l${local.index}`).join(", ");
    return `${each.exported ? "" : "static "}${each.result === null ? "void" : typeNames[each.result]} ${names.get(each.name)}(${parameters || "void"})`;
  };
  const lines = [`_Alignas(64) unsigned char memory[${bytes}];`, prelude(program), ...program.functions.map((each) => `${prototype(each)};`)];
  for (const each of program.functions) {
    lines.push(`/* ${each.name.replaceAll("*/", "* /")} */`, `${prototype(each)} {`);
    functionText(each, (name) => names.get(name), lines);
    lines.push("}");
  }
  return {
    text: `${lines.join("\n")}\n`,
    header: `#include <stdint.h>\nextern unsigned char memory[${bytes}];\n${exported.map((each) => `${prototype(each)};`).join("\n")}\n`,
    names: Object.fromEntries(exported.map(({ name }) => [name, names.get(name) ?? ""])),
  };
}

const exportedName = (name: string): string => `program_${name.replaceAll(/\W/g, "_")}`;

const typeNames: Readonly<Record<Type, string>> = { f64: "double", i32: "int32_t", f64x2: "f64x2", f32x4: "f32x4", mask2: "mask2", mask4: "mask4" };

const isScalar = (type: Type): boolean => type === "f64" || type === "i32";
const isMask = (type: Type): boolean => type === "mask2" || type === "mask4";
const laneTypes: readonly LaneType[] = ["f64x2", "f32x4"];
/** What lanes are made of: elements, their bits and their masks. */
const lanesOf = { f64x2: { count: 2, element: "double", bits: "int64_t", mask: "mask2", sign: "INT64_MAX" }, f32x4: { count: 4, element: "float", bits: "int32_t", mask: "mask4", sign: "INT32_MAX" } } as const;

// Integer arithmetic wraps; minimum and maximum pass NaN on and tell 0 from -0; conversions saturate: as in WebAssembly.
const scalarPrelude = `#include <math.h>
#include <stdint.h>
#include <string.h>
static inline int32_t addI(int32_t a, int32_t b) { return (int32_t)((uint32_t)a + (uint32_t)b); }
static inline int32_t subI(int32_t a, int32_t b) { return (int32_t)((uint32_t)a - (uint32_t)b); }
static inline int32_t mulI(int32_t a, int32_t b) { return (int32_t)((uint32_t)a * (uint32_t)b); }
static inline int32_t divI(int32_t a, int32_t b) { if (b == 0 || (a == INT32_MIN && b == -1)) __builtin_trap(); return a / b; }
static inline int32_t remI(int32_t a, int32_t b) { if (b == 0) __builtin_trap(); return b == -1 ? 0 : a % b; }
static inline int32_t shlI(int32_t a, int32_t b) { return (int32_t)((uint32_t)a << (b & 31)); }
static inline int32_t shrI(int32_t a, int32_t b) { return a >> (b & 31); }
static inline int32_t shruI(int32_t a, int32_t b) { return (int32_t)((uint32_t)a >> (b & 31)); }
static inline int32_t rotlI(int32_t a, int32_t b) { uint32_t x = (uint32_t)a; return (int32_t)(x << (b & 31) | x >> (-b & 31)); }
static inline int32_t minI(int32_t a, int32_t b) { return a < b ? a : b; }
static inline int32_t maxI(int32_t a, int32_t b) { return a > b ? a : b; }
static inline double minF(double a, double b) { return a < b || a != a ? a : a == b ? (signbit(a) ? a : b) : b; }
static inline double maxF(double a, double b) { return a > b || a != a ? a : a == b ? (signbit(a) ? b : a) : b; }
static inline int32_t toI(double x) { return x != x ? 0 : x >= 2147483647.0 ? INT32_MAX : x <= -2147483648.0 ? INT32_MIN : (int32_t)x; }
static inline double powF(double a, double b) { return b != b || ((a == 1 || a == -1) && isinf(b)) ? NAN : pow(a, b); }
static inline double exponentOf(double x) { uint64_t bits; memcpy(&bits, &x, 8); return (double)((int32_t)(bits >> 52 & 2047) - 1023); }
static inline double significandOf(double x) { uint64_t bits; memcpy(&bits, &x, 8); bits = (bits & 0xfffffffffffffULL) | 0x3ff0000000000000ULL; memcpy(&x, &bits, 8); return x; }
static inline double powerOfTwo(double k) { uint64_t bits; k += 4503599627371519.0; memcpy(&bits, &k, 8); bits <<= 52; memcpy(&k, &bits, 8); return k; }
#define F(address) (*(double *)(memory + (address)))
#define I(address) (*(int32_t *)(memory + (address)))
#define S(address) (*(float *)(memory + (address)))`;

/** Lanes are vectors of GNU C; what it has no operator for goes bit by bit or element by element, of which the compiler makes one instruction where it can. */
function lanePrelude(type: LaneType): string {
  const { count, element, bits, mask, sign } = lanesOf[type];
  const each = (write: (index: number) => string): string => `(${type}){${Array.from({ length: count }, (_, index) => write(index)).join(", ")}}`;
  const one = (label: string, function_: string): string => `static inline ${type} ${label}_${type}(${type} a) { return ${each((index) => `(${element})${function_}(a[${index}])`)}; }`;
  const extreme = (label: string, comparison: string, join: string): string =>
    `static inline ${type} ${label}_${type}(${type} a, ${type} b) { return pick_${type}((${mask})(a ${comparison} b) | (${mask})(a != a), a, pick_${type}((${mask})(a == b), (${type})((${mask})a ${join} (${mask})b), b)); }`;
  return `typedef ${element} ${type} __attribute__((vector_size(16)));
typedef ${bits} ${mask} __attribute__((vector_size(16)));
typedef ${element} ${type}_at __attribute__((vector_size(16), aligned(${16 / count})));
#define ${type}_AT(address) (*(${type}_at *)(memory + (address)))
static inline ${type} splat_${type}(double x) { return ${each(() => `(${element})x`)}; }
static inline double sum_${type}(${type} a) { return ${Array.from({ length: count }, (_, index) => `(double)a[${index}]`).join(" + ")}; }
static inline int32_t any_${mask}(${mask} m) { return (${Array.from({ length: count }, (_, index) => `m[${index}]`).join(" | ")}) != 0; }
static inline ${type} pick_${type}(${mask} m, ${type} a, ${type} b) { return (${type})((m & (${mask})a) | (~m & (${mask})b)); }
static inline ${mask} pick_${mask}(${mask} m, ${mask} a, ${mask} b) { return (m & a) | (~m & b); }
static inline ${type} abs_${type}(${type} a) { return (${type})((${mask})a & ${sign}); }
${one("sqrt", type === "f64x2" ? "sqrt" : "sqrtf")}
${one("floor", "floor")}
${one("ceil", "ceil")}
${one("trunc", "trunc")}
${extreme("min", "<", "|")}
${extreme("max", ">", "&")}
static inline ${type} sign_${type}(${type} a, ${type} b) { return (${type})(((${mask})a & ${sign}) | ((${mask})b & ~(${mask}){${Array.from({ length: count }, () => sign).join(", ")}})); }`;
}

/** What only pairs, or pairs and f32x4 together, can do. */
const pairPrelude = `static inline f64x2 exponentOf_f64x2(f64x2 x) { return (f64x2)(((mask2)x >> 52 & 2047) | 0x4330000000000000LL) - 4503599627371519.0; }
static inline f64x2 significandOf_f64x2(f64x2 x) { return (f64x2)(((mask2)x & 0xfffffffffffffLL) | 0x3ff0000000000000LL); }
static inline f64x2 powerOfTwo_f64x2(f64x2 k) { return (f64x2)((mask2)(k + 4503599627371519.0) << 52); }
static inline f64x2 low_f64x2(f32x4 a) { return (f64x2){a[0], a[1]}; }
static inline f64x2 high_f64x2(f32x4 a) { return (f64x2){a[2], a[3]}; }
static inline f32x4 join_f32x4(f64x2 a, f64x2 b) { return (f32x4){(float)a[0], (float)a[1], (float)b[0], (float)b[1]}; }`;

/** Elementary functions of lanes, which call the C library's once a lane. */
function laneMath(name: MathFunction, type: LaneType): string {
  const { count, element } = lanesOf[type];
  const names = name === "pow" ? ["a", "b"] : ["a"];
  const lanes = Array.from({ length: count }, (_, index) => `(${element})${mathName(name)}(${names.map((operand) => `${operand}[${index}]`).join(", ")})`);
  return `static inline ${type} ${name}_${type}(${names.map((operand) => `${type} ${operand}`).join(", ")}) { return (${type}){${lanes.join(", ")}}; }`;
}

const mathName = (name: MathFunction): string => (name === "pow" ? "powF" : name);

function prelude(program: Program): string {
  let lanes = false;
  const math = new Set<string>();
  const own = new Set(program.functions.map(({ name }) => name));
  for (const { body, locals } of program.functions) {
    lanes ||= locals.some(({ type }) => !isScalar(type));
    forEachValue(body, (value) => {
      lanes ||= !isScalar(value.type);
      if (value.kind === "math" && value.type !== "f64" && !own.has(elementaryName(value.name, value.type))) math.add(laneMath(value.name, value.type));
    });
  }
  return [scalarPrelude, ...(lanes ? [...laneTypes.map(lanePrelude), pairPrelude] : []), ...math].join("\n");
}

/** A value on its way into text. */
interface Piece {
  readonly text: string;
  /** The same as an address: wide arithmetic that the compiler may reorder, since addresses never wrap. */
  readonly address: string;
  readonly type: Type;
  readonly depth: number;
}

/** Deeper text is cut into constants, so that no parser's recursion runs out. */
const deepest = 24;

function functionText(owner: ProgramFunction, nameOf: (name: string) => string | undefined, lines: string[]): void {
  for (const { type, index } of owner.locals.slice(owner.parameters.length)) lines.push(`  ${typeNames[type]} l${index} = ${isScalar(type) ? "0" : "{0}"};`);
  let temporaries = 0;

  const pin = (piece: Piece, indent: string): Piece => {
    const name = `t${temporaries++}`;
    lines.push(`${indent}const ${typeNames[piece.type]} ${name} = ${piece.text};`);
    return { text: name, address: `(int64_t)${name}`, type: piece.type, depth: 1 };
  };
  /** Postfix walk with a work list, so that a tree of any depth fits. */
  const pieceOf = (root: Value, indent: string, pieces: Piece[]): Piece => {
    const work: Value[] = [root];
    const ready: boolean[] = [false];
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
      const piece = { ...textOf(value, inputs, nameOf), type: value.type, depth: 1 + Math.max(0, ...inputs.map(({ depth }) => depth)) };
      // A call may store, and C leaves the order of operands open: it runs here, after every load already on the list.
      if (value.kind === "call") pieces.forEach((each, position) => void (pieces[position] = each.depth > 1 ? pin(each, indent) : each));
      pieces.push(value.kind === "call" || piece.depth > deepest ? pin(piece, indent) : piece);
    }
    const result = pieces.pop();
    if (!result) throw new Error(`function "${owner.name}": a value gave no text`);
    return result;
  };
  const piecesOf = (values: readonly Value[], indent: string): Piece[] => {
    const pieces: Piece[] = [];
    for (const value of values) pieces.push(pieceOf(value, indent, pieces));
    return pieces;
  };
  const write = (statements: readonly Statement[], indent: string): void => {
    for (const statement of statements) {
      switch (statement.kind) {
        case "set":
          lines.push(`${indent}l${statement.target.index} = ${pieceOf(statement.value, indent, []).text};`);
          break;
        case "store": {
          const [address, value] = piecesOf([statement.address, statement.value], indent);
          lines.push(`${indent}${memoryText(statement.single ? "single" : statement.value.type, address?.address ?? "", statement.offset)} = ${value?.text ?? ""};`);
          break;
        }
        case "if":
          lines.push(`${indent}if (${pieceOf(statement.condition, indent, []).text}) {`);
          write(statement.then, `${indent}  `);
          if (statement.otherwise.length > 0) {
            lines.push(`${indent}} else {`);
            write(statement.otherwise, `${indent}  `);
          }
          lines.push(`${indent}}`);
          break;
        case "loop":
          lines.push(`${indent}for (;;) {`);
          write(statement.body, `${indent}  `);
          lines.push(`${indent}  continue${statement.label}:;`, `${indent}}`, `${indent}break${statement.label}:;`);
          break;
        case "break":
        case "continue":
          lines.push(`${indent}goto ${statement.kind}${statement.label};`);
          break;
        case "call":
          lines.push(`${indent}${nameOf(statement.name)}(${piecesOf(statement.operands, indent).map(({ text }) => text).join(", ")});`);
          break;
        case "return":
          lines.push(statement.value ? `${indent}return ${pieceOf(statement.value, indent, []).text};` : `${indent}return;`);
      }
    }
  };
  write(owner.body, "  ");
  if (owner.result !== null) lines.push("  __builtin_trap();");
}

/** Masks are never in memory. */
const accessors: Readonly<Partial<Record<Type | "single", string>>> = { f64: "F", i32: "I", single: "S", f64x2: "f64x2_AT", f32x4: "f32x4_AT" };

const memoryText = (type: Type | "single", address: string, offset: number): string => `${accessors[type]}(${offset === 0 ? address : `${address} + ${offset}`})`;

function numberText(value: number, type: Type): string {
  if (type === "i32") {
    const whole = value | 0;
    if (whole === -(2 ** 31)) return "INT32_MIN";
    return whole < 0 ? `(${whole})` : `${whole}`;
  }
  if (Number.isNaN(value)) return "NAN";
  if (!Number.isFinite(value)) return value > 0 ? "INFINITY" : "(-INFINITY)";
  const text = Object.is(value, -0) ? "-0.0" : /[.e]/.test(String(value)) ? String(value) : `${value}.0`;
  return text.startsWith("-") ? `(${text})` : text;
}

type BinaryText = (left: string, right: string) => string;
const call = (name: string): BinaryText => (a, b) => `${name}(${a}, ${b})`;
const sign = (text: string): BinaryText => (a, b) => `(${a} ${text} ${b})`;
const arithmetic: Readonly<Partial<Record<BinaryOperation, BinaryText>>> = { add: sign("+"), subtract: sign("-"), multiply: sign("*"), divide: sign("/") };
const binaryTexts: Readonly<Record<Type, Readonly<Partial<Record<BinaryOperation, BinaryText>>>>> = {
  f64: { ...arithmetic, minimum: call("minF"), maximum: call("maxF"), copySign: call("copysign") },
  f64x2: { ...arithmetic, minimum: call("min_f64x2"), maximum: call("max_f64x2"), copySign: call("sign_f64x2") },
  f32x4: { ...arithmetic, minimum: call("min_f32x4"), maximum: call("max_f32x4"), copySign: call("sign_f32x4"), joinLanes: call("join_f32x4") },
  i32: {
    add: call("addI"),
    subtract: call("subI"),
    multiply: call("mulI"),
    divide: call("divI"),
    remainder: call("remI"),
    minimum: call("minI"),
    maximum: call("maxI"),
    and: sign("&"),
    or: sign("|"),
    xor: sign("^"),
    shiftLeft: call("shlI"),
    shiftRight: call("shrI"),
    shiftRightUnsigned: call("shruI"),
    rotateLeft: call("rotlI"),
  },
  mask2: { and: sign("&"), or: sign("|"), xor: sign("^") },
  mask4: { and: sign("&"), or: sign("|"), xor: sign("^") },
};

const bitCalls = { exponentOf: "exponentOf", significandOf: "significandOf", powerOfTwo: "powerOfTwo" } as const;
const laneCalls: Readonly<Partial<Record<UnaryOperation, string>>> = { ...bitCalls, lowLanes: "low", highLanes: "high", absolute: "abs", squareRoot: "sqrt", floor: "floor", ceiling: "ceil", truncate: "trunc", splat: "splat" };
const scalarCalls: Readonly<Partial<Record<UnaryOperation, string>>> = { ...bitCalls, absolute: "fabs", squareRoot: "sqrt", floor: "floor", ceiling: "ceil", truncate: "trunc", toI32: "toI" };

const comparisonTexts: Readonly<Record<Comparison, string>> = {
  equal: "==",
  notEqual: "!=",
  less: "<",
  lessOrEqual: "<=",
  greater: ">",
  greaterOrEqual: ">=",
  lessUnsigned: "<",
};

/** Integer operations that addresses are made of. */
const addressTexts: Readonly<Partial<Record<BinaryOperation, string>>> = { add: "+", subtract: "-", multiply: "*", shiftLeft: "<<" };

function unaryText({ operation, type, operand }: Value & { readonly kind: "unary" }, x: string): string | undefined {
  if (operation === "sumLanes") return `sum_${operand.type}(${x})`;
  if (operation === "anyLane") return `any_${operand.type}(${x})`;
  if (isMask(type)) return operation === "isZero" ? `(~${x})` : undefined;
  if (!isScalar(type)) return operation === "negate" ? `(-${x})` : laneCalls[operation] && `${laneCalls[operation]}_${type}(${x})`;
  if (operation === "isZero") return `(${x} == 0)`;
  if (operation === "toF64") return `(double)${x}`;
  if (operation === "unsignedToF64") return `(double)(uint32_t)${x}`;
  if (operation === "negate") return type === "i32" ? `subI(0, ${x})` : `(-${x})`;
  if (type === "i32" && operation === "absolute") return `(${x} < 0 ? subI(0, ${x}) : ${x})`;
  return scalarCalls[operation] && `${scalarCalls[operation]}(${x})`;
}

function textOf(value: Value, inputs: readonly Piece[], nameOf: (name: string) => string | undefined): { text: string; address: string } {
  const texts = inputs.map(({ text }) => text);
  const [first = "", second = "", third = ""] = texts;
  const plain = (text: string | undefined): { text: string; address: string } => {
    if (text === undefined) throw new Error(`a ${value.kind} of ${value.type} passed validation but has no C`);
    return { text, address: `(int64_t)${text}` };
  };
  switch (value.kind) {
    case "local":
      return plain(`l${value.index}`);
    case "constant": {
      const text = numberText(value.value, value.type);
      if (isMask(value.type)) return plain(value.value === 0 ? `(${value.type}){0}` : `(~(${value.type}){0})`);
      if (!isScalar(value.type)) return plain(`splat_${value.type}(${text})`);
      return { text, address: text };
    }
    case "load": {
      const address = inputs[0]?.address ?? "";
      if (value.splat) return plain(`splat_${value.type}(${memoryText(value.type === "f64x2" ? "f64" : "single", address, value.offset)})`);
      return plain(memoryText(value.single ? "single" : value.type, address, value.offset));
    }
    case "unary":
      return plain(unaryText(value, first));
    case "binary": {
      const { text } = plain(binaryTexts[value.type][value.operation]?.(first, second));
      const wide = value.type === "i32" ? addressTexts[value.operation] : undefined;
      return { text, address: wide === undefined ? `(int64_t)${text}` : `(${inputs[0]?.address} ${wide} ${inputs[1]?.address})` };
    }
    case "comparison": {
      const operator = comparisonTexts[value.operation];
      if (value.type !== "i32") return plain(`((${value.type})(${first} ${operator} ${second}))`);
      return plain(value.operation === "lessUnsigned" ? `((uint32_t)${first} < (uint32_t)${second})` : `(${first} ${operator} ${second})`);
    }
    case "select":
      return plain(isMask(value.condition.type) ? `pick_${value.type}(${third}, ${first}, ${second})` : `(${third} ? ${first} : ${second})`);
    case "math":
      return plain(`${nameOf(elementaryName(value.name, value.type)) ?? (value.type === "f64" ? mathName(value.name) : `${value.name}_${value.type}`)}(${texts.join(", ")})`);
    case "call":
      return plain(`${nameOf(value.name)}(${texts.join(", ")})`);
  }
}
