import { describe, expect, it } from "vitest";
import { f64, i32, programBuilder } from "../../../src/kernel/builder.ts";
import { instantiate } from "../../../src/kernel/instantiate.ts";
import { memoryLayout } from "../../../src/kernel/layout.ts";
import { compileSolver } from "../../../src/solvers/compile.ts";
import { writeDenseLu } from "../../../src/solvers/ode/dense-lu.ts";
import { rodas5p, tsit5 } from "../../../src/solvers/ode/index.ts";
import { problemOf, systemOf } from "../problems.ts";

const entry = (row: number, column: number): number => (row === column && row % 2 === 0 ? 0 : Math.sin(1 + 3 * row + 7 * column));

describe("dense LU", () => {
  it.each([1, 2, 5, 13])("solves (shift I - J) x = b for a full matrix of size %i", async (size) => {
    const layout = memoryLayout();
    const program = programBuilder();
    const matrix = writeDenseLu(program, layout, size);
    const vector = layout.f64(size);
    const addend = layout.f64(size);
    program.function("run", {}, (b) => {
      b.call("factorMatrix", f64.const(size + 1));
      b.call("solveLinear", i32.const(vector), i32.const(addend));
    });
    const instance = await instantiate(program.finish(layout.bytes));
    const right = Array.from({ length: size }, (_, i) => Math.cos(i));
    for (let row = 0; row < size; row++) for (let column = 0; column < size; column++) instance.f64[matrix.address(row, column) / 8] = entry(row, column);
    // The right side in two parts: what stands there, and what is added before it is solved.
    instance.f64.set(right.map((value) => value / 4), vector / 8);
    instance.f64.set(right.map((value) => (3 * value) / 4), addend / 8);
    instance.functions["run"]?.();
    const x = [...instance.f64.subarray(vector / 8, vector / 8 + size)];
    const rounding = 1e-13;
    right.forEach((value, row) => {
      const product = x.reduce((total, component, column) => total + ((row === column ? size + 1 : 0) - entry(row, column)) * component, 0);
      expect(Math.abs(product - value)).toBeLessThan(rounding);
    });
  });

  it("carries a system of 60 states that all act on each other", async () => {
    const count = 60;
    const rates = Object.fromEntries(
      Array.from({ length: count }, (_, i) => {
        const others = Array.from({ length: count }, (__, j) => (i === j ? null : `${(Math.sin(1 + i * 3 + j * 5) / count).toFixed(6)}*x${j}`)).filter((term) => term !== null);
        return [`x${i}`, `tanh(${others.join(" + ")} + 0.2) - ${1 + (i % 5) * 100}*x${i}`];
      }),
    );
    const system = systemOf("everyone", rates, { x0: 1, x7: 2 });
    const problem = problemOf(system, [0.1, 1, 5]);
    const control = { rtol: 1e-9, atol: 1e-12 };
    const implicit = (await compileSolver(system, { method: rodas5p, control })).solve(problem);
    const explicit = (await compileSolver(system, { method: tsit5, control })).solve(problem);
    expect(implicit.status).toEqual({ status: "done" });
    expect(implicit.statistics.accepted).toBeLessThan(explicit.statistics.accepted / 2);
    const accumulation = 100 * control.rtol;
    implicit.values.forEach((value, i) => expect(Math.abs(value - (explicit.values[i] ?? NaN))).toBeLessThan(accumulation));
  });
});
