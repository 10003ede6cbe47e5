import { describe, expect, it } from "vitest";
import { compileSolver } from "../../../src/solvers/compile.ts";
import { rodas5 } from "../../../src/solvers/ode/rodas5.ts";
import { tsit5 } from "../../../src/solvers/ode/tsit5.ts";
import type { Trajectory } from "../../../src/solvers/trajectory.ts";
import { problemOf, robertson, systemOf } from "../problems.ts";

const decay = systemOf("decay", { a: "-a", b: "a - 2*b" }, { a: 1 });
const timesTo = (end: number, count: number): number[] => Array.from({ length: count }, (_, index) => (end * (index + 1)) / count);
const numbersOf = ({ times, values, final }: Trajectory): number[][] => [[...times], [...values], [...final]];

describe.each([rodas5, tsit5])("runs of one $facts.id solver", (method) => {
  it("leave the trajectories before them as they were, and give the bits of a new solver's", async () => {
    const solver = await compileSolver(decay, { method });
    // Twice the same room, then others, then the first again.
    const problems = [timesTo(3, 40), timesTo(2, 40), timesTo(2, 7), [], timesTo(3, 40)].map((times) => problemOf(decay, times));
    const together = problems.map((problem) => solver.solve(problem));
    for (const [index, problem] of problems.entries()) {
      const alone = (await compileSolver(decay, { method })).solve(problem);
      expect(numbersOf(together[index] ?? alone)).toEqual(numbersOf(alone));
    }
  });

  it("give copies: what is written into one reaches neither the problem nor another", async () => {
    const solver = await compileSolver(decay, { method });
    const problem = problemOf(decay, timesTo(1, 9));
    const first = solver.solve(problem);
    const before = numbersOf(first);
    const second = solver.solve(problem);
    for (const part of [second.times, second.values, second.final]) part.fill(7);
    expect(numbersOf(first)).toEqual(before);
    expect(numbersOf(solver.solve(problem))).toEqual(before);
  });

  it("can be read after every step without being disturbed", async () => {
    const problem = problemOf(robertson, timesTo(1, 30));
    const whole = (await compileSolver(robertson, { method })).solve(problem);
    const run = (await compileSolver(robertson, { method })).begin(problem);
    while (run.status.status === "paused") {
      run.advance(1);
      const { times, values, final } = run.trajectory();
      expect([...times]).toEqual([...whole.times.subarray(0, times.length)]);
      expect([...values]).toEqual([...whole.values.subarray(0, values.length)]);
      expect([...final]).toEqual(times.length > 0 ? [...values.subarray(values.length - 3)] : [...problem.state]);
    }
    expect(numbersOf(run.trajectory())).toEqual(numbersOf(whole));
  });
});
