import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { f64, programBuilder } from "../../../src/kernel/builder.ts";
import { expressionGraph } from "../../../src/kernel/expression.ts";
import type { Target } from "../../../src/kernel/instance.ts";
import { instantiate } from "../../../src/kernel/instantiate.ts";
import { memoryLayout } from "../../../src/kernel/layout.ts";
import { writeClosedInverse } from "../../../src/solvers/ode/closed-inverse.ts";

const zero = expressionGraph().constant(0);

/** (shift I - J)⁻¹, row by row; null = J is 0 there by structure. */
async function inverseOf(entries: readonly (readonly (number | null)[])[], shift: number, target: Target): Promise<number[][]> {
  const size = entries.length;
  const layout = memoryLayout();
  const result = layout.f64(size * size);
  const program = programBuilder();
  const known = entries.flatMap((row, i) => row.flatMap((value, j) => (value === null ? [] : [{ row: i, column: j, value }])));
  program.function("invert", { parameters: { step: "f64" } }, (b, { step }) => {
    if (!step) return;
    const locals = entries.map((row, i) => row.map((_, j) => b.local("f64", `inverse${i}_${j}`)));
    const jacobian = { size, entries: known.map(({ row, column }) => ({ row, column, expression: zero })), timeDerivative: null };
    writeClosedInverse(b, jacobian, (index) => f64.const(known[index]?.value ?? 0), step, (row, column) => locals[row]?.[column] ?? null);
    locals.forEach((row, i) => row.forEach((local, j) => b.store(result + 8 * (size * i + j), local)));
  });
  const instance = await instantiate(program.finish(layout.bytes), target);
  instance.functions["invert"]?.(1 / shift);
  return entries.map((row, i) => row.map((_, j) => instance.f64[result / 8 + size * i + j] ?? NaN));
}

const matrices = fc.integer({ min: 1, max: 3 }).chain((size) =>
  fc.array(fc.array(fc.option(fc.double({ min: -1, max: 1, noNaN: true }), { freq: 3 }), { minLength: size, maxLength: size }), { minLength: size, maxLength: size }),
);

describe("closed inverse", () => {
  it("is the inverse, with the same bits on both targets", async () => {
    await fc.assert(
      fc.asyncProperty(matrices, fc.double({ min: 4, max: 1e6, noNaN: true }), async (entries, shift) => {
        const inverse = await inverseOf(entries, shift, "wasm");
        expect(await inverseOf(entries, shift, "javascript")).toEqual(inverse);
        // Rows of W sum to at most shift + 3, its inverse to at most 1 / (shift - 3): few roundings of numbers near 1.
        entries.forEach((_, i) =>
          entries.forEach((__, j) => {
            const product = entries.reduce((sum, ___, k) => sum + ((i === k ? shift : 0) - (entries[i]?.[k] ?? 0)) * (inverse[k]?.[j] ?? NaN), 0);
            expect(Math.abs(product - (i === j ? 1 : 0))).toBeLessThan(64 * 2 ** -52);
          }),
        );
      }),
      { numRuns: 60 },
    );
  });

  it("inverts a system at rest however large the step is", async () => {
    const atRest = [[null, null, null], [null, null, null], [null, null, null]];
    for (const shift of [1e-290, 1, 1e290]) expect(await inverseOf(atRest, shift, "wasm")).toEqual([[1 / shift, 0, 0], [0, 1 / shift, 0], [0, 0, 1 / shift]]);
  });

  it("is not finite where there is no inverse", async () => {
    for (const singular of [[[2]], [[1, 1], [1, 1]], [[2, null, null], [null, 1, 0.5], [1, null, -1]]]) {
      expect((await inverseOf(singular, 2, "wasm")).flat().every(Number.isFinite)).toBe(false);
    }
  });

  it("is no number anywhere when an entry is infinite", async () => {
    const infinite = [[-Infinity, 1, null], [1, -2, 1], [null, 1, -3]];
    for (const row of await inverseOf(infinite, 2, "wasm")) for (const value of row) expect(value).toBeNaN();
  });
});
