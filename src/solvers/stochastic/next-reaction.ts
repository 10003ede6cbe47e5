import { f64, i32 } from "../../kernel/builder.ts";
import type { FunctionBuilder } from "../../kernel/builder.ts";
import type { Local, Value } from "../../kernel/program.ts";
import type { EventDraws } from "./draws.ts";
import { writeEventLoop } from "./event-loop.ts";
import type { StochasticMethod } from "./method.ts";
import { reactionTable } from "./reaction-table.ts";
import { largestPropensity, stochasticCode } from "./scene.ts";

/** Bytes of one place in the heap: time (f64), channel (i32). */
const placeBytes = 16;
/** Where a place of the heap and a channel's propensity stand, in bytes from their tables' starts. */
const slot = (place: Value): Value => i32.shl(place, 4);
const cell = (channel: Value): Value => i32.shl(channel, 3);

/**
 * Every channel has the time of its next event; the earliest stands on top of a heap. Times of channels whose propensity changes are stretched, not
 * drawn again; one that was 0 draws a new one, which has the same law because exponential waits do not remember.
 */
export const nextReaction: StochasticMethod = {
  facts: {
    id: "next-reaction",
    title: "Next reaction method",
    exact: true,
    use: "one random number an event; an event costs the logarithm of the number of channels for each propensity it changes",
    source: "Gibson & Bruck 2000, doi:10.1021/jp993732q",
  },
  write(step) {
    const { program, layout, scene } = step;
    const { channels, memory } = scene;
    const count = channels.length;
    const table = reactionTable(step);
    const heap = layout.f64((placeBytes / 8) * (count + 1));
    const places = layout.i32(count + 1);
    const propensities = layout.f64(count + 1);
    const timeAt = (place: Value): Value => f64.load(slot(place), heap);

    // Moves a channel with a new time to where it belongs, up or down.
    program.function("put", { parameters: { channel: "i32", time: "f64" }, exported: false }, (b, { channel, time }) => {
      if (!channel || !time) return;
      const place = b.local("i32", "place", i32.load(i32.shl(channel, 2), places));
      const other = b.local("i32", "other");
      const move = (): void => {
        const moved = b.local("i32", "moved", i32.load(slot(other), heap + 8));
        b.store(slot(place), timeAt(other), heap);
        b.store(slot(place), moved, heap + 8);
        b.store(i32.shl(moved, 2), place, places);
        b.set(place, other);
      };
      b.loop((up) => {
        b.if(i32.le(place, 0), () => b.break(up));
        b.set(other, i32.shr(i32.sub(place, 1), 1));
        b.if(f64.le(timeAt(other), time), () => b.break(up));
        move();
      });
      b.loop((down) => {
        b.set(other, i32.add(i32.shl(place, 1), 1));
        b.if(i32.ge(other, count), () => b.break(down));
        b.if(i32.lt(i32.add(other, 1), count), () => b.if(f64.lt(timeAt(i32.add(other, 1)), timeAt(other)), () => b.set(other, i32.add(other, 1))));
        b.if(f64.ge(timeAt(other), time), () => b.break(down));
        move();
      });
      b.store(slot(place), time, heap);
      b.store(slot(place), channel, heap + 8);
      b.store(i32.shl(channel, 2), place, places);
    });
    const check = (b: FunctionBuilder, propensity: Local): void =>
      b.if(i32.isZero(i32.and(f64.ge(propensity, 0), f64.lt(propensity, largestPropensity))), () => b.store(memory.isWrong, i32.const(1)));
    program.function("start", {}, (b) => {
      b.repeat(count, (channel) => {
        b.store(slot(channel), f64.const(Infinity), heap);
        b.store(slot(channel), channel, heap + 8);
        b.store(i32.shl(channel, 2), channel, places);
      });
      b.repeat(count, (channel) => {
        const propensity = table.propensity(b, channel);
        check(b, propensity);
        b.store(cell(channel), propensity, propensities);
        b.if(f64.gt(propensity, 0), () => b.call("put", channel, f64.div(f64.call("exponential"), propensity)));
      });
    });
    writeEventLoop<EventDraws>(program, scene, {
      enter: (_, draws) => draws,
      flush() {},
      body(loop, draws) {
        const { b } = loop;
        loop.leave(i32.load(memory.isWrong), stochasticCode.wrongPropensity);
        const end = b.local("f64", "end", count > 0 ? f64.load(heap) : f64.const(Infinity));
        loop.waitUntil(end);
        const channel = b.local("i32", "channel", i32.load(heap + 8));
        table.change(b, channel, () => loop.leave(i32.const(1), stochasticCode.usedUp));
        table.eachChange(b, channel, (_, readers) =>
          table.eachReader(b, readers, (reader) => {
            const after = table.propensity(b, reader);
            const before = b.local("f64", "before", f64.load(cell(reader), propensities));
            b.if(i32.and(i32.ne(reader, channel), f64.ne(after, before)), () => {
              check(b, after);
              b.store(cell(reader), after, propensities);
              const time = b.local("f64", "time", f64.const(Infinity));
              b.if(f64.gt(after, 0), () =>
                b.if(
                  f64.gt(before, 0),
                  () => b.set(time, f64.add(end, f64.mul(f64.div(before, after), f64.sub(timeAt(i32.load(i32.shl(reader, 2), places)), end)))),
                  () => {
                    draws.rare("exponential", time);
                    b.set(time, f64.add(end, f64.div(time, after)));
                  },
                ),
              );
              b.call("put", reader, time);
            });
          }),
        );
        const own = table.propensity(b, channel);
        check(b, own);
        b.store(cell(channel), own, propensities);
        const wait = draws.exponential(draws.block());
        b.call("put", channel, f64.add(end, f64.div(wait, f64.max(own, 0))));
        loop.count(cell(channel), memory.firings);
      },
    });
    return {
      prepare: table.prepare,
      begin(instance, coefficients) {
        table.begin(instance, coefficients);
        instance.functions["start"]?.();
      },
    };
  },
};
