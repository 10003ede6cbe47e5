/** What a check found, with the law it stands on. */
export interface Finding {
  /** Id of the check. */
  readonly check: string;
  readonly verdict: "ok" | "violated" | "note" | "not applicable";
  /** The quantity the check looked at, where it is one number. */
  readonly value: number | null;
  /** What the value is held against. */
  readonly bound: number | null;
  readonly equation: string;
  readonly source: string;
  /** Which reaction, species, cycle or observable, when, and why. */
  readonly where: string;
  readonly topic: "thermodynamics";
}
