import { eigenvalues } from "../../numerics/eigenvalues.ts";
import type { Chain } from "./chain.ts";
import { chainOf, generatorOf } from "./chain.ts";
import { chainEntropyProduction, stationaryOf } from "./entropy-production.ts";

/** How well a chain keeps time, and what it pays. */
export interface Coherence {
  /** Of the slowest oscillating mode · time. */
  readonly period: number;
  /** Periods until the correlation has fallen by a factor e, dimensionless: |Im| / (2 pi |Re|) of that mode's eigenvalue. */
  readonly coherentOscillations: number;
  /** k_B */
  readonly entropyPerPeriod: number;
  /**
   * Entropy per period over 4 pi^2 times the coherent oscillations. At least 1 by a conjecture that is proven for weak noise
   * only and doubted for eigenvalues alone: a number to report, no law to assert.
   */
  readonly costRatio: number;
}

/**
 * Coherence of a chain's stationary oscillations; `coherence` is null where the slowest mode does not oscillate.
 * @source Barato & Seifert 2017, doi:10.1103/PhysRevE.95.062409; cost: Oberreiter, Seifert, Barato 2022, doi:10.1103/PhysRevE.106.014106
 * @status problem: several closed classes.
 */
export function coherenceOf(chain: Chain): { readonly coherence: Coherence | null } | { readonly problem: string } {
  const rest = stationaryOf(chain);
  if ("problem" in rest) return rest;
  // The first eigenvalue is the stationary law's 0; the next has the slowest decay.
  const { re, im } = eigenvalues(generatorOf(chain), chain.states);
  if (!(chain.states > 1 && Math.abs(im[1]) > 0)) return { coherence: null };
  return { coherence: coherenceFrom(re[1], im[1], chainEntropyProduction(chain, rest)) };
}

/** Coherence of a uniform ring of any size, from its eigenvalues in closed form: rates `p` forward and `q` back · 1/time. */
export function uniformRingCoherence(states: number, p: number, q: number): Coherence {
  const angle = (2 * Math.PI) / states;
  // 1 - cos of a small angle, without cancelling.
  const real = -(p + q) * 2 * Math.sin(angle / 2) ** 2;
  return coherenceFrom(real, (p - q) * Math.sin(angle), (p - q) * Math.log(p / q));
}

/** A ring of states with the same rates everywhere · 1/time: one channel, "step". */
export function uniformRingChain(states: number, p: number, q: number): Chain {
  return chainOf(states, Array.from({ length: states }, (_, from) => ({ from, to: (from + 1) % states, forward: p, backward: q, channel: "step" })));
}

function coherenceFrom(re: number, im: number, entropyProduction: number): Coherence {
  const period = (2 * Math.PI) / Math.abs(im);
  const coherentOscillations = Math.abs(im) / (2 * Math.PI * Math.abs(re));
  const entropyPerPeriod = entropyProduction * period;
  return { period, coherentOscillations, entropyPerPeriod, costRatio: entropyPerPeriod / (4 * Math.PI ** 2 * coherentOscillations) };
}
