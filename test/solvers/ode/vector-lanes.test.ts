import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { f64, i32, programBuilder } from "../../../src/kernel/builder.ts";
import { instantiate } from "../../../src/kernel/instantiate.ts";
import { memoryLayout } from "../../../src/kernel/layout.ts";
import type { Vector } from "../../../src/solvers/ode/vector.ts";
import { memoryVectors } from "../../../src/solvers/ode/vector.ts";

/** `assign(h)` of x + h (0.3 y - max(|x|, root of y's size)) to z, and `sum()` of squares over [3, size), scaled by a number in memory. */
async function vectorsOf(size: number, target: "wasm" | "javascript") {
  const layout = memoryLayout();
  const scale = layout.f64(1);
  const [x, y, z] = ["x", "y", "z"].map((): Vector & { kind: "memory" } => ({ kind: "memory", address: layout.f64(size) })) as [Vector & { kind: "memory" }, Vector & { kind: "memory" }, Vector & { kind: "memory" }];
  const program = programBuilder();
  program.function("assign", { parameters: { h: "f64" } }, (b, { h }) => {
    if (!h) return;
    const root = b.local("f64", "root");
    memoryVectors(b, size, () => 0).assign(z, (of) => {
      b.set(root, f64.sqrt(f64.abs(of(y))));
      return f64.add(of(x), f64.mul(h, f64.sub(f64.mul(0.3, of(y)), f64.max(f64.abs(of(x)), f64.mul(root, root)))));
    });
  });
  program.function("sum", { result: "f64" }, (b) => {
    const ratio = b.local("f64", "ratio");
    b.return(
      memoryVectors(b, size, () => 0).sum(3, size, (of) => {
        b.set(ratio, f64.div(of(x), f64.add(f64.load(scale), f64.abs(of(y)))));
        return f64.mul(ratio, ratio);
      }),
    );
  });
  const instance = await instantiate(program.finish(layout.bytes), target);
  return { instance, scale, x, y, z };
}

const numbers = (size: number, seed: number): Float64Array => Float64Array.from({ length: size }, (_, i) => Math.sin(seed + 12.9898 * i) * 10 ** (((i * 7) % 9) - 4));

describe.each(["wasm", "javascript"] as const)("loops over vectors in %s", (target) => {
  it.each([4, 5, 7, 8, 9, 32, 33, 34, 35, 36, 37, 103, 250])("give the same numbers one by one or in pairs (%i components)", async (size) => {
    const { instance, scale, x, y, z } = await vectorsOf(size, target);
    fc.assert(
      fc.property(fc.double({ min: -3, max: 3, noNaN: true }), fc.integer({ min: 0, max: 1e6 }), (h, seed) => {
        const [xs, ys] = [numbers(size, seed), numbers(size, seed + 0.5)];
        instance.f64.set(xs, x.address / 8);
        instance.f64.set(ys, y.address / 8);
        instance.f64[scale / 8] = 0.25;
        instance.functions["assign"]?.(h);
        const expected = Array.from(xs, (value, i) => value + h * (0.3 * (ys[i] ?? 0) - Math.max(Math.abs(value), Math.sqrt(Math.abs(ys[i] ?? 0)) * Math.sqrt(Math.abs(ys[i] ?? 0)))));
        expect([...instance.f64.subarray(z.address / 8, z.address / 8 + size)]).toEqual(expected);
        const squares = Array.from(xs, (value, i) => (value / (0.25 + Math.abs(ys[i] ?? 0))) ** 2).slice(3);
        expect(instance.functions["sum"]?.()).toBe(sumInOrder(squares));
      }),
      { numRuns: 20 },
    );
  });
});

const add = (list: readonly number[]): number => list.reduce((sum, term) => sum + term, 0);

/** From five terms on: even places, plus odd places, plus a last one that has no partner. */
function sumInOrder(terms: readonly number[]): number {
  if (terms.length < 5) return add(terms);
  const paired = terms.slice(0, terms.length - (terms.length % 2));
  const sum = add(paired.filter((_, i) => i % 2 === 0)) + add(paired.filter((_, i) => i % 2 === 1));
  return sum + (terms.length % 2 === 1 ? (terms.at(-1) ?? 0) : 0);
}

describe("a component that pairs cannot compute", () => {
  it("is refused by name", () => {
    const program = programBuilder();
    const write = (component: Parameters<ReturnType<typeof memoryVectors>["assign"]>[1]): (() => void) => () =>
      program.function("f", {}, (b) => memoryVectors(b, 200, () => 0).assign({ kind: "memory", address: 16 }, component));
    const x: Vector = { kind: "memory", address: 16 };
    expect(write((of) => f64.call("other", of(x)))).toThrow('pairs: a call of "other" cannot be computed for two elements at once');
    expect(write((of) => {
      const load = of(x);
      return f64.load(i32.add(load.kind === "load" ? load.address : i32.const(0), 8));
    })).toThrow("an address other than the pointer itself");
  });
});
