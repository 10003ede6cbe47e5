import { describe, expect, it } from "vitest";
import type { OdeSystem } from "../../../src/models/system.ts";
import { compileSolver } from "../../../src/solvers/compile.ts";
import { rodas5p } from "../../../src/solvers/ode/rodas5p.ts";
import { tsit5 } from "../../../src/solvers/ode/tsit5.ts";
import { hires, lotkaVolterra, oregonator, problemOf, robertson } from "../problems.ts";

interface StiffProblem {
  readonly system: OdeSystem;
  readonly end: number;
  /** Absolute tolerance per rtol: far below the smallest state. */
  readonly floor: number;
  /** Published solution at the end, where there is one. */
  readonly published: readonly number[] | null;
}

/** @source Mazzia & Magherini 2008, Test Set for Initial Value Problem Solvers, release 2.4 (final values) */
const problems: readonly StiffProblem[] = [
  { system: robertson, end: 40, floor: 1e-7, published: null },
  { system: robertson, end: 1e11, floor: 1e-12, published: [0.2083340149701255e-7, 0.8333360770334713e-13, 0.999999979166505] },
  {
    system: hires,
    end: 321.8122,
    floor: 1e-5,
    published: [
      0.7371312573325668e-3, 0.1442485726316185e-3, 0.5888729740967575e-4, 0.1175651343283149e-2, 0.2386356198831331e-2, 0.6238968252742796e-2,
      0.2849998395185769e-2, 0.2850001604814231e-2,
    ],
  },
  { system: oregonator, end: 360, floor: 1e-3, published: [0.1000814870318523e1, 0.1228178521549917e4, 0.1320554942846706e3] },
];

const relativeError = (found: ArrayLike<number>, exact: ArrayLike<number>): number =>
  Math.max(...Array.from(exact, (value, i) => Math.abs(((found[i] ?? NaN) - value) / value)));

/** Local errors below rtol add up, and the oregonator's phase turns them into errors of its spikes. */
const accumulation = 300;
/** Rounding over 1e4 steps of a stiff system, relative. */
const referenceAgreement = 1e-10;

/** V = b prey - c ln prey + b predator - a ln predator does not change; a = 1.1, b = 0.9, c = 0.8. */
const invariant = (prey: number, predator: number): number => 0.9 * prey - 0.8 * Math.log(prey) + 0.9 * predator - 1.1 * Math.log(predator);

describe("stiff systems", () => {
  it.each(problems)("rodas5p reaches the reference on $system.id at t = $end within a factor of the tolerance", async ({ system, end, floor, published }) => {
    const solver = await compileSolver(system, { method: rodas5p });
    const at = (rtol: number) => solver.solve({ ...problemOf(system, [end]), control: { rtol, atol: rtol * floor } });
    const reference = at(1e-13).final;
    if (published) expect(relativeError(reference, published)).toBeLessThan(referenceAgreement);
    for (const rtol of [1e-4, 1e-6, 1e-8, 1e-10]) {
      const trajectory = at(rtol);
      expect(trajectory.status).toEqual({ status: "done" });
      expect(relativeError(trajectory.final, reference)).toBeLessThan(accumulation * rtol);
    }
  });

  it.each(problems.filter(({ system, end }) => system !== oregonator && end < 1e3))("an explicit method at 1e-13 agrees on $system.id", async ({ system, end, floor }) => {
    const control = { rtol: 1e-13, atol: 1e-13 * floor, maxSteps: 1e6 };
    const explicit = (await compileSolver(system, { method: tsit5, control })).solve(problemOf(system, [end]));
    const implicit = (await compileSolver(system, { method: rodas5p, control })).solve(problemOf(system, [end]));
    expect(explicit.status).toEqual({ status: "done" });
    expect(relativeError(explicit.final, implicit.final)).toBeLessThan(referenceAgreement);
  });

  it("takes few steps on robertson, and its interpolant is as good as its steps", async () => {
    const control = { rtol: 1e-6, atol: 1e-13 };
    const times = Array.from({ length: 60 }, (_, i) => 10 ** (-4 + i / 6));
    const solver = await compileSolver(robertson, { method: rodas5p, control });
    const coarse = solver.solve(problemOf(robertson, times));
    const fine = solver.solve({ ...problemOf(robertson, times), control: { rtol: 1e-12, atol: 1e-19 } });
    expect(coarse.statistics.accepted).toBeLessThan(250);
    expect(relativeError(coarse.values, fine.values)).toBeLessThan(accumulation * control.rtol);
  });

  it("keeps the invariant of Lotka-Volterra to its tolerance with both methods", async () => {
    for (const method of [tsit5, rodas5p]) {
      const rtol = 1e-8;
      const solver = await compileSolver(lotkaVolterra, { method, control: { rtol, atol: rtol } });
      const { values, times } = solver.solve(problemOf(lotkaVolterra, Array.from({ length: 100 }, (_, i) => i / 2)));
      const start = invariant(1.5, 1);
      for (let row = 0; row < times.length; row++) {
        expect(Math.abs(invariant(values[2 * row] ?? NaN, values[2 * row + 1] ?? NaN) - start)).toBeLessThan(100 * rtol);
      }
    }
  });
});
