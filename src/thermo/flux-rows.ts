import type { Fluxes, OutOfDomain } from "./fluxes.ts";
import { fluxColumns, rowAt } from "./flux-table.ts";
import type { FluxTable } from "./flux-table.ts";
import type { Observable } from "./observable.ts";

/** States at times, row-major [nTime, nState] in the system's order; a `Trajectory` is one. */
export interface Path {
  readonly times: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

/** Fluxes, and what they add up to for some observables, at many states. */
export interface FluxRows {
  readonly fluxes: Fluxes;
  readonly observables: readonly Observable[];
  /** Everything, at parameters [nParameter]. */
  table(parameters: ArrayLike<number>, path: Path): FluxTable;
  /** A table without the columns from `columns.species` on: entropy production and what the observables add up to; see `numbersOf`. */
  sums(parameters: ArrayLike<number>, path: Path): FluxTable;
}

/** Rows one by one through `Fluxes.at`; `compileFluxes` gives the same bits a hundred times as fast. */
export function fluxRows(fluxes: Fluxes, observables: readonly Observable[]): FluxRows {
  const columns = fluxColumns(fluxes, observables);
  const width = fluxes.system.states.length;
  const table = (parameters: ArrayLike<number>, path: Path): FluxTable => {
    const times = path.times instanceof Float64Array ? path.times : new Float64Array(path.times);
    const states = new Float64Array(path.values);
    const block = new Float64Array(columns.count * times.length);
    const outOfDomain: OutOfDomain[] = [];
    times.forEach((time, row) => {
      const found = rowAt(fluxes, observables, time, parameters, states.subarray(row * width, (row + 1) * width));
      found.values.forEach((value, column) => (block[column * times.length + row] = value));
      outOfDomain.push(...found.outOfDomain);
    });
    return { times, columns, block, outOfDomain };
  };
  const sums = (parameters: ArrayLike<number>, path: Path): FluxTable => {
    const whole = table(parameters, path);
    return { ...whole, block: whole.block.slice(0, columns.species * whole.times.length) };
  };
  return { fluxes, observables, table, sums };
}
