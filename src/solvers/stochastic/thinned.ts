import type { Target } from "../../kernel/instance.ts";
import { switchesOf } from "../ode/breakpoint.ts";
import type { NetworkProblem } from "../../models/check.ts";
import type { Network } from "../../models/network.ts";
import { intervalBounds, readsTime } from "./interval.ts";
import { statesNamed } from "./jump-events.ts";
import type { StochasticFacts } from "./method.ts";
import { pathSolver } from "./path-solver.ts";
import type { PathSolver } from "./path-solver.ts";
import type { StochasticPath, StochasticProblem, StochasticRun } from "./solver.ts";
import { beginThinnedRun } from "./thinned-run.ts";
import { timedModel } from "./timed-model.ts";
import type { TimedModelOptions } from "./timed-model.ts";
import { compileTimed } from "./timed-program.ts";
import { searchedComparisons, triggerSearch } from "./trigger-search.ts";

export interface ThinnedOptions extends TimedModelOptions {
  /** Default "wasm". */
  readonly target?: Target;
}

/** One run, with parameters that may change on the way. */
export interface ThinnedProblem extends StochasticProblem {
  /** Parameters [nParameter] that hold from a time on, ascending; the path and its stream of random numbers go on. Default none. */
  readonly segments?: readonly { readonly time: number; readonly parameters: Float64Array }[];
}

/** A sampled path, and what it cost. */
export interface ThinnedPath extends StochasticPath {
  /** Candidate times that thinning left out. */
  readonly thinned: number;
  /** Delayed reactions that had fired and not ended where the run stopped. */
  readonly waiting: number;
}

export interface ThinnedRun extends StochasticRun {
  path(): ThinnedPath;
}

/** A network compiled for exact paths with rates that change with time, events and delays; for any number of runs, one at a time. */
export interface ThinnedSolver extends PathSolver<{ readonly facts: StochasticFacts }, ThinnedProblem, ThinnedRun> {
  /** Ids of the states [nState]; what events alone change, such as a parameter, stands among them. */
  readonly states: readonly string[];
}

export type ThinnedResult = { readonly solver: ThinnedSolver; readonly problems?: undefined } | { readonly problems: readonly NetworkProblem[]; readonly solver?: undefined };

/** What the method can do. */
export const thinnedFacts: StochasticFacts = {
  id: "thinned",
  title: "direct method with thinning, events and delays, in JavaScript over compiled propensities",
  exact: true,
  use: "rates that depend on time, events, delayed reactions and switches of parameters; all channels are read after every event, so slower than the compiled exact methods",
  source: "Lewis & Shedler 1979, doi:10.1002/nav.3800260304 (thinning); Ogata 1981, doi:10.1109/TIT.1981.1056305 (bounds ahead of a history); Cai 2007, doi:10.1063/1.2710253 (delays)",
};

/**
 * Compiles a network for exact paths of what the compiled exact methods refuse.
 *
 * Up to the next known moment (a switch of a rate or a trigger, a delayed end, a segment) or the end of a window, rates that read time
 * are bounded by interval arithmetic at the present state; candidates come at the sum of constant rates and bounds, and are kept with
 * the probability of rate over bound. Windows grow and shrink with what was thinned, which looks at the past alone, so the law is exact.
 * @status problems: those of `timedModel`.
 */
export async function compileThinned(network: Network, options: ThinnedOptions = {}): Promise<ThinnedResult> {
  const read = timedModel(network, options);
  if (read.problems) return read;
  const { model } = read;
  const { system, channels, events, outputs } = model;
  const [stillChannels, timedChannels] = [false, true].map((isTimed) => channels.flatMap(({ propensity }, index) => (readsTime(propensity) === isTimed ? [index] : [])));
  const [still, timed] = [stillChannels, timedChannels].map((chosen) => chosen.map((index) => channels[index].propensity));
  const program = await compileTimed(model, still, timed, options.target);
  const states = statesNamed(system.states);
  const searched = searchedComparisons(system.graph, events.map(({ trigger }) => trigger));
  const scene = {
    model,
    program,
    stillChannels,
    timedChannels,
    bounds: intervalBounds(timed, states),
    switches: switchesOf(system.graph, timed, states),
    search: searched.length > 0 ? triggerSearch(searched, states) : null,
  };
  const kept = { runs: 0 };
  return { solver: pathSolver({ network, method: { facts: thinnedFacts }, model, outputs }, (problem: ThinnedProblem): ThinnedRun => beginThinnedRun(scene, kept, problem)) };
}
