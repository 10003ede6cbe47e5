import { f64, i32 } from "../../kernel/builder.ts";
import type { FunctionBuilder } from "../../kernel/builder.ts";
import type { Local, Value } from "../../kernel/program.ts";
import { readersOf, statesReadBy } from "./channel.ts";
import { writeEventLoop } from "./event-loop.ts";
import { channelGroups, inChannel } from "./groups.ts";
import type { CandidateDraws } from "./groups.ts";
import type { StochasticMethod } from "./method.ts";
import { reactionTable } from "./reaction-table.ts";
import { stochasticCode } from "./scene.ts";

/** How far a molecule number may go from where its interval was laid, at most, relative. */
const relativeWidth = 0.25;
/**
 * And over the cube root of how many channels read it times its own root: wide intervals cost candidates refused, narrow ones bounds computed anew.
 * Where a number wanders at random, the sum of both is least at a width that grows with the cube root of its readers; the factor is measured.
 */
const widthPerReader = 0.3;

/**
 * Propensities are bounded for a whole interval of molecule numbers; only when a number leaves its interval are the bounds
 * of the channels that read it computed anew. A candidate is drawn by the upper bounds and accepted by the propensity
 * itself, which the lower bound mostly decides. A rate that is no mass action is not known to rise with its molecule
 * numbers: what it reads has intervals of one number.
 */
export const rejection: StochasticMethod = {
  facts: {
    id: "rejection",
    title: "Rejection-based method with composition-rejection search (RSSA-CR)",
    exact: true,
    use: "large networks in which an event changes many propensities",
    source: "Thanh, Priami, Zunino 2014, doi:10.1063/1.4896985 (RSSA); Thanh, Zunino, Priami 2017, doi:10.1063/1.4990752 (search by composition and rejection)",
  },
  write(step) {
    const { program, layout, scene } = step;
    const { channels, memory, system } = scene;
    const states = system.states.length;
    const table = reactionTable(step, true);
    const groups = channelGroups(step, table.own, 1);
    const lows = table.own.address + inChannel.more;
    const own = (channel: Local): Value => i32.shl(channel, table.own.shift);
    const lower = layout.f64(states + 1) - memory.molecules;
    const upper = layout.f64(states + 1) - memory.molecules;
    /** Half width of a state's interval, at most relative to its number and to its root: 0 where a rate that is no mass action reads it. */
    const widths = layout.f64(states + 1) - memory.molecules;
    const rootWidths = layout.f64(states + 1) - memory.molecules;

    const layInterval = (b: FunctionBuilder, state: Local, n: Local): void => {
      const width = b.local("f64", "width", f64.floor(f64.add(f64.min(f64.mul(n, f64.load(state, widths)), f64.mul(f64.sqrt(n), f64.load(state, rootWidths))), 0.5)));
      b.store(state, f64.sub(n, width), lower);
      b.store(state, f64.add(n, width), upper);
    };
    program.function("start", {}, (b) => {
      b.repeat(states, (state) => {
        const address = b.local("i32", "state", i32.add(i32.shl(state, 3), memory.molecules));
        layInterval(b, address, b.local("f64", "molecules", f64.load(address)));
      });
      b.repeat(channels.length, (channel) => {
        b.store(own(channel), table.propensity(b, channel, lower), lows);
        groups.write(b, channel, table.propensity(b, channel, upper));
      });
    });
    // Where bounds are so wide that next to nothing is accepted, for instance because all that could react is used up.
    program.function("close intervals", { exported: false }, (b) => {
      b.repeat(states, (state) => {
        const address = b.local("i32", "state", i32.add(i32.shl(state, 3), memory.molecules));
        b.store(address, f64.load(address), lower);
        b.store(address, f64.load(address), upper);
      });
      b.repeat(channels.length, (channel) => {
        const propensity = table.propensity(b, channel);
        b.store(own(channel), propensity, lows);
        groups.write(b, channel, propensity);
      });
      b.call("lay out");
    });
    writeEventLoop<CandidateDraws>(program, scene, {
      enter: groups.enter,
      flush: groups.flush,
      attend: groups.attend("close intervals"),
      body(loop, draws) {
        const { b } = loop;
        const { refusals } = draws;
        const { channel, mark } = groups.candidate(loop, draws);
        b.set(refusals, i32.add(refusals, 1));
        b.if(f64.ge(mark, f64.load(own(channel), lows)), () => b.if(f64.ge(mark, table.propensity(b, channel)), () => loop.again()));
        b.set(refusals, 0);
        table.change(b, channel, () => loop.leave(i32.const(1), stochasticCode.usedUp));
        table.eachChange(b, channel, (state, readers) => {
          const n = b.local("f64", "molecules", f64.load(state));
          b.if(i32.or(f64.lt(n, f64.load(state, lower)), f64.gt(n, f64.load(state, upper))), () => {
            layInterval(b, state, n);
            table.eachReader(b, readers, (reader) => {
              b.store(own(reader), table.propensity(b, reader, lower), lows);
              groups.update(b, reader, table.propensity(b, reader, upper), draws);
            });
          });
        });
        loop.count(i32.shl(channel, 3), memory.firings);
        groups.settle(loop, draws);
      },
    });
    const isExact = new Set(statesReadBy(channels.filter(({ rest }) => rest !== null), system).flatMap((read) => [...read]));
    return {
      prepare(instance) {
        table.prepare(instance);
        const first = memory.molecules / 8;
        const { start } = readersOf(channels, system);
        system.states.forEach((_, state) => {
          instance.f64[first + widths / 8 + state] = isExact.has(state) ? 0 : relativeWidth;
          instance.f64[first + rootWidths / 8 + state] = widthPerReader * cubeRoot((start[state + 1] ?? 0) - (start[state] ?? 0));
        });
        instance.f64[first + states + lower / 8] = 1;
        instance.f64[first + states + upper / 8] = 1;
      },
      begin(instance, coefficients) {
        table.begin(instance, coefficients);
        instance.functions["start"]?.();
        groups.begin(instance);
      },
    };
  },
};

/** Cube root of a count by Newton's method: the host's may differ in its last bit between engines, and with it the path. */
function cubeRoot(count: number): number {
  let root = Math.sqrt(count);
  for (let pass = 0; root > 0 && pass < 60; pass++) root = (2 * root + count / (root * root)) / 3;
  return root;
}
