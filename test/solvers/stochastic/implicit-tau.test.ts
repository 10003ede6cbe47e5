import { describe, expect, it } from "vitest";
import type { LeapPath } from "../../../src/solvers/stochastic/leap-solver.ts";
import { expectEstimate, leapOf, leapSolverOf, manyErrors, seed } from "./leaps.ts";

/** A fast pair beside a slow loss; the total decays at half the loss rate, up to loss/fast. */
const [fast, loss, total, end] = [1000, 0.1, 4000, 2];
const text = `J1: A -> B; ${fast}*A - ${fast}*B; J2: B => C; ${loss}*B; A = ${total / 2}; B = ${total / 2}; C = 0`;
/** Each molecule is lost by itself: what is left of the equal shares A = B = 1/2, by the two eigenvalues of the pair. */
const root = Math.hypot(fast, loss / 2);
const [slow, quick] = [(fast * loss) / (fast + loss / 2 + root), fast + loss / 2 + root];
const left = ((quick - loss / 2) * Math.exp(-slow * end) - (slow - loss / 2) * Math.exp(-quick * end)) / (quick - slow);

const steps = ({ leaps, exactEvents }: LeapPath): number => leaps + exactEvents;
/** Monomers at equilibrium of 2 A <-> D with D = 1e-3 A^2, of a total A + 2 D. */
const monomer = (sum: number): number => (-1 + Math.sqrt(1 + 8e-3 * sum)) / 4e-3;

describe("implicit tau-leaping of a stiff pair", () => {
  it("is as right as explicit leaps in at least twenty times fewer steps", async () => {
    const exact = total * (1 - left);
    // A leap of implicit length has the loss of its end: half the change in a leap is missing, which this epsilon makes less than the sample's error.
    const few = await leapOf(text, { method: "implicit-tau", runs: 1000, times: [end], control: { epsilon: 0.005 } });
    const many = await leapOf(text, { method: "tau-leaping", runs: 60, times: [end] });
    expectEstimate(few.at(end, "C").mean, exact, 0.03);
    // C is binomial.
    expectEstimate(few.at(end, "C").variance, exact * left, 0.6);
    expect(Math.abs(many.at(end, "C").mean.value - exact)).toBeLessThanOrEqual(manyErrors * many.at(end, "C").mean.error);
    expect(20 * steps(few.first as LeapPath)).toBeLessThan(steps(many.first as LeapPath));
    expect((few.first as LeapPath).implicitLeaps).toBeGreaterThan(5);
  });

  it("has the fast noise back when it is looked at, within what a resolved leap leaves", async () => {
    const statistics = await leapOf(text, { method: "implicit-tau", runs: 2000, times: [end] });
    const { value, error } = statistics.at(end, "A").variance;
    // A is binomial with half of what is left; explicit leaps of a tenth of the relaxation time have 2/(2 - 0.1) of the fast part.
    const exact = (total * left) / 2 * (1 - left / 2);
    expect(value).toBeGreaterThan(exact * (1 - 0.05) - manyErrors * error);
    expect(value).toBeLessThan(exact * (2 / 1.9) + manyErrors * error);
    // Without the shorter leaps hardly any fast noise is left, and the sample would show it.
    const damped = await leapOf(text, { method: "implicit-tau", runs: 500, times: [end], control: { downshift: 0, resolved: 1e9, stiffRatio: 1 } });
    expect(damped.at(end, "A").variance.value).toBeLessThan(exact / 2);
  });

  it("keeps totals exactly, and whole numbers", async () => {
    const solver = await leapSolverOf(text, "implicit-tau");
    const times = Float64Array.from({ length: 11 }, (_, index) => index / 5);
    const { molecules, implicitLeaps, firings } = solver.run({ seed, times });
    expect(implicitLeaps).toBeGreaterThan(20);
    times.forEach((_, row) => expect(molecules[3 * row] + molecules[3 * row + 1] + molecules[3 * row + 2]).toBe(total));
    expect(molecules.every(Number.isInteger)).toBe(true);
    expect(molecules.at(-1)).toBe(firings[2]);
    expect(molecules.at(-3)).toBe(total / 2 - firings[0] + firings[1]);
  });

  it("a stiff dimerisation by Newton's method: the pair stays in equilibrium while its monomer is lost", async () => {
    // 2 A <-> D fast, A lost slowly: the total M = A + 2 D decays by 0.05 A, with A from the equilibrium 1e-3 A (A - 1) = D of large numbers.
    const dimer = "J1: 2 A -> D; 0.5*A^2 - 500*D; J2: A => ; 0.05*A; A = 1000; D = 1000";
    const statistics = await leapOf(dimer, { method: "implicit-tau", runs: 300, times: [1] });
    let [m, t] = [3000, 0];
    for (; t < 1 - 1e-9; t += 1e-4) m -= 1e-4 * 0.05 * monomer(m - 0.5e-4 * 0.05 * monomer(m));
    const [a, d] = [statistics.at(1, "A").mean, statistics.at(1, "D").mean];
    // Fluctuations shift the mean by less than one molecule.
    expect(Math.abs(a.value - monomer(m))).toBeLessThan(1 + manyErrors * a.error);
    expect(Math.abs(d.value - (m - monomer(m)) / 2)).toBeLessThan(1 + manyErrors * d.error);
    expect((statistics.first as LeapPath).leaps).toBeLessThan(200);
  });

  it("loses nothing by rounding where a propensity changes by less than half an event a leap", async () => {
    const [start, step, stop] = [1000, 0.02, 0.8];
    const statistics = await leapOf(`J: A => ; A; A = ${start}`, { method: "implicit-tau", runs: 2000, times: [stop], control: { step } });
    const { value, error } = statistics.at(stop, "A").mean;
    expect(Math.abs(value - start / (1 + step) ** (stop / step))).toBeLessThanOrEqual(manyErrors * error);
    // Rounding to the nearest number would make every leap an explicit one, which is seen.
    expect(Math.abs(value - start * (1 - step) ** (stop / step))).toBeGreaterThan(2 * manyErrors * error);
  });
});
