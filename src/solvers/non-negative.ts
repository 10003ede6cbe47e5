import type { LinearInvariant } from "./linear-invariants.ts";
import { linearInvariants } from "./linear-invariants.ts";
import type { OdeSolver } from "./ode/solver.ts";
import { pivotedLaws } from "./pivoted-laws.ts";

/**
 * Takes negative amounts out of rows [nRow, nState] in place, without adding to what is conserved: they become 0, and of each law that
 * holds one the largest amount loses what that adds. Rows without a negative amount stay as they are. `isAmount` [nState] says which states
 * cannot be negative; default all.
 *
 * Returns the largest negative amount that was taken out, 0 where there was none.
 *
 * @source Sandu 2001, doi:10.1006/jcph.2001.6750, section 4: a state that is not negative and keeps the linear invariants takes the place of
 * one that is negative within the tolerance; not the nearest one here, but one that changes no small amount.
 */
export function takeOutNegatives(values: Float64Array, size: number, laws: readonly LinearInvariant[], isAmount?: readonly boolean[]): number {
  let largest = 0;
  for (let first = 0; first < values.length; first += size) {
    const row = values.subarray(first, first + size);
    const negative = [...row.keys()].filter((state) => (row[state] ?? 0) < 0 && (isAmount?.[state] ?? true));
    if (negative.length === 0) continue;
    largest = negative.reduce((most, state) => Math.max(most, -(row[state] ?? 0)), largest);
    const touched = laws.filter(({ weights }) => negative.some((state) => weights[state] !== 0));
    const others = touched.length === 0 ? [] : pivotedLaws(laws, row.map((value, state) => (negative.includes(state) ? 0 : value)));
    const totals = others.map(({ weights }) => totalOf(weights, row));
    for (const state of negative) row[state] = 0;
    others.forEach(({ weights, dependent }, law) => {
      const excess = totalOf(weights, row) - (totals[law] ?? 0);
      // No other law holds this state, so that one correction leaves the others as they are.
      const rest = (row[dependent] ?? 0) - excess / (weights[dependent] ?? 1);
      row[dependent] = rest < 0 && (isAmount?.[dependent] ?? true) ? 0 : rest;
    });
  }
  return largest;
}

/** Begins a solver's runs so that their trajectories have no negative amounts; the laws are looked for where there is one. */
export function beginWithoutNegatives({ system, begin }: OdeSolver): OdeSolver["begin"] {
  return (problem) => {
    const run = begin(problem);
    return {
      get status() {
        return run.status;
      },
      advance: (steps) => run.advance(steps),
      trajectory() {
        const trajectory = run.trajectory();
        const { values, final } = trajectory;
        if (!values.some((value) => value < 0) && !final.some((value) => value < 0)) return trajectory;
        const laws = linearInvariants(system, problem.parameters);
        for (const rows of [values, final]) takeOutNegatives(rows, system.states.length, laws);
        return trajectory;
      },
      tape: () => run.tape(),
    };
  };
}

function totalOf(weights: Float64Array, row: Float64Array): number {
  return weights.reduce((total, weight, state) => (weight === 0 ? total : total + weight * (row[state] ?? 0)), 0);
}
