import type { Finding } from "../finding.ts";
import type { OutOfDomain } from "../fluxes.ts";
import type { ReactionKind } from "../reaction-flux.ts";
import type { CycleAffinity } from "../structure.ts";
import type { HaldaneRelation } from "../structure/haldane.ts";
import type { ReactionMassBalance } from "../structure/mass-balance.ts";
import type { TheoremVerdict } from "../structure/theorems.ts";
import type { IntegerRow } from "../../models/structure.ts";

export interface CheckFacts {
  readonly id: string;
  readonly title: string;
  readonly equation: string;
  /** Author year, DOI. */
  readonly source: string;
}

/** Everything the checks look at: a network's reactions, what they did along a path, and its cycles. */
export interface Evidence {
  readonly reactions: readonly { readonly id: string; readonly kind: ReactionKind; readonly elementary: boolean; readonly reason: string | null }[];
  /** [nTime]. */
  readonly times: ArrayLike<number>;
  /** Total entropy production [nTime]. */
  readonly entropyProduction: ArrayLike<number>;
  /** By reaction id, each [nTime]; only reactions that have one. */
  readonly perReaction: Readonly<Record<string, ArrayLike<number>>>;
  /** By observable, each [nTime]; NaN = not known, null = 0/0 or not known. */
  readonly observables: readonly { readonly name: string; readonly current: ArrayLike<number>; readonly diffusion: ArrayLike<number>; readonly tightness: ArrayLike<number | null> }[];
  readonly wegscheider: readonly CycleAffinity[];
  readonly outOfDomain: readonly OutOfDomain[];
  /** Each law with its amount l x [nTime] and sum |l| x, the largest along the path · concentration. */
  readonly conservation?: readonly { readonly law: IntegerRow; readonly amounts: ArrayLike<number>; readonly scale: number }[];
  /** By species id, each [nTime]; `slack` is the absolute tolerance they were solved with · concentration. */
  readonly concentrations?: { readonly species: Readonly<Record<string, ArrayLike<number>>>; readonly slack: number };
  readonly haldane?: readonly HaldaneRelation[];
  readonly massBalance?: readonly ReactionMassBalance[];
  /** Of a closed network that has an equilibrium: relative entropy to it [nTime] and its total concentration · concentration. */
  readonly closedEquilibrium?: { readonly distance: ArrayLike<number>; readonly total: number };
  readonly deficiency?: readonly TheoremVerdict[];
  /** Activity of all reactions that have one [nTime] · concentration per time. */
  readonly activity?: ArrayLike<number>;
  /** Average of exp(-Delta s) over sampled runs, with the standard error of its difference from `expected`; null where it was not estimated. */
  readonly fluctuationTheorem?: {
    readonly average: number | null;
    readonly standardError: number;
    /** False where some runs have no reverse. */
    readonly applies: boolean;
    /** 1, or the share of runs that end where starts are possible. */
    readonly expected: number;
    /** Which runs, or why there is no average. */
    readonly where: string;
  };
  /** By the id of a one-way reaction, the one-way reaction that is its reverse. */
  readonly reverses?: Readonly<Record<string, string>>;
  /** Ids of the states that a rate rule moves; `isSpecies`: it counts as a chemostat. */
  readonly rateRuled?: readonly { readonly id: string; readonly isSpecies: boolean }[];
}

/** What a network without reactions shows; examples override parts of it. */
export const nothing: Evidence = { reactions: [], times: [], entropyProduction: [], perReaction: {}, observables: [], wegscheider: [], outOfDomain: [] };

/** A kind of check: what it stands on, and evidence that passes and that fails. */
export interface ThermoCheck {
  readonly facts: CheckFacts;
  /** No finding where the check does not apply. */
  check(evidence: Evidence): Finding[];
  /** Evidence it applies to with nothing to report but "ok", or nothing. */
  readonly passing: Evidence;
  /** Evidence it must report. */
  readonly failing: Evidence;
}

/** A finding of a check. */
export function finding({ id, equation, source }: CheckFacts, verdict: Finding["verdict"], where: string, value: number | null = null, bound: number | null = null): Finding {
  return { check: id, verdict, value, bound, equation, source, where, topic: "thermodynamics" };
}

/** `at 3 of 11 times, first at 0.5`, or where there is one time alone, `at time 0.5`. */
export function placesInTime(times: ArrayLike<number>, at: readonly number[]): string {
  const first = times[at[0] ?? 0];
  return times.length === 1 ? `at time ${first}` : `at ${at.length} of ${times.length} times, first at ${first}`;
}

/** `R1 - 2 R2`: a cycle or a law as a sum. */
export const sumText = (row: IntegerRow): string =>
  Object.entries(row)
    .map(([id, weight], index) => `${weight < 0 ? "- " : index === 0 ? "" : "+ "}${Math.abs(weight) === 1 ? "" : `${Math.abs(weight)} `}${id}`)
    .join(" ");

/** Places in time where something holds; a plain loop, because checks look at every value of every reaction. */
export function placesWhere<Value>(values: ArrayLike<Value>, holds: (value: Value) => boolean): number[] {
  const places: number[] = [];
  for (let index = 0; index < values.length; index++) if (holds(values[index] as Value)) places.push(index);
  return places;
}

/** The least of some values that are known; Infinity where none is. */
export function leastOf(values: ArrayLike<number | null>): { readonly least: number; readonly known: number } {
  let [least, known] = [Infinity, 0];
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? Number.NaN;
    if (Number.isNaN(value)) continue;
    known += 1;
    if (value < least) least = value;
  }
  return { least, known };
}

/** Relative slack of inequalities: what exact mathematics and rounding can meet. */
export const inequalityTolerance = 1e-12;
