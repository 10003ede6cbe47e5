import { gaussNodes, gaussWeights } from "./dense-path.ts";

/**
 * ∫₀¹ |f| from the values of f at the Gauss nodes. Where f keeps its sign this is the rule itself; where it changes sign, |f| has
 * a kink that the rule would miss, and the polynomial through the nodes is integrated between its roots.
 */
export function absoluteIntegral(f: readonly number[]): number {
  if (!changesSign(f)) return Math.abs(f.reduce((sum, value, place) => sum + value * (gaussWeights[place] ?? Number.NaN), 0));
  const edges = [0, ...gaussNodes, 1];
  const roots = edges.slice(1).flatMap((right, index) => {
    const left = edges[index] ?? 0;
    const [atLeft, atRight] = [through(f, left), through(f, right)];
    return atLeft * atRight < 0 ? [bisect(f, left, right, atLeft)] : [];
  });
  const cuts = [0, ...roots, 1];
  return cuts.slice(1).reduce((total, right, index) => {
    const left = cuts[index] ?? 0;
    const part = gaussNodes.reduce((sum, node, place) => sum + (gaussWeights[place] ?? 0) * through(f, left + node * (right - left)), 0);
    return total + Math.abs(part * (right - left));
  }, 0);
}

/** Whether the polynomial through the values lies on both sides of 0 at the nodes or at the ends beyond them. */
export function changesSign(f: readonly number[]): boolean {
  const seen = [through(f, 0), ...f, through(f, 1)];
  return seen.some((value) => value > 0) && seen.some((value) => value < 0);
}

/** Lagrange's polynomial through the values at the nodes. */
const through = (f: readonly number[], at: number): number =>
  f.reduce((sum, value, place) => {
    const here = gaussNodes[place] ?? 0;
    return sum + gaussNodes.reduce((product, node, other) => (other === place ? product : (product * (at - node)) / (here - node)), value);
  }, 0);

/** The integral is flat at the root to first order: half of the digits of the root are all of the digits of the integral. */
function bisect(f: readonly number[], from: number, to: number, atFrom: number): number {
  let [left, right] = [from, to];
  for (let halving = 0; halving < 40; halving++) {
    const middle = (left + right) / 2;
    if (through(f, middle) * atFrom > 0) left = middle;
    else right = middle;
  }
  return (left + right) / 2;
}
