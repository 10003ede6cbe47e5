import type { Expression } from "../../kernel/expression.ts";
import { expressionGraph } from "../../kernel/expression.ts";
import { parseExpression } from "../../kernel/grammar.ts";
import { symbolsOf } from "../../kernel/substitute.ts";
import { massAction } from "../../models/mass-action.ts";
import type { Network } from "../../models/network.ts";
import { rateDependencies } from "../../models/structure.ts";
import { leastSquares } from "../../numerics/least-squares.ts";

/** The parameters that belong to one reaction alone, and their powers in its two constants. */
export interface OwnConstants {
  readonly parameters: readonly { readonly id: string; readonly value: number; readonly inForward: number; readonly inReverse: number }[];
  readonly reason?: undefined;
}

/** Why the constants of a reaction cannot be changed on their own. */
export interface NotOwn {
  readonly reason: string;
}

/** The constants of a reaction as products of powers of parameters that nothing else uses. */
export function ownConstants(network: Network, reaction: string): OwnConstants | NotOwn {
  const graph = expressionGraph();
  const law = massAction(network, reaction, graph);
  if (law.kind !== "reversible") return { reason: law.kind === "one-way" ? "it has no reverse constant" : law.reason };
  const [forward, reverse] = [powersOf(law.kPlus), powersOf(law.kMinus)];
  if (!forward || !reverse) return { reason: `its ${forward ? "reverse" : "forward"} constant is no product of powers of parameters` };
  const names = [...new Set([...forward.keys(), ...reverse.keys()])];
  if (names.length === 0) return { reason: "its constants are numbers written into the rate; make them parameters" };
  const reads = rateDependencies(network);
  const inFactor = symbolsOf([law.factor]);
  const elsewhere = formulaSymbols(network);
  const used = (id: string): string | null => {
    const parameter = network.parameters.find((one) => one.id === id);
    if (!parameter) return "is no parameter";
    if (parameter.value === null) return "has no value of its own";
    if (network.rules.some(({ target }) => target === id)) return "is set by a rule";
    if (inFactor.has(id)) return "also stands in the part of the rate common to both directions";
    const others = [...reads].flatMap(([other, symbols]) => (other !== reaction && symbols.has(id) ? [`"${other}"`] : []));
    if (others.length > 0) return `is shared with reaction ${others.join(", ")}`;
    return elsewhere.has(id) ? "is read by a rule or an initial assignment" : null;
  };
  const parameters = names.flatMap((id) => {
    const value = network.parameters.find((one) => one.id === id)?.value;
    return used(id) === null && value !== null && value !== undefined ? [{ id, value, inForward: forward.get(id) ?? 0, inReverse: reverse.get(id) ?? 0 }] : [];
  });
  if (rankOfPowers(parameters) === 2) return { parameters };
  const obstacles = names.flatMap((id) => {
    const why = used(id);
    return why === null ? [] : [`"${id}" ${why}`];
  });
  return { reason: obstacles.length > 0 ? `its parameter ${obstacles.join(", and ")}` : "its two constants depend on one parameter in the same way; give it a parameter for each direction" };
}

/** New values that add `forward` to ln k+ and `reverse` to ln k-, with the least change of the logarithms of the parameters. */
export function scaledParameters({ parameters }: OwnConstants, forward: number, reverse: number): { readonly parameters: Readonly<Record<string, number>>; readonly reason?: undefined } | NotOwn {
  const wrong = parameters.find(({ value }) => !(value > 0));
  if (wrong) return { reason: `its parameter "${wrong.id}" is ${wrong.value}, which no factor makes consistent; give it a positive value` };
  const rows = [...parameters.map(({ inForward }) => inForward), ...parameters.map(({ inReverse }) => inReverse)];
  const { solution } = leastSquares(rows, [forward, reverse], 2, parameters.length);
  return { parameters: Object.fromEntries(parameters.map(({ id, value }, index) => [id, value * Math.exp(solution[index] ?? 0)])) };
}

function rankOfPowers(parameters: OwnConstants["parameters"]): number {
  if (parameters.length === 0) return 0;
  return leastSquares([...parameters.map(({ inForward }) => inForward), ...parameters.map(({ inReverse }) => inReverse)], [0, 0], 2, parameters.length).rank;
}

/** Exponents by symbol of a product of powers; null where the expression is something else. */
function powersOf(expression: Expression): ReadonlyMap<string, number> | null {
  const [a, b] = expression.operands;
  switch (expression.operation) {
    case "constant":
      return expression.value > 0 ? new Map() : null;
    case "symbol":
      return new Map([[expression.name, 1]]);
    case "multiply":
    case "divide": {
      const [left, right] = [a && powersOf(a), b && powersOf(b)];
      return left && right ? added(left, right, expression.operation === "multiply" ? 1 : -1) : null;
    }
    case "power": {
      const base = a && powersOf(a);
      return base && b?.operation === "constant" ? added(new Map(), base, b.value) : null;
    }
    case "squareRoot": {
      const base = a && powersOf(a);
      return base ? added(new Map(), base, 1 / 2) : null;
    }
    default:
      return null;
  }
}

function added(one: ReadonlyMap<string, number>, other: ReadonlyMap<string, number>, times: number): Map<string, number> {
  const sum = new Map(one);
  for (const [id, exponent] of other) sum.set(id, (sum.get(id) ?? 0) + times * exponent);
  return sum;
}

/** Names in rules and initial assignments; what a rule passes on to rates is in the rates' own dependencies. */
function formulaSymbols(network: Network): Set<string> {
  const graph = expressionGraph();
  const formulas = [...network.rules, ...network.initialAssignments].map(({ formula }) => parseExpression(graph, formula).expression);
  return symbolsOf(formulas.flatMap((expression) => (expression ? [expression] : [])));
}
