import { describe, expect, it } from "vitest";
import { compileThinned } from "../../../src/solvers/stochastic/thinned.ts";
import type { ThinnedPath, ThinnedSolver } from "../../../src/solvers/stochastic/thinned.ts";
import { solveText } from "../ode/event-model.ts";
import { networkOfText } from "./networks.ts";

const seed = 2026n;

async function solverOfText(text: string): Promise<ThinnedSolver> {
  const { solver, problems } = await compileThinned(networkOfText(text), { record: "molecules" });
  if (problems) throw new Error(problems.map(({ message }) => message).join("\n"));
  return solver;
}

/** A column of outputs over the requested times. */
function columnOf({ outputs, times }: ThinnedPath, solver: ThinnedSolver, id: string): number[] {
  const width = solver.outputs.length;
  const at = solver.outputs.findIndex((output) => output.id === id);
  return Array.from(times, (_, row) => outputs[row * width + at]);
}

async function runOf(text: string, times: readonly number[], index = 0): Promise<{ readonly of: (id: string) => number[]; readonly path: ThinnedPath }> {
  const solver = await solverOfText(text);
  const path = solver.run({ seed, index, times: Float64Array.from(times) });
  return { of: (id) => columnOf(path, solver, id), path };
}

describe("events at known times", () => {
  const births = "J: => X; piecewise(50, time < 0.9, 0); X = 0;";

  it("double molecules at their time, not before and not after", async () => {
    const { of } = await runOf(`${births} E: at time >= 1: X = 2*X`, [0.95, 1, 2]);
    const [before, at, after] = of("X");
    expect(before).toBeGreaterThan(0);
    expect([at, after]).toEqual([2 * before, 2 * before]);
  });

  it("just after a time where the trigger says so", async () => {
    const { of } = await runOf(`${births} E: at time > 1: X = 2*X`, [0.95, 1, 1 + 2 ** -52, 2]);
    const [before, at, next, after] = of("X");
    expect([at, next, after]).toEqual([before, 2 * before, 2 * before]);
  });

  it("restart what waits: rates are new from the event on", async () => {
    // Without molecules nothing decays; the event brings ten, at a rate that empties them at once.
    const { of } = await runOf("J: X => ; 1e4*X; X = 0; E: at time >= 1: X = 10", [0.999, 1, 1.5]);
    expect(of("X")).toEqual([0, 10, 0]);
  });

  it("at times that only a search finds", async () => {
    const { of } = await runOf("J: => X; 3; X = 0; T = 0; U = 0; E: at sin(time) > 0.5: T = time; F: at time^3 > 2: U = time", [1, 2]);
    expect(Math.abs(of("T")[0] - Math.PI / 6)).toBeLessThan(1e-13);
    expect(Math.abs(of("U")[1] - Math.cbrt(2))).toBeLessThan(1e-13);
  });

  it("at times that the state sets", async () => {
    const times = Array.from({ length: 300 }, (_, row) => 0.01 * row);
    for (const trigger of ["X*time > 4", "X*time^2 > 4"]) {
      const { of } = await runOf(`J: => X; 5; X = 1; T = 0; N = 0; E: at ${trigger}: T = time, N = X`, times);
      const [t, n] = [of("T").at(-1) ?? NaN, of("N").at(-1) ?? NaN];
      expect(n).toBeGreaterThan(1);
      const value = trigger.includes("^2") ? n * t * t : n * t;
      // By a birth, or by time in between: never past the limit by more than one birth's worth.
      expect(value).toBeGreaterThanOrEqual(4 * (1 - 1e-12));
      expect((value * (n - 1)) / n).toBeLessThanOrEqual(4 * (1 + 1e-12));
    }
  });
});

describe("events on molecule numbers", () => {
  it("a threshold is passed at a gamma-distributed time", async () => {
    const [n, k, runs] = [5, 2, 3000];
    const solver = await solverOfText(`J: => X; ${k}; X = 0; T = 0; E: at X >= ${n}: T = time`);
    let [sum, square] = [0, 0];
    for (let index = 0; index < runs; index++) {
      const [time] = columnOf(solver.run({ seed, index, times: Float64Array.of(30) }), solver, "T");
      sum += time;
      square += time * time;
    }
    const mean = sum / runs;
    const variance = square / runs - mean * mean;
    expect(Math.abs(mean - n / k)).toBeLessThan(5 * Math.sqrt(n / (k * k) / runs));
    // The standard error of a gamma variance, of kurtosis 3 + 6/n; that of a threshold one higher differs by more.
    const error = (n / (k * k)) * Math.sqrt((2 + 6 / n) / runs);
    expect(Math.abs(variance - n / (k * k))).toBeLessThan(5 * error);
    expect(1 / k).toBeGreaterThan(10 * Math.sqrt(n / (k * k) / runs));
  });

  it("the passage time that an event notes is that of the birth", async () => {
    const solver = await solverOfText("J: => X; 2; X = 0; T = 0; E: at X >= 5: T = time");
    for (let index = 0; index < 50; index++) {
      const { status } = solver.run({ seed, index, times: Float64Array.of(30), maxEvents: 5 });
      const path = solver.run({ seed, index, times: Float64Array.of(30) });
      expect(columnOf(path, solver, "T")).toEqual([status.status === "too-many-steps" ? status.time : NaN]);
    }
  });

  it("bursts halve what they meet: molecules stay whole, and half a molecule ends the run by name", async () => {
    const { path } = await runOf("J: => X; 10; X = 0; E: at X >= 7: X = X/2", [5]);
    expect(path.status).toMatchObject({ worst: "E", hint: expect.stringContaining('sets "X" to 3.5 molecules') as string });
    const whole = await runOf("J: => X; 10; X = 0; E: at X >= 7: X = floor(X/2)", [5]);
    expect(whole.path.status.status).toBe("done");
    expect(whole.of("X")[0]).toBeLessThan(7);
    const below = await runOf("J: => X; 10; X = 0; E: at X >= 7: X = X - 10", [5]);
    expect(below.path.status).toMatchObject({ worst: "E", hint: expect.stringContaining("-3 molecules") as string });
  });
});

const prioritised = (priorities: readonly string[]): string =>
  `order = 0; p = 0\n${priorities.map((priority, index) => `E${index}: at time >= 1, fromTrigger = false${priority === "" ? "" : `, priority = ${priority}`}: order = 10*order + ${index + 1}, p = p + 1`).join("\n")}`;

describe("the order of events is that of the ODE solvers", () => {
  it.each([
    ["order", prioritised(["1", "3", "", "2"])],
    ["order", prioritised(["p", "2 - p", "0.5"])],
    ["a", "a = 1; b = 2\nE: at time >= 1: a = b\nF: at time >= 1: b = a"],
    ["b", "a = 1; b = 2\nE: at time >= 1, fromTrigger = false: a = b\nF: at time >= 1, fromTrigger = false: b = a"],
    ["n", "open = 1; n = 0\nE: at time >= 1, priority = 2: open = 0\nF: at time >= 1 && open > 0.5, priority = 1, persistent = false: n = 1"],
    ["n", "open = 1; n = 0\nE: at time >= 1, priority = 2: open = 0\nF: at time >= 1 && open > 0.5, priority = 1: n = 1"],
    ["n", "n = 0\nE: at 0.75 after time >= 1: n = n + 1"],
    ["n", "n = 0\nE: at 0.75 after time >= 1 && time < 1.5, persistent = false: n = n + 1"],
    ["n", "n = 0; q = 1\nE: at 0.75 after time >= 1: n = q\nF: at time > 1.2: q = 5"],
    ["n", "n = 0; q = 1\nE: at 0.75 after time >= 1, fromTrigger = false: n = q\nF: at time > 1.2: q = 5"],
    ["n", "n = 0\nE: at time - floor(time) < 0.25: n = n + 1"],
    ["n", "n = 0\nE: at time >= 0, t0 = false: n = n + 1"],
    ["n", "n = 0\nE: at time >= 0: n = n + 1"],
    ["n", "n = 0\nE: at n < 7 && time > 1, fromTrigger = false: n = n + 1\nF: at n < 3: n = n + 0.5"],
  ])("%s of %s", async (id, text) => {
    const times = [0, 0.9, 1, 1.1, 1.75, 1.8, 2.5, 4];
    const [ode, jumps] = [await solveText(text, times), await runOf(text, times)];
    expect(jumps.path.status.status).toBe("done");
    expect(jumps.of(id)).toEqual(ode.of(id));
  });

  it("circles without a delay end the run, as there", async () => {
    const { path } = await runOf("n = 0\nE: at n < 1 && time >= 1: n = 2\nF: at n > 1: n = 0", [3]);
    expect(path.status).toMatchObject({ status: "too-many-steps", hint: expect.stringContaining("circle") as string });
  });
});

it("an event that changes a volume is refused by name", async () => {
  const { problems } = await compileThinned(networkOfText("compartment C = 1; species S in C; S = 5; J: S => ; S; E: at time > 1: C = 2"));
  expect(problems).toEqual([{ where: "event:E", message: expect.stringContaining('compartment "C"') as string }]);
});

it("a reservoir that an event refills is not used up", async () => {
  const { of, path } = await runOf("species $F; F = 0; J: F => X; 100*F; X = 0; E: at time >= 1: F = 2", [1, 3]);
  expect(path.status.status).toBe("done");
  expect(of("F")).toEqual([2, 2]);
  expect(Math.abs(of("X")[1] - 400)).toBeLessThan(5 * Math.sqrt(400));
});
