import { expect, test } from "vitest";
import { differentiate } from "../../src/kernel/derivative.ts";
import { evaluate } from "../../src/kernel/evaluate.ts";
import { expressionGraph } from "../../src/kernel/expression.ts";
import { parseExpression } from "../../src/kernel/grammar.ts";
import { symbolsOf } from "../../src/kernel/substitute.ts";
import { networkOf } from "../../src/models/build.ts";
import { odeSystem } from "../../src/models/compile.ts";
import type { RateLaw } from "../../src/models/rate/rate-law.ts";
import { readReactionText, writeReactionText } from "../../src/models/text.ts";

/** Central differences with step h: error h^2 f''' / 6 plus rounding eps / h, both near 1e-10 for h = 1e-5 and values of order 1. */
const differenceTolerance = 1e-7;

/** What every rate law must do: name its constants, have the derivative its formula says, survive text, vanish without its substrates. */
export function conformsAsRateLaw(law: Pick<RateLaw<never>, "facts" | "examples">): void {
  test("facts say who it is", () => {
    expect(law.facts.title).not.toBe("");
    expect(law.facts.source).toMatch(/\d{4}/);
    expect(law.examples.length).toBeGreaterThan(0);
  });
  for (const { title, built, species, zeroWithout } of law.examples) {
    const graph = expressionGraph();
    const parsed = parseExpression(graph, built.formula);
    if (parsed.problems) throw new Error(`${law.facts.id}, ${title}: ${JSON.stringify(parsed.problems)}`);
    const rate = parsed.expression;
    const symbols = [...species, ...built.parameters];
    const values = new Map(symbols.map((name, index) => [name, 0.4 + 0.3 * ((index * 0.618) % 1)]));
    const at = (changed: Readonly<Record<string, number>> = {}): number => evaluate(rate, (name) => changed[name] ?? values.get(name) ?? Number.NaN);

    test(`${title}: reads its species and constants and nothing else`, () => {
      expect([...symbolsOf([rate])].toSorted()).toEqual(symbols.toSorted());
    });

    test(`${title}: derivative`, () => {
      for (const name of symbols) {
        const derivative = evaluate(differentiate(graph, rate, name), (symbol) => values.get(symbol) ?? Number.NaN);
        const h = 1e-5;
        const value = values.get(name) ?? 0;
        const difference = (at({ [name]: value + h }) - at({ [name]: value - h })) / (2 * h);
        expect(Math.abs(derivative - difference)).toBeLessThanOrEqual(differenceTolerance * (1 + Math.abs(derivative)));
      }
    });

    test(`${title}: zero without its substrates, finite`, () => {
      expect(Number.isFinite(at())).toBe(true);
      for (const name of zeroWithout) expect(at({ [name]: 0 })).toBe(0);
      if (zeroWithout.length === 0) expect(at()).not.toBe(0);
    });

    test(`${title}: text round trip, and a network that simulates`, () => {
      const network = networkOf({
        id: "law",
        species: Object.fromEntries(species.map((id) => [id, 1])),
        parameters: Object.fromEntries(built.parameters.map((id) => [id, 0.5])),
        reactions: { J: { rate: built } },
      });
      expect(readReactionText(writeReactionText(network)).network).toEqual(network);
      expect(odeSystem(network).problems).toBeUndefined();
    });
  }
}
