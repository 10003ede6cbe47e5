import { elementaryReactionsOf } from "./elementary-reactions.ts";
import type { Network } from "./network.ts";
import { suggestion } from "./nearest.ts";
import { isIdentifier } from "./text/reserved.ts";

/** One thing wrong with a network. `where` is `kind:id`, e.g. `reaction:J1` or `rule:A`. */
export interface NetworkProblem {
  readonly where: string;
  readonly message: string;
}

/** Everything about a network that is wrong whatever its formulas say: ids, references, rules against reactions, values given twice. */
export function checkNetwork(network: Network): NetworkProblem[] {
  const problems: NetworkProblem[] = [];
  const note = (where: string, message: string): void => void problems.push({ where, message });
  checkIds(network, note);
  checkSpecies(network, note);
  checkReactions(network, note);
  checkRules(network, note);
  checkEvents(network, note);
  checkValues(network, note);
  return problems;
}

type Note = (where: string, message: string) => void;

function checkIds(network: Network, note: Note): void {
  const seen = new Map<string, string>();
  for (const [kind, list] of [
    ["compartment", network.compartments],
    ["species", network.species],
    ["parameter", network.parameters],
    // What is known in numbers is right: see `withElementaryReactions`.
    ["reaction", elementaryReactionsOf(network) ? [] : network.reactions],
    ["event", network.events ?? []],
  ] as const) {
    for (const { id } of list) {
      if (!isIdentifier(id)) note(`${kind}:${id}`, `"${id}" cannot be an id; use letters, digits and "_", and no reserved word`);
      const before = seen.get(id);
      if (before !== undefined) note(`${kind}:${id}`, `"${id}" is already the id of a ${before}; choose another`);
      seen.set(id, kind);
    }
  }
}

function checkSpecies(network: Network, note: Note): void {
  const compartments = network.compartments.map((compartment) => compartment.id);
  for (const { id, compartment, constant, boundary } of network.species) {
    if (!compartments.includes(compartment)) {
      note(`species:${id}`, `species "${id}" is in compartment "${compartment}", which is not declared${suggestion(compartment, compartments)}`);
    }
    if (constant && !boundary) note(`species:${id}`, `species "${id}" is constant, so it must be a boundary species as well`);
  }
}

function checkReactions(network: Network, note: Note): void {
  if (elementaryReactionsOf(network)) return;
  const species = new Set(network.species.map(({ id }) => id));
  for (const reaction of network.reactions) {
    const where = (): string => `reaction:${reaction.id}`;
    for (const side of [reaction.reactants, reaction.products]) {
      // Of two it is enough to compare them: most sides have no more, and a large network has many.
      const first = side.length === 2 ? side[0]?.species : undefined;
      const seen = side.length > 2 ? new Set<string>() : null;
      for (let index = 0; index < side.length; index++) {
        const participant = side[index];
        if (!participant) continue;
        if (!species.has(participant.species)) {
          note(where(), `reaction "${reaction.id}" names species "${participant.species}", which is not declared${suggestion(participant.species, species)}`);
        }
        if (seen ? seen.has(participant.species) : index === 1 && participant.species === first) note(where(), `reaction "${reaction.id}" names "${participant.species}" twice on one side; add the stoichiometries`);
        seen?.add(participant.species);
        if (!(participant.stoichiometry > 0 && Number.isFinite(participant.stoichiometry))) {
          note(where(), `reaction "${reaction.id}": the stoichiometry of "${participant.species}" must be a positive number, found ${participant.stoichiometry}`);
        }
      }
    }
  }
}

function checkRules(network: Network, note: Note): void {
  if (network.rules.length === 0) return;
  let allChanged: Set<string> | null = null;
  const isChanged = (id: string): boolean => (allChanged ??= new Set(network.reactions.flatMap(({ reactants, products }) => [...reactants, ...products].map((participant) => participant.species)))).has(id);
  const species = new Map(network.species.map((one) => [one.id, one]));
  const parameters = new Map(network.parameters.map((one) => [one.id, one]));
  const compartments = new Map(network.compartments.map((one) => [one.id, one]));
  const initials = new Set(network.initialAssignments.map(({ target }) => target));
  const seen = new Set<string>();
  for (const { kind, target } of network.rules) {
    const where = `rule:${target}`;
    if (seen.has(target)) note(where, `"${target}" has two rules; keep one`);
    seen.add(target);
    const object = species.get(target) ?? parameters.get(target) ?? compartments.get(target);
    if (!object) {
      note(where, `a rule sets "${target}", which is not declared${suggestion(target, [...species.keys(), ...parameters.keys(), ...compartments.keys()])}`);
      continue;
    }
    if (object.constant) note(where, `"${target}" is constant and cannot have ${kind === "rate" ? "a rate rule" : "an assignment rule"}; remove 'const' or the rule`);
    const asSpecies = species.get(target);
    if (asSpecies && !asSpecies.boundary && isChanged(target)) {
      note(where, `species "${target}" is changed both by a rule and by a reaction; make it a boundary species ('species $${target}') or drop one`);
    }
    if (kind === "assignment" && (initials.has(target) || valueOf(network, target) !== null)) {
      note(where, `"${target}" has an assignment rule, which holds at time 0 as well; remove its initial value`);
    }
  }
}

function checkEvents(network: Network, note: Note): void {
  if (!network.events || network.events.length === 0) return;
  const objects = new Map([...network.species, ...network.parameters, ...network.compartments].map((one) => [one.id, one]));
  const assigned = new Set(network.rules.filter(({ kind }) => kind === "assignment").map(({ target }) => target));
  for (const { id, assignments } of network.events) {
    const where = `event:${id}`;
    if (assignments.length === 0) note(where, `event "${id}" assigns nothing; give it an assignment or remove it`);
    const seen = new Set<string>();
    for (const { target } of assignments) {
      const object = objects.get(target);
      if (!object) note(where, `event "${id}" assigns "${target}", which is not declared${suggestion(target, objects.keys())}`);
      else if (object.constant) note(where, `event "${id}" assigns "${target}", which is constant; remove 'const' or the assignment`);
      if (assigned.has(target)) note(where, `event "${id}" assigns "${target}", which an assignment rule sets at every time; assign what the rule reads`);
      if (seen.has(target)) note(where, `event "${id}" assigns "${target}" twice; keep one`);
      seen.add(target);
    }
  }
}

/** Ids that some event assigns. */
export function eventTargets(network: Network): ReadonlySet<string> {
  return new Set((network.events ?? []).flatMap(({ assignments }) => assignments.map(({ target }) => target)));
}

function checkValues(network: Network, note: Note): void {
  const values = new Map<string, number | null>();
  for (const { id, size } of network.compartments) values.set(id, size);
  for (const { id, value } of network.parameters) values.set(id, value);
  for (const { id, initial } of network.species) values.set(id, initial);
  values.forEach((value, id) => {
    if (value !== null && !Number.isFinite(value)) note(`value:${id}`, `the value of "${id}" is not a finite number`);
  });
  const seen = new Set<string>();
  for (const { target } of network.initialAssignments) {
    const value = values.get(target);
    if (value === undefined) note(`value:${target}`, `an initial value is given for "${target}", which is not declared${suggestion(target, values.keys())}`);
    else if (value !== null) note(`value:${target}`, `"${target}" has both a number and a formula as initial value; keep one`);
    if (seen.has(target)) note(`value:${target}`, `"${target}" has two initial assignments; keep one`);
    seen.add(target);
  }
}

/** The number a network gives for an id as its initial value, size or value; null where there is none. */
export function valueOf(network: Network, id: string): number | null {
  return (
    network.species.find((one) => one.id === id)?.initial ??
    network.parameters.find((one) => one.id === id)?.value ??
    network.compartments.find((one) => one.id === id)?.size ??
    null
  );
}
