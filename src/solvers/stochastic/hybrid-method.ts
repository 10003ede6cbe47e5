import type { StochasticFacts } from "./method.ts";

/** When a channel counts as fast: both must hold. */
export interface PartitionControl {
  /** Time between looks at the partition · the network's time; it is looked at after every slow event too. */
  readonly interval: number;
  /** Firings a fast channel makes in one interval, at least. */
  readonly firings: number;
  /** Molecules of every species that a fast channel changes, at least, per molecule it takes or makes; what it reads may be few. */
  readonly molecules: number;
}

export const partitionDefaults = {
  firings: 10,
  molecules: 100,
  /** Id of the ODE method of fast channels. */
  method: "tsit5",
} as const;

export const hybridFacts: StochasticFacts = {
  id: "hybrid",
  title: "hybrid partition: fast channels by an ODE, slow ones one by one at their integrated hazard",
  exact: false,
  use: "few molecules that switch what many do; the noise of fast channels is left out, a variance of about the mean number of what they make",
  source: "Haseltine & Rawlings 2002, doi:10.1063/1.1505860; partition: Salis & Kaznessis 2005, doi:10.1063/1.1835951",
};

/** Methods that divide channels into fast and slow ones, by id. */
export const hybridMethods = { hybrid: { facts: hybridFacts } } as const;
