import type { UnitDefinition } from "../network.ts";
import type { EventStatement } from "./event.ts";
import type { FormulaText, NamedToken, Statement } from "./statement.ts";

/** What the statements say about one id. */
export interface Entry {
  readonly id: string;
  readonly offset: number;
  kind: "species" | "compartment" | "parameter";
  /** Offset of what first made it a species or compartment; null = nothing did, so it is a parameter. */
  kindOffset: number | null;
  change: "const" | "var" | null;
  boundary: boolean;
  substanceOnly: boolean;
  compartment: NamedToken | null;
  value: FormulaText | null;
  rule: boolean;
  /** Some event assigns it. */
  event: boolean;
  unit: string | null;
}

export interface NamedReaction {
  readonly id: string;
  readonly statement: Extract<Statement, { kind: "reaction" }>;
}

export interface NamedEvent {
  readonly id: string;
  readonly statement: EventStatement;
}

export interface SymbolTable {
  /** In the order of first mention as the subject of a statement or as a participant. */
  readonly entries: readonly Entry[];
  readonly reactions: readonly NamedReaction[];
  readonly rules: readonly { readonly kind: "assignment" | "rate"; readonly target: NamedToken; readonly formula: FormulaText }[];
  readonly events: readonly NamedEvent[];
  /** Ids given a value, in the order given. */
  readonly values: readonly string[];
  readonly units: readonly UnitDefinition[];
  /** Where each `kind:id` was written. */
  readonly offsets: ReadonlyMap<string, number>;
}

type Note = (offset: number, message: string) => void;

/** Gathers what all statements together say about each id; contradictions are noted where the second one stands. */
export function tableOf(statements: readonly Statement[], note: Note): SymbolTable {
  const entries = new Map<string, Entry>();
  const offsets = new Map<string, number>();
  const reactions: NamedReaction[] = [];
  const rules: { kind: "assignment" | "rate"; target: NamedToken; formula: FormulaText }[] = [];
  const events: NamedEvent[] = [];
  const values: string[] = [];
  const units: UnitDefinition[] = [];

  const mark = (kind: string, id: string, offset: number): void => {
    if (!offsets.has(`${kind}:${id}`)) offsets.set(`${kind}:${id}`, offset);
    if (!offsets.has(`any:${id}`)) offsets.set(`any:${id}`, offset);
  };
  const entryOf = ({ id, offset }: NamedToken): Entry => {
    const known = entries.get(id);
    if (known) return known;
    mark("any", id, offset);
    const entry: Entry = {
      id,
      offset,
      kind: "parameter",
      kindOffset: null,
      change: null,
      boundary: false,
      substanceOnly: false,
      compartment: null,
      value: null,
      rule: false,
      event: false,
      unit: null,
    };
    entries.set(id, entry);
    return entry;
  };
  const setKind = (entry: Entry, kind: "species" | "compartment", offset: number): void => {
    if (entry.kindOffset !== null && entry.kind !== kind) note(offset, `"${entry.id}" is used as a ${kind} here and as a ${entry.kind} elsewhere; choose another name`);
    else entry.kind = kind;
    entry.kindOffset ??= offset;
    mark(kind, entry.id, offset);
  };
  const setCompartment = (entry: Entry, compartment: NamedToken): void => {
    if (entry.compartment && entry.compartment.id !== compartment.id) {
      note(compartment.offset, `"${entry.id}" is put into compartment "${compartment.id}" here and into "${entry.compartment.id}" elsewhere`);
    }
    entry.compartment = compartment;
    setKind(entryOf(compartment), "compartment", compartment.offset);
  };
  const setChange = (entry: Entry, change: "const" | "var", offset: number): void => {
    const before = entry.change ?? (entry.boundary ? "const" : null);
    if (before !== null && before !== change && (change === "var" || entry.change !== null)) note(offset, `"${entry.id}" is both constant and variable; keep one`);
    entry.change = change;
  };
  const setBoundary = (entry: Entry, offset: number): void => {
    if (entry.change === "var") note(offset, `"${entry.id}" is both constant ('$') and variable ('var'); keep one`);
    entry.boundary = true;
  };
  const setValue = (entry: Entry, formula: FormulaText): void => {
    if (entry.value) note(formula.offset, `"${entry.id}" is given a value a second time; keep one`);
    else values.push(entry.id);
    entry.value ??= formula;
    mark("value", entry.id, formula.offset);
  };

  let unnamed = 0;
  let unnamedEvents = 0;
  const reactionIds = new Set<string>();
  for (const statement of statements) {
    switch (statement.kind) {
      case "declaration":
        for (const item of statement.items) {
          const entry = entryOf(item);
          if (statement.what !== "any") setKind(entry, statement.what, item.offset);
          if (statement.change) setChange(entry, statement.change, item.offset);
          if (item.boundary) setBoundary(entry, item.offset);
          if (statement.substanceOnly) entry.substanceOnly = true;
          if (item.compartment) setCompartment(entry, item.compartment);
          if (item.value) setValue(entry, item.value);
        }
        break;
      case "reaction": {
        for (const participant of [...statement.reactants, ...statement.products]) {
          const entry = entryOf(participant);
          setKind(entry, "species", participant.offset);
          if (participant.boundary) setBoundary(entry, participant.offset);
        }
        let id = statement.name?.id;
        if (id === undefined) {
          // libantimony counts the unnamed reactions and steps over ids that are taken.
          while (reactionIds.has(`_J${unnamed}`)) unnamed += 1;
          id = `_J${unnamed}`;
          unnamed += 1;
        }
        const offset = statement.name?.offset ?? statement.offset;
        if (reactionIds.has(id)) note(offset, `reaction "${id}" is defined a second time; choose another name`);
        else reactions.push({ id, statement });
        reactionIds.add(id);
        mark("reaction", id, offset);
        break;
      }
      case "value": {
        const entry = entryOf(statement.target);
        if (statement.boundary) setBoundary(entry, statement.target.offset);
        setValue(entry, statement.formula);
        break;
      }
      case "assignment":
      case "rate": {
        const entry = entryOf(statement.target);
        if (statement.boundary) setBoundary(entry, statement.target.offset);
        if (entry.rule) note(statement.target.offset, `"${entry.id}" has a second rule; keep one`);
        else rules.push({ kind: statement.kind, target: statement.target, formula: statement.formula });
        entry.rule = true;
        mark("rule", entry.id, statement.target.offset);
        break;
      }
      case "event": {
        for (const { target } of statement.assignments) entryOf(target).event = true;
        const isTaken = (id: string): boolean => events.some((event) => event.id === id) || reactionIds.has(id) || entries.has(id);
        let id = statement.name?.id;
        if (id === undefined) {
          // As with reactions.
          while (isTaken(`_E${unnamedEvents}`)) unnamedEvents += 1;
          id = `_E${unnamedEvents}`;
          unnamedEvents += 1;
        }
        const offset = statement.name?.offset ?? statement.offset;
        if (events.some((event) => event.id === id)) note(offset, `event "${id}" is defined a second time; choose another name`);
        else events.push({ id, statement });
        mark("event", id, offset);
        break;
      }
      case "unit": {
        const entry = entryOf(statement.target);
        if (entry.unit !== null && entry.unit !== statement.unit) note(statement.target.offset, `"${entry.id}" is given a second unit; keep one`);
        entry.unit = statement.unit;
        break;
      }
      case "unitDefinition":
        if (units.some((unit) => unit.id === statement.target.id)) note(statement.target.offset, `unit "${statement.target.id}" is defined a second time; keep one`);
        units.push({ id: statement.target.id, formula: statement.formula });
        break;
    }
  }
  for (const entry of entries.values()) {
    if (entry.kind !== "species" && entry.compartment) {
      note(entry.compartment.offset, `"${entry.id}" is put into compartment "${entry.compartment.id}" but is no species; declare 'species ${entry.id} in ${entry.compartment.id}'`);
    }
    if (entry.kind !== "species" && entry.boundary) entry.change ??= "const";
    if (entry.kind === "compartment" && entry.boundary) note(entry.offset, `"$${entry.id}": a compartment cannot be a boundary species; write 'const compartment ${entry.id}'`);
  }
  return { entries: [...entries.values()], reactions, rules, events, values, units, offsets };
}
