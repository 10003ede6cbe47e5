import { describe, expect, test } from "vitest";
import { evaluate } from "../../src/kernel/evaluate.ts";
import type { Expression } from "../../src/kernel/expression.ts";
import { odeSystem } from "../../src/models/compile.ts";
import { massAction } from "../../src/models/mass-action.ts";
import type { Network } from "../../src/models/network.ts";
import { conservationLaws } from "../../src/models/structure.ts";
import { zoo } from "../../src/models/zoo/index.ts";
import { conformsAsZooModel } from "../conformance/zoo.ts";

for (const [id, model] of Object.entries(zoo)) {
  describe(id, () => {
    test("is registered under its id", () => expect(model.facts.id).toBe(id));
    conformsAsZooModel(model);
  });
}

/** Right-hand side at a state, by state id. */
function rhsAt(network: Network, state: Readonly<Record<string, number>>): Record<string, number> {
  const { system } = odeSystem(network);
  if (!system) throw new Error("no system");
  const values = new Map(system.parameters.map((id, index) => [id, system.parameterValues[index] ?? Number.NaN]));
  for (const [id, value] of Object.entries(state)) values.set(id, value);
  const at = (expression: Expression | undefined): number => (expression ? evaluate(expression, (name) => values.get(name) ?? Number.NaN) : Number.NaN);
  return Object.fromEntries(system.states.map((id, index) => [id, at(system.rhs[index])]));
}
/** Sums of a few terms of order 1, written in another order than the published equations. */
const rounding = 1e-13;
const close = (actual: Readonly<Record<string, number>>, expected: Readonly<Record<string, number>>): void => {
  expect(Object.keys(actual)).toEqual(Object.keys(expected));
  for (const [id, value] of Object.entries(expected)) expect(Math.abs((actual[id] ?? Number.NaN) - value)).toBeLessThanOrEqual(rounding * (1 + Math.abs(value)));
};

describe("against the published equations", () => {
  test("HIRES", () => {
    const [y1, y2, y3, y4, y5, y6, y7, y8] = [0.9, 0.2, 0.3, 0.4, 0.5, 0.6, 0.004, 0.0017] as const;
    close(rhsAt(zoo.hires.network, { Pr: y1, Pfr: y2, PrX: y3, PfrX: y4, PrXs: y5, PfrXs: y6, PfrXsE: y7, E: y8 }), {
      Pr: -1.71 * y1 + 0.43 * y2 + 8.32 * y3 + 0.0007,
      Pfr: 1.71 * y1 - 8.75 * y2,
      PrX: -10.03 * y3 + 0.43 * y4 + 0.035 * y5,
      PfrX: 8.32 * y2 + 1.71 * y3 - 1.12 * y4,
      PrXs: -1.745 * y5 + 0.43 * y6 + 0.43 * y7,
      PfrXs: -280 * y6 * y8 + 0.69 * y4 + 1.71 * y5 - 0.43 * y6 + 0.69 * y7,
      PfrXsE: 280 * y6 * y8 - 1.81 * y7,
      E: -280 * y6 * y8 + 1.81 * y7,
    });
    expect(conservationLaws(zoo.hires.network)).toEqual([{ PfrXsE: 1, E: 1 }]);
  });

  test("Robertson", () => {
    const [A, B, C] = [0.7, 2e-5, 0.3] as const;
    close(rhsAt(zoo.robertson.network, { A, B, C }), {
      A: -0.04 * A + 1e4 * B * C,
      B: 0.04 * A - 1e4 * B * C - 3e7 * B ** 2,
      C: 3e7 * B ** 2,
    });
    expect(conservationLaws(zoo.robertson.network)).toEqual([{ A: 1, B: 1, C: 1 }]);
  });

  test("Oregonator", () => {
    const [y1, y2, y3] = [1.5, 2.5, 3.5] as const;
    close(rhsAt(zoo.oregonator.network, { y1, y2, y3 }), {
      y1: 77.27 * (y2 + y1 * (1 - 8.375e-6 * y1 - y2)),
      y2: (y3 - (1 + y1) * y2) / 77.27,
      y3: 0.161 * (y1 - y3),
    });
  });

  test("repressilator", () => {
    const ln2 = Math.log(2);
    const rhs = rhsAt(zoo.repressilator.network, { M_lacI: 3, M_tetR: 20, M_cI: 1, P_lacI: 50, P_tetR: 10, P_cI: 80 });
    close(rhs, {
      M_lacI: 0.03 + 29.97 / (1 + (80 / 40) ** 2) - (ln2 / 2) * 3,
      M_tetR: 0.03 + 29.97 / (1 + (50 / 40) ** 2) - (ln2 / 2) * 20,
      M_cI: 0.03 + 29.97 / (1 + (10 / 40) ** 2) - (ln2 / 2) * 1,
      P_lacI: 20 * (ln2 / 2) * 3 - (ln2 / 10) * 50,
      P_tetR: 20 * (ln2 / 2) * 20 - (ln2 / 10) * 10,
      P_cI: 20 * (ln2 / 2) * 1 - (ln2 / 10) * 80,
    });
  });

  test("Goldbeter-Koshland: stands still where the Goldbeter-Koshland function says", () => {
    const [V1, V2, J1, J2] = [1.1, 1, 0.01, 0.01] as const;
    const B = V2 - V1 + V2 * J1 + V1 * J2;
    const modified = (2 * V1 * J2) / (B + Math.sqrt(B * B - 4 * (V2 - V1) * V1 * J2));
    const rhs = rhsAt(zoo["goldbeter-koshland"].network, { W: 1 - modified, Ws: modified });
    expect(Math.abs(rhs.Ws ?? Number.NaN)).toBeLessThan(rounding);
  });

  test("Schlögl: steady at 1, 2 and 3 only", () => {
    expect([1, 2, 3].map((X) => Math.abs(rhsAt(zoo.schlogl.network, { X }).X ?? Number.NaN))).toEqual([0, 0, 0]);
    expect(rhsAt(zoo.schlogl.network, { X: 1.5 })).toEqual({ X: -0.375 });
  });

  test("Brusselator: the unstable fixed point", () => {
    const eps = 0.1;
    const rhs = rhsAt(zoo.brusselator.network, { X: 1, Y: (3 + eps) / (1 + eps) });
    for (const change of Object.values(rhs)) expect(Math.abs(change)).toBeLessThan(rounding);
  });

  test("Michaelis-Menten, open: the steady state e = 2/7", () => {
    const rhs = rhsAt(zoo["michaelis-menten"].network, { E: 2 / 7, ES: 5 / 7 });
    for (const change of Object.values(rhs)) expect(Math.abs(change)).toBeLessThan(rounding);
  });

  test("Lotka-Volterra and birth-death: at rest where they should be", () => {
    expect(rhsAt(zoo["lotka-volterra"].network, { Prey: 1000, Predator: 1000 })).toEqual({ Prey: 0, Predator: 0 });
    expect(rhsAt(zoo["birth-death"].network, { X: 10 })).toEqual({ X: 0 });
  });

  test("every step of the reversible models is recognised mass action", () => {
    for (const id of ["schlogl", "brusselator", "michaelis-menten"] as const) {
      for (const reaction of zoo[id].network.reactions) expect(massAction(zoo[id].network, reaction)).toMatchObject({ kind: "reversible", elementary: true });
    }
  });
});
