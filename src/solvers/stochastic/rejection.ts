import { f64, i32 } from "../../kernel/builder.ts";
import { statesReadBy } from "./channel.ts";
import { writeEventLoop } from "./event-loop.ts";
import { channelGroups } from "./groups.ts";
import type { CandidateDraws } from "./groups.ts";
import type { StochasticMethod } from "./method.ts";
import { reactionTable } from "./reaction-table.ts";
import { stochasticCode } from "./scene.ts";

/** How far a molecule number may go from where its interval was laid, relative. */
const relativeWidth = 0.15;

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
    const table = reactionTable(step);
    const groups = channelGroups(step);
    const lows = layout.f64(channels.length + 1);
    const lower = layout.f64(states + 1) - memory.molecules;
    const upper = layout.f64(states + 1) - memory.molecules;
    /** Relative half width of a state's interval: 0 where a rate that is no mass action reads it. */
    const widths = layout.f64(states + 1) - memory.molecules;

    program.function("lay interval", { parameters: { state: "i32" }, exported: false }, (b, { state }) => {
      if (!state) return;
      const n = b.local("f64", "molecules", f64.load(state));
      const width = b.local("f64", "width", f64.floor(f64.add(f64.mul(n, f64.load(state, widths)), 0.5)));
      b.store(state, f64.sub(n, width), lower);
      b.store(state, f64.add(n, width), upper);
    });
    program.function("bound anew", { parameters: { channel: "i32" }, exported: false }, (b, { channel }) => {
      if (!channel) return;
      b.store(i32.shl(channel, 3), table.propensity(b, channel, lower), lows);
      groups.update(b, channel, table.propensity(b, channel, upper));
    });
    program.function("start", {}, (b) => {
      b.repeat(states, (state) => b.call("lay interval", i32.add(i32.shl(state, 3), memory.molecules)));
      b.repeat(channels.length, (channel) => {
        b.store(i32.shl(channel, 3), table.propensity(b, channel, lower), lows);
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
        b.store(i32.shl(channel, 3), propensity, lows);
        groups.write(b, channel, propensity);
      });
      b.call("lay out");
    });
    writeEventLoop<CandidateDraws>(program, scene, {
      enter: groups.enter,
      exit: (_, { ahead }) => ahead.save(),
      body(loop, draws) {
        const { b } = loop;
        const { refusals } = draws;
        const { channel, mark } = groups.candidate(loop, draws, "close intervals");
        b.set(refusals, i32.add(refusals, 1));
        b.if(f64.ge(mark, f64.load(i32.shl(channel, 3), lows)), () => b.if(f64.ge(mark, table.propensity(b, channel)), () => loop.again()));
        b.set(refusals, 0);
        table.change(b, channel, () => loop.leave(i32.const(1), stochasticCode.usedUp));
        table.eachChange(b, channel, (state, readers) => {
          const n = b.local("f64", "molecules", f64.load(state));
          b.if(i32.or(f64.lt(n, f64.load(state, lower)), f64.gt(n, f64.load(state, upper))), () => {
            b.call("lay interval", state);
            table.eachReader(b, readers, (reader) => b.call("bound anew", reader));
          });
        });
        loop.count(i32.shl(channel, 3), memory.firings);
      },
    });
    const isExact = new Set(statesReadBy(channels.filter(({ rest }) => rest !== null), system).flatMap((read) => [...read]));
    return {
      prepare(instance) {
        table.prepare(instance);
        const first = memory.molecules / 8;
        system.states.forEach((_, state) => void (instance.f64[first + widths / 8 + state] = isExact.has(state) ? 0 : relativeWidth));
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
