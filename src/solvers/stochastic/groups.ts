import { f64, i32 } from "../../kernel/builder.ts";
import type { FunctionBuilder } from "../../kernel/builder.ts";
import type { Instance } from "../../kernel/instance.ts";
import type { Local, Value } from "../../kernel/program.ts";
import { drawPairs, writeFirstDraw } from "./draw-ahead.ts";
import type { AheadDraws } from "./draw-ahead.ts";
import type { EventDraws } from "./draws.ts";
import type { EventLoop } from "./event-loop.ts";
import type { StochasticStep } from "./method.ts";
import { largestPropensity, stochasticCode } from "./scene.ts";

/** Groups kept, each a power of two below the one before: what is smaller than 2^-32 of the largest shares the last. */
const groupCount = 32;
/** Candidates refused in a row after which the groups are laid out anew around what the bounds have become. */
const patience = 1000;
/** Bytes of one group: total weight, upper bound of its members, its inverse, how many, where they stand. */
const groupBytes = 32;
const inGroup = { weight: 0, bound: 8, inverse: 16, count: 24, members: 28 } as const;
/** Bytes of one channel: bound (f64), group or -1 (i32), place in it (i32). */
const channelBytes = 16;

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
}

/**
 * Channels sorted by powers of two of a bound on their propensity. Candidates come at the rate of all groups' weights, a weight being
 * a group's members times its power of two; a candidate counts where a uniform number below that power lies
 * below its channel's propensity. Weights are whole multiples of one power of two, so adding and taking away leaves no rounding.
 * @source Slepoy, Thompson, Plimpton 2008, doi:10.1063/1.2919546 (composition and rejection); Lewis & Shedler 1979,
 * doi:10.1002/nav.3800260304 (thinning: refused candidates let time pass, so that no sum of propensities is needed)
 */
export interface Groups {
  /** Writes a channel's bound into memory, before the groups are laid out. */
  write(b: FunctionBuilder, channel: Local, bound: Local): void;
  /** Writes a channel's new bound, which must be at least its propensity. */
  update(b: FunctionBuilder, channel: Local, bound: Local): void;
  /** A channel's bound as last written. */
  bound(channel: Value): Value;
  /** Loads what candidates are drawn with. */
  enter(b: FunctionBuilder, draws: EventDraws): CandidateDraws;
  /** Waits for the next candidate; calls a function, by default to lay the groups out anew, after a thousand refusals in a row; leaves the run where there is none before its end, or a bound is no finite number. */
  candidate(loop: EventLoop, draws: CandidateDraws, whenRefused?: string): Candidate;
  /** Lays the groups out around the bounds in memory. */
  begin(instance: Instance): void;
}

/** Exponent field of the bound whose upper half word is given: 1023 for [1, 2). */
const exponentOf = (high: Value): Value => i32.shru(high, 20);
/** Where a channel's and a group's rows stand, in bytes from their tables' starts. */
const row = (channel: Value): Value => i32.shl(channel, 4);
const groupRow = (group: Value): Value => i32.shl(group, 5);

export function channelGroups({ program, layout, scene }: StochasticStep): Groups {
  const { channels, memory } = scene;
  const count = channels.length;
  const table = layout.f64((channelBytes / 8) * Math.max(1, count));
  const groups = layout.f64((groupBytes / 8) * (groupCount + 1));
  const lists = layout.i32(groupCount * Math.max(1, count));
  const total = layout.f64(1);
  /** i32: exponent field of the first group's bound. */
  const top = layout.i32(1);
  const addTotal = (b: FunctionBuilder, amount: Value): void => b.store(total, f64.add(f64.load(total), amount));

  writeFirstDraw(program, memory.draws, drawPairs);
  program.function("leave group", { parameters: { channel: "i32" }, exported: false }, (b, { channel }) => {
    if (!channel) return;
    const group = b.local("i32", "group", groupRow(i32.load(row(channel), table + 8)));
    const members = b.local("i32", "members", i32.load(group, groups + inGroup.members));
    const last = b.local("i32", "last", i32.sub(i32.load(group, groups + inGroup.count), 1));
    const place = b.local("i32", "place", i32.load(row(channel), table + 12));
    const moved = b.local("i32", "moved", i32.load(i32.add(members, i32.shl(last, 2))));
    b.store(i32.add(members, i32.shl(place, 2)), moved);
    b.store(row(moved), place, table + 12);
    b.store(row(channel), i32.const(-1), table + 8);
    b.store(group, last, groups + inGroup.count);
    b.store(group, f64.sub(f64.load(group, groups + inGroup.weight), f64.load(group, groups + inGroup.bound)), groups + inGroup.weight);
    addTotal(b, f64.neg(f64.load(group, groups + inGroup.bound)));
  });
  program.function("enter group", { parameters: { channel: "i32", group: "i32" }, exported: false }, (b, { channel, group }) => {
    if (!channel || !group) return;
    const at = b.local("i32", "row", groupRow(group));
    const place = b.local("i32", "place", i32.load(at, groups + inGroup.count));
    b.store(i32.add(i32.load(at, groups + inGroup.members), i32.shl(place, 2)), channel);
    b.store(row(channel), group, table + 8);
    b.store(row(channel), place, table + 12);
    b.store(at, i32.add(place, 1), groups + inGroup.count);
    b.store(at, f64.add(f64.load(at, groups + inGroup.weight), f64.load(at, groups + inGroup.bound)), groups + inGroup.weight);
    addTotal(b, f64.load(at, groups + inGroup.bound));
  });
  const place = (b: FunctionBuilder, channel: Local, bound: Local): void => {
    b.store(row(channel), bound, table);
    const group = b.local("i32", "group", i32.const(-1));
    b.if(f64.ne(bound, 0), () => {
      b.set(group, i32.sub(i32.load(top), exponentOf(i32.load(row(channel), table + 4))));
      b.set(group, i32.select(i32.lt(group, groupCount - 1), group, groupCount - 1));
    });
    // Too large for the first group: lay them out anew, which also looks whether it is a number at all.
    b.if(
      i32.and(i32.lt(group, 0), f64.ne(bound, 0)),
      () => b.call("lay out"),
      () => {
        const before = b.local("i32", "group before", i32.load(row(channel), table + 8));
        b.if(i32.ne(group, before), () => {
          b.if(i32.ge(before, 0), () => b.call("leave group", channel));
          b.if(i32.ge(group, 0), () => b.call("enter group", channel, group));
        });
      },
    );
  };
  // Bounds are in memory. Powers of two below 2^-1021 do not occur: what is that small shares a group with what is larger.
  program.function("lay out", {}, (b) => {
    const largest = b.local("i32", "largest", i32.const(groupCount + 1));
    b.repeat(count, (channel) => {
      const bound = b.local("f64", "bound", f64.load(row(channel), table));
      b.if(
        i32.and(f64.ge(bound, 0), f64.lt(bound, largestPropensity)),
        () => b.set(largest, i32.max(largest, exponentOf(i32.and(i32.load(row(channel), table + 4), 0x7fffffff)))),
        () => b.store(memory.isWrong, i32.const(1)),
      );
      b.store(row(channel), i32.const(-1), table + 8);
    });
    b.if(i32.load(memory.isWrong), () => b.return());
    b.store(top, largest);
    b.store(total, f64.const(0));
    const power = b.local("i32", "power", i32.add(largest, 1));
    b.repeat(groupCount, (group) => {
      const at = b.local("i32", "row", groupRow(group));
      b.store(at, f64.const(0), groups + inGroup.bound);
      b.store(at, i32.shl(power, 20), groups + inGroup.bound + 4);
      b.store(at, f64.div(1, f64.load(at, groups + inGroup.bound)), groups + inGroup.inverse);
      b.store(at, f64.const(0), groups + inGroup.weight);
      b.store(at, i32.const(0), groups + inGroup.count);
      b.store(at, i32.add(lists, i32.mul(group, 4 * count)), groups + inGroup.members);
      b.set(power, i32.sub(power, 1));
    });
    b.repeat(count, (channel) => {
      b.if(f64.ne(f64.load(row(channel), table), 0), () =>
        b.call("enter group", channel, i32.min(i32.sub(i32.load(top), exponentOf(i32.load(row(channel), table + 4))), groupCount - 1)),
      );
    });
  });

  return {
    write: (b, channel, bound) => b.store(row(channel), bound, table),
    update: place,
    bound: (channel) => f64.load(row(channel), table),
    enter: (b, draws) => ({ ahead: drawPairs(b, draws, memory.draws), refusals: b.local("i32", "refusals", i32.const(0)) }),
    candidate(loop, { ahead, refusals }, whenRefused = "lay out") {
      const { b, t } = loop;
      loop.leave(i32.load(memory.isWrong), stochasticCode.wrongPropensity);
      b.if(i32.gt(refusals, patience), () => {
        b.call(whenRefused);
        b.set(refusals, 0);
      });
      const weight = b.local("f64", "weight", f64.load(total));
      const end = b.local("f64", "end", f64.add(t, f64.div(ahead.wait, weight)));
      const mark = b.local("f64", "mark", f64.mul(ahead.uniform, weight));
      ahead.next();
      ahead.turn();
      loop.waitUntil(end);
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
    begin(instance) {
      // Behind the last group stands one that no mark passes.
      instance.f64[(groups + groupBytes * groupCount + inGroup.weight) / 8] = Infinity;
      instance.functions["lay out"]?.();
      instance.functions["draw first"]?.();
    },
  };
}
