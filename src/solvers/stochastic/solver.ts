import type { NetworkProblem } from "../../models/check.ts";
import type { Network } from "../../models/network.ts";
import type { OdeSystem } from "../../models/system.ts";
import type { Status } from "../status.ts";
import type { Residues } from "./channel.ts";
import type { StochasticMethod } from "./method.ts";

/** One run: where its random numbers come from, and what is recorded. */
export interface StochasticProblem {
  /** Root seed; the run's stream is (seed, "ssa", index). */
  readonly seed: bigint;
  /** Number of the run. Default 0. */
  readonly index?: number;
  /** Requested times, ascending, none before 0 [nTime]. */
  readonly times: Float64Array;
  /** In the system's order [nParameter]; default: the network's. */
  readonly parameters?: Float64Array;
  /** Molecules at the start, in the system's states [nState]; default: the network's initial amounts. */
  readonly molecules?: Float64Array;
  /** Events after which a run gives up. */
  readonly maxEvents?: number;
}

/** A sampled path: molecule numbers at the requested times, up to where it got. */
export interface StochasticPath {
  readonly status: Status;
  /** Requested times that were reached [nTime]. */
  readonly times: Float64Array;
  /** Row-major [nTime, nState]. */
  readonly molecules: Float64Array;
  /** Row-major [nTime, nOutput]. */
  readonly outputs: Float64Array;
  /** How often each channel fired up to the last event that was needed [nChannel]. */
  readonly firings: Float64Array;
  readonly events: number;
}

/** A run that can pause; it is over when its solver begins another. */
export interface StochasticRun {
  readonly status: Status;
  /** Up to `events` further events. @throws Error when the solver has begun another run. */
  advance(events: number): Status;
  /** What has been reached so far, as copies. */
  path(): StochasticPath;
}

/** A network and a method compiled into one program; reused for any number of runs, one at a time. */
export interface StochasticSolver {
  readonly network: Network;
  readonly system: OdeSystem;
  readonly method: StochasticMethod;
  /** Reactions whose rate law is read at the residue of a jump; null = none. */
  readonly residues: Residues | null;
  /** Ids of counted species [nState]. */
  readonly states: readonly string[];
  /** Ids and units of what is recorded [nOutput]: the system's outputs, species as concentrations or molecules. */
  readonly outputs: readonly { readonly id: string; readonly unit: string | null }[];
  /** Ids of the channels [nChannel]: a reaction's id, and with ` (reverse)` its way back. */
  readonly channels: readonly string[];
  /** What is worth a look: initial amounts rounded to whole molecules. */
  readonly warnings: readonly NetworkProblem[];
  begin(problem: StochasticProblem): StochasticRun;
  /** Runs to the last requested time. */
  run(problem: StochasticProblem): StochasticPath;
}
