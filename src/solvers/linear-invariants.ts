import { evaluate } from "../kernel/evaluate.ts";
import { symbolsOf } from "../kernel/substitute.ts";
import type { Expression } from "../kernel/expression.ts";
import type { OdeSystem } from "../models/system.ts";
import { type SparseIntegers, sparseKernel } from "../numerics/sparse-elimination.ts";
import type { LinearTerm } from "./linear-terms.ts";
import { type RateTerm, rateTerms } from "./rate-terms.ts";

/** A sum of states that never changes. */
export interface LinearInvariant {
  /** Weight of each state [nState]. */
  readonly weights: Float64Array;
  /** A state with weight here and in no other invariant: the one to express by the others. */
  readonly dependent: number;
}

/**
 * Linear first integrals of a system: conservation laws, read off the terms of its rates in exact arithmetic; states in
 * compartments of different size are weighted with these. `parameters` [nParameter] matter for those sizes, and where they are
 * exactly 0: a term that a 0 stands in front of breaks no law.
 */
export function linearInvariants(system: OdeSystem, parameters: ArrayLike<number>): LinearInvariant[] {
  const terms = rateTerms(system, parameters);
  const keys = new Map<LinearTerm, string>();
  const plain = kernelOf(terms, (term) => {
    let key = keys.get(term);
    if (key === undefined) keys.set(term, (key = term.factors.join(" ")));
    return key;
  });
  const volumes = fixedDivisors(system, terms);
  // Where all divisors are the same nothing is gained without them; with several compartments only that shows laws across them.
  const stripped = areAlike(terms, volumes) ? [] : kernelOf(terms, ({ factors }, state) => without(factors, volumes[state] ?? []).join(" "));
  const isRicher = stripped.length > plain.length;
  const places = new Map(system.parameters.map((id, index) => [id, index]));
  const valueOf = (name: string): number => parameters[places.get(name) ?? -1] ?? Number.NaN;
  const sizeOf = (state: number): number => (isRicher ? (volumes[state] ?? []).reduce((size, divisor) => size * evaluate(divisor, valueOf), 1) : 1);
  return (isRicher ? stripped : plain).map((row) => {
    const weights = new Float64Array(terms.length);
    for (const [state, weight] of row) weights[state] = Number(weight) * sizeOf(state);
    // Entries stand by ascending state.
    const [dependent = -1] = row.keys();
    return { weights, dependent };
  });
}

/** For each state [nState], divisors of its whole rate that neither states nor the time change. */
function fixedDivisors(system: OdeSystem, terms: readonly (readonly RateTerm[])[]): (readonly Expression[])[] {
  const moving = new Set([...system.states, "time"]);
  const known = new Map<Expression, boolean>();
  const isFixed = (expression: Expression): boolean => {
    const before = known.get(expression);
    if (before !== undefined) return before;
    const fixed = [...symbolsOf([expression])].every((name) => !moving.has(name));
    known.set(expression, fixed);
    return fixed;
  };
  return terms.map((row) => sharedDivisors(row).filter(isFixed));
}

/** Whether all states that move at all have the same divisors. */
function areAlike(terms: readonly (readonly RateTerm[])[], divisors: readonly (readonly Expression[])[]): boolean {
  const moving = divisors.filter((_, state) => (terms[state]?.length ?? 0) > 0);
  const [first = []] = moving;
  return moving.every((row) => row.length === first.length && row.every((divisor, index) => divisor === first[index]));
}

/** What a column of whole numbers is multiplied with, so that halves, thirds, ... twelfths are whole. */
const whole = 27_720;

/** A number as a fraction of another, in units of 1/`whole`; null where rounding alone does not make it one of small numbers. */
function simpleRatio(value: number, base: number): number | null {
  const ratio = value / base;
  for (let divisor = 1; divisor <= 12; divisor++) {
    const times = Math.round(ratio * divisor);
    if (times !== 0 && Math.abs(times) <= 1000 && Math.abs(ratio * divisor - times) <= 8 * Number.EPSILON * Math.abs(times)) return (times * whole) / divisor;
  }
  return null;
}

/** What one product adds to the rates of the states: ratios to a coefficient, as `simpleRatio` gives them, by state. */
interface Column {
  readonly base: number;
  readonly ratios: Map<number, number>;
}

/**
 * Integer rows l with Σ l_i rate_i = 0, in echelon form, of terms that are equal where their keys are. Rate constants written as numbers are
 * kept apart unless one is a simple multiple of another, as a stoichiometry makes it: rounded sums of them would hide what cancels exactly.
 */
function kernelOf(terms: readonly (readonly RateTerm[])[], keyOf: (term: LinearTerm, state: number) => string): SparseIntegers[] {
  const columns: Column[] = [];
  const byKey = new Map<string, Column[]>();
  terms.forEach((row, state) => {
    for (const { times, term } of row) {
      const key = keyOf(term, state);
      let known = byKey.get(key);
      if (!known) byKey.set(key, (known = []));
      addTo(known, columns, state, times * term.coefficient);
    }
  });
  return sparseKernel(columns.map(({ ratios }) => primitiveIntegers(ratios)), terms.length);
}

function addTo(known: Column[], columns: Column[], state: number, coefficient: number): void {
  for (const { base, ratios } of known) {
    const ratio = simpleRatio(coefficient, base);
    if (ratio === null) continue;
    ratios.set(state, (ratios.get(state) ?? 0) + ratio);
    return;
  }
  const column = { base: coefficient, ratios: new Map([[state, simpleRatio(coefficient, coefficient) ?? 0]]) };
  known.push(column);
  columns.push(column);
}

/** The ratios as integers without a common factor. Sums of them are exact while there are fewer than 2^53 / (1000 whole) = 3e8 terms. */
function primitiveIntegers(ratios: ReadonlyMap<number, number>): Map<number, bigint> {
  let common = 0;
  for (const ratio of ratios.values()) for (let rest = Math.abs(ratio); rest !== 0; ) [common, rest] = [rest, common % rest];
  const integers = new Map<number, bigint>();
  for (const [state, ratio] of ratios) if (ratio !== 0) integers.set(state, BigInt(ratio / common));
  return integers;
}

/** Divisors that stand under every term of a row. */
function sharedDivisors(row: readonly RateTerm[]): readonly Expression[] {
  const [first] = row;
  return (first?.term.divisors ?? []).filter((divisor) => row.every(({ term }) => term.divisors.includes(divisor)));
}

function without(factors: readonly string[], divisors: readonly Expression[]): string[] {
  const left = [...factors];
  for (const { id } of divisors) {
    const at = left.indexOf(`/${id}`);
    if (at >= 0) left.splice(at, 1);
  }
  return left;
}
