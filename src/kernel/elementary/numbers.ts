import type { Numbers, Writer } from "./arithmetic.ts";
import { type OwnFunction, type Recipe, recipes } from "./functions.ts";

const double = new Float64Array(1);
const words = new Int32Array(double.buffer);
const withHighWord = (high: number): number => {
  words[1] = high;
  return double[0] ?? 0;
};

const numbers: Numbers<number, boolean> = {
  const: (x) => x,
  select: (condition, then, otherwise) => (condition ? then : otherwise),
  add: (left, right) => left + right,
  sub: (left, right) => left - right,
  mul: (left, right) => left * right,
  div: (left, right) => left / right,
  min: Math.min,
  max: Math.max,
  copySign: (size, sign) => (sign < 0 || Object.is(sign, -0) ? -Math.abs(size) : Math.abs(size)),
  neg: (x) => -x,
  abs: Math.abs,
  floor: Math.floor,
  exponentOf(x) {
    double[0] = x;
    return (((words[1] ?? 0) >>> 20) & 2047) - 1023;
  },
  significandOf(x) {
    double[0] = x;
    return withHighWord(((words[1] ?? 0) & 0xfffff) | 0x3ff00000);
  },
  powerOfTwo(k) {
    words[0] = 0;
    return withHighWord((k + 1023) << 20);
  },
  eq: (left, right) => left === right,
  ne: (left, right) => left !== right,
  lt: (left, right) => left < right,
  le: (left, right) => left <= right,
  gt: (left, right) => left > right,
  ge: (left, right) => left >= right,
};

const truths: Writer<number, boolean>["truths"] = { and: (left, right) => left && right, or: (left, right) => left || right, not: (truth) => !truth };

/** An elementary function of numbers, to the bit as programs compute it; for many numbers, write a program. */
export function elementaryNumber(name: OwnFunction, x: number, y = x): number {
  let result: number | null = null;
  const recipe: Recipe = recipes[name];
  const give = (value: number): void => void (result ??= value);
  const w: Writer<number, boolean> = {
    numbers,
    truths,
    keep: (_, value) => value,
    return: give,
    unless: (truth, otherwise) => void (truth && give(otherwise())),
  };
  recipe.write(w, x, y, (a, b) => {
    let rare = Number.NaN;
    recipe.rare?.({ ...w, return: (value: number) => void (rare = value) }, a, b);
    return rare;
  });
  return result ?? Number.NaN;
}
