import { f64, i32, programBuilder } from "../kernel/builder.ts";
import type { FunctionBuilder } from "../kernel/builder.ts";
import type { Expression } from "../kernel/expression.ts";
import { memoryLayout } from "../kernel/layout.ts";
import { lowerEach } from "../kernel/lower.ts";
import type { Local, Program, Value } from "../kernel/program.ts";
import { symbolsOf } from "../kernel/substitute.ts";
import type { FluxColumns } from "./flux-table.ts";
import { columnsPerObservable, fluxColumns } from "./flux-table.ts";
import type { Fluxes } from "./fluxes.ts";
import type { FluxLocals } from "./force.ts";
import { writeFlux } from "./force.ts";
import type { Observable } from "./observable.ts";
import type { ReactionFlux } from "./reaction-flux.ts";
import { isThermodynamic } from "./reaction-flux.ts";
import { hasEntropyProduction } from "./uncertainty.ts";

/** A program over many states, and where it expects the parameters [nParameter]. */
export interface FluxProgram {
  /**
   * Exports `rows(count, times, states, flags, result): i32`, all addresses. Times [count] and states [count, nState] are read; the
   * result is written as columns [nColumn, count]. The number of rows with a flag is given back; `flags` holds, i32 each, their
   * index and `rowFlag`, which `flaggedRow` reads. `sums` is the same without the columns from `columns.species` on.
   */
  readonly program: Program;
  readonly parametersAddress: number;
  readonly columns: FluxColumns;
}

/** `absent`: a species that a running reaction changes is 0, so a force is infinite; from `wrong` on: a value has no meaning, and the row is not to be used. */
export const rowFlag = { absent: 1, wrong: 2 } as const;
const flagBits = 2;

/** Row and flags of one entry of `flags`. */
export const flaggedRow = (entry: number): { readonly row: number; readonly flag: number } => ({ row: entry >> flagBits, flag: entry & ((1 << flagBits) - 1) });

/** Values that the program keeps, by number: in locals where they are few, else in memory. */
interface Cells {
  get(cell: number): Value;
  set(cell: number, value: Value): void;
}

/** Up to this many values stay in locals: more would not fit into registers anyway. */
const mostInLocals = 48;

const cellsOf = (b: FunctionBuilder, count: number, address: number): Cells => {
  if (count > mostInLocals) return { get: (cell) => f64.load(address + 8 * cell), set: (cell, value) => b.store(address + 8 * cell, value) };
  const locals = Array.from({ length: count }, (_, cell) => b.local("f64", `cell${cell}`));
  const local = (cell: number): Local => locals[cell] ?? b.local("f64", "none");
  return { get: local, set: (cell, value) => b.set(local(cell), value) };
};

/** Hands out cells one after another. */
interface Numbering {
  count: number;
}

const next = (numbering: Numbering): number => numbering.count++;

/** Expressions with the cells that hold their values. */
interface Kept {
  readonly entries: { readonly expression: Expression; readonly cell: number }[];
  keep(expression: Expression): number;
}

const keeper = (numbering: Numbering): Kept => {
  const entries: { expression: Expression; cell: number }[] = [];
  return {
    entries,
    keep(expression) {
      const cell = next(numbering);
      entries.push({ expression, cell });
      return cell;
    },
  };
};

/** Where the program keeps what a row is made of; in cells; null = not needed. `vary`: holds the state or time, so that every row computes it anew. */
interface Places {
  readonly volume: number | null;
  readonly species: readonly SpeciesPlace[];
  readonly reactions: readonly ReactionPlace[];
}

interface SpeciesPlace {
  readonly x: number;
  readonly coefficient: number | null;
  /** `ln(gamma x)`, where a force needs it. */
  readonly logActivity: number | null;
  /** Takes part in a reversible reaction: its sign matters. */
  readonly isJudged: boolean;
  readonly vary: boolean;
}

interface ReactionPlace {
  readonly reaction: ReactionFlux;
  readonly index: number;
  readonly forward: number | null;
  readonly reverse: number | null;
  readonly net: number | null;
  /** Net flux and activity per volume, for the sums that follow. */
  readonly current: number;
  readonly activity: number;
  readonly constants: ConstantsPlace | null;
}

interface ConstantsPlace {
  readonly kPlus: number;
  readonly kMinus: number;
  readonly logRatio: number;
  readonly vary: boolean;
}

type Note = (condition: Value, flag?: number) => void;

/** What the code of a row writes with. */
interface Row {
  readonly b: FunctionBuilder;
  readonly columns: FluxColumns;
  readonly cells: Cells;
  readonly locals: FluxLocals;
  readonly entropyProduction: Local;
  readonly total: Local;
  readonly totalActivity: Local;
  /** Whether a species of a reversible reaction is 0. */
  readonly isAnyAbsent: Local;
  readonly note: Note;
  /** Writes a column, unless the function leaves it out. */
  put(column: number, value: Value): void;
}

/** Writes the program of `compileFluxes`. */
export function fluxProgram(fluxes: Fluxes, observables: readonly Observable[]): FluxProgram {
  const { system } = fluxes;
  const columns = fluxColumns(fluxes, observables);
  const layout = memoryLayout();
  const parametersAddress = layout.f64(Math.max(1, system.parameters.length));
  const numbering: Numbering = { count: 0 };
  const [fixed, varying] = [keeper(numbering), keeper(numbering)];
  const places = placesOf(fluxes, numbering, fixed, varying);
  const cellsAddress = layout.f64(Math.max(1, numbering.count));
  const stateOffsets = new Map(system.states.map((id, index) => [id, 8 * index]));
  const parameters = new Map(system.parameters.map((id, index) => [id, parametersAddress + 8 * index]));
  const parameter = (name: string): Value => {
    const address = parameters.get(name);
    return address === undefined ? f64.const(Number.NaN) : f64.load(address);
  };

  const builder = programBuilder();
  const write = (functionName: string, columnCount: number): void => builder.function(functionName, { parameters: { count: "i32", times: "i32", state: "i32", flags: "i32", result: "i32" }, result: "i32" }, (b, { count, times, state, flags, result }) => {
    if (!count || !times || !state || !flags || !result) return;
    const cells = cellsOf(b, numbering.count, cellsAddress);
    const [flag, always, flagged] = [b.local("i32", "flag"), b.local("i32", "always", i32.const(0)), b.local("i32", "flagged", i32.const(0))];
    const noteIn = (target: Local): Note => (condition, raised = rowFlag.wrong) => b.set(target, i32.or(target, raised === 1 ? condition : i32.mul(condition, raised)));
    compute(b, cells, fixed, parameter);
    for (const place of places.species) if (!place.vary) writeLogActivity(cells, place);
    for (const { constants } of places.reactions) if (constants && !constants.vary) writeLogRatio(cells, constants, noteIn(always));

    const [time, at] = [b.local("f64", "time"), b.local("i32", "at")];
    const stride = b.local("i32", "stride", i32.shl(count, 3));
    // Known before the loop, so that a row does not multiply.
    const starts = Array.from({ length: Math.min(columnCount, mostInLocals) }, (_, column) => b.local("i32", `start${column}`, i32.mul(stride, column)));
    const row: Row = {
      b,
      columns,
      cells,
      locals: { forward: b.local("f64", "forward"), reverse: b.local("f64", "reverse"), net: b.local("f64", "net"), force: b.local("f64", "force") },
      entropyProduction: b.local("f64", "entropyProduction"),
      total: b.local("f64", "total"),
      totalActivity: b.local("f64", "totalActivity"),
      isAnyAbsent: b.local("i32", "isAnyAbsent"),
      note: noteIn(flag),
      put: (column, value) => {
        if (column < columnCount) b.store(i32.add(at, starts[column] ?? i32.mul(stride, column)), value);
      },
    };
    b.repeat(count, (index) => {
      b.set(time, f64.load(i32.add(times, i32.shl(index, 3))));
      b.set(at, i32.add(result, i32.shl(index, 3)));
      b.set(flag, always);
      b.set(row.isAnyAbsent, 0);
      compute(b, cells, varying, (name) => {
        if (name === "time") return time;
        const offset = stateOffsets.get(name);
        return offset === undefined ? parameter(name) : f64.load(state, offset);
      });
      places.species.forEach((place, species) => {
        row.put(columns.species + species, cells.get(place.x));
        if (place.vary) writeLogActivity(cells, place);
        if (!place.isJudged) return;
        row.note(f64.lt(cells.get(place.x), 0));
        b.set(row.isAnyAbsent, i32.or(row.isAnyAbsent, f64.eq(cells.get(place.x), 0)));
        if (place.coefficient !== null) row.note(i32.isZero(f64.gt(cells.get(place.coefficient), 0)));
      });
      b.set(row.total, hasEntropyProduction(fluxes) ? 0 : Number.NaN);
      b.set(row.totalActivity, 0);
      for (const place of places.reactions) writeReaction(row, place, places);
      row.put(columns.total, row.total);
      row.put(columns.totalActivity, row.totalActivity);
      observables.forEach((observable, which) => writeObservable(row, places, observable, columns.observables + columnsPerObservable * which));
      b.if(flag, () => {
        b.store(i32.add(flags, i32.shl(flagged, 2)), i32.or(i32.shl(index, flagBits), flag));
        b.set(flagged, i32.add(flagged, 1));
      });
      b.set(state, i32.add(state, 8 * system.states.length));
    });
    b.return(flagged);
  });
  write("rows", columns.count);
  write("sums", columns.species);
  return { program: builder.finish(layout.bytes), parametersAddress, columns };
}

const compute = (b: FunctionBuilder, cells: Cells, { entries }: Kept, resolve: (name: string) => Value): void =>
  lowerEach(b, entries.map(({ expression }) => expression), resolve, (index, value) => cells.set(entries[index]?.cell ?? 0, value));

function placesOf({ system, reactions, terms }: Fluxes, numbering: Numbering, fixed: Kept, varying: Kept): Places {
  const inForces = new Set(reactions.flatMap(({ kind, changes }) => (kind === "reversible" ? changes.map(({ species }) => species) : [])));
  const inReversible = new Set(reactions.flatMap(({ kind, participants }) => (kind === "reversible" ? participants : [])));
  const doVary = (expressions: readonly (Expression | null)[]): boolean => {
    const names = symbolsOf(expressions.flatMap((expression) => (expression ? [expression] : [])));
    return names.has("time") || system.states.some((id) => names.has(id));
  };
  const isOne = terms.volume.operation === "constant" && terms.volume.value === 1;
  return {
    volume: isOne ? null : (doVary([terms.volume]) ? varying : fixed).keep(terms.volume),
    species: terms.species.map((expression, index) => {
      const coefficient = inReversible.has(index) ? (terms.coefficients[index] ?? null) : null;
      const vary = doVary([expression, coefficient]);
      const { keep } = vary ? varying : fixed;
      return { x: keep(expression), coefficient: coefficient && keep(coefficient), logActivity: inForces.has(index) ? next(numbering) : null, isJudged: inReversible.has(index), vary };
    }),
    reactions: reactions.map((reaction, index): ReactionPlace => {
      const { forward, reverse, net, kPlus, kMinus } = reaction;
      const [current, activity] = [next(numbering), next(numbering)];
      if (forward === null || !isThermodynamic(reaction)) return { reaction, index, forward: null, reverse: null, net: varying.keep(net), current, activity, constants: null };
      const vary = doVary([kPlus, kMinus]);
      const { keep } = vary ? varying : fixed;
      const constants = kPlus && kMinus ? { kPlus: keep(kPlus), kMinus: keep(kMinus), logRatio: next(numbering), vary } : null;
      return { reaction, index, forward: varying.keep(forward), reverse: reverse && varying.keep(reverse), net: null, current, activity, constants };
    }),
  };
}

/** 1 for what is below 0 or no number. */
const isNegative = (value: Value): Value => i32.isZero(f64.ge(value, 0));

function writeLogRatio({ get, set }: Cells, { kPlus, kMinus, logRatio }: ConstantsPlace, note: Note): void {
  for (const constant of [kPlus, kMinus]) note(isNegative(get(constant)));
  set(logRatio, f64.sub(f64.math("log", get(kPlus)), f64.math("log", get(kMinus))));
}

function writeLogActivity({ get, set }: Cells, { x, coefficient, logActivity }: SpeciesPlace): void {
  if (logActivity === null) return;
  const log = f64.math("log", get(x));
  set(logActivity, coefficient === null ? log : f64.add(log, f64.math("log", get(coefficient))));
}

/** Writes the columns of a reaction, adds it to the totals, and notes what `at` would call out of domain. */
function writeReaction(row: Row, { reaction, index, constants, ...place }: ReactionPlace, { volume, species }: Places): void {
  const { b, columns, cells, locals, note, put } = row;
  const perVolume = (value: Value): Value => (volume === null ? value : f64.div(value, cells.get(volume)));
  if (place.forward === null) {
    cells.set(place.current, place.net === null ? f64.const(Number.NaN) : perVolume(cells.get(place.net)));
    cells.set(place.activity, f64.const(Number.NaN));
    put(columns.net + index, cells.get(place.current));
    for (const unknown of [columns.activity, columns.force, columns.entropyProduction]) put(unknown + index, f64.const(Number.NaN));
    return;
  }
  const { forward, reverse, net, force } = locals;
  b.set(forward, cells.get(place.forward));
  b.set(reverse, place.reverse === null ? 0 : cells.get(place.reverse));
  note(isNegative(forward));
  note(isNegative(reverse));
  if (constants === null) b.set(force, Infinity);
  else {
    const changed = reaction.changes.flatMap(({ species: which }) => species[which] ?? []);
    b.if(row.isAnyAbsent, () =>
      b.if(i32.or(f64.ne(forward, 0), f64.ne(reverse, 0)), () => {
        for (const { x } of changed) note(f64.eq(cells.get(x), 0), rowFlag.absent);
      }),
    );
    if (constants.vary) writeLogRatio(cells, constants, note);
    b.set(force, cells.get(constants.logRatio));
    for (const { species: which, change } of reaction.changes) b.set(force, f64.sub(force, times(change, cells.get(species[which]?.logActivity ?? 0))));
  }
  if (volume !== null) {
    b.set(forward, perVolume(forward));
    b.set(reverse, perVolume(reverse));
  }
  writeFlux(b, locals);
  cells.set(place.current, net);
  cells.set(place.activity, f64.add(forward, reverse));
  b.set(row.entropyProduction, f64.select(f64.eq(net, 0), f64.const(0), f64.mul(net, force)));
  put(columns.net + index, net);
  put(columns.activity + index, cells.get(place.activity));
  put(columns.force + index, force);
  put(columns.entropyProduction + index, row.entropyProduction);
  b.set(row.total, f64.add(row.total, row.entropyProduction));
  b.set(row.totalActivity, f64.add(row.totalActivity, cells.get(place.activity)));
}

/** A product whose factor 1 costs nothing; the bits are the same. */
const times = (factor: number, value: Value): Value => (factor === 1 ? value : f64.mul(factor, value));

/** Writes current, scaled diffusion and tightness of an observable, as `observe` and `tightnessOf` have them: half of a number is the same by either operation. */
function writeObservable({ b, cells, locals, total, put }: Row, { reactions }: Places, { perReaction }: Observable, column: number): void {
  const { net: current, forward: diffusion } = locals;
  b.set(current, 0);
  b.set(diffusion, 0);
  perReaction.forEach((change, index) => {
    const reaction = reactions[index];
    if (change === 0 || !reaction) return;
    b.set(current, f64.add(current, times(change, cells.get(reaction.current))));
    b.set(diffusion, f64.add(diffusion, times(change * change, cells.get(reaction.activity))));
  });
  put(column, current);
  put(column + 1, diffusion);
  const atRest = f64.select(i32.and(f64.gt(total, 0), f64.gt(diffusion, 0)), f64.const(Infinity), f64.const(Number.NaN));
  put(column + 2, f64.select(f64.eq(current, 0), atRest, f64.mul(0.5, f64.mul(f64.div(total, current), f64.div(diffusion, current)))));
}
