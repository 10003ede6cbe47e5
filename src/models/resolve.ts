import type { Expression, Graph } from "../kernel/expression.ts";
import { divide, multiply } from "../kernel/arithmetic.ts";
import { parseExpression } from "../kernel/grammar.ts";
import { substitute, symbolsOf } from "../kernel/substitute.ts";
import type { NetworkProblem } from "./check.ts";
import { eventTargets } from "./check.ts";
import { suggestion } from "./nearest.ts";
import type { Compartment, Network, Parameter, Reaction, Rule, Species } from "./network.ts";
import { defaultCompartment } from "./text/reader.ts";
import { isIdentifier } from "./text/reserved.ts";

/** How a species is carried by the ODE system. */
export type SpeciesRole = "concentration state" | "amount state" | "symbol state" | "parameter" | "amount parameter" | "derived";

/** A network with every name looked up: formulas in, expressions in states, parameters and `time` out. */
export interface Resolver {
  readonly graph: Graph;
  /** What a formula means at any time. */
  formula(text: string, where: string): Expression;
  /** What a symbol of the network means at any time. */
  symbol(name: string, where: string): Expression;
  /** What a symbol is at time 0, over the parameters alone. */
  initial(name: string, where: string): Expression;
  /** An expression in the network's symbols, with every symbol looked up. */
  expression(expression: Expression, where: string): Expression;
  role(species: Species): SpeciesRole;
  /** A boundary species' value as a parameter: its amount where its symbol is one or its compartment varies, else its concentration; null = only an expression gives it. */
  boundaryValue(species: Species): number | null;
  /** Volume of a compartment at any time. */
  volume(compartment: string, where: string): Expression;
  isParameter(id: string): boolean;
  readonly problems: readonly NetworkProblem[];
  /** Notes a further problem. */
  refuse(where: string, message: string): void;
  /** Names that some formula used. */
  readonly used: ReadonlySet<string>;
}

type Named =
  | { readonly kind: "compartment"; readonly of: Compartment }
  | { readonly kind: "species"; readonly of: Species }
  | { readonly kind: "parameter"; readonly of: Parameter }
  | { readonly kind: "reaction"; readonly of: Reaction };

/** The compartment of species that name none: its size 1 needs no symbol. */
const isImplicit = (compartment: Compartment): boolean => compartment.id === defaultCompartment && compartment.size === 1 && compartment.constant;

/** Looks up names, substitutes rules and initial assignments, and collects what is undefined or defined in a circle. */
export function resolverOf(network: Network, graph: Graph): Resolver {
  const names = namesOf(network);
  const notes = problemNotes();
  const carried = carriers(names);
  const { parse, lookUp, once, used } = formulas(graph, names, notes);
  const { named, rules, assigned, byEvents } = names;
  const { role, boundaryValue, isVarying } = carried;
  const undefinedSymbol = (name: string, where: string): Expression => {
    notes.report(where, `"${name}" is not defined${suggestion(name, names.all())}; give it a value, e.g. '${name} = 1'`, `undefined ${name}`);
    return graph.symbol(name);
  };
  const anyTime = new Map<string, Expression>();
  const atStart = new Map<string, Expression>();
  const volume = (compartment: string, where: string): Expression => symbol(compartment, where);

  const symbol = (name: string, where: string): Expression => {
    if (name === "time") return graph.symbol("time");
    const known = anyTime.get(name);
    if (known) return known;
    const found = named(name);
    if (!found) return undefinedSymbol(name, where);
    return once(anyTime, " ", name, where, () => {
      if (found.kind === "reaction") return lookUp(parse(found.of.rate, `reaction:${name}`), `reaction:${name}`, symbol);
      const rule = rules.get(name);
      if (rule?.kind === "assignment") return lookUp(parse(rule.formula, `rule:${name}`), `rule:${name}`, symbol);
      if (rule) return graph.symbol(name);
      if (found.kind === "species") {
        const how = role(found.of);
        if (how === "derived") return boundaryExpression(found.of, where);
        if (how === "amount parameter" || (how === "amount state" && !found.of.substanceOnly)) {
          return divide(graph, graph.symbol(name), volume(found.of.compartment, where));
        }
        return graph.symbol(name);
      }
      if (byEvents.has(name)) return graph.symbol(name);
      if (assigned.has(name)) return initial(name, where);
      if (found.kind === "compartment" && isImplicit(found.of)) return graph.constant(1);
      return graph.symbol(name);
    });
  };
  /** A boundary species that only an expression gives: its initial value stays, as an amount where the volume changes. */
  const boundaryExpression = (species: Species, where: string): Expression => {
    const start = initial(species.id, where);
    if (species.substanceOnly || !isVarying(species.compartment)) return start;
    return divide(graph, multiply(graph, start, initial(species.compartment, where)), volume(species.compartment, where));
  };

  const initial = (name: string, where: string): Expression => {
    if (name === "time") return graph.constant(0);
    const found = named(name);
    if (!found) return undefinedSymbol(name, where);
    return once(atStart, "@", name, where, () => {
      if (found.kind === "reaction") return lookUp(parse(found.of.rate, `reaction:${name}`), `reaction:${name}`, initial);
      const rule = rules.get(name);
      if (rule?.kind === "assignment") return lookUp(parse(rule.formula, `rule:${name}`), `rule:${name}`, initial);
      const formula = assigned.get(name);
      if (formula !== undefined) return lookUp(parse(formula, `value:${name}`), `value:${name}`, initial);
      if (found.kind === "species") return initialSpecies(graph, role, initial, found.of, where);
      if (found.kind === "compartment" && isImplicit(found.of)) return graph.constant(1);
      if (!rule && !byEvents.has(name)) return graph.symbol(name);
      return graph.constant((found.kind === "compartment" ? found.of.size : found.of.value) ?? Number.NaN);
    });
  };

  return {
    graph,
    problems: notes.problems,
    refuse: (where, message) => notes.report(where, message),
    used,
    role,
    boundaryValue,
    volume,
    symbol,
    initial,
    formula: (text, where) => lookUp(parse(text, where), where, symbol),
    expression: (expression, where) => lookUp(expression, where, symbol),
    isParameter: (id) => isParameter(names, role, id),
  };
}

/** Everything of a network that has a name, and what else is said about it. */
interface Names {
  named(name: string): Named | undefined;
  /** Whether a name is one of a compartment, a species or a parameter. */
  isDeclared(name: string): boolean;
  /** Every name. */
  all(): string[];
  readonly rules: ReadonlyMap<string, Rule>;
  /** Formulas of initial assignments. */
  readonly assigned: ReadonlyMap<string, string>;
  /** What events assign. */
  readonly byEvents: ReadonlySet<string>;
}

function namesOf(network: Network): Names {
  const others = new Map<string, Named>();
  for (const of of network.compartments) others.set(of.id, { kind: "compartment", of });
  for (const of of network.species) others.set(of.id, { kind: "species", of });
  for (const of of network.parameters) others.set(of.id, { kind: "parameter", of });
  // Few formulas name a reaction, and there may be very many of them.
  let reactionOf: ReadonlyMap<string, Named> | null = null;
  const reactions = (): ReadonlyMap<string, Named> => (reactionOf ??= new Map(network.reactions.map((of) => [of.id, { kind: "reaction", of }])));
  return {
    named: (name) => others.get(name) ?? reactions().get(name),
    isDeclared: (name) => others.has(name),
    all: () => [...others.keys(), ...reactions().keys()],
    rules: new Map(network.rules.map((rule) => [rule.target, rule])),
    assigned: new Map(network.initialAssignments.map(({ target, formula }) => [target, formula])),
    byEvents: eventTargets(network),
  };
}

/** Problems as they are found, each once. */
interface ProblemNotes {
  readonly problems: readonly NetworkProblem[];
  /** @param key what counts as the same problem */
  report(where: string, message: string, key?: string): void;
}

function problemNotes(): ProblemNotes {
  const problems: NetworkProblem[] = [];
  const reported = new Set<string>();
  return {
    problems,
    report(where, message, key = `${where} ${message}`) {
      if (reported.has(key)) return;
      reported.add(key);
      problems.push({ where, message });
    },
  };
}

/** How species are carried. */
function carriers({ named, rules, assigned, byEvents }: Names): Pick<Resolver, "role" | "boundaryValue"> & { readonly isVarying: (compartment: string) => boolean } {
  const isVarying = (compartment: string): boolean => rules.has(compartment) || byEvents.has(compartment);
  const boundaryValue = (species: Species): number | null => {
    const wanted = species.substanceOnly || isVarying(species.compartment) ? "amount" : "concentration";
    if (species.initial === null) return 0;
    if (wanted === species.initialKind) return species.initial;
    const compartment = named(species.compartment);
    const size = compartment?.kind === "compartment" && !assigned.has(species.compartment) ? compartment.of.size : null;
    if (size === null) return null;
    return wanted === "amount" ? species.initial * size : species.initial / size;
  };
  const role = (species: Species): SpeciesRole => {
    const rule = rules.get(species.id);
    if (rule) return rule.kind === "rate" ? "symbol state" : "derived";
    const needsAmount = isVarying(species.compartment);
    if (!species.boundary || byEvents.has(species.id)) return species.substanceOnly || needsAmount ? "amount state" : "concentration state";
    if (assigned.has(species.id) || boundaryValue(species) === null) return "derived";
    return needsAmount && !species.substanceOnly ? "amount parameter" : "parameter";
  };
  return { role, boundaryValue, isVarying };
}

function isParameter({ named, rules, assigned, byEvents }: Names, role: Resolver["role"], id: string): boolean {
  const found = named(id);
  if (!found || found.kind === "reaction" || rules.has(id) || byEvents.has(id)) return false;
  if (found.kind === "species") return role(found.of) === "parameter" || role(found.of) === "amount parameter";
  return !assigned.has(id) && !(found.kind === "compartment" && isImplicit(found.of));
}

type Find = (name: string, where: string) => Expression;

/** Reads formulas and puts in what their names stand for. */
interface Formulas {
  readonly used: Set<string>;
  parse(text: string, where: string): Expression;
  lookUp(expression: Expression, where: string, find: Find): Expression;
  /** Runs a look-up once; a look-up that needs itself is a circle. */
  once(cache: Map<string, Expression>, kind: string, name: string, where: string, make: () => Expression): Expression;
}

function formulas(graph: Graph, { isDeclared }: Names, { report }: ProblemNotes): Formulas {
  const used = new Set<string>();
  const parsed = new Map<string, Expression>();
  const looking: string[] = [];
  return {
    used,
    parse(text, where) {
      const known = parsed.get(text);
      if (known) return known;
      // A name alone, of which a large network has one for each species, needs no grammar.
      if (isDeclared(text) && isIdentifier(text)) return graph.symbol(text);
      const result = parseExpression(graph, text);
      for (const problem of result.problems ?? []) report(where, `formula "${text}", column ${problem.column}: ${problem.message}`);
      const expression = result.expression ?? graph.constant(Number.NaN);
      parsed.set(text, expression);
      return expression;
    },
    lookUp(expression, where, find) {
      if (expression.operation === "symbol") {
        used.add(expression.name);
        return find(expression.name, where);
      }
      const found = new Map<string, Expression>();
      for (const name of symbolsOf([expression])) {
        used.add(name);
        found.set(name, find(name, where));
      }
      return substitute(graph, expression, found);
    },
    once(cache, kind, name, where, make) {
      const known = cache.get(name);
      if (known) return known;
      const key = `${kind}${name}`;
      if (looking.includes(key)) {
        const circle = [...looking.slice(looking.indexOf(key)), key].map((one) => one.slice(1));
        report(where, `these are defined in a circle: ${circle.join(" -> ")}; make one of them a number or a rate rule`, `circle ${[...new Set(circle)].toSorted().join(" ")}`);
        return graph.constant(Number.NaN);
      }
      looking.push(key);
      const made = make();
      looking.pop();
      cache.set(name, made);
      return made;
    },
  };
}

/** Initial value of a species' symbol: a concentration, or an amount where it is substanceOnly. */
function initialSpecies(graph: Graph, role: Resolver["role"], initial: Find, species: Species, where: string): Expression {
  if (role(species) === "parameter") return graph.symbol(species.id);
  if (role(species) === "amount parameter") return divide(graph, graph.symbol(species.id), initial(species.compartment, where));
  const number = graph.constant(species.initial ?? 0);
  const isAmount = species.initial !== null && species.initialKind === "amount";
  if (isAmount === species.substanceOnly || species.initial === null) return number;
  const size = initial(species.compartment, where);
  return isAmount ? divide(graph, number, size) : multiply(graph, number, size);
}
