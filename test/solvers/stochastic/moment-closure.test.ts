import { describe, expect, it } from "vitest";
import { evaluateAll } from "../../../src/kernel/evaluate.ts";
import { odeSystem } from "../../../src/models/compile.ts";
import { zoo } from "../../../src/models/zoo/index.ts";
import type { Network } from "../../../src/models/network.ts";
import { compileSolver } from "../../../src/solvers/compile.ts";
import { covarianceState, linearNoise } from "../../../src/solvers/linear-noise.ts";
import { rodas5p } from "../../../src/solvers/ode/index.ts";
import { momentClosure } from "../../../src/solvers/stochastic/moment-closure.ts";
import { exactMoments } from "./leaps.ts";
import { networkOfText } from "./networks.ts";

const closed = (network: Network | string, moleculesPerUnit?: number) => {
  const made = momentClosure(typeof network === "string" ? networkOfText(network) : network, moleculesPerUnit === undefined ? {} : { moleculesPerUnit });
  if (made.problems) throw new Error(made.problems.map(({ message }) => message).join("\n"));
  return made;
};
const rtol = 1e-10;

/** Moments by id at a time. */
async function momentsAt(network: Network | string, time: number, moleculesPerUnit?: number): Promise<(id: string) => number> {
  const { system } = closed(network, moleculesPerUnit);
  const solver = await compileSolver(system, { method: rodas5p, control: { rtol, atol: 1e-10 } });
  const start = evaluateAll(system.initialState, (id) => system.parameterValues[system.parameters.indexOf(id)]);
  const path = solver.solve({ parameters: Float64Array.from(system.parameterValues), state: Float64Array.from(start), times: Float64Array.of(time) });
  expect(path.status.status).toBe("done");
  return (id) => path.values[system.states.indexOf(id)];
}
const near = (value: number, exact: number, slack = 1e3 * rtol): void => expect(Math.abs(value - exact)).toBeLessThanOrEqual(slack * Math.max(1, Math.abs(exact)));

describe("second-order moment closure", () => {
  it("is exact for first-order reactions: isomerisation is multinomial, birth and death from many is binomial plus Poisson", async () => {
    const [total, on, off, time] = [50, 0.9, 0.3, 1.1];
    const pair = await momentsAt(`J: A -> B; ${on}*A - ${off}*B; A = ${total}; B = 0`, time);
    const p = off / (on + off) + (on / (on + off)) * Math.exp(-(on + off) * time);
    near(pair("A"), total * p);
    near(pair(covarianceState("A", "A")), total * p * (1 - p));
    near(pair(covarianceState("A", "B")), -total * p * (1 - p));
    const single = await momentsAt("J1: => X; 10; J2: X => ; X; X = 40", time);
    const q = Math.exp(-time);
    near(single("X"), 40 * q + 10 * (1 - q));
    near(single(covarianceState("X", "X")), 40 * q * (1 - q) + 10 * (1 - q));
  });

  it("is exact where a rate is linear in a species that it does not take: a gene makes messengers, they make proteins", async () => {
    const text = "R1: => m; 2; R2: m => ; m; R3: => p; 10*m; R4: p => ; 0.5*p; m = 0; p = 0";
    expect(closed(text).isExact).toBe(true);
    const rest = await momentsAt(text, 60);
    near(rest("p"), 40);
    // Fano factor 1 + 10/1.5 of the protein, 1 of the messenger.
    near(rest(covarianceState("p", "p")) / 40, 1 + 10 / 1.5);
    near(rest(covarianceState("m", "m")), 2);
    const early = await momentsAt("R1: => m; 1; R2: m => ; m; R3: => p; 2*m; R4: p => ; 0.5*p; m = 0; p = 0", 1.5);
    const exact = exactMoments("R1: => m; 1; R2: m => ; m; R3: => p; 2*m; R4: p => ; 0.5*p; m = 0; p = 0", 1.5, 1);
    near(early("p"), exact.mean, 1e-6);
    near(early(covarianceState("p", "p")), exact.variance, 1e-6);
  });

  it("takes third powers by the moments of a normal law: Schlögl's right-hand sides by hand", () => {
    const volume = 7;
    const { system, isExact } = closed(zoo.schlogl.network, volume);
    expect(isExact).toBe(false);
    const [m, c] = [11.3, 5.7];
    const values = new Map([...system.parameters.map((id, index) => [id, system.parameterValues[index]] as const), ["X", m] as const, [covarianceState("X", "X"), c] as const]);
    const [mean, variance] = evaluateAll(system.rhs, (id) => values.get(id) ?? NaN);
    // Raw moments of a normal law, and expectations of falling factorials with and without n.
    const [n2, n3, n4] = [m * m + c, m ** 3 + 3 * m * c, m ** 4 + 6 * m * m * c + 3 * c * c];
    const [f2, f3, g2, g3] = [n2 - m, n3 - 3 * n2 + 2 * m, n3 - n2, n4 - 3 * n3 + 2 * n2];
    const rates = [{ a: (6 / volume) * f2, an: (6 / volume) * g2, nu: 1 }, { a: f3 / volume ** 2, an: g3 / volume ** 2, nu: -1 }, { a: 11 * m, an: 11 * n2, nu: -1 }, { a: 6 * volume, an: 6 * volume * m, nu: 1 }];
    near(mean, rates.reduce((sum, { a, nu }) => sum + nu * a, 0), 1e-12);
    near(variance, rates.reduce((sum, { a, an, nu }) => sum + 2 * nu * (an - m * a) + a, 0), 1e-12);
  });

  it("is nearer to the exact law of a dimerisation the more molecules there are: the mean's error falls in proportion", async () => {
    const errors: number[] = [];
    for (const molecules of [20, 80, 320]) {
      const text = `J: 2 A -> D; ${1 / molecules}*A^2 - 0.5*D; A = ${molecules}; D = 0`;
      const exact = exactMoments(text, 1);
      const moments = await momentsAt(text, 1);
      errors.push(Math.abs(moments("A") - exact.mean));
      expect(Math.abs(moments(covarianceState("A", "A")) / exact.variance - 1)).toBeLessThan(2 / molecules);
      // Rate equations are off by a number of molecules that does not shrink.
      expect(errors.at(-1)).toBeLessThan(1 / molecules);
    }
    expect(errors[0] / errors[1]).toBeGreaterThan(3);
    expect(errors[1] / errors[2]).toBeGreaterThan(3);
  });

  it("has the linear noise covariance as its limit of a large volume, off by the inverse volume", async () => {
    const network = networkOfText("R1: => X; 20; R2: 2 X => ; X^2; R3: X => Y; X; R4: Y => ; Y; X = 2; Y = 2");
    const { system, problems } = odeSystem(network);
    if (problems) throw new Error("no system");
    const { noise } = linearNoise(network, system, { parameters: system.parameterValues, state: [2, 2] });
    if (!noise) throw new Error("no noise");
    const gaps: number[] = [];
    for (const volume of [1e2, 1e3, 1e4]) {
      const rest = await momentsAt(network, 40, volume);
      gaps.push(Math.max(...[["X", "X", 0], ["X", "Y", 1], ["Y", "Y", 3]].map(([a, b, at]) => Math.abs(rest(covarianceState(String(a), String(b))) / volume - noise.covariance[Number(at)]))));
    }
    expect(gaps[0]).toBeLessThan(0.1);
    // A tenth a decade, up to the next order.
    for (const [gap, next] of [[gaps[0], gaps[1]], [gaps[1], gaps[2]]]) expect(Math.abs(gap / next / 10 - 1)).toBeLessThan(0.1);
  });

  it("refuses rates that are no polynomials, by name", () => {
    const made = momentClosure(networkOfText("J1: => A; 1/(1 + A); J2: A => ; A; A = 1"));
    expect(made.problems).toEqual([{ where: "reaction:J1", message: expect.stringContaining("no polynomial") }]);
  });
});
