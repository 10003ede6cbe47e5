/**
 * The structured program: typed locals, loads and stores, branches, loops and calls, in the one form that every
 * back end (WebAssembly, JavaScript, later WGSL) lowers. Build programs with `builder.ts`; this file is only their shape.
 */

export type ScalarType = "f64" | "i32";
/** Several numbers side by side. The JavaScript back end computes f64x2 as two numbers and refuses f32x4 by name. */
export type LaneType = "f64x2" | "f32x4";
/** One truth per lane of f64x2 or f32x4: what comparisons of lanes give and `select` takes. Memory does not hold them. */
export type MaskType = "mask2" | "mask4";
export type Type = ScalarType | LaneType | MaskType;

export type UnaryOperation =
  | "negate"
  | "absolute"
  | "squareRoot"
  | "floor"
  | "ceiling"
  | "truncate"
  /** i32 -> i32: 1 when the operand is 0, else 0; masks: the other lanes. */
  | "isZero"
  /** f64 -> i32, toward zero; out of range saturates. */
  | "toI32"
  /** i32 (signed) -> f64. */
  | "toF64"
  /** i32 read as unsigned -> f64. */
  | "unsignedToF64"
  /** f64 -> f64x2 or f32x4: the scalar in every lane. */
  | "splat"
  /** Lane types -> f64: sum of the lanes, from the first on. */
  | "sumLanes"
  /** Masks -> i32: 1 when some lane is true, else 0. */
  | "anyLane"
  /** f64 -> f64, f64x2 -> f64x2: k of |x| = 2^k m with m in [1, 2); -1023 for zeros and subnormals, 1024 for infinities and NaN. */
  | "exponentOf"
  /** f64 -> f64, f64x2 -> f64x2: m of |x| = 2^k m, from the bits of the fraction alone; any number in [1, 2) for NaN. */
  | "significandOf"
  /** f64 -> f64, f64x2 -> f64x2: 2^k of a whole number k in [-1022, 1023]; 0 of -1023, Infinity of 1024, any number of another k. */
  | "powerOfTwo"
  /** f32x4 -> f64x2: the first two lanes, the last two. */
  | "lowLanes"
  | "highLanes";

export type BinaryOperation =
  | "add"
  | "subtract"
  | "multiply"
  | "divide"
  | "minimum"
  | "maximum"
  /** Size of the left, sign of the right operand. */
  | "copySign"
  /** f64x2, f64x2 -> f32x4: rounded to f32, the left operand's first. */
  | "joinLanes"
  | "remainder"
  | "and"
  | "or"
  | "xor"
  | "shiftLeft"
  | "shiftRight"
  | "shiftRightUnsigned"
  | "rotateLeft";

/** Gives i32 1 or 0, or a mask for lanes; operands share one type. `…Unsigned` is for i32 alone. */
export type Comparison = "equal" | "notEqual" | "less" | "lessOrEqual" | "greater" | "greaterOrEqual" | "lessUnsigned";

/**
 * Elementary functions. A program that has a function of its own for one (see `elementaryName`) calls that; the others are
 * taken from the host's `Math`, and lanes call those one by one.
 */
export type MathFunction =
  | "exp"
  | "log"
  | "log10"
  | "log1p"
  | "expm1"
  | "pow"
  | "sin"
  | "cos"
  | "tan"
  | "asin"
  | "acos"
  | "atan"
  | "sinh"
  | "cosh"
  | "tanh";

export interface Local {
  readonly kind: "local";
  readonly type: Type;
  readonly index: number;
  readonly name: string;
}

/** A pure tree, evaluated where it is used: pin a load with `set` before a store can change what it reads. */
export type Value =
  | Local
  | { readonly kind: "constant"; readonly type: Type; readonly value: number }
  /** `splat` (lane types only) reads one element and puts it in every lane; `single` (f64 only) reads the 4 bytes of an f32. */
  | { readonly kind: "load"; readonly type: Type; readonly address: Value; readonly offset: number; readonly splat?: true; readonly single?: true }
  | { readonly kind: "unary"; readonly type: Type; readonly operation: UnaryOperation; readonly operand: Value }
  | { readonly kind: "binary"; readonly type: Type; readonly operation: BinaryOperation; readonly left: Value; readonly right: Value }
  | { readonly kind: "comparison"; readonly type: "i32" | MaskType; readonly operation: Comparison; readonly left: Value; readonly right: Value }
  /** A mask chooses lane by lane, an i32 between the whole values. */
  | { readonly kind: "select"; readonly type: Type; readonly condition: Value; readonly then: Value; readonly otherwise: Value }
  | { readonly kind: "math"; readonly type: "f64" | LaneType; readonly name: MathFunction; readonly operands: readonly Value[] }
  | { readonly kind: "call"; readonly type: Type; readonly name: string; readonly operands: readonly Value[] };

export type Statement =
  | { readonly kind: "set"; readonly target: Local; readonly value: Value }
  /** `single` (f64 only) rounds to f32 and writes 4 bytes. */
  | { readonly kind: "store"; readonly address: Value; readonly offset: number; readonly value: Value; readonly single?: true }
  | { readonly kind: "if"; readonly condition: Value; readonly then: readonly Statement[]; readonly otherwise: readonly Statement[] }
  /** Runs its body for ever; leaves through `break`, `return`. */
  | { readonly kind: "loop"; readonly label: number; readonly body: readonly Statement[] }
  | { readonly kind: "break"; readonly label: number }
  | { readonly kind: "continue"; readonly label: number }
  | { readonly kind: "call"; readonly name: string; readonly operands: readonly Value[] }
  | { readonly kind: "return"; readonly value: Value | null };

export interface ProgramFunction {
  readonly name: string;
  readonly parameters: readonly Local[];
  readonly result: Type | null;
  /** Parameters first, in order: `locals[i].index === i`. */
  readonly locals: readonly Local[];
  readonly body: readonly Statement[];
  readonly exported: boolean;
  /** Whether most of what it does is arithmetic with constants: where they are kept is then worth a thought. */
  readonly isFullOfNumbers?: boolean;
}

export interface Program {
  readonly functions: readonly ProgramFunction[];
  /** Bytes of memory the program's static layout takes; the host may grow beyond it. */
  readonly memoryBytes: number;
}
