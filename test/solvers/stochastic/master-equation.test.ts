import { describe, expect, it } from "vitest";
import type { Network } from "../../../src/models/network.ts";
import { zoo } from "../../../src/models/zoo/index.ts";
import type { MasterEquation, MasterEquationOptions } from "../../../src/solvers/stochastic/master-equation.ts";
import { masterEquation } from "../../../src/solvers/stochastic/master-equation.ts";
import { masterEquationStates } from "../../../src/solvers/stochastic/master-equation-states.ts";
import { stationaryLaw } from "../../../src/solvers/stochastic/master-equation-stationary.ts";
import type { StationaryLawOptions } from "../../../src/solvers/stochastic/master-equation-stationary.ts";
import { finiteStateProjection } from "../../../src/solvers/stochastic/master-equation-transient.ts";
import type { ProjectionOptions } from "../../../src/solvers/stochastic/master-equation-transient.ts";
import { logFactorial, networkOfText } from "./networks.ts";

const equationOf = (network: Network | string, options: MasterEquationOptions = {}): MasterEquation => {
  const result = masterEquation(typeof network === "string" ? networkOfText(network) : network, options);
  if (result.problems) throw new Error(result.problems.map(({ message }) => message).join("\n"));
  return result.equation;
};
const project = (equation: MasterEquation, options: ProjectionOptions) => {
  const result = finiteStateProjection(equation, options);
  if (result.problems) throw new Error(result.problems.map(({ message }) => message).join("\n"));
  return result;
};
const rest = (equation: MasterEquation, options: StationaryLawOptions = {}) => {
  const result = stationaryLaw(equation, options);
  if (result.problems) throw new Error(result.problems.map(({ message }) => message).join("\n"));
  return result;
};
const poisson = (mean: number, n: number): number => Math.exp(n * Math.log(mean) - mean - logFactorial(n));
/** What uniformisation and the closed forms lose by rounding, in all. */
const rounding = 1e-11;

const messages = (text: string, options: ProjectionOptions): string[] => finiteStateProjection(equationOf(text), options).problems?.map(({ message }) => message) ?? [];

/** 2 A => nothing from N molecules: one path of deaths, rates k n (n - 1) / V, closed by Bateman's formula. */
const pairs = (k: number, start: number, n: number, time: number): number => {
  const levels = Array.from({ length: (start - n) / 2 + 1 }, (_, step) => k * (start - 2 * step) * (start - 2 * step - 1));
  const ahead = levels.slice(0, -1).reduce((total, rate) => total * rate, 1);
  return ahead * levels.reduce((total, rate, j) => total + Math.exp(-rate * time) / levels.reduce((product, other, i) => (i === j ? product : product * (other - rate)), 1), 0);
};

const lawsOfPairs = (k: number): { n: number; p: number }[] => {
  const volume = 4;
  const { laws, states } = project(equationOf(`J: 2 A => ; ${k}*A^2; A = 2`, { moleculesPerUnit: volume }), { times: [0.05, 0.2, 0.7] });
  return laws.flatMap(({ time, law }) => Array.from(law, (p, index) => ({ n: states.molecules(index)[0] ?? -1, p: p - pairs(0.6 / volume, 8, states.molecules(index)[0] ?? -1, time) })));
};

describe("finite state projection", () => {
  it.each([1e-3, 1e-6, 1e-10])("birth and death from nothing is Poisson at every time, within its bound at tolerance %s", (tolerance) => {
    const times = [0, 0.3, 1, 5, 20];
    const { laws, states } = project(equationOf(zoo["birth-death"].network), { times, tolerance });
    for (const { time, law, error } of laws) {
      expect(error).toBeLessThanOrEqual(tolerance);
      const mean = 10 * -Math.expm1(-time);
      let [distance, inside] = [0, 0];
      law.forEach((p, index) => {
        const [n] = states.molecules(index);
        const exact = time === 0 ? Number(n === 0) : poisson(mean, n);
        distance += Math.abs(p - exact);
        inside += exact;
      });
      // What lies outside the box counts too.
      expect(distance + Math.max(0, 1 - inside)).toBeLessThanOrEqual(error + rounding);
    }
    if (tolerance === 1e-3) expect(laws.at(-1)?.error).toBeGreaterThan(rounding);
  });

  it("widens a box that is too small, only where it leaks, and keeps the numbers of its states", () => {
    const network = "J1: => A; 30; J2: A => ; A; J3: => B; 1; J4: B => ; B; A = 0; B = 0";
    const { states, laws } = project(equationOf(network), { times: [10], tolerance: 1e-9, upper: [2, 20] });
    expect(states.upper[0]).toBeGreaterThan(50);
    expect(states.upper[1]).toBe(20);
    expect(Array.from(states.molecules(0))).toEqual([0, 0]);
    const at = states.indexOf([30, 1]);
    expect(Math.abs((laws[0]?.law[at] ?? NaN) - poisson(30 * -Math.expm1(-10), 30) * poisson(-Math.expm1(-10), 1))).toBeLessThan(1e-9);
    expect(states.indexOf([1000, 0])).toBe(-1);
  });

  it("dimerisation from eight molecules follows Bateman's formula with falling factorials", () => {
    const compared = lawsOfPairs(0.6);
    expect(compared).toHaveLength(15);
    for (const { p } of compared) expect(Math.abs(p)).toBeLessThan(1e-10);
  });
  it("a propensity that is off by two does not (a control)", () => {
    expect(Math.max(...lawsOfPairs(0.3).map(({ p }) => Math.abs(p)))).toBeGreaterThan(0.05);
  });

  it("comes to the stationary law", () => {
    const equation = equationOf(zoo["birth-death"].network);
    const { laws, states } = project(equation, { times: [60], tolerance: 1e-10 });
    const still = rest(equation);
    laws[0]?.law.forEach((p, index) => expect(Math.abs(p - (still.law[still.states.indexOf(states.molecules(index))] ?? 0))).toBeLessThan(2e-10));
  });

  it("agrees with a time step by step", () => {
    const equation = equationOf(zoo.schlogl.network, { moleculesPerUnit: 10 });
    const many = project(equation, { times: [0.1, 0.2, 0.5], tolerance: 1e-9 });
    const one = project(equation, { times: [0.5], tolerance: 1e-9 });
    many.laws.at(-1)?.law.forEach((p, index) => expect(Math.abs(p - (one.laws[0]?.law[one.states.indexOf(many.states.molecules(index))] ?? 0))).toBeLessThan(2e-9));
  });

  it("says what it cannot do", () => {
    expect(messages("J: A => 2 A; 3*A; A = 5", { times: [3], maxStates: 500 })).toEqual([expect.stringMatching(/more than 500 states .* time 3/)]);
    expect(messages("J: A => ; 5; A = 2", { times: [1] })).toEqual([expect.stringMatching(/"J" can fire at A = 0/)]);
    expect(messages("J: A => ; A*(A - 2); A = 2", { times: [1] })).toEqual([]);
    expect(messages("J: => A; 5 - A^2; A = 2", { times: [1] })).toEqual([expect.stringMatching(/propensity of "J" is -4 at A = 3/)]);
    expect(messages("J: A => ; A; A = 2", { times: [1, 0.5] })).toEqual([expect.stringContaining("number 2 is 0.5")]);
    expect(messages("J: A => ; A; A = 2", { times: [1], tolerance: 0 })).toEqual([expect.stringContaining("tolerance of 0")]);
    const refused = masterEquation(networkOfText("A -> B; k*A - B; var k; A = 0.5; B = 0"), { parameters: { q: 1 } });
    expect(refused.problems?.map(({ message }) => message)).toEqual([expect.stringContaining('no parameter "q"'), expect.stringContaining('"k" has no value')]);
  });
});

describe("stationary law of a master equation", () => {
  it("of birth and death is Poisson, whatever the first box", () => {
    for (const upper of [[3], [40], [400]]) {
      const { law, states, cutOff } = rest(equationOf(zoo["birth-death"].network), { upper });
      expect(cutOff).toBeLessThanOrEqual(1e-14);
      law.forEach((p, index) => {
        const exact = poisson(10, states.molecules(index)[0] ?? -1);
        // 1e-12: logarithms of factorials were added up.
        expect(Math.abs(p - exact)).toBeLessThan(1e-12 * exact + 1e-14);
      });
    }
  });
  it("of reversible dimerisation is the product law on what is conserved, with falling factorials in a volume", () => {
    const volume = 5;
    const { law, states, cutOff } = rest(equationOf("J: 2 A -> B; 0.3*A^2 - 0.7*B; A = 4; B = 0", { moleculesPerUnit: volume }));
    expect(cutOff).toBe(0);
    expect(law).toHaveLength(11);
    // x_B / x_A^2 = 0.3 / 0.7 in concentrations.
    const weight = (a: number, b: number): number => Math.exp(a * Math.log(volume) - logFactorial(a) + b * Math.log((volume * 0.3) / 0.7) - logFactorial(b));
    const total = Array.from({ length: 11 }, (_, b) => weight(20 - 2 * b, b)).reduce((sum, one) => sum + one, 0);
    law.forEach((p, index) => {
      const [a = 0, b = 0] = states.molecules(index);
      expect(Math.abs(p / (weight(a, b) / total) - 1)).toBeLessThan(1e-12);
    });
  });
  it("of the bistable Schlögl model is the product of ratios", () => {
    const volume = 20;
    const { law, logLaw, states } = rest(equationOf(zoo.schlogl.network, { moleculesPerUnit: volume }));
    const up = (n: number): number => (6 * n * (n - 1)) / volume + 6 * volume;
    const down = (n: number): number => (n * (n - 1) * (n - 2)) / volume ** 2 + 11 * n;
    let log = 0;
    const zero = states.indexOf([0]);
    for (let n = 1; n <= 120; n++) {
      log += Math.log(up(n - 1) / down(n));
      expect(Math.abs((logLaw[states.indexOf([n])] ?? NaN) - (logLaw[zero] ?? NaN) - log)).toBeLessThan(1e-11);
    }
    expect(Math.abs(law.reduce((sum, p) => sum + p, 0) - 1)).toBeLessThan(1e-13);
  });
  it("refuses a chain whose rest depends on its start", () => {
    const result = stationaryLaw(equationOf("J1: A => B; A; J2: A => C; A; A = 2; B = 0; C = 0"));
    expect(result.problems?.map(({ message }) => message)).toEqual([expect.stringContaining("3 closed classes")]);
  });
});

describe("listed states", () => {
  it("are those that can be reached, with parallel channels apart", () => {
    const equation = equationOf("J1: A -> B; 2*A - B; J2: A -> B; 3*A - 5*B; A = 3; B = 0");
    const { states, fits } = masterEquationStates(equation, [10, 10], 100);
    expect(fits).toBe(true);
    expect(states.count).toBe(4);
    expect(Array.from({ length: 4 }, (_, index) => Array.from(states.molecules(index)))).toEqual([[3, 0], [2, 1], [1, 2], [0, 3]]);
    expect(states.jumps().filter(({ from, to }) => from === 0 && to === 1).map(({ rate }) => rate)).toEqual([6, 9]);
    expect(Array.from(equation.undoes)).toEqual([1, 0, 3, 2]);
    expect(states.leaks().every((rates) => rates.every((rate) => rate === 0))).toBe(true);
  });
  it("leaks name the count that leaves the box", () => {
    const { states } = masterEquationStates(equationOf("J1: => A; 2; J2: A -> B; A - B; A = 0; B = 0"), [3, 1], 100);
    const [a, b] = states.leaks();
    // Made anew at 2, and from the one B.
    expect(a?.[states.indexOf([3, 1])]).toBe(3);
    expect(b?.[states.indexOf([3, 1])]).toBe(3);
    expect(a?.[states.indexOf([2, 1])]).toBe(0);
  });
  it("rates that are no mass action count molecules in the volume", () => {
    const equation = equationOf("J: A => ; 3*A/(2 + A); A = 4", { moleculesPerUnit: 10 });
    expect(Array.from(equation.initial)).toEqual([40]);
    expect(equation.propensity(0, [40])).toBeCloseTo((10 * 3 * 4) / 6, 12);
    expect(equation.propensity(0, [0])).toBe(0);
  });
  it("species in one or several counts are told apart, whatever their number", () => {
    const text = "J1: A -> B; A - B; J2: B -> C; B - C; A = 4; B = 0; C = 0";
    const { states } = masterEquationStates(equationOf(text), [4, 4, 4], 100);
    expect(states.count).toBe(15);
    for (let index = 0; index < 15; index++) expect(states.indexOf(states.molecules(index))).toBe(index);
  });
});
