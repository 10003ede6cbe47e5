import { f64, i32 } from "../../kernel/builder.ts";
import { writeEventLoop } from "./event-loop.ts";
import { channelGroups } from "./groups.ts";
import type { CandidateDraws } from "./groups.ts";
import type { StochasticMethod } from "./method.ts";
import { reactionTable } from "./reaction-table.ts";
import { stochasticCode } from "./scene.ts";

/** The direct method with channels found by composition and rejection: an event costs the same whatever the number of channels. */
export const compositionRejection: StochasticMethod = {
  facts: {
    id: "composition-rejection",
    title: "Composition-rejection method",
    exact: true,
    use: "hundreds of channels and more, where an event changes few propensities",
    source: "Slepoy, Thompson, Plimpton 2008, doi:10.1063/1.2919546",
  },
  write(step) {
    const { program, scene } = step;
    const { channels, memory } = scene;
    const table = reactionTable(step, true);
    const groups = channelGroups(step, table.own, 0);
    program.function("update all", {}, (b) =>
      b.repeat(channels.length, (channel) => groups.write(b, channel, table.propensity(b, channel))),
    );
    writeEventLoop<CandidateDraws>(program, scene, {
      enter: groups.enter,
      flush: groups.flush,
      attend: groups.attend(),
      body(loop, draws) {
        const { b } = loop;
        const { refusals } = draws;
        const { channel, mark } = groups.candidate(loop, draws);
        b.set(refusals, i32.add(refusals, 1));
        b.if(f64.ge(mark, groups.bound(channel)), () => loop.again());
        b.set(refusals, 0);
        table.change(b, channel, () => loop.leave(i32.const(1), stochasticCode.usedUp));
        table.eachChange(b, channel, (_, readers) => table.eachReader(b, readers, (reader) => groups.update(b, reader, table.propensity(b, reader), draws)));
        loop.count(i32.shl(channel, 3), memory.firings);
        groups.settle(loop, draws);
      },
    });
    return {
      prepare: table.prepare,
      begin(instance, coefficients) {
        table.begin(instance, coefficients);
        instance.functions["update all"]?.();
        groups.begin(instance);
      },
    };
  },
};
