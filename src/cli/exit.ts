/** Exit codes; a verdict is never one of them. */
export const exit = {
  ok: 0,
  /** The answer is no: an invalid file given to `validate`, a mismatch, a violated check. */
  no: 1,
  /** Bad input or usage. */
  usage: 2,
  /** Numerical failure. */
  numerical: 3,
  outOfBudget: 4,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exit)[keyof typeof exit];
