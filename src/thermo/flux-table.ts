import type { Fluxes, OutOfDomain } from "./fluxes.ts";
import type { Observable } from "./observable.ts";
import { observeAt } from "./rest-rounding.ts";
import { totalActivity, totalEntropyProduction } from "./uncertainty.ts";

/** What a table holds of a reaction: see `FluxPoint`. */
export type ReactionColumn = "net" | "activity" | "force" | "entropyProduction";

/** Where the columns of a table begin, counted in columns. */
export interface FluxColumns {
  /** Of each reaction. */
  readonly entropyProduction: number;
  /** Entropy production and activity of all reactions that have them. */
  readonly total: number;
  readonly totalActivity: number;
  /** Current, scaled diffusion and tightness of each observable. */
  readonly observables: number;
  /** From here on, what sums along a path do not need. */
  readonly species: number;
  readonly net: number;
  readonly activity: number;
  readonly force: number;
  readonly count: number;
}

export const columnsPerObservable = 3;

/** Lays out the columns of a table. */
export function fluxColumns({ species, reactions }: Pick<Fluxes, "species" | "reactions">, observables: readonly Observable[]): FluxColumns {
  const total = reactions.length;
  const ofSpecies = total + 2 + columnsPerObservable * observables.length;
  const net = ofSpecies + species.length;
  return {
    entropyProduction: 0,
    total,
    totalActivity: total + 1,
    observables: total + 2,
    species: ofSpecies,
    net,
    activity: net + reactions.length,
    force: net + 2 * reactions.length,
    count: net + 3 * reactions.length,
  };
}

/** The fluxes of all reactions at many states, a `FluxPoint` and its sums a row. `columnOf` reads it. */
export interface FluxTable {
  /** [nTime], the path's own where that is a Float64Array. */
  readonly times: Float64Array;
  readonly columns: FluxColumns;
  /** Columns [nColumn, nTime], NaN where a value is not defined or not known. One block: many small arrays cost more than the numbers in them. */
  readonly block: Float64Array;
  readonly outOfDomain: readonly OutOfDomain[];
}

/** A column of a table [nTime], as a view: `columnOf(table, table.columns.net + reaction)`. */
export const columnOf = ({ block, times }: Pick<FluxTable, "block" | "times">, column: number): Float64Array => block.subarray(column * times.length, (column + 1) * times.length);

/** Entropy production, diffusion and tightness along a path. */
export interface PathNumbers {
  readonly times: Float64Array;
  /** Total entropy production · R per volume and time, and activity · concentration per time [nTime]. */
  readonly total: Float64Array;
  readonly activity: Float64Array;
  /** Entropy production of each reaction [nReaction][nTime]; NaN where it is not defined. */
  readonly perReaction: readonly Float64Array[];
  readonly observed: readonly ObservedAlong[];
  readonly outOfDomain: readonly OutOfDomain[];
}

/** An observable along a path, each [nTime]; NaN where it is not known, or 0/0. */
export interface ObservedAlong {
  readonly name: string;
  readonly current: Float64Array;
  readonly diffusion: Float64Array;
  readonly tightness: Float64Array;
}

/** The sums of a table, as views of its block; `FluxRows.sums` is enough. */
export function numbersOf(table: FluxTable, observables: readonly Observable[]): PathNumbers {
  const { columns } = table;
  const column = (index: number): Float64Array => columnOf(table, index);
  return {
    times: table.times,
    total: column(columns.total),
    activity: column(columns.totalActivity),
    perReaction: Array.from({ length: columns.total }, (_, reaction) => column(columns.entropyProduction + reaction)),
    observed: observables.map(({ name }, index) => {
      const first = columns.observables + columnsPerObservable * index;
      return { name, current: column(first), diffusion: column(first + 1), tightness: column(first + 2) };
    }),
    outOfDomain: table.outOfDomain,
  };
}

/** All columns of one row as `at` and the sums over it give them, in order, and what was out of domain; `state` [nState]. */
export function rowAt(fluxes: Fluxes, observables: readonly Observable[], time: number, parameters: ArrayLike<number>, state: ArrayLike<number>): { readonly values: readonly number[]; readonly outOfDomain: readonly OutOfDomain[] } {
  const point = fluxes.at(time, parameters, state);
  const total = totalEntropyProduction(fluxes, point);
  const observed = observables.flatMap((observable) => {
    const { current, diffusion, tightness } = observeAt(point, observable, total);
    return [current, diffusion ?? Number.NaN, tightness ?? Number.NaN];
  });
  return {
    values: [...point.entropyProduction, total, totalActivity(fluxes, point), ...observed, ...point.species, ...point.net, ...point.activity, ...point.force],
    outOfDomain: point.outOfDomain,
  };
}
