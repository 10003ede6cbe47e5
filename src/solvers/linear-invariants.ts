import { evaluate } from "../kernel/evaluate.ts";
import { substitution, symbolsOf } from "../kernel/substitute.ts";
import type { Expression } from "../kernel/expression.ts";
import type { OdeSystem } from "../models/system.ts";
import { integerKernel } from "../numerics/rational.ts";
import type { LinearTerm } from "./linear-terms.ts";
import { linearTerms } from "./linear-terms.ts";

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
  const zero = system.graph.constant(0);
  const folded = substitution(system.graph, new Map(system.parameters.flatMap((id, index) => (parameters[index] === 0 ? [[id, zero] as const] : []))));
  const terms = system.rhs.map((rate) => linearTerms(folded(rate)));
  const plain = kernelOf(terms.map((row) => row.map(({ coefficient, factors }) => [factors.join(" "), coefficient])));
  const states = new Set([...system.states, "time"]);
  const isFixed = (expression: Expression): boolean => [...symbolsOf([expression])].every((name) => !states.has(name));
  const volumes = terms.map((row) => sharedDivisors(row).filter(isFixed));
  const valueOf = (name: string): number => parameters[system.parameters.indexOf(name)] ?? Number.NaN;
  const sizes = volumes.map((shared) => shared.reduce((size, divisor) => size * evaluate(divisor, valueOf), 1));
  const stripped = kernelOf(terms.map((row, state) => row.map(({ coefficient, factors }) => [without(factors, volumes[state] ?? []).join(" "), coefficient])));
  // Where all divisors are the same the two agree; with several compartments only the second sees laws across them.
  const isRicher = stripped.length > plain.length;
  return (isRicher ? stripped : plain).map((row) => ({
    weights: Float64Array.from(row, (weight, state) => Number(weight) * (isRicher ? (sizes[state] ?? 1) : 1)),
    dependent: row.findIndex((weight) => weight !== 0n),
  }));
}

/** What a column of whole numbers is multiplied with, so that halves, thirds, ... twelfths are whole. */
const whole = 27_720n;

/** A number as a fraction of another, in units of 1/`whole`; null where rounding alone does not make it one of small numbers. */
function simpleRatio(value: number, base: number): bigint | null {
  const ratio = value / base;
  for (let divisor = 1; divisor <= 12; divisor++) {
    const times = Math.round(ratio * divisor);
    if (times !== 0 && Math.abs(times) <= 1000 && Math.abs(ratio * divisor - times) <= 8 * Number.EPSILON * Math.abs(times)) return (BigInt(times) * whole) / BigInt(divisor);
  }
  return null;
}

/**
 * Integer rows l with Σ l_i rate_i = 0, in echelon form. Rate constants written as numbers are kept apart unless one is a
 * simple multiple of another, as a stoichiometry makes it: rounded sums of them would hide what cancels exactly.
 */
function kernelOf(rows: readonly (readonly (readonly [string, number])[])[]): bigint[][] {
  const columns: bigint[][] = [];
  const bases = new Map<string, { readonly value: number; readonly column: bigint[] }[]>();
  rows.forEach((row, state) => {
    for (const [key, coefficient] of row) {
      const known = bases.get(key) ?? [];
      bases.set(key, known);
      let base = known.find(({ value }) => simpleRatio(coefficient, value) !== null);
      if (!base) {
        base = { value: coefficient, column: rows.map(() => 0n) };
        known.push(base);
        columns.push(base.column);
      }
      base.column[state] = (base.column[state] ?? 0n) + (simpleRatio(coefficient, base.value) ?? 0n);
    }
  });
  return integerKernel(columns, rows.length);
}

/** Divisors that stand under every term of a row. */
function sharedDivisors(row: readonly LinearTerm[]): readonly Expression[] {
  const [first, ...others] = row;
  return (first?.divisors ?? []).filter((divisor) => others.every(({ divisors }) => divisors.includes(divisor)));
}

function without(factors: readonly string[], divisors: readonly Expression[]): string[] {
  const left = [...factors];
  for (const { id } of divisors) {
    const at = left.indexOf(`/${id}`);
    if (at >= 0) left.splice(at, 1);
  }
  return left;
}
