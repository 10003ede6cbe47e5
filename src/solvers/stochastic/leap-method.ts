import type { RandomStream } from "../../numerics/random.ts";
import type { Channel } from "./channel.ts";
import type { CompiledPropensities } from "./compiled-propensities.ts";

/** What an approximate method can do; callers read this and never ask for the name. */
export interface LeapFacts {
  readonly id: string;
  readonly title: string;
  /** Whether paths have exactly the law of the chemical master equation. */
  readonly exact: boolean;
  /** Whether molecule numbers stay whole. */
  readonly wholeNumbers: boolean;
  /** Where the draws happen, since compiled programs have no Poisson and normal numbers yet. */
  readonly runsIn: string;
  /** What keeps numbers from falling below 0, and what that costs. */
  readonly boundary: string;
  readonly use: string;
  readonly source: string;
}

export const leapDefaults = {
  /** Bound on the relative change of any propensity in a leap. */
  epsilon: 0.03,
  /** A channel that can fire fewer times than this before a reactant is used up is critical: it fires one event at a time. */
  criticalBelow: 10,
  /** Leaps shorter than this many mean waiting times are not worth their error. */
  shortestLeap: 10,
  /** Exact events in a row in the place of leaps that are too short. */
  exactEvents: 100,
  /** Exact events in a row after an implicit leap. */
  exactEventsAfterImplicit: 10,
  /** An implicit leap is taken where it may be this many times longer than an explicit one. */
  stiffRatio: 100,
  /** Relative difference of a pair of opposite propensities up to which the pair is in equilibrium. */
  equilibriumWithin: 0.05,
  /** Relaxation times of the slowest equilibrated pair before a requested time in which implicit leaps become shorter, so that fast noise is back. */
  downshift: 3,
  /** Relaxation times of the fastest pair of opposite channels that an explicit leap may last: the variance of its noise is then 2/(2 - this) of what it should be. */
  resolved: 0.1,
  /** Steps (leaps and exact events) after which a run gives up. */
  maxSteps: 1e9,
} as const;

/** How a leap method is to choose its steps. */
export type LeapControl = { readonly [Key in keyof typeof leapDefaults]: number } & {
  /** Length of every leap · time, cut at requested times and halved where it would use up a species; null = by `epsilon`. */
  readonly step: number | null;
};

/** Why a run cannot go on. */
export interface LeapFailure {
  readonly kind: "wrong propensity" | "used up" | "step too small";
  /** Channel, where one is to blame. */
  readonly channel: number;
}

/** What a run has done so far. */
export interface LeapTally {
  leaps: number;
  /** Leaps among them that solved for their end. */
  implicitLeaps: number;
  /** Events that were drawn one at a time. */
  exactEvents: number;
  /** Leaps that were drawn again, half as long. */
  rejected: number;
  failure: LeapFailure | null;
}

/** A network and its present run, as a method sees it; kept from run to run, so that a run allocates little. */
export interface LeapScene {
  readonly channels: readonly Channel[];
  /** States that some propensity reads; for each channel those it reads. */
  readonly reads: readonly ReadonlySet<number>[];
  readonly propensities: CompiledPropensities;
  /** How often each channel has fired [nChannel]; not whole where numbers are not. */
  readonly firings: Float64Array;
  readonly control: LeapControl;
  readonly tally: LeapTally;
  /** The present run's; methods read it here every time. */
  random: RandomStream;
}

/** What a method has ready for its runs. */
export interface LeapStepper {
  /** Forgets the last run. */
  reset(): void;
  /** Moves the molecules on by one leap or one event, at most `horizon` · time; gives the time that passed. */
  step(horizon: number): number;
}

/** An approximate stochastic method: facts, and a maker of steps. */
export interface LeapMethod {
  readonly facts: LeapFacts;
  readonly needsDerivatives: boolean;
  prepare(scene: LeapScene): LeapStepper;
}
