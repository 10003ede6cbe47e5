/**
 * `Network`: a reaction network as plain data. It serialises, hashes, diffs and crosses a worker boundary unchanged.
 * Formulas are canonical text of the expression grammar (`kernel/grammar.ts`), so that equal networks are equal JSON.
 */

export interface Compartment {
  readonly id: string;
  /** Size · the compartment's unit; null = set by a rule or initial assignment. */
  readonly size: number | null;
  /** False when a rule or event may change it. */
  readonly constant: boolean;
  readonly unit: string | null;
}

export interface Species {
  readonly id: string;
  readonly compartment: string;
  /** Initial value as written; null = not given, or set by an initial assignment or rule. */
  readonly initial: number | null;
  /** Whether `initial` is a concentration (the default meaning of a species' symbol) or an amount. */
  readonly initialKind: "concentration" | "amount";
  /** Boundary (`$X`): reactions do not change it; in thermodynamics a chemostat. */
  readonly boundary: boolean;
  /** Nothing changes it (`const`). */
  readonly constant: boolean;
  /** `substanceOnly`: the symbol in formulas is the amount. */
  readonly substanceOnly: boolean;
  readonly unit: string | null;
}

export interface Parameter {
  readonly id: string;
  readonly value: number | null;
  readonly constant: boolean;
  readonly unit: string | null;
}

export interface Participant {
  readonly species: string;
  readonly stoichiometry: number;
}

export interface Reaction {
  readonly id: string;
  /** Reactants and products are kept apart: a catalyst stands in both. */
  readonly reactants: readonly Participant[];
  readonly products: readonly Participant[];
  /** Rate · amount per time, as formula text. */
  readonly rate: string;
  /** `->` true, `=>` false; kinetics and thermodynamics read the rate, not this. */
  readonly reversible: boolean;
}

/** `x := formula` (assignment) or `x' = formula` (rate). */
export interface Rule {
  readonly kind: "assignment" | "rate";
  readonly target: string;
  readonly formula: string;
}

export interface InitialAssignment {
  readonly target: string;
  readonly formula: string;
}

export interface EventAssignment {
  /** A species, parameter or compartment that is not constant and has no assignment rule. */
  readonly target: string;
  /** New value of the target's symbol: a concentration, or an amount where the species is `substanceOnly`. */
  readonly formula: string;
}

/**
 * What happens at the moment when a condition becomes true.
 *
 * @source Hucka et al. 2019, SBML Level 3 Version 2 Core, section 4.11, doi:10.1515/jib-2019-0021
 */
export interface NetworkEvent {
  readonly id: string;
  /** Condition, as formula text; the event triggers when it turns from false to true. */
  readonly trigger: string;
  /** What the trigger counts as before the start: false lets a condition that holds at the start trigger there. */
  readonly initialValue: boolean;
  /** False: what is still waiting is dropped when the condition turns false again. */
  readonly persistent: boolean;
  /** Time from trigger to execution, read at the trigger, as formula text; null = none. */
  readonly delay: string | null;
  /** Whether the assignments' formulas read the values of the trigger time, not those of the execution. */
  readonly valuesFromTriggerTime: boolean;
  /** Of what is due at one time the highest is executed first, as formula text; null = 0; equal ones in the order of the list. */
  readonly priority: string | null;
  readonly assignments: readonly EventAssignment[];
}

export interface UnitDefinition {
  readonly id: string;
  readonly formula: string;
}

export interface Network {
  readonly schema: "network/1";
  readonly id: string;
  readonly compartments: readonly Compartment[];
  readonly species: readonly Species[];
  readonly parameters: readonly Parameter[];
  readonly reactions: readonly Reaction[];
  readonly rules: readonly Rule[];
  readonly initialAssignments: readonly InitialAssignment[];
  /** Left out where there are none, so that a network without events is the same data as ever. */
  readonly events?: readonly NetworkEvent[];
  readonly units: readonly UnitDefinition[];
}
