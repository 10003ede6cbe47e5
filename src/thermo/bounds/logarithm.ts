import type { LocalReaction } from "./local-sums.ts";

/** ln J+ and ln J- from activity and force: no digit of the smaller one is lost, and none underflows. */
export function logFluxes({ activity, force }: LocalReaction): readonly [forward: number, reverse: number] {
  const total = Math.log(activity);
  return [total - softplus(-force), total - softplus(force)];
}

/** ln(1 + e^x) without overflow. */
const softplus = (x: number): number => (x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x)));

/** ln Σ e^x without overflow; -Infinity for no terms. */
export function logSum(terms: readonly number[]): number {
  const largest = terms.reduce((top, term) => Math.max(top, term), -Infinity);
  return largest === -Infinity ? largest : largest + Math.log(terms.reduce((total, term) => total + Math.exp(term - largest), 0));
}
