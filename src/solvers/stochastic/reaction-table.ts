import { f64, i32 } from "../../kernel/builder.ts";
import type { FunctionBuilder } from "../../kernel/builder.ts";
import type { Instance } from "../../kernel/instance.ts";
import { lowerEach } from "../../kernel/lower.ts";
import type { Local, Value } from "../../kernel/program.ts";
import { statesReadBy } from "./channel.ts";
import { writeDispatch } from "./dispatch.ts";
import type { StochasticStep } from "./method.ts";
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
  /** Whether any channel's factor is no falling factorial, so that its propensity may turn negative. */
  readonly mayBeWrong: boolean;
  prepare(instance: Instance): void;
  begin(instance: Instance, coefficients: Float64Array): void;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
/** Where a channel's record stands, in bytes from the table's start. */
const record = (channel: Value): Value => i32.shl(channel, 5);

/** Lays out the tables of a scene's channels, linear in their reactants and changes. */
export function reactionTable({ program, layout, scene }: StochasticStep): ReactionTable {
  const { channels, memory, system } = scene;
  const count = channels.length;
  const cell = (state: number): number => memory.molecules + 8 * state;
  const one = cell(system.states.length);
  const reads = statesReadBy(channels, system);
  const readers: number[][] = system.states.map(() => []);
  reads.forEach((states, channel) => states.forEach((state) => readers[state]?.push(channel)));

  const table = layout.f64((channelBytes / 8) * (count + 1));
  const changeTable = layout.i32((changeBytes / 4) * (1 + sum(channels.map(({ changes }) => changes.length))));
  const readerTable = layout.i32(1 + sum(readers.map((list) => list.length)));
  /** Lowered number and address of each factor of a channel that is no plain one: [how many, rest, (address, lowered)...]. */
  const factorsOf = channels.map(({ orders }) => orders.flatMap(({ state, order }) => Array.from({ length: order }, (_, lowered) => ({ address: cell(state), lowered }))));
  const isPlain = channels.map(({ rest, isMassAction }, index) => isMassAction && rest === null && (factorsOf[index]?.length ?? 0) <= 2 && (factorsOf[index]?.[0]?.lowered ?? 0) === 0);
  const beyondWords = channels.map((_, index) => (isPlain[index] ? 0 : 2 + 2 * (factorsOf[index]?.length ?? 0)));
  const beyondTable = layout.i32(1 + sum(beyondWords));

  const rests = channels.flatMap(({ rest }, channel) => (rest ? [{ rest, channel }] : []));
  if (rests.length > 0) {
    rests.forEach(({ rest }, index) => {
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

  const eachChange: ReactionTable["eachChange"] = (b, channel, visit) => {
    const entry = b.local("i32", "change", i32.load(record(channel), table + at.changes));
    const end = b.local("i32", "end of changes", i32.load(record(channel), table + at.changes + channelBytes));
    b.loop((next) => {
      b.if(i32.ge(entry, end), () => b.break(next));
      visit(b.local("i32", "state", i32.load(entry)), { from: i32.load(entry, 8), to: i32.load(entry, 12) });
      b.set(entry, i32.add(entry, changeBytes));
    });
  };
  return {
    mayBeWrong: rests.length > 0,
    propensity(b, channel, offset = 0) {
      const row = b.local("i32", "row", record(channel));
      const value = b.local("f64", "propensity", f64.load(row, table + at.coefficient));
      const beyond = b.local("i32", "beyond", i32.load(row, table + at.beyond));
      const molecules = (which: number): Value => f64.load(i32.load(row, table + which), offset);
      b.if(
        i32.isZero(beyond),
        () => b.set(value, f64.mul(f64.mul(value, molecules(at.first)), f64.sub(molecules(at.second), f64.load(row, table + at.lowered)))),
        () => b.set(value, f64.call("propensity beyond", beyond, value, i32.const(offset))),
      );
      return value;
    },
    change(b, channel, refuse) {
      const row = record(channel);
      const entry = b.local("i32", "change");
      const end = b.local("i32", "end of changes", i32.load(row, table + at.changes + channelBytes));
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
    },
    eachChange,
    eachReader(b, { from, to }, visit) {
      const entry = b.local("i32", "reader", from);
      const end = b.local("i32", "end of readers", to);
      b.loop((next) => {
        b.if(i32.ge(entry, end), () => b.break(next));
        visit(b.local("i32", "channel", i32.load(entry)));
        b.set(entry, i32.add(entry, 4));
      });
    },
    prepare(instance) {
      const { f64: f, i32: i } = instance;
      f[one / 8] = 1;
      const readersFrom: number[] = [];
      let reader = readerTable / 4;
      for (const list of readers) {
        readersFrom.push(4 * reader);
        for (const channel of list) i[reader++] = channel;
      }
      readersFrom.push(4 * reader);
      let [change, beyond, rest] = [changeTable / 4, beyondTable / 4, 0];
      channels.forEach((channel, index) => {
        const row = table + channelBytes * index;
        const factors = factorsOf[index] ?? [];
        i[(row + at.changes) / 4] = 4 * change;
        for (const { state, change: by } of channel.changes) {
          i.set([cell(state), by, readersFrom[state] ?? 0, readersFrom[state + 1] ?? 0], change);
          change += changeBytes / 4;
        }
        const [first, second] = factors;
        f[(row + at.lowered) / 8] = second?.lowered ?? 0;
        i[(row + at.first) / 4] = first?.address ?? one;
        i[(row + at.second) / 4] = second?.address ?? one;
        i[(row + at.beyond) / 4] = isPlain[index] ? 0 : 4 * beyond;
        if (isPlain[index]) return;
        i.set([factors.length, channel.rest ? rest++ : -1, ...factors.flatMap(({ address, lowered }) => [address, lowered])], beyond);
        beyond += beyondWords[index] ?? 0;
      });
      i[(table + channelBytes * count + at.changes) / 4] = 4 * change;
    },
    begin(instance, coefficients) {
      coefficients.forEach((coefficient, index) => void (instance.f64[(table + channelBytes * index) / 8] = coefficient));
    },
  };
}
