import { expect, test } from "vitest";
import { evaluate } from "../../src/kernel/evaluate.ts";
import type { Expression } from "../../src/kernel/expression.ts";
import { odeSystem } from "../../src/models/compile.ts";
import { conservationLaws } from "../../src/models/structure.ts";
import { readReactionText, writeReactionText } from "../../src/models/text.ts";
import type { ZooModel } from "../../src/models/zoo/index.ts";

/** Roundings of a sum of a dozen terms. */
const rounding = 1e-14;

/** What every zoo model must do: say its source, build without a warning, round-trip through text, keep what it conserves. */
export function conformsAsZooModel(model: ZooModel): void {
  test("source", () => {
    expect(model.facts.source).toMatch(/\d{4}/);
  });
  test("text round trip", () => {
    expect(readReactionText(writeReactionText(model.network)).network).toEqual(model.network);
    expect(JSON.parse(JSON.stringify(model.network))).toEqual(model.network);
  });
  test("builds without a warning, starts finite, and conserves what it should", () => {
    const { system, warnings } = odeSystem(model.network);
    if (!system) throw new Error("no system");
    expect(warnings).toEqual([]);
    const values = new Map(system.parameters.map((id, index) => [id, system.parameterValues[index] ?? Number.NaN]));
    const at = (expression: Expression | undefined): number => (expression ? evaluate(expression, (name) => values.get(name) ?? Number.NaN) : Number.NaN);
    const start = system.initialState.map(at);
    system.states.forEach((id, index) => values.set(id, start[index] ?? Number.NaN));
    const change = new Map(system.states.map((id, index) => [id, at(system.rhs[index])]));
    expect([...change.values()].every(Number.isFinite)).toBe(true);
    for (const law of conservationLaws(model.network)) {
      const terms = Object.entries(law).map(([id, weight]) => weight * (change.get(id) ?? Number.NaN));
      const scale = terms.reduce((total, term) => total + Math.abs(term), 0);
      expect(Math.abs(terms.reduce((total, term) => total + term, 0))).toBeLessThanOrEqual(rounding * scale);
    }
  });
}
