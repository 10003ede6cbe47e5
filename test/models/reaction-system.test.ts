import * as fc from "fast-check";
import { expect, test } from "vitest";
import { expressionGraph } from "../../src/kernel/expression.ts";
import { printExpression } from "../../src/kernel/print.ts";
import { odeSystem, reactionRates, reactionSystem } from "../../src/models/compile.ts";
import type { Network } from "../../src/models/network.ts";
import { resolverOf } from "../../src/models/resolve.ts";
import { readReactionText } from "../../src/models/text.ts";
import { networks } from "./random-network.ts";

const products = `
  compartment C = 2; species D in C; substanceOnly species E in C; species $F; F = 3; D = 1; E = 1; A = 1; B = 2;
  R1: A -> B; k*A; R2: 2 A -> B; 2*k*A*A; R3: A + B -> D; A*k*B; R4: B -> A; 1*B; R5: B -> A; 0*k*B; R6: D -> ; k*D*C; R7: E -> ; 0.5*E;
  R8: A -> ; q*A*k; R9: A -> ; x*A; R10: A -> ; k*pi*A; R11: A -> ; A*R1; R12: A -> ; F*A; R13: A -> ; k*A*time; R14: A -> ; k*A/(1 + A);
  R15: A -> ; 12345678901*A; R16: A -> B; k*A; k = 1; q = 2*k; x := k*B`;

const networkOf = (text: string): Network => {
  const read = readReactionText(text);
  if (read.problems) throw new Error(JSON.stringify(read.problems));
  return read.network;
};

/** Rates read from their factors, and in the same graph each as a text of its own. */
function bothRates(network: Network): [read: string[], texts: string[]] {
  const graph = expressionGraph();
  const resolver = resolverOf(network, graph);
  const texts = network.reactions.map(({ id, rate }) => resolver.formula(rate, `reaction:${id}`));
  const read = reactionRates(network, graph);
  expect(read.every((rate, index) => rate === texts[index])).toBe(true);
  return [read.map(printExpression), texts.map(printExpression)];
}

test("rates read from their factors are the nodes that reading their texts makes", () => {
  const [read, texts] = bothRates(networkOf(products));
  expect(read).toEqual(texts);
  expect(read).toHaveLength(16);
  fc.assert(fc.property(networks(), (network) => void bothRates(network)));
});

const printed = (network: Network, make: typeof odeSystem | typeof reactionSystem) => {
  const { system, problems, warnings } = make(network);
  if (!system) return { problems };
  const { rhs, initialState, outputs, ...rest } = system;
  return { ...rest, graph: null, warnings, rhs: rhs.map(printExpression), start: initialState.map(printExpression), outputs: outputs.map(({ expression, ...output }) => ({ ...output, text: printExpression(expression) })) };
};

test("a reaction system is the ODE system, and writes its right-hand side when first asked, once", () => {
  expect(printed(networkOf(products), reactionSystem)).toEqual(printed(networkOf(products), odeSystem));
  fc.assert(fc.property(networks(), (network) => void expect(printed(network, reactionSystem)).toEqual(printed(network, odeSystem))));
  const graph = expressionGraph();
  const { system, rates, problems } = reactionSystem(networkOf("A -> B; k*A; B -> A; q*B; A = 1; B = 0; k = 1; q = 2"), graph);
  expect(problems).toBeUndefined();
  const before = graph.size;
  const rhs = system?.rhs;
  expect(graph.size).toBeGreaterThan(before);
  expect(system?.rhs).toBe(rhs);
  expect(rates?.map(printExpression)).toEqual(["k*A", "q*B"]);
});

test("a reaction system is refused for what the ODE system is refused for", () => {
  for (const text of ["A -> ; k*A; A = 1", "A -> ; k*A; A = 1; k := q; q := k", "A -> ; k*A; A = 1; k = 2*zz"]) {
    const { problems } = reactionSystem(networkOf(text));
    expect(problems?.length).toBeGreaterThan(0);
    expect(problems).toEqual(odeSystem(networkOf(text)).problems);
  }
});
