import { f64, i32 } from "../../kernel/builder.ts";
import type { FunctionBuilder } from "../../kernel/builder.ts";
import type { Instance } from "../../kernel/instance.ts";
import type { Local, Value } from "../../kernel/program.ts";
import { aheadCode, attendOpen, drawPairs, writeAheadDraws } from "./draw-ahead.ts";
import type { AheadDraws } from "./draw-ahead.ts";
import type { EventDraws } from "./draws.ts";
import { attendFrom } from "./event-loop.ts";
import type { EventLoop } from "./event-loop.ts";
import type { StochasticStep } from "./method.ts";
import type { ReactionTable } from "./reaction-table.ts";
import { largestPropensity, stochasticCode } from "./scene.ts";

/** Powers of two that groups reach down: what is smaller than 2^-32 of the largest shares the last group. */
const octaves = 32;
/** Candidates refused in a row after which the groups are laid out anew around what the bounds have become. */
const patience = 1000;
/** Bytes of one group: total weight, upper bound of its members, its inverse, how many, where they stand. */
const groupBytes = 32;
const inGroup = { weight: 0, bound: 8, inverse: 16, count: 24, members: 28 } as const;
/** What stands in a channel's own part of the reaction table: bound (f64), group or -1 (i32), place in it (i32), and what a method adds (f64). */
export const inChannel = { bound: 0, group: 8, place: 12, more: 16 } as const;

/** A candidate: a channel, and a uniform number below its group's bound, to be held against its propensity. */
export interface Candidate {
  readonly channel: Local;
  readonly mark: Local;
}

/** What the loop keeps in locals to draw candidates. */
export interface CandidateDraws {
  readonly ahead: AheadDraws;
  /** Candidates refused since the last event. */
  readonly refusals: Local;
  /** Sum of all weights. */
  readonly total: Local;
  /** i32: whether some bound has become too large for the groups as they are laid out. */
  readonly isOutgrown: Local;
}

/**
 * Channels sorted by the power of two, or half of one, in which a bound on their propensity lies. Candidates come at the rate of all groups'
 * weights, a weight being a group's members times its upper end; a candidate counts where a uniform number below that end lies
 * below its channel's propensity. Weights are whole multiples of one power of two, so adding and taking away leaves no rounding.
 * @source Slepoy, Thompson, Plimpton 2008, doi:10.1063/1.2919546 (composition and rejection); Lewis & Shedler 1979,
 * doi:10.1002/nav.3800260304 (thinning: refused candidates let time pass, so that no sum of propensities is needed)
 */
export interface Groups {
  /** Writes a channel's bound into memory, before the groups are laid out. */
  write(b: FunctionBuilder, channel: Local, bound: Local): void;
  /** Writes a channel's new bound, which must be at least its propensity: within the loop, or with all in memory. */
  update(b: FunctionBuilder, channel: Local, bound: Local, loop: CandidateDraws | null): void;
  /** A channel's bound as last written. */
  bound(channel: Value): Value;
  /** Loads what candidates are drawn with. */
  enter(b: FunctionBuilder, draws: EventDraws): CandidateDraws;
  /** Puts it back. */
  flush(b: FunctionBuilder, draws: CandidateDraws): void;
  /** What follows the codes with which `candidate` and `settle` leave: by default, a thousand refusals in a row lay the groups out anew. */
  attend(whenRefused?: string): Readonly<Record<number, string>>;
  /** Waits for the next candidate; leaves the run where there is none before its end, or a bound is no finite number. */
  candidate(loop: EventLoop, draws: CandidateDraws): Candidate;
  /** Ends an event: leaves to lay the groups out where a bound has outgrown them. */
  settle(loop: EventLoop, draws: CandidateDraws): void;
  /** Lays the groups out around the bounds in memory. */
  begin(instance: Instance): void;
}

const groupCode = { refused: attendFrom + 2, outgrown: attendFrom + 3 } as const;

/** Where a group's row stands, in bytes from the table's start. */
const groupRow = (group: Value): Value => i32.shl(group, 5);

/**
 * @param own the method's part of the reaction table's records
 * @param halves how often each power of two is halved: with 1, groups end at 1, 1.5, 2, 3, 4, ..., so that fewer candidates are refused and more channels change group
 */
export function channelGroups({ program, layout, scene }: StochasticStep, { address: table, shift }: ReactionTable["own"], halves: 0 | 1): Groups {
  const groupCount = octaves << halves;
  /** The step in which the bound lies whose upper half word is given: its exponent field, 1023 for [1, 2), and `halves` bits below. */
  const stepOf = (high: Value): Value => i32.shru(high, 20 - halves);
  const row = (channel: Value): Value => i32.shl(channel, shift);
  const { channels, memory } = scene;
  const count = channels.length;
  const groups = layout.f64((groupBytes / 8) * (groupCount + 1));
  const lists = layout.i32(groupCount * Math.max(1, count));
  const total = layout.f64(1);
  /** i32: step of the first group. */
  const top = layout.i32(1);
  /** i32: candidates refused in a row. */
  const refused = layout.i32(1);

  writeAheadDraws(program, memory.draws, drawPairs);
  const leave = (b: FunctionBuilder, channel: Local, from: Local, addTotal: (amount: Value) => void): void => {
    const members = b.local("i32", "members", i32.load(from, groups + inGroup.members));
    const last = b.local("i32", "last", i32.sub(i32.load(from, groups + inGroup.count), 1));
    const place = b.local("i32", "place", i32.load(row(channel), table + inChannel.place));
    const moved = b.local("i32", "moved", i32.load(i32.add(members, i32.shl(last, 2))));
    b.store(i32.add(members, i32.shl(place, 2)), moved);
    b.store(row(moved), place, table + inChannel.place);
    b.store(from, last, groups + inGroup.count);
    const bound = b.local("f64", "bound", f64.load(from, groups + inGroup.bound));
    b.store(from, f64.sub(f64.load(from, groups + inGroup.weight), bound), groups + inGroup.weight);
    addTotal(f64.neg(bound));
  };
  const join = (b: FunctionBuilder, channel: Local, to: Local, addTotal: (amount: Value) => void): void => {
    const place = b.local("i32", "place", i32.load(to, groups + inGroup.count));
    b.store(i32.add(i32.load(to, groups + inGroup.members), i32.shl(place, 2)), channel);
    b.store(row(channel), place, table + inChannel.place);
    b.store(to, i32.add(place, 1), groups + inGroup.count);
    const bound = b.local("f64", "bound", f64.load(to, groups + inGroup.bound));
    b.store(to, f64.add(f64.load(to, groups + inGroup.weight), bound), groups + inGroup.weight);
    addTotal(bound);
  };
  const addInMemory = (b: FunctionBuilder) => (amount: Value): void => b.store(total, f64.add(f64.load(total), amount));
  const update: Groups["update"] = (b, channel, bound, loop) => {
    const addTotal = loop ? (amount: Value): void => b.set(loop.total, f64.add(loop.total, amount)) : addInMemory(b);
    b.store(row(channel), bound, table);
    const group = b.local("i32", "group", i32.const(-1));
    b.if(f64.ne(bound, 0), () => {
      b.set(group, i32.sub(i32.load(top), stepOf(i32.load(row(channel), table + 4))));
      // Too large for the first group: they are laid out anew, which also looks whether it is a number at all.
      b.if(i32.lt(group, 0), () => (loop ? b.set(loop.isOutgrown, 1) : b.call("lay out")));
      b.set(group, i32.select(i32.lt(group, groupCount - 1), group, groupCount - 1));
    });
    const before = b.local("i32", "group before", i32.load(row(channel), table + inChannel.group));
    // After a layout the channel is where it belongs.
    b.if(i32.and(i32.ne(group, before), i32.or(i32.ge(group, 0), f64.eq(bound, 0))), () => {
      b.store(row(channel), group, table + inChannel.group);
      b.if(i32.ge(before, 0), () => leave(b, channel, b.local("i32", "from", groupRow(before)), addTotal));
      b.if(i32.ge(group, 0), () => join(b, channel, b.local("i32", "to", groupRow(group)), addTotal));
    });
  };
  // Bounds are in memory. Powers of two below 2^-1021 do not occur: what is that small shares a group with what is larger.
  program.function("lay out", {}, (b) => {
    const largest = b.local("i32", "largest", i32.const(groupCount + 1));
    b.repeat(count, (channel) => {
      const bound = b.local("f64", "bound", f64.load(row(channel), table));
      b.if(
        i32.and(f64.ge(bound, 0), f64.lt(bound, largestPropensity)),
        () => b.set(largest, i32.max(largest, stepOf(i32.and(i32.load(row(channel), table + 4), 0x7fffffff)))),
        () => b.store(memory.isWrong, i32.const(1)),
      );
      b.store(row(channel), i32.const(-1), table + inChannel.group);
    });
    b.if(i32.load(memory.isWrong), () => b.return());
    b.store(top, largest);
    b.store(total, f64.const(0));
    const power = b.local("i32", "power", i32.add(largest, 1));
    b.repeat(groupCount, (group) => {
      const at = b.local("i32", "row", groupRow(group));
      b.store(at, f64.const(0), groups + inGroup.bound);
      b.store(at, i32.shl(power, 20 - halves), groups + inGroup.bound + 4);
      b.store(at, f64.div(1, f64.load(at, groups + inGroup.bound)), groups + inGroup.inverse);
      b.store(at, f64.const(0), groups + inGroup.weight);
      b.store(at, i32.const(0), groups + inGroup.count);
      b.store(at, i32.add(lists, i32.mul(group, 4 * count)), groups + inGroup.members);
      b.set(power, i32.sub(power, 1));
    });
    b.repeat(count, (channel) => {
      b.if(f64.ne(f64.load(row(channel), table), 0), () => {
        const group = b.local("i32", "group", i32.min(i32.sub(i32.load(top), stepOf(i32.load(row(channel), table + 4))), groupCount - 1));
        b.store(row(channel), group, table + inChannel.group);
        join(b, channel, b.local("i32", "to", groupRow(group)), addInMemory(b));
      });
    });
  });

  return {
    write: (b, channel, bound) => b.store(row(channel), bound, table),
    update,
    bound: (channel) => f64.load(row(channel), table),
    enter: (b, draws) => ({
      ahead: drawPairs(b, draws, memory.draws),
      refusals: b.local("i32", "refusals", i32.load(refused)),
      total: b.local("f64", "total", f64.load(total)),
      isOutgrown: b.local("i32", "is outgrown", i32.const(0)),
    }),
    flush(b, draws) {
      draws.ahead.save();
      b.store(refused, draws.refusals);
      b.store(total, draws.total);
    },
    attend: (whenRefused = "lay out") => ({ ...attendOpen, [groupCode.refused]: whenRefused, [groupCode.outgrown]: "lay out" }),
    candidate(loop, draws) {
      const { b, t } = loop;
      const { ahead, refusals } = draws;
      loop.leave(i32.load(memory.isWrong), stochasticCode.wrongPropensity);
      b.if(i32.gt(refusals, patience), () => {
        b.set(refusals, 0);
        loop.leave(i32.const(1), groupCode.refused);
      });
      loop.leave(ahead.isOpen(), aheadCode.open);
      const weight = b.local("f64", "weight", draws.total);
      const mark = b.local("f64", "mark", f64.mul(ahead.uniform, weight));
      loop.waitUntil(b.local("f64", "end", f64.add(t, f64.div(ahead.wait, weight))));
      ahead.next();
      ahead.turn();
      const group = b.local("i32", "group", i32.const(groups));
      b.loop((search) => {
        const own = b.local("f64", "own", f64.load(group, inGroup.weight));
        b.if(f64.lt(mark, own), () => b.break(search));
        b.set(mark, f64.sub(mark, own));
        b.set(group, i32.add(group, groupBytes));
      });
      // A mark that rounding carried past the last group belongs to no channel.
      b.if(i32.eq(group, groups + groupBytes * groupCount), () => loop.again());
      const position = b.local("i32", "position", i32.fromF64(f64.mul(mark, f64.load(group, inGroup.inverse))));
      b.set(mark, f64.sub(mark, f64.mul(f64.fromI32(position), f64.load(group, inGroup.bound))));
      return { channel: b.local("i32", "channel", i32.load(i32.add(i32.load(group, inGroup.members), i32.shl(position, 2)))), mark };
    },
    settle: (loop, { isOutgrown }) => loop.leave(isOutgrown, groupCode.outgrown),
    begin(instance) {
      // Behind the last group stands one that no mark passes.
      instance.f64[(groups + groupBytes * groupCount + inGroup.weight) / 8] = Infinity;
      instance.functions["lay out"]?.();
      instance.functions["draw first"]?.();
    },
  };
}
