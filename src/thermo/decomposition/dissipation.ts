/** How entropy production splits · R per volume and time. */
export interface Dissipation {
  /** Entropy production; Infinity where a reaction runs one way. */
  readonly total: number;
  /** What keeps the state away from equilibrium costs; null where infinity less infinity would have to be told. */
  readonly housekeeping: number | null;
  /** What the change of the state costs. */
  readonly excess: number;
}

/** Why a network or a state has no such split: what, where, and what to do. */
export interface Undecomposed {
  readonly problem: string;
}
