import { checkNetwork } from "./check.ts";
import { canonicalFormula, plainNumber } from "./formula.ts";
import type { Network, Participant } from "./network.ts";
import { defaultCompartment } from "./text/reader.ts";
import { canonicalUnit } from "./text/statement.ts";

/** A number, or a formula: an initial assignment. */
export type Value = number | string;

export interface CompartmentDescription {
  readonly size?: Value;
  /** False: `var`, something outside the model may change it. */
  readonly constant?: boolean;
  readonly unit?: string;
}

export interface SpeciesDescription {
  /** Initial concentration (amount for `substanceOnly`); a formula becomes an initial assignment. */
  readonly initial?: Value;
  /** Initial amount instead of a concentration. */
  readonly amount?: number;
  readonly compartment?: string;
  /** Reactions do not change it (`$X`). */
  readonly boundary?: boolean;
  /** Nothing changes it (`const`); implies boundary. */
  readonly constant?: boolean;
  readonly substanceOnly?: boolean;
  readonly unit?: string;
}

export interface ParameterDescription {
  readonly value?: Value;
  /** False: `var`. */
  readonly constant?: boolean;
  readonly unit?: string;
}

export interface ReactionDescription<S extends string> {
  readonly reactants?: Partial<Readonly<Record<S, number>>>;
  readonly products?: Partial<Readonly<Record<S, number>>>;
  /** Rate · amount per time: a formula, or what a rate law built. */
  readonly rate: string | { readonly formula: string };
  /** Default true (`->`); says nothing about kinetics. */
  readonly reversible?: boolean;
}

export interface EventDescription {
  /** Condition that triggers the event when it becomes true. */
  readonly trigger: string;
  /** New values by id: numbers or formulas. */
  readonly assignments: Readonly<Record<string, Value>>;
  readonly delay?: Value;
  readonly priority?: Value;
  /** What the trigger counts as before the start. Default true: a condition that holds at the start triggers nothing. */
  readonly initialValue?: boolean;
  /** Default true: a triggered event happens even if the condition turns false before it is due. */
  readonly persistent?: boolean;
  /** Default true: the assignments read the values of the trigger time. */
  readonly valuesFromTriggerTime?: boolean;
}

/** A network as one writes it down: records keyed by id, in the order wanted. */
export interface NetworkDescription<S extends string> {
  readonly id: string;
  readonly compartments?: Readonly<Record<string, Value | CompartmentDescription>>;
  readonly species: Readonly<Record<S, Value | SpeciesDescription>>;
  readonly parameters?: Readonly<Record<string, Value | ParameterDescription>>;
  readonly reactions?: Readonly<Record<string, ReactionDescription<NoInfer<S>>>>;
  /** `{ x: { assignment: "2*y" } }` is `x := 2*y`; `{ x: { rate: "-x" } }` is `x' = -x`. */
  readonly rules?: Readonly<Record<string, { readonly assignment: string } | { readonly rate: string }>>;
  readonly events?: Readonly<Record<string, EventDescription>>;
  readonly units?: Readonly<Record<string, string>>;
}

/**
 * Builds the network that the same model as reaction text gives.
 * @example networkOf({ id: "decay", species: { A: 1 }, parameters: { k: 2 }, reactions: { J: { reactants: { A: 1 }, rate: "k*A" } } })
 * @throws with every problem of the description, since a description is code.
 */
export function networkOf<S extends string>(description: NetworkDescription<S>): Network {
  const problems: string[] = [];
  const formula = (text: string, where: string): string => {
    const result = canonicalFormula(text);
    if (result.problems === undefined) return result.text;
    for (const { column, message } of result.problems) problems.push(`${where}, column ${column}: ${message}`);
    return text;
  };
  const initialAssignments: { target: string; formula: string }[] = [];
  /** Notes a formula as initial assignment; gives back a plain number. */
  const numberOf = (id: string, value: Value | undefined): number | null => {
    if (value === undefined) return null;
    if (typeof value === "number") return value + 0;
    const result = canonicalFormula(value);
    const number = result.problems ? null : plainNumber(result.expression);
    if (number !== null) return number + 0;
    initialAssignments.push({ target: id, formula: formula(value, `initial value of ${id}`) });
    return null;
  };
  const formulaOf = (value: Value, where: string): string => formula(typeof value === "number" ? String(value) : value, where);
  const events = Object.entries(description.events ?? {}).map(([id, event]) => ({
    id,
    trigger: formula(event.trigger, `trigger of ${id}`),
    initialValue: event.initialValue ?? true,
    persistent: event.persistent ?? true,
    delay: event.delay === undefined ? null : formulaOf(event.delay, `delay of ${id}`),
    valuesFromTriggerTime: event.valuesFromTriggerTime ?? true,
    priority: event.priority === undefined ? null : formulaOf(event.priority, `priority of ${id}`),
    assignments: Object.entries(event.assignments).map(([target, value]) => ({ target, formula: formulaOf(value, `assignment of ${target} by ${id}`) })),
  }));
  const ruled = new Set([...Object.keys(description.rules ?? {}), ...events.flatMap(({ assignments }) => assignments.map(({ target }) => target))]);
  const compartments = Object.entries(description.compartments ?? {}).map(([id, given]) => {
    const record: CompartmentDescription = typeof given === "object" ? given : { size: given };
    return { id, size: numberOf(id, record.size), constant: (record.constant ?? true) && !ruled.has(id), unit: unit(record.unit) };
  });
  const species = Object.entries<Value | SpeciesDescription>(description.species).map(([id, given]) => {
    const record: SpeciesDescription = typeof given === "object" ? given : { initial: given };
    const { substanceOnly = false, constant = false, amount } = record;
    if (amount !== undefined && record.initial !== undefined) problems.push(`species ${id}: give an initial value or an amount, not both`);
    return {
      id,
      compartment: record.compartment ?? defaultCompartment,
      initial: amount ?? numberOf(id, record.initial),
      initialKind: substanceOnly || amount !== undefined ? ("amount" as const) : ("concentration" as const),
      boundary: constant || (record.boundary ?? false),
      constant,
      substanceOnly,
      unit: unit(record.unit),
    };
  });
  if (species.some(({ compartment }) => compartment === defaultCompartment) && !compartments.some(({ id }) => id === defaultCompartment)) {
    compartments.push({ id: defaultCompartment, size: 1, constant: true, unit: null });
  }
  const parameters = Object.entries(description.parameters ?? {}).map(([id, given]) => {
    const record: ParameterDescription = typeof given === "object" ? given : { value: given };
    return { id, value: numberOf(id, record.value), constant: (record.constant ?? true) && !ruled.has(id), unit: unit(record.unit) };
  });
  const network: Network = {
    schema: "network/1",
    id: description.id,
    compartments,
    species,
    parameters,
    reactions: Object.entries<ReactionDescription<S>>(description.reactions ?? {}).map(([id, reaction]) => ({
      id,
      reactants: sideOf(reaction.reactants),
      products: sideOf(reaction.products),
      rate: formula(typeof reaction.rate === "string" ? reaction.rate : reaction.rate.formula, `rate of ${id}`),
      reversible: reaction.reversible ?? true,
    })),
    rules: Object.entries(description.rules ?? {}).map(([target, rule]) =>
      "rate" in rule
        ? { kind: "rate" as const, target, formula: formula(rule.rate, `rule of ${target}`) }
        : { kind: "assignment" as const, target, formula: formula(rule.assignment, `rule of ${target}`) },
    ),
    initialAssignments,
    ...(events.length > 0 ? { events } : {}),
    units: Object.entries(description.units ?? {}).map(([id, text]) => ({ id, formula: canonicalUnit(text, "any") })),
  };
  problems.push(...checkNetwork(network).map(({ where, message }) => `${where}: ${message}`));
  if (problems.length > 0) throw new Error(`network "${description.id}":\n${problems.map((problem) => `  ${problem}`).join("\n")}`);
  return network;
}

const unit = (text: string | undefined): string | null => (text === undefined ? null : canonicalUnit(text));

const sideOf = (side: Partial<Readonly<Record<string, number>>> | undefined): Participant[] =>
  Object.entries(side ?? {}).flatMap(([species, stoichiometry]) => (stoichiometry === undefined ? [] : [{ species, stoichiometry }]));
