import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluate } from "../../src/kernel/evaluate.ts";
import { expressionGraph } from "../../src/kernel/expression.ts";
import type { Expression } from "../../src/kernel/expression.ts";
import { printExpression } from "../../src/kernel/print.ts";
import { odeSystem, reactionRates } from "../../src/models/compile.ts";
import { massAction, oneWayNotes } from "../../src/models/mass-action.ts";
import type { Network } from "../../src/models/network.ts";
import { readReactionText } from "../../src/models/text.ts";
import { networkOf } from "../../src/models/build.ts";

const read = (text: string): Network => {
  const result = readReactionText(text);
  if (result.problems) throw new Error(JSON.stringify(result.problems));
  return result.network;
};
const first = (text: string) => {
  const network = read(text);
  return massAction(network, network.reactions[0]?.id ?? "");
};
const shown = (text: string): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(first(text)).map(([key, value]: [string, Expression | string | boolean | null]) => [key, value !== null && typeof value === "object" ? printExpression(value) : value]),
  );
const constants = "k = 2; kf = 3; kr = 0.5; Keq = 4; E = 1; KA = 1; KB = 2; C = 2";

describe("reversible", () => {
  test.each([
    ["A + B -> 2 D; kf*A*B - kr*D^2", { kPlus: "kf", kMinus: "kr", factor: "1", elementary: true }],
    ["A -> B; k*(A - B/Keq)", { kPlus: "k", factor: "1", elementary: true }],
    ["compartment C; species A in C, B in C; A -> B; C*(kf*A - kr*B)", { kPlus: "kf", kMinus: "kr", factor: "C", elementary: true }],
    ["compartment C; species A in C, B in C; A -> B; C*kf*A - kr*B*C", { kPlus: "kf", kMinus: "kr", factor: "C", elementary: true }],
    ["species E; A -> B; E*(kf*A - kr*B)", { kPlus: "kf", kMinus: "kr", factor: "E", elementary: false }],
    ["A -> B; -kr*B + kf*A", { kPlus: "kf", kMinus: "kr", factor: "1" }],
    ["A -> B; -(kr*B - kf*A)", { kPlus: "kf", kMinus: "kr", factor: "1" }],
    ["A -> ; kf*A - kr", { kPlus: "kf", kMinus: "kr", factor: "1" }],
    ["2 A -> 3 A; kf*A^2 - kr*A*A*A", { kPlus: "kf", kMinus: "kr", factor: "1" }],
    ["A -> B; k*A + kf*A - kr*B", { kMinus: "kr", factor: "1", elementary: true }],
    ["A -> B; kf/KA*(A - B/Keq)/(1 + A/KA + B/KB)", { elementary: false }],
    ["species $A; A -> B; kf*A - kr*B", { kPlus: "kf", kMinus: "kr" }],
    ["A -> B; v; v := kf*A - kr*B", { kPlus: "kf", kMinus: "kr" }],
    ["A -> B; exp(KA)*(A - B)", { kPlus: "exp(KA)", kMinus: "exp(KA)", factor: "1" }],
  ])("%s", (text, expected) => {
    expect(shown(`${text}; ${constants.replace(text.includes("species E") ? "E = 1; " : "", "")}`)).toMatchObject({ kind: "reversible", ...expected });
  });
});

describe("one-way", () => {
  test.each([
    ["A => B; k*A", { kPlus: "k", factor: "1", elementary: true, reason: null }],
    ["2 A -> B; k*A^2", { kPlus: "k", elementary: true }],
    ["-> B; k", { kPlus: "k", elementary: true }],
    ["species E; A -> B; k*E*A", { kPlus: "k", factor: "E", elementary: false }],
    ["2 A -> B; k*A", { kPlus: null, reason: expect.stringContaining('order 1 in "A", stoichiometry 2') }],
    ["A -> B; kf*A/(KA + A)", { kPlus: "kf", elementary: false }],
  ])("%s", (text, expected) => {
    expect(shown(`${text}; ${constants.replace(text.includes("species E") ? "E = 1; " : "", "")}`)).toMatchObject({ kind: "one-way", ...expected });
  });

  test("under '->' it is a note", () => {
    expect(oneWayNotes(read("J: A -> B; k*A; K: A => B; k*A; L: A -> B; k*A - B")).map(({ reaction }) => reaction)).toEqual(["J"]);
  });
});

describe("not mass action", () => {
  test.each([
    ["2 A -> B; kf*A - kr*B", 'forward term does not follow the stoichiometry: order 1 in "A", stoichiometry 2'],
    ["A -> B; kf*A - kr*B^2", 'reverse term does not follow the stoichiometry: order 2 in "B", stoichiometry 1'],
    ["A -> B; kf*A/(KA + A) - kr*B/(KB + B)", "different factors"],
    ["A -> B; sin(A)", "not recognisably positive"],
    ["A -> B; (kf - kr)*A", "not recognisably positive"],
    ["A -> B; (A - KA)*(A - B)", "two differences"],
    ["A -> B; -k*B", "never positive"],
    ["A -> B; ln(KA)*(A - B)", "not recognisably positive"],
  ])("%s", (text, reason) => {
    expect(first(`${text}; ${constants}`)).toEqual({ kind: "not mass action", reason: expect.stringContaining(reason) });
  });
});

const product = (k: string, side: Record<string, number>): string => [k, ...Object.entries(side).map(([id, order]) => `${id}^${order}`)].join("*");
const present = (side: Record<string, number>): Record<string, number> => Object.fromEntries(Object.entries(side).filter(([, order]) => order > 0));

describe("laws", () => {
  const orders = fc.record({ A: fc.integer({ min: 0, max: 3 }), B: fc.integer({ min: 0, max: 3 }), D: fc.integer({ min: 0, max: 2 }) });
  /** A handful of roundings per factor, at most twenty factors. */
  const rounding = 1e-13;

  test("forward - reverse is the rate, and factor, constants and orders give the same fluxes", () => {
    fc.assert(
      fc.property(orders, orders, fc.constantFrom("C*", "E*", "", "1/(1 + A/2)*"), fc.boolean(), (reactants, products, factor, written) => {
        fc.pre(JSON.stringify(reactants) !== JSON.stringify(products));
        const [plus, minus] = [product("kf", reactants), product("kr", products)];
        const rate = written ? `${factor}(${plus} - ${minus})` : `${factor}(${minus})*(-1) + ${factor}${plus}`;
        const network = networkOf({
          id: "one",
          compartments: { C: 2 },
          species: { A: { compartment: "C", initial: 1 }, B: { compartment: "C", initial: 1 }, D: { compartment: "C", boundary: true, initial: 3 }, E: { compartment: "C", initial: 1 } },
          parameters: { kf: 2, kr: 3 },
          reactions: { J: { reactants: present(reactants), products: present(products), rate } },
        });
        const graph = expressionGraph();
        expect(odeSystem(network, graph).problems).toBeUndefined();
        const found = massAction(network, "J", graph);
        if (found.kind !== "reversible") throw new Error(JSON.stringify(found));
        const values: Record<string, number> = { A: 1.7, B: 0.3, D: 3, E: 0.9, C: 2, kf: 2, kr: 3 };
        const at = (expression: Expression | undefined): number => (expression ? evaluate(expression, (name) => values[name] ?? Number.NaN) : Number.NaN);
        const [forward, reverse] = [at(found.forward), at(found.reverse)];
        const close = (a: number, b: number): void => expect(Math.abs(a - b)).toBeLessThanOrEqual(rounding * (forward + reverse));
        close(forward - reverse, at(reactionRates(network, graph)[0]));
        const power = (side: Record<string, number>): number => Object.entries(side).reduce((total, [id, order]) => total * (values[id] ?? 0) ** order, 1);
        close(forward, at(found.factor) * at(found.kPlus) * power(reactants));
        close(reverse, at(found.factor) * at(found.kMinus) * power(products));
      }),
    );
  });
});
