import { exponential, logarithm, multiply } from "../kernel/arithmetic.ts";
import { differentiate } from "../kernel/derivative.ts";
import { evaluate } from "../kernel/evaluate.ts";
import { expressionGraph } from "../kernel/expression.ts";
import type { Expression, Graph } from "../kernel/expression.ts";
import { parseExpression } from "../kernel/grammar.ts";
import { printExpression } from "../kernel/print.ts";
import { substitute, symbolsOf } from "../kernel/substitute.ts";
import type { NetworkProblem } from "../models/check.ts";
import { suggestion } from "../models/nearest.ts";
import type { Network } from "../models/network.ts";
import { speciesIds } from "../models/structure.ts";
import { stream } from "../numerics/random.ts";
import type { Finding } from "./finding.ts";
import type { CoefficientIds } from "./reaction-flux.ts";

/** Formulas of activity coefficients by species, over species, parameters and `time`; the others are 1. */
export type ActivityCoefficients = Readonly<Record<string, string>>;

export type NonIdealResult =
  | {
      readonly network: Network;
      /** What `fluxesOf` takes as `activityCoefficients`. */
      readonly coefficients: CoefficientIds;
      readonly problems?: undefined;
    }
  | { readonly problems: readonly NetworkProblem[]; readonly network?: undefined };

/**
 * The same network as a non-ideal solution: each coefficient becomes a parameter `gamma_SPECIES` set by a rule, and rates read the
 * activity `gamma_SPECIES*SPECIES` wherever they read the species. Mass action becomes mass action in activities.
 * @status problems: unknown species, formulas that cannot be read, ids already in use; all of them.
 */
export function withActivities(network: Network, formulas: ActivityCoefficients): NonIdealResult {
  const graph = expressionGraph();
  const problems: NetworkProblem[] = [];
  const species = network.species.map(({ id }) => id);
  const taken = new Set([...species, ...[...network.parameters, ...network.compartments, ...network.reactions].map(({ id }) => id)]);
  const read = Object.entries(formulas).flatMap(([id, text]) => {
    const note = (message: string): [] => {
      problems.push({ where: `species:${id}`, message });
      return [];
    };
    const parsed = parseExpression(graph, text);
    if (!species.includes(id)) return note(`there is no species "${id}" to have an activity coefficient${suggestion(id, species)}`);
    if (parsed.problems) return note(`activity coefficient of "${id}", "${text}": ${parsed.problems.map(({ column, message }) => `column ${column}: ${message}`).join("; ")}`);
    if (taken.has(`gamma_${id}`)) return note(`"gamma_${id}" is in use already; rename it, so that it can be the activity coefficient of "${id}"`);
    return [{ species: id, coefficient: `gamma_${id}`, expression: parsed.expression }];
  });
  if (problems.length > 0) return { problems };
  const activities = new Map(read.map(({ species: id, coefficient }) => [id, multiply(graph, graph.symbol(coefficient), graph.symbol(id))]));
  return {
    network: {
      ...network,
      parameters: [...network.parameters, ...read.map(({ coefficient }) => ({ id: coefficient, value: null, constant: false, unit: null }))],
      rules: [...network.rules, ...read.map(({ coefficient, expression }) => ({ kind: "assignment" as const, target: coefficient, formula: printExpression(expression) }))],
      reactions: network.reactions.map((reaction) => {
        const rate = parseExpression(graph, reaction.rate);
        return rate.expression ? { ...reaction, rate: printExpression(substitute(graph, rate.expression, activities)) } : reaction;
      }),
    },
    coefficients: Object.fromEntries(read.map(({ species: id, coefficient }) => [id, coefficient])),
  };
}

/** The Debye-Hückel constant of water at 25 °C for natural logarithms: 0.509 ln 10, molar concentrations. */
export const debyeHueckelConstant = 0.509 * Math.LN10;

/**
 * Davies' coefficients `ln gamma = -A z^2 (sqrt(I)/(1 + sqrt(I)) - 0.3 I)`, `I = sum z^2 c / 2` over the charged species, up to
 * about 0.5 mole per litre. `charges` z by species; `molePerLitre`: what one unit of concentration is. The sum runs over the very
 * species that get a coefficient, so the coefficients are a gradient; ions that are no species must be given as `background` I · mole per litre.
 * @source Davies 1962, Ion Association (Butterworths); Davies 1938, doi:10.1039/jr9380002093
 */
export function daviesCoefficients(charges: Readonly<Record<string, number>>, molePerLitre: number, background = 0): Record<string, string> {
  const charged = Object.entries(charges).filter(([, charge]) => charge !== 0);
  const strength = `(${[String(background), ...charged.map(([id, charge]) => `${(charge * charge * molePerLitre) / 2}*${id}`)].join(" + ")})`;
  return Object.fromEntries(charged.map(([id, charge]) => [id, `exp(-${debyeHueckelConstant * charge * charge}*(sqrt${strength}/(1 + sqrt${strength}) - 0.3*${strength}))`]));
}

/**
 * Coefficients `gamma_i = exp(d Phi/d x_i)` of an excess free energy Phi per volume · RT times concentration: integrable by
 * construction. Species that Phi does not hold are left out.
 * @source Prigogine & Defay 1954, Chemical Thermodynamics, chap. XX
 */
export function excessCoefficients(network: Network, excess: string): { readonly coefficients: Record<string, string>; readonly problems?: undefined } | { readonly problems: readonly NetworkProblem[]; readonly coefficients?: undefined } {
  const graph = expressionGraph();
  const parsed = parseExpression(graph, excess);
  if (parsed.problems) return { problems: parsed.problems.map(({ column, message }) => ({ where: "excess free energy", message: `"${excess}", column ${column}: ${message}` })) };
  const names = symbolsOf([parsed.expression]);
  const held = network.species.map(({ id }) => id).filter((id) => names.has(id));
  return { coefficients: Object.fromEntries(held.map((id) => [id, printExpression(exponential(graph, differentiate(graph, parsed.expression, id)))])) };
}

/** An asymmetry of derivatives above this fraction of the largest is none of rounding: formulas lose a few digits, not seven. */
const asymmetry = 1e-9;

const facts = {
  check: "integrability",
  equation: "d ln gamma_i / d x_j = d ln gamma_j / d x_i",
  source: "Prigogine & Defay 1954, Chemical Thermodynamics, chap. XX (the coefficients are the gradient of one excess free energy)",
  topic: "thermodynamics",
} as const;

/**
 * Whether activity coefficients derive from one excess free energy, the precondition of a free energy, of a unique equilibrium and
 * of potentials that are state functions; entropy production stays non-negative without it. Derivatives are symbolic and compared
 * at points: concentrations by species, by default three random ones. Pairs with a chemostat count only where it varies: a note.
 */
export function integrability(network: Network, formulas: ActivityCoefficients, points: readonly Readonly<Record<string, number>>[] = randomPoints(network)): Finding[] {
  const graph = expressionGraph();
  const logs = new Map<string, Expression>();
  for (const [id, text] of Object.entries(formulas)) {
    const written = writtenOut(graph, network, text);
    if (written === null) return [finding("not applicable", `the activity coefficient of "${id}", "${text}", cannot be read`, null)];
    logs.set(id, logarithm(graph, written));
  }
  const ids = [...new Set([...network.species.map(({ id }) => id), ...logs.keys()])];
  const internal = new Set(speciesIds(network, "internal"));
  const values = new Map(network.parameters.map(({ id, value }) => [id, value ?? Number.NaN]));
  const slope = (of: string, by: string): Expression => {
    const log = logs.get(of);
    return log ? differentiate(graph, log, by) : graph.constant(0);
  };
  const pairs = ids.flatMap((i, at) => ids.slice(at + 1).map((j) => ({ i, j, here: slope(i, j), there: slope(j, i) }))).filter(({ here, there }) => here !== there);
  const worst = { internal: { difference: 0, pair: "" }, chemostat: { difference: 0, pair: "" } };
  for (const point of points) {
    const lookup = (name: string): number => point[name] ?? values.get(name) ?? (name === "time" ? 0 : Number.NaN);
    const found = pairs.map(({ i, j, here, there }) => ({ i, j, a: evaluate(here, lookup), b: evaluate(there, lookup) }));
    const scale = found.reduce((largest, { a, b }) => Math.max(largest, Math.abs(a), Math.abs(b)), 0);
    for (const { i, j, a, b } of found) {
      if (Number.isNaN(a - b)) return [finding("not applicable", `ln gamma of "${i}" or "${j}" has no derivative at a point tried; give values to all parameters, and points inside the formulas' domain`, null)];
      const kind = internal.has(i) && internal.has(j) ? worst.internal : worst.chemostat;
      const difference = scale === 0 ? 0 : Math.abs(a - b) / scale;
      if (difference > kind.difference) Object.assign(kind, { difference, pair: `d ln gamma_${i}/d${j} = ${a}, d ln gamma_${j}/d${i} = ${b}` });
    }
  }
  const [inside, outside] = [worst.internal, worst.chemostat];
  if (inside.difference > asymmetry) return [finding("violated", `${inside.pair}: no free energy has these coefficients, so neither has the network; entropy production is still not negative`, inside.difference)];
  if (outside.difference > asymmetry) return [finding("note", `${outside.pair}: with a chemostat, so it matters only where that one varies`, outside.difference)];
  return [finding("ok", `${logs.size} activity coefficients at ${points.length} points`, Math.max(inside.difference, outside.difference))];
}

const finding = (verdict: Finding["verdict"], where: string, value: number | null): Finding => ({ ...facts, verdict, value, bound: value === null ? null : 0, where });

/** Concentrations over two decades, the same every time. */
function randomPoints({ species }: Network): Record<string, number>[] {
  const random = stream(1n, "integrability of activity coefficients", 0);
  return Array.from({ length: 3 }, () => Object.fromEntries(species.map(({ id }) => [id, 10 ** (2 * random.uniform() - 1)])));
}

/** A formula with assignment rules of parameters written out, species left as symbols; null where it cannot be read. */
function writtenOut(graph: Graph, network: Network, text: string): Expression | null {
  const species = new Set(network.species.map(({ id }) => id));
  const rules = new Map(network.rules.flatMap(({ kind, target, formula }) => (kind === "assignment" && !species.has(target) ? [[target, formula] as const] : [])));
  const first = parseExpression(graph, text);
  if (!first.expression) return null;
  let expression: Expression = first.expression;
  // Each round writes out one layer of rules; more layers than rules means a circle.
  for (let layer = 0; layer <= rules.size; layer += 1) {
    const replacements = new Map<string, Expression>();
    for (const name of symbolsOf([expression])) {
      const formula = rules.get(name);
      const parsed = formula === undefined ? null : parseExpression(graph, formula);
      if (parsed && !parsed.expression) return null;
      if (parsed?.expression) replacements.set(name, parsed.expression);
    }
    if (replacements.size === 0) return expression;
    expression = substitute(graph, expression, replacements);
  }
  return null;
}
