import { describe, expect, it } from "vitest";
import { compileSolver } from "../../../src/solvers/compile.ts";
import { dop853 } from "../../../src/solvers/ode/dop853.ts";
import { rodas5 } from "../../../src/solvers/ode/rodas5.ts";
import { tsit5 } from "../../../src/solvers/ode/tsit5.ts";
import { problemOf, systemOf } from "../problems.ts";

const times = Array.from({ length: 23 }, (_, index) => (index + 1) / 23);

/** The same decay in each of `size` states, from values of their own. */
function decays(size: number) {
  const names = Array.from({ length: size }, (_, index) => `x${index}`);
  return systemOf(`decays${size}`, Object.fromEntries(names.map((name) => [name, `-2*${name}`])), Object.fromEntries(names.map((name, index) => [name, 1 + index])));
}

describe.each([rodas5, tsit5, dop853])("states between the steps of $facts.id", (method) => {
  it.each([1, 2, 3, 7, 8, 9, 10, 11, 12, 13])("are read off for every one of %i states, in both targets with the same bits", async (size) => {
    const system = decays(size);
    const rtol = 1e-8;
    const control = { rtol, atol: 1e-12 };
    const { values, status } = (await compileSolver(system, { method, control })).solve(problemOf(system, times));
    expect(status).toEqual({ status: "done" });
    const tenfold = 10 * rtol;
    times.forEach((time, row) => {
      for (let state = 0; state < size; state++) {
        const exact = (1 + state) * Math.exp(-2 * time);
        expect(Math.abs((values[row * size + state] ?? NaN) - exact)).toBeLessThan(tenfold * (1 + state));
      }
    });
    const javascript = (await compileSolver(system, { method, control, target: "javascript" })).solve(problemOf(system, times));
    expect([...javascript.values]).toEqual([...values]);
  });
});
