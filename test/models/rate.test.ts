import { describe, expect, test } from "vitest";
import { evaluate } from "../../src/kernel/evaluate.ts";
import { expressionGraph } from "../../src/kernel/expression.ts";
import { parseExpression } from "../../src/kernel/grammar.ts";
import { geneRegulation, rateLaws, reversibleMichaelisMenten } from "../../src/models/rate/index.ts";
import type { GeneRegulationArguments } from "../../src/models/rate/index.ts";
import { conformsAsRateLaw } from "../conformance/rate.ts";

for (const [id, law] of Object.entries(rateLaws)) {
  describe(id, () => {
    test("is registered under its id", () => expect(law.facts.id).toBe(id));
    conformsAsRateLaw(law);
  });
}

const value = (formula: string, values: Readonly<Record<string, number>>): number => {
  const parsed = parseExpression(expressionGraph(), formula);
  if (parsed.problems) throw new Error(JSON.stringify(parsed.problems));
  return evaluate(parsed.expression, (name) => values[name] ?? Number.NaN);
};

test("reversible Michaelis-Menten stands still at equilibrium", () => {
  const { formula } = reversibleMichaelisMenten.build({ substrate: "S", product: "P", Vmax: 3, KS: 0.5, KP: 2, Keq: 4 });
  expect(value(formula, { S: 0.25, P: 1 })).toBe(0);
  expect(value(formula, { S: 1, P: 0 })).toBe((3 / 0.5) * (1 / (1 + 1 / 0.5)));
});

const y: Readonly<Record<string, number>> = { G2: 0.3, G3: 0.7, G4: 0.2, G5: 0.9 };
const ratio = ({ input, k, n }: { input: string; k: string | number; n: string | number }): number => ((y[input] ?? Number.NaN) / Number(k)) ** Number(n);
const input = (name: string, k: number, n: number) => ({ input: name, k, n });

const literal = ({ max, modules, a }: GeneRegulationArguments): number => {
  const on = modules.map(({ activators, deactivators = [], bindsAsComplex }) => {
    const act = activators.reduce((total, one) => total * ratio(one), 1);
    const deact = deactivators.reduce((total, one) => total * ratio(one), 1);
    if (bindsAsComplex) return act / (1 + act + (deactivators.length > 0 ? act * deact : 0));
    return act / [...activators, ...deactivators].reduce((total, one) => total * (1 + ratio(one)), 1);
  });
  let alpha = 0;
  for (let state = 0; state < a.length; state += 1) {
    alpha += on.reduce((total, m, j) => total * ((state & (1 << j)) !== 0 ? m : 1 - m), Number(a[state]));
  }
  return Number(max) * alpha;
};

describe("gene regulation against a literal reading of the GeneNetWeaver sum", () => {
  test.each<GeneRegulationArguments>([
    { max: 2, modules: [{ activators: [input("G2", 0.5, 2), input("G3", 0.4, 1)], deactivators: [input("G4", 0.1, 3)], bindsAsComplex: true }], a: [0.1, 0.9] },
    { max: 2, modules: [{ activators: [input("G2", 0.5, 2), input("G3", 0.4, 1)], deactivators: [input("G4", 0.1, 3)], bindsAsComplex: false }], a: [0.9, 0.1] },
    { max: 1, modules: [{ activators: [input("G2", 0.5, 2)], bindsAsComplex: true }, { activators: [input("G3", 0.2, 4)], bindsAsComplex: false }, { activators: [], deactivators: [input("G5", 1, 2)], bindsAsComplex: false }], a: [0, 0.2, 0.4, 0.1, 1, 0.3, 0.6, 0.7] },
  ])("%#", (given) => {
    /** Fewer than a hundred roundings. */
    const rounding = 100 * Number.EPSILON;
    const expected = literal(given);
    expect(Math.abs(value(geneRegulation.build(given).formula, y) - expected)).toBeLessThanOrEqual(rounding * Math.abs(expected));
  });

  test("a wrong number of weights is refused", () => {
    expect(() => geneRegulation.build({ max: 1, modules: [{ activators: [input("G2", 1, 1)], bindsAsComplex: true }], a: [0] })).toThrow("1 modules need 2 activation weights");
  });
});
