import * as fc from "fast-check";
import { all, create } from "mathjs";
import { describe, expect, it } from "vitest";
import { f32x4, f64, f64x2, programBuilder } from "../../src/kernel/builder.ts";
import { type OwnFunction, ownFunctions } from "../../src/kernel/elementary/functions.ts";
import { elementaryNumber } from "../../src/kernel/elementary/numbers.ts";
import { withElementary } from "../../src/kernel/elementary/programs.ts";
import { instantiate } from "../../src/kernel/instantiate.ts";
import type { Target } from "../../src/kernel/instance.ts";
import type { Program, Value } from "../../src/kernel/program.ts";
import { validateProgram } from "../../src/kernel/validate.ts";
import { logarithm } from "../../src/numerics/logarithm.ts";

const big = create(all ?? {}, { number: "BigNumber", precision: 50 });

/** A double as it is: its shortest decimal is only the nearest one to it. */
function exactly(x: number) {
  const exponent = x === 0 ? 0 : Math.max(-1074, Math.floor(Math.log2(Math.abs(x))) - 53);
  const half = Math.trunc(exponent / 2);
  return big.bignumber(x * 2 ** -half * 2 ** (half - exponent)).times(big.pow(big.bignumber(2), big.bignumber(exponent)) as never);
}

/** Distance in units in the last place of the exact value. */
function units(value: number, exact: { toString(): string }): number {
  const nearest = Number(exact.toString());
  if (Object.is(value, nearest) || value === nearest) return 0;
  if (!Number.isFinite(nearest) || !Number.isFinite(value)) return Infinity;
  const size = Math.abs(nearest) || 2 ** -1074;
  const spacing = Math.max(2 ** -1074, 2 ** (Math.floor(Math.log2(size)) - 52));
  return Math.abs(Number(exactly(value).minus(big.bignumber(exact.toString())).toString())) / spacing;
}

type Exact = { toString(): string };
const one = (name: string) => (x: number): Exact => (big[name as "exp"] as (x: unknown) => Exact)(exactly(x));
/** The reference subtracts from 50 digits, which leaves none of a tiny difference: there the first terms of the series are enough. */
const series = (name: string, second: number) => (x: number): Exact => {
  if (Math.abs(x) > 1e-20) return one(name)(x);
  const given = exactly(x);
  return given.plus(given.times(given).times(second) as never);
};
const references: Readonly<Record<OwnFunction, (x: number, y: number) => Exact>> = {
  exp: one("exp"),
  log: one("log"),
  log10: one("log10"),
  log1p: series("log1p", -0.5),
  expm1: series("expm1", 0.5),
  sinh: series("sinh", 0),
  cosh: one("cosh"),
  tanh: series("tanh", 0),
  pow: (x, y) => big.pow(exactly(x), exactly(y)) as unknown as Exact,
};
/** Bounds in units in the last place. The worst of about 10^7 arguments each, against 113 bits: 0.88, 1.24, 0.83, 1.20, 1.39, 2.17, 1.34, 1.37, 0.85. */
const bounds: Readonly<Record<OwnFunction, number>> = { exp: 1, expm1: 1.5, log: 1, log10: 1.5, log1p: 1.5, sinh: 2.5, cosh: 1.5, tanh: 1.5, pow: 1 };

/** Evenly spread, where fc.double is spread evenly over exponents and so nearly always tiny. */
const between = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min: 0, max: 2 ** 52 }).map((at) => min + (max - min) * (at / 2 ** 52));
const anySize = (min: number, max: number): fc.Arbitrary<number> => fc.double({ min, max, noNaN: true });
const signed = (size: fc.Arbitrary<number>): fc.Arbitrary<number> => fc.tuple(size, fc.boolean()).map(([x, negative]) => (negative ? -x : x));
const near = (centre: number): fc.Arbitrary<number> => fc.tuple(between(-1, 1), fc.nat(52)).map(([x, power]) => centre + x * 2 ** -power);
const positive = fc.oneof(anySize(5e-324, 2 ** -1022), anySize(2 ** -1022, Number.MAX_VALUE), between(0.01, 100), near(1).filter((x) => x > 0));
const modest = fc.oneof(between(-1, 1), between(-25, 25), signed(anySize(5e-324, 1e-5)));
const ranges: Readonly<Record<OwnFunction, fc.Arbitrary<number>>> = {
  exp: fc.oneof(modest, between(-745.2, 709.8)),
  expm1: fc.oneof(modest, between(-60, 709.8)),
  log: positive,
  log10: positive,
  log1p: fc.oneof(modest.filter((x) => x > -1), positive, near(-1).filter((x) => x > -1)),
  sinh: fc.oneof(modest, between(-710.4, 710.4)),
  cosh: fc.oneof(modest, between(-710.4, 710.4)),
  tanh: modest,
  pow: positive,
};
/** Where the range ends, and where the reduction goes from one whole power to the next. */
const edges: Readonly<Partial<Record<OwnFunction, readonly number[]>>> = {
  exp: [0.5 * Math.LN2, 1.5 * Math.LN2, 709.78271289338397, -708.39641853226408, -745.1332191019411, 708, -708],
  log: [Math.SQRT1_2, Math.SQRT2, 1 - 2 ** -53, 1 + 2 ** -52, 5e-324, Number.MAX_VALUE, 2 ** 1022, 2 ** -1022],
};

describe.each(ownFunctions)("own %s", (name) => {
  it(`is within ${bounds[name]} units in the last place of 50 digits, over the whole range`, () => {
    let worst = 0;
    const check = (x: number, y: number): void => {
      const result = elementaryNumber(name, x, y);
      const exact = references[name](x, y);
      worst = Math.max(worst, units(result, exact));
      if (worst > bounds[name]) expect.fail(`${name}(${x}, ${y}) is ${result}, ${worst} units from ${exact.toString().slice(0, 25)}`);
    };
    // A power of 300 digits takes the reference seconds: the exponent is chosen to stay in range.
    const exponent = (x: number, part: number): number => (name === "pow" ? (part * 1000) / Math.max(1, Math.abs(Math.log2(x)), 1e-13) : 0);
    fc.assert(fc.property(ranges[name], between(-1, 1), (x, part) => check(x, Math.fround(exponent(x, part)))), { numRuns: name === "pow" ? 60 : 150 });
    for (const x of edges[name] ?? []) check(x, 0);
    expect(worst).toBeGreaterThan(0.4);
  });
});

const awkward = [0, -0, 1, -1, 0.5, -0.5, 2, -2, 3, -3, 18, 20, -22, 40, 708, 709.9, -708, -746, 800, -800, 2 ** 53, -(2 ** 53), 2 ** 53 + 2, 1e300, -1e300, 5e-324, -5e-324, 2 ** -1022, 1.5, Infinity, -Infinity, NaN];
const anyDouble = fc.oneof(fc.double(), between(-30, 30), fc.constantFrom(...awkward));

/** A program whose function "run" applies a function to four numbers at 0 (and exponents at 32), each alone, in pairs, and in f32. */
function programOf(name: OwnFunction, withSingles: boolean): Program {
  const builder = programBuilder();
  const apply = (of: { math: typeof f64.math }, x: Value, y: Value): Value => (name === "pow" ? of.math(name, x, y) : of.math(name, x));
  builder.function("run", {}, (b) => {
    for (let i = 0; i < 4; i++) b.store(64 + 8 * i, apply(f64, f64.load(8 * i), f64.load(32 + 8 * i)));
    for (let i = 0; i < 2; i++) b.store(96 + 16 * i, apply(f64x2, f64x2.load(16 * i), f64x2.load(32 + 16 * i)));
    if (withSingles) b.store(160, apply(f32x4, f32x4.load(128), f32x4.load(144)));
  });
  return builder.finish(176);
}

const applied = async (name: OwnFunction, target: Target) => {
  const instance = await instantiate(programOf(name, target === "wasm"), target);
  const singles = new Float32Array(instance.f64.buffer);
  return (numbers: readonly number[]) => {
    instance.f64.set(numbers);
    singles.set(numbers, 32);
    instance.functions["run"]?.();
    return { alone: [...instance.f64.subarray(8, 12)], paired: [...instance.f64.subarray(12, 16)], given: [...singles.subarray(32, 40)], singles: [...singles.subarray(40, 44)] };
  };
};

const eight = fc.array(anyDouble, { minLength: 8, maxLength: 8 });

describe.each(ownFunctions)("own %s", (name) => {
  it.each(["wasm", "javascript"] as const)("has the interpreter's bits in %s, alone, in pairs and rounded to f32, next to whatever number", async (target) => {
    const apply = await applied(name, target);
    fc.assert(
      fc.property(eight, (numbers) => {
        const found = apply(numbers);
        const expected = numbers.slice(0, 4).map((x, i) => elementaryNumber(name, x, numbers[4 + i]));
        expect(found.alone).toEqual(expected);
        expect(found.paired).toEqual(expected);
        if (target === "wasm") expect(found.singles).toEqual(found.given.slice(0, 4).map((x, i) => Math.fround(elementaryNumber(name, x, found.given[4 + i]))));
      }),
      { numRuns: 500 },
    );
  });

  it("has JavaScript's values where they are exact: zeros and their signs, infinities, no number, and all special cases of powers", () => {
    const differing = awkward.flatMap((x) =>
      (name === "pow" ? awkward : [0]).flatMap((y) => {
        const [own, host] = [elementaryNumber(name, x, y), name === "pow" ? x ** y : Math[name](x)];
        const isNear = Number.isFinite(host) && host !== 0 && Math.abs(own / host - 1) <= 8 * 2 ** -53;
        return Object.is(own, host) || isNear ? [] : [[x, y, own, host]];
      }),
    );
    expect(differing).toEqual([]);
  });

  it("is part of a valid program, and only of one that calls it", () => {
    validateProgram(withElementary(programOf(name, true)));
    const plain = programBuilder();
    plain.function("double", { parameters: { x: "f64" }, result: "f64" }, (b, { x }) => x && b.return(f64.mul(x, 2)));
    const program = plain.finish(0);
    expect(withElementary(program)).toBe(program);
  });
});

it("the logarithm of random numbers outside programs has the bits of that inside", () => {
  fc.assert(fc.property(anyDouble, (x) => Object.is(logarithm(x), elementaryNumber("log", x))), { numRuns: 20_000 });
});

const bits = (value: number): bigint => new BigUint64Array(Float64Array.of(value).buffer)[0] ?? 0n;
const exponentBits = (value: number): number => Number((bits(value) >> 52n) & 0x7ffn) - 1023;
const significand = (value: number): number => 1 + Number(bits(value) & 0xfffffffffffffn) * 2 ** -52;
const powerBits = (each: number): number => (each === -1023 ? 0 : 2 ** each);
const sign = (value: number, like: number): number => (like < 0 ? -Math.abs(value) : Math.abs(value));

describe("bits of numbers", () => {
  it.each(["wasm", "javascript"] as const)("are split and joined in %s, of one number and of pairs", async (target) => {
    const builder = programBuilder();
    builder.function("run", {}, (b) => {
      const write = (of: typeof f64 | typeof f64x2, at: number): void => {
        b.store(at, of.exponentOf(of.load(0)));
        b.store(at + 16, of.significandOf(of.load(0)));
        b.store(at + 32, of.powerOfTwo(of.load(16)));
        b.store(at + 48, of.copySign(of.load(0), of.load(16)));
      };
      write(f64, 32);
      write(f64x2, 96);
    });
    const instance = await instantiate(builder.finish(160), target);
    fc.assert(
      fc.property(fc.double({ noNaN: true }), fc.double({ noNaN: true }), fc.integer({ min: -1023, max: 1024 }), fc.integer({ min: -1022, max: 1023 }), (x, other, k, l) => {
        instance.f64.set([x, other, k, l]);
        instance.functions["run"]?.();
        const expected = [exponentBits(x), exponentBits(other), significand(x), significand(other), powerBits(k), powerBits(l), sign(x, k), sign(other, l)];
        expect([...instance.f64.subarray(12, 20)]).toEqual(expected);
        for (let i = 0; i < 4; i++) expect(instance.f64[4 + 2 * i]).toBe(expected[2 * i]);
      }),
      { numRuns: 3000 },
    );
  });
});
