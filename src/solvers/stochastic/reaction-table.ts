import { f64, i32 } from "../../kernel/builder.ts";
import type { FunctionBuilder } from "../../kernel/builder.ts";
import type { Instance } from "../../kernel/instance.ts";
import { lowerEach } from "../../kernel/lower.ts";
import type { Local, Value } from "../../kernel/program.ts";
import { readersOf } from "./channel.ts";
import { writeDispatch } from "./dispatch.ts";
import type { Channel } from "./channel.ts";
import type { StochasticStep } from "./method.ts";
import type { StochasticScene } from "./scene.ts";
import { symbolResolver } from "./symbols.ts";

/** Bytes of one channel: coefficient, what the second reactant's number is lowered by, both reactants' addresses, what goes beyond, and changes. */
const channelBytes = 32;
const at = { coefficient: 0, lowered: 8, first: 16, second: 20, beyond: 24, changes: 28 } as const;
/** Bytes of one change: the state's address, by how much, and from where to where its readers stand. */
const changeBytes = 16;

/**
 * A network as tables in memory, so that the program has the same size whatever the network: every channel's propensity is
 * `coefficient n1 (n2 - lowered)`, with a 1 in the place of a missing reactant. What goes beyond (a third molecule, or a factor that is no
 * falling factorial) stands in lists and functions of their own.
 */
export interface ReactionTable {
  /** Writes a channel's propensity at the molecule numbers, or at what stands `offset` bytes behind each of them. */
  propensity(b: FunctionBuilder, channel: Local, offset?: number): Local;
  /** Writes what one event of a channel does to the molecule numbers; `after` is told each state's address. `refuse` leaves where there are too few. */
  change(b: FunctionBuilder, channel: Local, refuse: () => void): void;
  /** Visits the changes of a channel: the address of the state's molecule number, and where its readers stand. */
  eachChange(b: FunctionBuilder, channel: Local, visit: (state: Local, readers: { readonly from: Value; readonly to: Value }) => void): void;
  /** Visits the channels that read a state. */
  eachReader(b: FunctionBuilder, readers: { readonly from: Value; readonly to: Value }, visit: (channel: Local) => void): void;
  /** Where a method's own part of each channel's record stands, where it asked for one: `address` plus the channel shifted left by `shift`. */
  readonly own: { readonly address: number; readonly shift: number };
  /** Whether any channel's factor is no falling factorial, so that its propensity may turn negative. */
  readonly mayBeWrong: boolean;
  prepare(instance: Instance): void;
  begin(instance: Instance, coefficients: Float64Array): void;
}

function sum<Item>(items: readonly Item[], size: (item: Item) => number): number {
  let total = 0;
  for (const item of items) total += size(item);
  return total;
}

/** Bytes of a cache line. */
const lineBytes = 64;

const molecularity = ({ orders }: Channel): number => sum(orders, ({ order }) => order);
/** Words of what goes beyond: [how many factors, rest, (address, lowered)...]. */
const beyondWords = (channel: Channel): number => 2 + 2 * molecularity(channel);

/** Where everything stands. */
interface Places {
  readonly scene: StochasticScene;
  readonly readers: ReturnType<typeof readersOf>;
  /** Whether the record says all of a channel's propensity [nChannel]. */
  readonly plain: readonly boolean[];
  /** Bytes of a record, as a power of 2. */
  readonly shift: number;
  readonly recordBytes: number;
  /** Byte addresses. */
  readonly table: number;
  readonly changeTable: number;
  readonly readerTable: number;
  readonly beyondTable: number;
}

/** Byte address of a state's molecule number. */
const cell = ({ scene: { memory } }: Places, state: number): number => memory.molecules + 8 * state;

function placesOf({ layout, scene }: StochasticStep, hasOwn: boolean): Places {
  const { channels, system } = scene;
  const shift = hasOwn ? 6 : 5;
  const recordBytes = 2 ** shift;
  const readers = readersOf(channels, system);
  const plain = channels.map((channel) => channel.isMassAction && channel.rest === null && molecularity(channel) <= 2);
  const table = Math.ceil(layout.f64((recordBytes / 8) * (channels.length + 1) + lineBytes / 8) / lineBytes) * lineBytes;
  const changeTable = layout.i32((changeBytes / 4) * (1 + sum(channels, ({ changes }) => changes.length)));
  const readerTable = layout.i32(1 + readers.channels.length);
  const beyondTable = layout.i32(1 + sum(channels.filter((_, index) => !plain[index]), beyondWords));
  return { scene, readers, plain, shift, recordBytes, table, changeTable, readerTable, beyondTable };
}

/** Writes the functions of what goes beyond a record; whether any factor is no falling factorial. */
function writeBeyond({ program, scene }: StochasticStep): boolean {
  const { channels, memory } = scene;
  const rests = channels.flatMap(({ rest }) => (rest ? [rest] : []));
  if (rests.length > 0) {
    rests.forEach((rest, index) => {
      program.function(`rest ${index}`, { result: "f64", exported: false }, (b) => lowerEach(b, [rest], symbolResolver(scene, null), (_, value) => b.return(value)));
    });
    writeDispatch(program, "rest", rests.length);
  }
  // At the start of a run, and from within the propensity of a channel that is no plain one.
  program.function("propensity beyond", { parameters: { address: "i32", value: "f64", offset: "i32" }, result: "f64", exported: false }, (b, { address, value, offset }) => {
    if (!address || !value || !offset) return;
    if (rests.length > 0) {
      const rest = b.local("i32", "rest", i32.load(address, 4));
      b.if(i32.ge(rest, 0), () => {
        b.set(value, f64.mul(value, f64.call("rest", rest)));
        b.if(i32.isZero(f64.ge(value, 0)), () => b.store(memory.isWrong, i32.const(1)));
      });
    }
    b.repeat(i32.load(address), (index) => {
      const factor = b.local("i32", "factor", i32.add(address, i32.shl(index, 3)));
      b.set(value, f64.mul(value, f64.sub(f64.load(i32.add(i32.load(factor, 8), offset)), f64.fromI32(i32.load(factor, 12)))));
    });
    b.return(value);
  });
  return rests.length > 0;
}

function writePropensity({ table, shift, plain }: Places, b: FunctionBuilder, channel: Local, offset: number): Local {
  const row = b.local("i32", "row", i32.shl(channel, shift));
  const value = b.local("f64", "propensity", f64.load(row, table + at.coefficient));
  const molecules = (which: number): Value => f64.load(i32.load(row, table + which), offset);
  const writePlain = (): void => b.set(value, f64.mul(f64.mul(value, molecules(at.first)), f64.sub(molecules(at.second), f64.load(row, table + at.lowered))));
  if (plain.every((isPlain) => isPlain)) {
    writePlain();
    return value;
  }
  const beyond = b.local("i32", "beyond", i32.load(row, table + at.beyond));
  b.if(
    i32.isZero(beyond),
    writePlain,
    () => b.set(value, f64.call("propensity beyond", beyond, value, i32.const(offset))),
  );
  return value;
}

function writeChange({ scene: { channels, memory }, table, shift, recordBytes }: Places, b: FunctionBuilder, channel: Local, refuse: () => void): void {
  const row = i32.shl(channel, shift);
  const entry = b.local("i32", "change");
  const end = b.local("i32", "end of changes", i32.load(row, table + at.changes + recordBytes));
  const each = (visit: () => void): void => {
    b.set(entry, i32.load(row, table + at.changes));
    b.loop((next) => {
      b.if(i32.ge(entry, end), () => b.break(next));
      visit();
      b.set(entry, i32.add(entry, changeBytes));
    });
  };
  const after = f64.add(f64.load(i32.load(entry)), f64.fromI32(i32.load(entry, 4)));
  // A factor that is no falling factorial need not vanish with its reactants.
  if (channels.some(({ isMassAction }) => !isMassAction)) {
    b.if(i32.load(row, table + at.beyond), () =>
      each(() =>
        b.if(f64.lt(after, 0), () => {
          b.store(memory.usedUpChannel, channel);
          refuse();
        }),
      ),
    );
  }
  each(() => b.store(i32.load(entry), after));
}

function writeEachChange({ table, shift, recordBytes }: Places, b: FunctionBuilder, channel: Local, visit: Parameters<ReactionTable["eachChange"]>[2]): void {
  const row = i32.shl(channel, shift);
  const entry = b.local("i32", "change", i32.load(row, table + at.changes));
  const end = b.local("i32", "end of changes", i32.load(row, table + at.changes + recordBytes));
  b.loop((next) => {
    b.if(i32.ge(entry, end), () => b.break(next));
    visit(b.local("i32", "state", i32.load(entry)), { from: i32.load(entry, 8), to: i32.load(entry, 12) });
    b.set(entry, i32.add(entry, changeBytes));
  });
}

function writeEachReader(b: FunctionBuilder, { from, to }: { readonly from: Value; readonly to: Value }, visit: (channel: Local) => void): void {
  const entry = b.local("i32", "reader", from);
  const end = b.local("i32", "end of readers", to);
  b.loop((next) => {
    b.if(i32.ge(entry, end), () => b.break(next));
    visit(b.local("i32", "channel", i32.load(entry)));
    b.set(entry, i32.add(entry, 4));
  });
}

/** Fills the tables of a new program. */
function fillTables(places: Places, { f64: f, i32: i }: Instance): void {
  const { scene: { channels, system }, readers, plain, recordBytes, table } = places;
  const one = cell(places, system.states.length);
  f[one / 8] = 1;
  i.set(readers.channels, places.readerTable / 4);
  const readersAt = (state: number): number => places.readerTable + 4 * (readers.start[state] ?? 0);
  let [change, beyond, rest] = [places.changeTable / 4, places.beyondTable / 4, 0];
  channels.forEach((channel, index) => {
    const row = table + recordBytes * index;
    i[(row + at.changes) / 4] = 4 * change;
    for (const { state, change: by } of channel.changes) {
      i[change] = cell(places, state);
      i[change + 1] = by;
      i[change + 2] = readersAt(state);
      i[change + 3] = readersAt(state + 1);
      change += changeBytes / 4;
    }
    const [first, second] = channel.orders;
    const isPair = (first?.order ?? 0) > 1;
    f[(row + at.lowered) / 8] = isPair ? 1 : 0;
    i[(row + at.first) / 4] = first ? cell(places, first.state) : one;
    i[(row + at.second) / 4] = first && isPair ? cell(places, first.state) : second ? cell(places, second.state) : one;
    i[(row + at.beyond) / 4] = plain[index] ? 0 : 4 * beyond;
    if (plain[index]) return;
    const factors = channel.orders.flatMap(({ state, order }) => Array.from({ length: order }, (_, lowered) => [cell(places, state), lowered]));
    i.set([factors.length, channel.rest ? rest++ : -1, ...factors.flat()], beyond);
    beyond += beyondWords(channel);
  });
  i[(table + recordBytes * channels.length + at.changes) / 4] = 4 * change;
}

/**
 * Lays out the tables of a scene's channels, linear in their reactants and changes.
 * @param hasOwn whether a method wants 32 bytes of its own beside each channel's record, in the same cache line.
 */
export function reactionTable(step: StochasticStep, hasOwn = false): ReactionTable {
  const places = placesOf(step, hasOwn);
  const { table, shift, recordBytes } = places;
  const mayBeWrong = writeBeyond(step);
  return {
    own: { address: table + channelBytes, shift },
    mayBeWrong,
    propensity: (b, channel, offset = 0) => writePropensity(places, b, channel, offset),
    change: (b, channel, refuse) => writeChange(places, b, channel, refuse),
    eachChange: (b, channel, visit) => writeEachChange(places, b, channel, visit),
    eachReader: writeEachReader,
    prepare: (instance) => fillTables(places, instance),
    begin(instance, coefficients) {
      coefficients.forEach((coefficient, index) => void (instance.f64[(table + recordBytes * index) / 8] = coefficient));
    },
  };
}
