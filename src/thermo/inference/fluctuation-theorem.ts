import { nothing } from "../checks/check.ts";
import type { Evidence } from "../checks/check.ts";
import { fluctuationStandardErrors, fluctuationTheorem } from "../checks/fluctuation-theorem.ts";
import type { Finding } from "../finding.ts";
import { estimateDefaults, jackknife } from "./estimate.ts";
import type { Estimate } from "./estimate.ts";

/** Defaults of sampled fluctuation theorems, in one place: the number of samples needed grows as exp(<s>). */
export const fluctuationDefaults = { largestMean: 3, standardErrors: fluctuationStandardErrors } as const;

/** Entropy of sampled runs, Delta s = ln p(start) - ln q(end) + sum over jumps · k_B. */
export interface FluctuationSample {
  /** By run [nRun]; Infinity where `q` is 0 at the end. */
  readonly entropy: ArrayLike<number>;
  /**
   * Whether the end lies where starts are possible [nRun], for runs that start from a law p = q without full support: the
   * average of exp(-Delta s) is then the share of such runs. Default: every run, as for a start with full support.
   */
  readonly canBeMet?: readonly boolean[];
  /** Ids of reactions that run one way alone. */
  readonly oneWay?: readonly string[];
}

export interface FluctuationTheorem {
  /** <Delta s> over runs where it is finite · k_B. */
  readonly meanEntropy: number;
  /** <exp(-Delta s)>; null where it is not estimated. */
  readonly average: Estimate | null;
  /** What the theorem gives for it: 1, or the share of runs that end where starts are possible. */
  readonly expected: number | null;
  readonly finding: Finding;
}

/**
 * The integral fluctuation theorem on sampled runs. Refused with a note where <Delta s> is above 3: rare runs that consume
 * entropy carry the average then, and a sample without them has a wrong mean and a wrong standard error.
 * @throws RangeError for fewer runs than batches.
 */
export function integralFluctuationEstimate({ entropy, canBeMet, oneWay = [] }: FluctuationSample, batches: number = estimateDefaults.batches): FluctuationTheorem {
  const finite = Array.from(entropy).filter(Number.isFinite);
  const meanEntropy = finite.reduce((total, value) => total + value, 0) / finite.length;
  const refused = (applies: boolean, where: string): FluctuationTheorem => ({ meanEntropy, average: null, expected: null, finding: findingOf({ average: null, standardError: Number.NaN, applies, expected: 1, where }) });
  if (oneWay.length > 0) {
    return refused(false, `the theorem does not apply: ${oneWay.map((id) => `"${id}"`).join(", ")} ${oneWay.length === 1 ? "runs" : "run"} one way, so some runs have no reverse (absolute irreversibility)`);
  }
  if (meanEntropy > fluctuationDefaults.largestMean) {
    return refused(true, `not estimated: <Delta s> is ${meanEntropy.toPrecision(3)}, above ${fluctuationDefaults.largestMean}, so the average needs about exp(<Delta s>) runs; use a shorter time or a smaller system`);
  }
  const samples: readonly Weighed[] = Array.from(entropy, (value, index) => ({ weight: Math.exp(-value), met: canBeMet?.[index] === false ? 0 : 1 }));
  const average = jackknife(samples, (some) => meanOf(some, ({ weight }) => weight), batches);
  const difference = jackknife(samples, (some) => meanOf(some, ({ weight, met }) => weight - met), batches);
  const expected = meanOf(samples, ({ met }) => met);
  const where = `${samples.length} runs with <Delta s> = ${meanEntropy.toPrecision(3)}; difference ${difference.value.toExponential(2)} with standard error ${difference.standardError.toExponential(2)}`;
  return { meanEntropy, average, expected, finding: findingOf({ average: average.value, standardError: difference.standardError, applies: true, expected, where }) };
}

/** The check's own verdict; it has one for every sample. */
function findingOf(sampled: NonNullable<Evidence["fluctuationTheorem"]>): Finding {
  const [found] = fluctuationTheorem.check({ ...nothing, fluctuationTheorem: sampled });
  if (!found) throw new Error("the fluctuation theorem's check said nothing about a sample");
  return found;
}

interface Weighed {
  readonly weight: number;
  readonly met: number;
}

const meanOf = (some: readonly Weighed[], pick: (one: Weighed) => number): number => some.reduce((total, one) => total + pick(one), 0) / some.length;
