import type { BinaryOperation, Comparison, MaskType, Type, UnaryOperation } from "./program.ts";

/** Before every lane opcode. */
export const lanePrefix = 0xfd;

export const typeCodes: Readonly<Record<Type, number>> = { f64: 0x7c, i32: 0x7f, f64x2: 0x7b, f32x4: 0x7b, mask2: 0x7b, mask4: 0x7b };

/** Opcodes used by name. @source WebAssembly Core Specification 2.0, section 5.4. */
export const opcodes = {
  unreachable: 0x00,
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  branch: 0x0c,
  return: 0x0f,
  call: 0x10,
  drop: 0x1a,
  select: 0x1b,
  /** The type of a block that gives nothing. */
  empty: 0x40,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  globalGet: 0x23,
  i32Load: 0x28,
  f32Load: 0x2a,
  f64Load: 0x2b,
  i32Store: 0x36,
  f32Store: 0x38,
  f64Store: 0x39,
  i32Const: 0x41,
  f64Const: 0x44,
  i32Subtract: 0x6b,
  i32Multiply: 0x6c,
  i32Xor: 0x73,
  i32ShiftRight: 0x75,
  i64Const: 0x42,
  i64And: 0x83,
  i64Or: 0x84,
  i64ShiftLeft: 0x86,
  i64ShiftRightUnsigned: 0x88,
  f64Add: 0xa0,
  f64Subtract: 0xa1,
  /** f64 -> i64 and back, bit for bit. */
  i64Reinterpret: 0xbd,
  f64Reinterpret: 0xbf,
  /** f64 -> f32. */
  demote: 0xb6,
  /** f32 -> f64. */
  promote: 0xbb,
  /** i32.trunc_sat_f64_s */
  truncateSaturate: [0xfc, 0x02],
  v128Load: 0x00,
  v128Load32Splat: 0x09,
  v128Load64Splat: 0x0a,
  v128Store: 0x0b,
  v128Const: 0x0c,
  f32x4Splat: 0x13,
  /** Sixteen byte numbers follow. */
  i8x16Shuffle: 0x0d,
  f64x2Splat: 0x14,
  f32x4Extract: 0x1f,
  f32x4Replace: 0x20,
  f64x2Extract: 0x21,
  f64x2Replace: 0x22,
  v128And: 0x4e,
  v128Or: 0x50,
  v128BitSelect: 0x52,
  v128AnyTrue: 0x53,
  /** f64x2 -> f32x4, zeros behind; the first two lanes of f32x4 -> f64x2. */
  f32x4Demote: 0x5e,
  f64x2Promote: 0x5f,
  i64x2ShiftLeft: 0xcb,
  i64x2ShiftRightUnsigned: 0xcd,
  f64x2Add: 0xf0,
  f64x2Subtract: 0xf1,
} as const;

type Opcodes<Operation extends string> = Readonly<Record<Type, Readonly<Partial<Record<Operation, number>>>>>;

/** Unary operations that are one opcode, by the type of the result. */
export const unaryOpcodes: Opcodes<UnaryOperation> = {
  f64: { absolute: 0x99, negate: 0x9a, ceiling: 0x9b, floor: 0x9c, truncate: 0x9d, squareRoot: 0x9f, toF64: 0xb7, unsignedToF64: 0xb8 },
  i32: { isZero: 0x45 },
  f64x2: { ceiling: 0x74, floor: 0x75, truncate: 0x7a, absolute: 0xec, negate: 0xed, squareRoot: 0xef },
  f32x4: { ceiling: 0x67, floor: 0x68, truncate: 0x69, absolute: 0xe0, negate: 0xe1, squareRoot: 0xe3 },
  mask2: { isZero: 0x4d },
  mask4: { isZero: 0x4d },
};

/** Binary operations that are one opcode, by type. */
export const binaryOpcodes: Opcodes<BinaryOperation> = {
  f64: { add: 0xa0, subtract: 0xa1, multiply: 0xa2, divide: 0xa3, minimum: 0xa4, maximum: 0xa5, copySign: 0xa6 },
  i32: {
    add: 0x6a,
    subtract: 0x6b,
    multiply: 0x6c,
    divide: 0x6d,
    remainder: 0x6f,
    and: 0x71,
    or: 0x72,
    xor: 0x73,
    shiftLeft: 0x74,
    shiftRight: 0x75,
    shiftRightUnsigned: 0x76,
    rotateLeft: 0x77,
  },
  f64x2: { add: 0xf0, subtract: 0xf1, multiply: 0xf2, divide: 0xf3, minimum: 0xf4, maximum: 0xf5 },
  f32x4: { add: 0xe4, subtract: 0xe5, multiply: 0xe6, divide: 0xe7, minimum: 0xe8, maximum: 0xe9 },
  mask2: { and: 0x4e, or: 0x50, xor: 0x51 },
  mask4: { and: 0x4e, or: 0x50, xor: 0x51 },
};

/** Comparisons, by the type of their operands. */
export const comparisonOpcodes: Readonly<Record<Exclude<Type, MaskType>, Readonly<Partial<Record<Comparison, number>>>>> = {
  f64: { equal: 0x61, notEqual: 0x62, less: 0x63, greater: 0x64, lessOrEqual: 0x65, greaterOrEqual: 0x66 },
  i32: { equal: 0x46, notEqual: 0x47, less: 0x48, lessUnsigned: 0x49, greater: 0x4a, lessOrEqual: 0x4c, greaterOrEqual: 0x4e },
  f64x2: { equal: 0x47, notEqual: 0x48, less: 0x49, greater: 0x4a, lessOrEqual: 0x4b, greaterOrEqual: 0x4c },
  f32x4: { equal: 0x41, notEqual: 0x42, less: 0x43, greater: 0x44, lessOrEqual: 0x45, greaterOrEqual: 0x46 },
};
