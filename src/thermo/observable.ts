import type { Expression } from "../kernel/expression.ts";
import { expressionGraph } from "../kernel/expression.ts";
import { parseExpression } from "../kernel/grammar.ts";
import { suggestion } from "../models/nearest.ts";
import type { Network } from "../models/network.ts";
import { stoichiometryOf } from "../models/structure.ts";

/** A quantity linear in the species, chemostats allowed, and what each reaction adds to it. */
export interface Observable {
  /** As it was written. */
  readonly name: string;
  /** Weight of each species [nSpecies]. */
  readonly weights: readonly number[];
  /** Change per event of each reaction [nReaction]: g = weights · S. */
  readonly perReaction: readonly number[];
}

export type ObservableResult =
  | { readonly observable: Observable; readonly problem?: undefined }
  | { readonly problem: string; readonly observable?: undefined };

/**
 * Reads an observable such as `P`, `X - Y` or `2*A + B/3`.
 * @status problem: what is unreadable, unknown or not linear, with the part that is not.
 */
export function readObservable(network: Network, text: string): ObservableResult {
  const parsed = parseExpression(expressionGraph(), text);
  if (parsed.problems) return { problem: `observable "${text}": ${parsed.problems.map(({ column, message }) => `column ${column}: ${message}`).join("; ")}` };
  const species = network.species.map(({ id }) => id);
  const form = linearForm(parsed.expression, new Set(species));
  if ("problem" in form) return { problem: `observable "${text}": ${form.problem}` };
  if (form.constant !== 0) return { problem: `observable "${text}" is not linear in species: it has the constant term ${form.constant}; leave it out, it changes nothing` };
  return { observable: observableOf(network, text, species.map((id) => form.weights.get(id) ?? 0)) };
}

/** An observable from its weights per species [nSpecies]. */
export function observableOf(network: Network, name: string, weights: readonly number[]): Observable {
  const perReaction = network.reactions.map((reaction) =>
    network.species.reduce((total, { id }, index) => {
      const weight = weights[index] ?? 0;
      return weight === 0 ? total : total + weight * stoichiometryOf(reaction, id).change;
    }, 0),
  );
  return { name, weights, perReaction };
}

interface LinearForm {
  readonly constant: number;
  readonly weights: ReadonlyMap<string, number>;
}

function linearForm(expression: Expression, species: ReadonlySet<string>): LinearForm | { readonly problem: string } {
  const [a, b] = expression.operands.map((operand) => linearForm(operand, species));
  if (a && "problem" in a) return a;
  if (b && "problem" in b) return b;
  const none = new Map<string, number>();
  switch (expression.operation) {
    case "constant":
      return { constant: expression.value, weights: none };
    case "symbol":
      if (species.has(expression.name)) return { constant: 0, weights: new Map([[expression.name, 1]]) };
      return { problem: `"${expression.name}" is not a species${suggestion(expression.name, [...species])}; observables are linear in species, with numbers as weights` };
    case "negate":
      if (a) return scaled(a, -1);
      break;
    case "add":
    case "subtract":
      if (a && b) return added(a, scaled(b, expression.operation === "add" ? 1 : -1));
      break;
    case "multiply":
      if (a && b && a.weights.size === 0) return scaled(b, a.constant);
      if (a && b && b.weights.size === 0) return scaled(a, b.constant);
      break;
    case "divide":
      if (a && b && b.weights.size === 0) return scaled(a, 1 / b.constant);
      break;
    default:
  }
  return { problem: `it is not linear in species ("${expression.operation}" of species); write a sum of species with numbers as weights` };
}

const scaled = ({ constant, weights }: LinearForm, factor: number): LinearForm => ({
  constant: constant * factor,
  weights: new Map([...weights].map(([id, weight]) => [id, weight * factor])),
});

function added(a: LinearForm, b: LinearForm): LinearForm {
  const weights = new Map(a.weights);
  for (const [id, weight] of b.weights) weights.set(id, (weights.get(id) ?? 0) + weight);
  return { constant: a.constant + b.constant, weights };
}
