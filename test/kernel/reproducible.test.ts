import * as fc from "fast-check";
import { create, all } from "mathjs";
import { describe, expect, it } from "vitest";
import { f64, programBuilder } from "../../src/kernel/builder.ts";
import { instantiate } from "../../src/kernel/instantiate.ts";
import type { Target } from "../../src/kernel/instance.ts";
import type { MathFunction } from "../../src/kernel/program.ts";
import { ownFunctions, reproducible } from "../../src/kernel/reproducible.ts";

const unary = ownFunctions.filter((name) => name !== "pow");
const big = create(all ?? {}, { number: "BigNumber", precision: 80 });

function programOf(name: MathFunction) {
  const builder = programBuilder();
  builder.function("apply", { parameters: { x: "f64", y: "f64" }, result: "f64" }, (b, { x, y }) => {
    if (x && y) b.return(name === "pow" ? f64.math(name, x, y) : f64.math(name, x));
  });
  return reproducible(builder.finish(0));
}

const applied = async (name: MathFunction, target: Target) => {
  const apply = (await instantiate(programOf(name), target)).functions["apply"];
  return (x: number, y = 0): number => apply?.(x, y) ?? Number.NaN;
};

/** A double as it is: its shortest decimal is only the nearest one to it. */
function exactly(x: number) {
  const exponent = x === 0 ? 0 : Math.max(-1074, Math.floor(Math.log2(Math.abs(x))) - 53);
  const half = Math.trunc(exponent / 2);
  return big.bignumber(x * 2 ** -half * 2 ** (half - exponent)).times(big.pow(big.bignumber(2), big.bignumber(exponent)) as never);
}

/** Distance in units in the last place of the exact value, from a 80-digit reference. */
function units(value: number, exact: { toString(): string }): number {
  const nearest = Number(exact.toString());
  if (Object.is(value, nearest) || value === nearest) return 0;
  if (!Number.isFinite(nearest) || !Number.isFinite(value)) return Infinity;
  const spacing = Math.max(2 ** -1074, 2 ** (Math.floor(Math.log2(Math.abs(nearest) || 2 ** -1074)) - 52));
  return Math.abs(Number(exactly(value).minus(big.bignumber(exact.toString())).toString())) / spacing;
}

const anyDouble = fc.double({ noNaN: false });
const moderate = fc.double({ min: -50, max: 50, noNaN: true });

describe("own elementary functions", () => {
  it.each(["exp", "log"] as const)("%s has the bits of FDLIBM's algorithm, which this engine uses", async (name) => {
    const own = await applied(name, "wasm");
    fc.assert(fc.property(fc.oneof(anyDouble, moderate), (x) => Object.is(own(x), Math[name](x))), { numRuns: 20_000 });
  });

  it.each(ownFunctions)("%s has the same bits in WebAssembly and JavaScript", async (name) => {
    const [wasm, js] = [await applied(name, "wasm"), await applied(name, "javascript")];
    fc.assert(fc.property(fc.oneof(anyDouble, moderate), fc.oneof(anyDouble, moderate), (x, y) => Object.is(wasm(x, y), js(x, y))), { numRuns: 3000 });
  });

  it("pow is within one unit in the last place of 80 digits", async () => {
    const own = await applied("pow", "wasm");
    let worst = 0;
    const check = (x: number, y: number): void => {
      const exact = big.pow(exactly(x), exactly(y)) as { toString(): string };
      const value = own(x, y);
      if (value !== 0 && Number.isFinite(value) && value > 1e-300) worst = Math.max(worst, units(value, exact));
    };
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 1e3, noNaN: true }), fc.double({ min: -100, max: 100, noNaN: true }), (x, y) => check(x, y)),
      { numRuns: 300 },
    );
    fc.assert(
      fc.property(fc.double({ min: 0.999, max: 1.001, noNaN: true }), fc.double({ min: -7e5, max: 7e5, noNaN: true }), (x, y) => check(x, y)),
      { numRuns: 300 },
    );
    expect(worst).toBeLessThan(1);
  });

  it("pow has JavaScript's special cases", async () => {
    const own = await applied("pow", "wasm");
    const special = [0, -0, 1, -1, 0.5, -0.5, 2, -2, 3, -3, 2 ** 53, -(2 ** 53), 2 ** 53 + 2, 1e300, -1e300, 5e-324, -5e-324, 1.5, -1.5, Infinity, -Infinity, NaN];
    const differing = special.flatMap((x) => special.filter((y) => !Object.is(own(x, y), x ** y) && !(Math.abs(own(x, y) / x ** y - 1) <= 2 ** -52)).map((y) => [x, y, own(x, y), x ** y]));
    expect(differing).toEqual([]);
  });

  it.each(unary.filter((name) => name !== "exp" && name !== "log"))("%s is within three units in the last place of 80 digits", async (name) => {
    const own = await applied(name, "wasm");
    let worst = 0;
    fc.assert(
      fc.property(fc.oneof(fc.double({ min: -30, max: 30, noNaN: true }), fc.double({ min: 1e-12, max: 1e-5, noNaN: true })), (given) => {
        const x = name === "log10" ? Math.abs(given) + 1e-300 : name === "log1p" ? Math.abs(given) - 0.5 : given;
        // The reference subtracts 1 from 80 digits; the function is x there.
        if (name === "expm1" && Math.abs(x) < 1e-20) return void (worst = Math.max(worst, own(x) === x ? 0 : Infinity));
        const exact = big[name as "sinh"](exactly(x) as never) as unknown as { toString(): string };
        worst = Math.max(worst, units(own(x), exact));
      }),
      { numRuns: 500 },
    );
    expect(worst).toBeLessThan(3);
  });

  it.each(unary)("%s has JavaScript's values at zeros, infinities and no number", async (name) => {
    const own = await applied(name, "wasm");
    for (const x of [0, -0, Infinity, -Infinity, NaN, 800, -800]) {
      const expected = Math[name as "exp"](x);
      if (Number.isFinite(expected) && expected !== 0 && Math.abs(expected) !== 1) expect(Math.abs(own(x) / expected - 1)).toBeLessThan(1e-15);
      else expect(own(x)).toBe(expected);
    }
  });

  it("names what it cannot reproduce", () => {
    const builder = programBuilder();
    builder.function("f", { parameters: { x: "f64" }, result: "f64" }, (b, { x }) => x && b.return(f64.math("sin", x)));
    expect(() => reproducible(builder.finish(0))).toThrow(/calls sin in "f"/);
  });
});
