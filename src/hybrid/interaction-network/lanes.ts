import { f32x4, f64, f64x2 } from "../../kernel/builder.ts";
import type { FunctionBuilder } from "../../kernel/builder.ts";
import type { Type, Value } from "../../kernel/program.ts";
import { laneTanh } from "./tanh.ts";

/** Arithmetic of a compiled network: one condition in f64, or two or four conditions at once in the lanes of a vector. */
export type Precision = "f64" | "f64x2" | "f32x4";

type Binary = (left: Value | number, right: Value | number) => Value;

/** One arithmetic as the writers of functions use it. */
export interface Lanes {
  readonly precision: Precision;
  readonly type: Type;
  /** Conditions in one vector. */
  readonly width: number;
  /** Bytes of a vector. */
  readonly bytes: number;
  /** Bytes of one number of it. */
  readonly element: number;
  readonly add: Binary;
  readonly sub: Binary;
  readonly mul: Binary;
  readonly div: Binary;
  readonly min: Binary;
  readonly max: Binary;
  constant(value: number): Value;
  load(address: Value | number, offset?: number): Value;
  /** One number from memory, the same in every lane. */
  loadSplat(address: Value | number, offset?: number): Value;
  /** f64: the sum over lanes. */
  sum(value: Value): Value;
  tanh(b: FunctionBuilder, value: Value): Value;
}

const scalar: Lanes = {
  ...pick(f64),
  precision: "f64",
  type: "f64",
  width: 1,
  bytes: 8,
  element: 8,
  loadSplat: f64.load,
  sum: (value) => value,
  tanh: (_b, value) => f64.math("tanh", value),
};

const double: Lanes = { ...pick(f64x2), precision: "f64x2", type: "f64x2", width: 2, bytes: 16, element: 8, loadSplat: f64x2.loadSplat, sum: f64x2.sumLanes, tanh: (b, value) => laneTanh(b, double, value) };

const single: Lanes = { ...pick(f32x4), precision: "f32x4", type: "f32x4", width: 4, bytes: 16, element: 4, loadSplat: f32x4.loadSplat, sum: f32x4.sumLanes, tanh: (b, value) => laneTanh(b, single, value) };

/** Every arithmetic, by its name. */
export const lanesOf: Readonly<Record<Precision, Lanes>> = { f64: scalar, f64x2: double, f32x4: single };

function pick(of: typeof f64 | typeof f64x2 | typeof f32x4): Pick<Lanes, "add" | "sub" | "mul" | "div" | "min" | "max" | "load" | "constant"> {
  const { add, sub, mul, div, min, max, load } = of;
  return { add, sub, mul, div, min, max, load, constant: of.const };
}
