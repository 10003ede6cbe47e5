import type { OdeSystem } from "../../models/system.ts";
import type { Channel } from "./channel.ts";
import { readersOf } from "./channel.ts";
import { compositionRejection } from "./composition-rejection.ts";
import { direct } from "./direct.ts";
import type { StochasticMethod } from "./method.ts";
import { rejection } from "./rejection.ts";
import { unrolledChannels } from "./unrolled.ts";

/** Propensities that an event changes, on average over the channels, up to which they are all computed anew. */
const fewDependents = 4;

/** Chooses by size: `direct` where it is unrolled; above, `composition-rejection` where an event changes up to 4 propensities on average, else `rejection`. */
function choose(channels: readonly Channel[], system: OdeSystem): StochasticMethod {
  if (channels.length <= unrolledChannels) return direct;
  const { start } = readersOf(channels, system);
  let dependents = 0;
  for (const { changes } of channels) for (const { state } of changes) dependents += (start[state + 1] ?? 0) - (start[state] ?? 0);
  return dependents <= fewDependents * channels.length ? compositionRejection : rejection;
}

/** The exact method that suits the network's size. */
export const ssa: StochasticMethod = {
  facts: {
    id: "ssa",
    title: "Exact method chosen by size",
    exact: true,
    use: `direct up to ${unrolledChannels} channels; above, composition-rejection where an event changes at most ${fewDependents} propensities on average, else rejection`,
    source: "the methods chosen from; the limits are measured",
  },
  choose,
  write: (step) => choose(step.scene.channels, step.scene.system).write(step),
};
