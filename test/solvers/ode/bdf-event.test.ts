import { describe, expect, it } from "vitest";
import { initialState } from "../../../src/models/initial-state.ts";
import type { OdeSystem } from "../../../src/models/system.ts";
import { compileSolver } from "../../../src/solvers/compile.ts";
import { auto } from "../../../src/solvers/ode/auto.ts";
import { bdf, bdfWith } from "../../../src/solvers/ode/bdf.ts";
import { rodas5p } from "../../../src/solvers/ode/rodas5p.ts";
import { tabulated, written } from "../../../src/solvers/tables/index.ts";
import { systemFrom } from "./event-model.ts";

/** Errors of single steps below rtol add up. */
const accumulation = 300;

const problemOf = (system: OdeSystem, times: readonly number[]) => {
  const parameters = Float64Array.from(system.parameterValues);
  return { parameters, state: initialState(system, parameters), times: Float64Array.from(times) };
};

describe("events in bdf", () => {
  it("change stiff kinetics as they do by rodas5p", async () => {
    const system = systemFrom(`A = 1; B = 0; C = 0; k = 1; n = 0; last = 0
      J1: A -> B; 0.04*A*k
      J2: 2 B -> B + C; 3e7*B*B
      J3: B -> A; 1e4*B*C
      feed: at A < 0.6: A = A + 0.3, n = n + 1, last = time
      boost: at 2 after C > 0.5: k = 1.5
      flush: at time >= 200: C = 0.1*C`);
    const problem = problemOf(system, Array.from({ length: 60 }, (_, row) => 10 * (row + 1)));
    const reference = (await compileSolver(system, { method: rodas5p, control: { rtol: 1e-11, atol: 1e-17 } })).solve(problem);
    const scale = (at: number): number => Math.abs(reference.values[at] ?? 0) + 1e-7;
    const n = system.states.indexOf("n");
    for (const linear of ["lu", "krylov"] as const) {
      for (const rtol of [1e-5, 1e-7]) {
        const found = (await compileSolver(system, { method: bdfWith({ linear }), control: { rtol, atol: 1e-7 * rtol } })).solve(problem);
        expect(found.status).toEqual({ status: "done" });
        expect(found.final[n]).toBe(reference.final[n]);
        expect(reference.final[n]).toBeGreaterThan(2);
        expect(Math.max(...Array.from(found.values, (value, at) => Math.abs(value - (reference.values[at] ?? NaN)) / scale(at)))).toBeLessThan(accumulation * rtol);
      }
    }
  });

  it("that change nothing yet cost a step each and no accuracy, order or step size", async () => {
    const smooth = "x' = v; v' = -x; x = 0; v = 1; n = 0";
    // One waits beyond the end, the other never happens for want of its second half; both are found twice a turn.
    const watched = systemFrom(`${smooth}\nwaits: at 1e3 after x > 0.5: n = n + 1\nnever: at x < -0.5 && time < 0: n = 1e3`);
    const plain = systemFrom(smooth);
    const times = Array.from({ length: 100 }, (_, row) => row / 2);
    const control = { rtol: 1e-8, atol: 1e-8 };
    const [alone, found] = [(await compileSolver(plain, { method: bdf, control })).solve(problemOf(plain, times)), (await compileSolver(watched, { method: bdf, control })).solve(problemOf(watched, times))];
    const crossings = 4 * Math.ceil(50 / (2 * Math.PI));
    expect(found.statistics.accepted - alone.statistics.accepted).toBeLessThan(2 * crossings);
    const worst = ({ values }: typeof found, { states }: OdeSystem): number => times.reduce((most, t, row) => Math.max(most, Math.abs((values[states.length * row + states.indexOf("x")] ?? NaN) - Math.sin(t))), 0);
    expect(worst(found, watched)).toBeLessThan(2 * worst(alone, plain));
  });

  it("show requested times between the steps that they cut on the same path", async () => {
    const system = systemFrom("x' = v; v' = -x; x = 0; v = 1; n = 0\nE: at x > 0.5: n = n + 1, v = v\nF: at time - floor(time) < 0.5: n = n + 1");
    const control = { rtol: 1e-9, atol: 1e-9 };
    const solver = await compileSolver(system, { method: bdf, control });
    const times = Array.from({ length: 2001 }, (_, row) => row / 100);
    const dense = solver.solve(problemOf(system, times));
    times.forEach((t, row) => expect(Math.abs((dense.values[3 * row + system.states.indexOf("x")] ?? NaN) - Math.sin(t))).toBeLessThan(accumulation * control.rtol));
    // Requested times do not shape the path.
    expect(solver.solve(problemOf(system, [20])).values).toEqual(dense.final);
  });
});

describe("events in a large network", () => {
  const count = 600;
  /** Decay of all and exchange along a ring: the total falls as exp(-k t), whatever is exchanged, until events change it. */
  const text = [
    ...Array.from({ length: count }, (_, i) => `S${i} = ${1 + (i % 5)}`),
    "k = 1; n = 0; last = 0",
    ...Array.from({ length: count }, (_, i) => `D${i}: S${i} -> ; k*S${i}`),
    ...Array.from({ length: count }, (_, i) => `M${i}: S${i} -> S${(i + 1) % count}; ${10 ** (i % 5)}*S${i}`),
    `half: at ${Array.from({ length: count }, (_, i) => `S${i}`).join(" + ")} < ${1.5 * count}: S0 = S0 + ${count}, k = 0.5*k, n = n + 1, last = time`,
    "wash: at time >= 3: S1 = 0, S2 = 0",
  ].join("\n");
  const system = systemFrom(text);
  // From 3 n to 1.5 n at rate 1, then up to 2.5 n and down to 1.5 n at rate 1/2, then up to 2.5 n at rate 1/4.
  const first = Math.log(2);
  const second = first + 2 * Math.log(2.5 / 1.5);
  const times = [0.5, 1, 2.5];
  const totals = [3 * Math.exp(-0.5), 2.5 * Math.exp(-0.5 * (1 - first)), 2.5 * Math.exp(-0.25 * (2.5 - second))];
  const control = { rtol: 1e-8, atol: 1e-8 };

  it.each([
    ["bdf from tables", bdf],
    ["bdf, written out", bdfWith({ rates: written })],
    ["auto", auto],
  ])("are found and followed by %s as the closed form says", async (_name, method) => {
    expect(tabulated(system).size).toBe(count + 3);
    const solver = await compileSolver(system, { method, control });
    const trajectory = solver.solve(problemOf(system, [...times, 4]));
    expect(trajectory.status).toEqual({ status: "done" });
    const width = system.states.length;
    const of = (name: string, row: number): number => trajectory.values[row * width + system.states.indexOf(name)] ?? Number.NaN;
    expect([0, 1, 2].map((row) => of("n", row))).toEqual([0, 1, 2]);
    expect([1, 2].map((row) => of("k", row))).toEqual([0.5, 0.25]);
    [first, second].forEach((time, at) => expect(Math.abs(of("last", at + 1) - time)).toBeLessThan(accumulation * control.rtol));
    totals.forEach((total, row) => {
      const found = Array.from({ length: count }, (_, i) => of(`S${i}`, row)).reduce((sum, value) => sum + value, 0) / count;
      expect(Math.abs(found / total - 1)).toBeLessThan(accumulation * control.rtol);
    });

  });
});
