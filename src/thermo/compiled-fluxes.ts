import type { Instance, Target } from "../kernel/instance.ts";
import { instantiate } from "../kernel/instantiate.ts";
import { flaggedRow, fluxProgram, rowFlag } from "./flux-program.ts";
import type { FluxRows, Path } from "./flux-rows.ts";
import { rowAt } from "./flux-table.ts";
import type { FluxColumns, FluxTable } from "./flux-table.ts";
import type { Fluxes, OutOfDomain } from "./fluxes.ts";
import type { Observable } from "./observable.ts";

/** Rows that one call of the program writes; longer paths go through it piece by piece, so that memory stays small. */
const rowsPerCall = 512;

/**
 * Compiles fluxes, entropy production and the sums for some observables to one program that loops over rows. It gives the bits
 * that `fluxRows` gives: rows with a value that has no meaning are left to `Fluxes.at`, which says what is wrong.
 */
export async function compileFluxes(fluxes: Fluxes, observables: readonly Observable[] = [], target: Target = "wasm"): Promise<FluxRows> {
  const { program, parametersAddress, columns } = fluxProgram(fluxes, observables);
  const workspace = workspaceOf(await instantiate(program, target), fluxes, columns);
  const job: Job = { fluxes, observables, columns, workspace, parametersAddress };
  const rows = (parameters: ArrayLike<number>, path: Path, columnCount: number): FluxTable => {
    const times = path.times instanceof Float64Array ? path.times : new Float64Array(path.times);
    const values = path.values instanceof Float64Array ? path.values : new Float64Array(path.values);
    return rowsOf(job, times, parameters, values, columnCount);
  };
  return {
    fluxes,
    observables,
    table: (parameters, path) => rows(parameters, path, columns.count),
    // The sums come first, so that the rest need not be copied.
    sums: (parameters, path) => rows(parameters, path, columns.species),
  };
}

/** Memory of a program for up to `capacity` rows, made larger when a path needs it. */
interface Workspace {
  readonly instance: Instance;
  readonly capacity: number;
  readonly times: number;
  readonly states: number;
  readonly flags: number;
  readonly result: number;
  /** Of one row that is written again. */
  readonly rowFlags: number;
  readonly row: number;
  reserve(rows: number): void;
}

function workspaceOf(instance: Instance, { system }: Fluxes, { count }: FluxColumns): Workspace {
  const workspace = {
    instance,
    capacity: 0,
    times: 0,
    states: 0,
    flags: 0,
    result: 0,
    rowFlags: 0,
    row: 0,
    reserve(rows: number): void {
      if (rows <= workspace.capacity) return;
      // Nothing is usable until all of it is there.
      workspace.capacity = 0;
      instance.release();
      workspace.times = instance.reserve(8 * rows);
      workspace.states = instance.reserve(8 * rows * system.states.length);
      workspace.flags = instance.reserve(4 * rows);
      workspace.result = instance.reserve(8 * rows * count);
      workspace.rowFlags = instance.reserve(8);
      workspace.row = instance.reserve(8 * count);
      workspace.capacity = rows;
    },
  };
  return workspace;
}

interface Job {
  readonly fluxes: Fluxes;
  readonly observables: readonly Observable[];
  readonly columns: FluxColumns;
  readonly workspace: Workspace;
  readonly parametersAddress: number;
}

/** The first `columnCount` columns of a table. */
function rowsOf(job: Job, times: Float64Array, parameters: ArrayLike<number>, states: Float64Array, columnCount: number): FluxTable {
  const { fluxes, columns, workspace, parametersAddress } = job;
  const { system } = fluxes;
  const { instance } = workspace;
  const width = system.states.length;
  const outOfDomain: OutOfDomain[] = [];
  workspace.reserve(Math.min(rowsPerCall, times.length));
  const memory = instance.f64;
  // What a short vector leaves out is unknown, as it is to `at`.
  for (let index = 0; index < system.parameters.length; index++) memory[parametersAddress / 8 + index] = parameters[index] ?? Number.NaN;
  let block: Float64Array | null = null;
  for (let from = 0; from < times.length; from += rowsPerCall) {
    const count = Math.min(rowsPerCall, times.length - from);
    const isWhole = count === times.length;
    const piece = isWhole ? states : states.subarray(from * width, (from + count) * width);
    memory.set(isWhole ? times : times.subarray(from, from + count), workspace.times / 8);
    memory.set(piece.length > count * width ? piece.subarray(0, count * width) : piece, workspace.states / 8);
    if (piece.length < count * width) memory.fill(Number.NaN, workspace.states / 8 + piece.length, workspace.states / 8 + count * width);
    const flagged = instance.functions[columnCount > columns.species ? "rows" : "sums"]?.(count, workspace.times, workspace.states, workspace.flags, workspace.result) ?? 0;
    const first = workspace.result / 8;
    if (flagged > 0) settle(job, { flagged, times, from, count, columnCount, parameters, states, outOfDomain });
    if (isWhole) block = memory.slice(first, first + columnCount * count);
    else {
      block ??= new Float64Array(columnCount * times.length);
      for (let column = 0; column < columnCount; column++) block.set(memory.subarray(first + column * count, first + (column + 1) * count), column * times.length + from);
    }
  }
  return { times, columns, block: block ?? new Float64Array(0), outOfDomain };
}

interface Piece {
  readonly flagged: number;
  readonly times: Float64Array;
  readonly from: number;
  readonly count: number;
  readonly columnCount: number;
  readonly parameters: ArrayLike<number>;
  readonly states: Float64Array;
  readonly outOfDomain: OutOfDomain[];
}

/** Goes through the flagged rows of a piece: notes species that are 0, and writes rows with a wrong value anew. */
function settle({ fluxes, observables, columns, workspace }: Job, { flagged, times, from, count, columnCount, parameters, states, outOfDomain }: Piece): void {
  const { f64: memory, i32, functions } = workspace.instance;
  const width = fluxes.system.states.length;
  const at = (column: number, row: number): number => workspace.result / 8 + column * count + row;
  for (let entry = 0; entry < flagged; entry++) {
    const { row, flag } = flaggedRow(i32[workspace.flags / 4 + entry] ?? 0);
    const time = times[from + row] ?? Number.NaN;
    if (flag === rowFlag.absent) {
      // The sums leave out the columns that a note reads.
      functions["rows"]?.(1, workspace.times + 8 * row, workspace.states + 8 * width * row, workspace.rowFlags, workspace.row);
      noteAbsent(fluxes, columns, (column) => memory[workspace.row / 8 + column] ?? Number.NaN, time, outOfDomain);
    } else {
      const found = rowAt(fluxes, observables, time, parameters, states.subarray((from + row) * width, (from + row + 1) * width));
      for (let column = 0; column < columnCount; column++) memory[at(column, row)] = found.values[column] ?? Number.NaN;
      outOfDomain.push(...found.outOfDomain);
    }
  }
}

/** Notes what `at` notes where nothing is wrong but that a species is 0 which a running reaction changes. */
function noteAbsent({ reactions, species }: Fluxes, columns: FluxColumns, valueOf: (column: number) => number, time: number, notes: OutOfDomain[]): void {
  for (let index = 0; index < reactions.length; index++) {
    const reaction = reactions[index];
    if (reaction?.kind !== "reversible" || valueOf(columns.activity + index) === 0) continue;
    for (const { species: which } of reaction.changes) {
      const value = valueOf(columns.species + which);
      if (value === 0) notes.push({ what: `species "${species[which] ?? ""}"`, reaction: reaction.id, value, time });
    }
  }
}
