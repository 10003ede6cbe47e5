import { matrixExponential } from "../../numerics/matrix-exponential.ts";
import type { Chain } from "./chain.ts";
import { generatorOf } from "./chain.ts";

/**
 * The tilted generator T(l) [n, n] of the entropy that jumps give to the medium, dp/dt convention: the generator's diagonal,
 * and forward^(1-l) backward^l between states, channel by channel. exp(T(l) t) adds up exp(-l x entropy) over paths.
 *
 * At l = 1 a jump whose opposite cannot happen counts as nothing, since no path of the process takes the opposite.
 * @source Lebowitz & Spohn 1999, doi:10.1023/A:1004589714161
 */
export function tiltedGenerator(chain: Chain, l: number): Float64Array {
  const n = chain.states;
  const w = generatorOf(chain);
  const t = new Float64Array(n * n);
  for (let i = 0; i < n; i++) t[i * n + i] = w[i * n + i];
  for (const { from, to, forward, backward } of chain.edges) {
    const there = tilted(forward, backward, l);
    const back = tilted(backward, forward, l);
    // A jump back to the same state leaves as often as it enters.
    t[to * n + from] += there - (from === to ? forward : 0);
    t[from * n + to] += back - (from === to ? backward : 0);
  }
  return t;
}

/** rate^(1-l) opposite^l; paths without the jump have no part in it, whatever l. */
function tilted(rate: number, opposite: number, l: number): number {
  if (rate === 0) return 0;
  if (l === 0) return rate;
  return rate ** (1 - l) * opposite ** l;
}

/**
 * Mean of exp(-l x total entropy production) over [0, duration] from an initial law [n] to the law at the end, exact by the
 * matrix exponential of the tilted generator. Dense: meant for up to some hundred states.
 */
export function entropyGeneratingFunction(chain: Chain, initial: Float64Array, duration: number, l: number): number {
  const n = chain.states;
  const scaled = (matrix: Float64Array): Float64Array => matrixExponential(matrix.map((value) => value * duration), n);
  const forward = scaled(generatorOf(chain));
  const paths = scaled(tiltedGenerator(chain, l));
  let total = 0;
  for (let i = 0; i < n; i++) {
    let final = 0;
    let reached = 0;
    for (let j = 0; j < n; j++) {
      final += forward[i * n + j] * initial[j];
      if (initial[j] > 0) reached += paths[i * n + j] * initial[j] ** (1 - l);
    }
    // The end's law is above 0 where paths arrive; rounding may say otherwise.
    if (final > 0) total += final ** l * reached;
  }
  return total;
}

/**
 * Mean of exp(-total entropy production) over [0, duration]: 1 for every initial law that is nowhere 0 and every chain
 * without one-way jumps; below 1 where paths exist whose reverse does not (absolute irreversibility).
 * @source Seifert 2005, doi:10.1103/PhysRevLett.95.040602; absolute irreversibility Murashita, Funo, Ueda 2014, doi:10.1103/PhysRevE.90.042110
 */
export function integralFluctuationTheorem(chain: Chain, initial: Float64Array, duration: number): number {
  return entropyGeneratingFunction(chain, initial, duration, 1);
}
