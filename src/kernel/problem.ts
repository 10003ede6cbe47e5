/** One thing wrong with a text, and where. Readers collect all of them before they stop. */
export interface Problem {
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 code units. */
  readonly column: number;
  /** Lower case: what was found, what was expected or supported instead. */
  readonly message: string;
}
