import { describe, expect, it } from "vitest";
import { evaluate } from "../../../src/kernel/evaluate.ts";
import { compileSolver } from "../../../src/solvers/compile.ts";
import { chunk, chunkBy, operationCount } from "../../../src/solvers/ode/chunk.ts";
import { rodas5p } from "../../../src/solvers/ode/rodas5p.ts";
import { problemOf, systemOf } from "../problems.ts";

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** Forty states, each driven by products of all the others: more operations than one function is given. */
const crowd = systemOf(
  "crowd",
  Object.fromEntries(range(40).map((i) => [`x${i}`, `${range(40).map((j) => `0.0${1 + ((i * j) % 7)}*x${i}*x${j}`).join(" - ")} - x${i}`])),
  Object.fromEntries(range(40).map((i) => [`x${i}`, 0.1 + 0.01 * i])),
);

describe("chunks", () => {
  it("keep the order and everything in it", () => {
    const parts = chunk(crowd.rhs, (rate) => rate, 200);
    expect(parts.length).toBeGreaterThan(3);
    expect(parts.flat()).toEqual(crowd.rhs);
    expect(chunkBy([3, 1, 4, 1, 5, 9, 2, 6], (weight) => weight, 6)).toEqual([[3, 1, 4], [1, 5], [9], [2, 6]]);
  });

  it("count shared operations once and keep those who share them together", () => {
    const shared = range(30).map((i) => `x*${i + 2}`).join(" + ");
    const system = systemOf("sharing", Object.fromEntries(["x", "a", "b", "c"].map((id, i) => [id, `(${shared})*${i + 2.5}`])), {});
    const together = operationCount(system.rhs);
    expect(together).toBeLessThan(1.3 * operationCount(system.rhs.slice(0, 1)));
    expect(chunk(system.rhs, (rate) => rate, 10)).toHaveLength(1);
  });

  it("change no rate: a system over several functions has the interpreter's bits", async () => {
    const solver = await compileSolver(crowd, { method: rodas5p });
    const problem = problemOf(crowd, [0.5]);
    expect(solver.solve(problem).status).toEqual({ status: "done" });
    solver.instance.f64.set(problem.state, solver.memory.state / 8);
    solver.instance.functions["rhs"]?.(solver.memory.spare, 0, solver.memory.state);
    const rates = [...solver.instance.f64.subarray(solver.memory.spare / 8, solver.memory.spare / 8 + crowd.states.length)];
    const at = new Map(crowd.states.map((id, index) => [id, problem.state[index] ?? NaN]));
    expect(rates).toEqual(crowd.rhs.map((rate) => evaluate(rate, (name) => at.get(name) ?? NaN)));
  });
});
