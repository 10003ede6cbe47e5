import { finding } from "../checks/check.ts";
import type { CheckFacts } from "../checks/check.ts";
import type { Finding } from "../finding.ts";
import { boundFromCurrents, currentBoundDefaults } from "./current-bound.ts";
import type { CurrentBound } from "./current-bound.ts";
import type { MeasuredCurrents } from "./measured-currents.ts";

const facts: CheckFacts = {
  id: "measured-currents",
  title: "Least entropy production that explains measured currents",
  equation: "sigma >= 2 <J>^T Xi^-1 <J> / tau",
  source: "Barato & Seifert 2015, doi:10.1103/PhysRevLett.114.158101; Horowitz & Gingrich 2017, doi:10.1103/PhysRevE.96.020103; Dechant 2019, doi:10.1088/1751-8121/aaf3ff; Hotelling 1931, doi:10.1214/aoms/1177732979",
};

/** What measured steady currents say about entropy production · k_B per time. */
export interface LeastEntropyProduction {
  /** The largest bound that currents, or where their covariance is known combinations of them, give as they are. */
  readonly rate: number;
  /** `rate` less its average excess in finite samples, at least 0; null where n is not known or too small. */
  readonly unbiased: number | null;
  /** One-sided lower confidence bound; null where n is not known or too small. */
  readonly lower: number | null;
  readonly level: number;
  /** By current, in units of its standard deviation: the combination that attains `rate`. */
  readonly weights: Readonly<Record<string, number>>;
  /** Whether combinations of currents were used. */
  readonly combined: boolean;
  /** Currents that were measured. */
  readonly currents: readonly string[];
}

/**
 * The least entropy production that explains measured steady currents, with a one-sided confidence bound for normal totals.
 *
 * With a covariance all linear combinations count; without one each current alone, with the error probability of the bound
 * divided by their number, since nothing is known about how they vary together.
 * @source Dechant 2019, doi:10.1088/1751-8121/aaf3ff; Horowitz & Gingrich 2017, doi:10.1103/PhysRevE.96.020103 (finite times)
 * @throws RangeError when the level lies outside (0, 1) or the covariance is no covariance.
 */
export function leastEntropyProduction({ currents, covariance }: MeasuredCurrents, level: number = currentBoundDefaults.level): LeastEntropyProduction {
  const names = currents.map(({ name }) => name);
  const mean = currents.map((one) => one.mean);
  const first = currents[0];
  if (covariance && first) {
    const bound = boundFromCurrents({ mean, covariance, duration: first.duration, samples: first.samples }, level);
    return { rate: bound.rate, unbiased: positive(bound.unbiased), lower: bound.lower, level, weights: weighed(bound, names), combined: true, currents: names };
  }
  const each = currents.map((one) => ({ name: one.name, bound: boundFromCurrents({ mean: [one.mean], covariance: [one.variance], duration: one.duration, samples: one.samples }, 1 - (1 - level) / currents.length) }));
  const best = each.reduce<(typeof each)[number] | null>((top, one) => (top && top.bound.rate >= one.bound.rate ? top : one), null);
  const lowers = each.flatMap(({ bound }) => (bound.lower === null ? [] : [bound.lower]));
  return {
    rate: best?.bound.rate ?? 0,
    unbiased: positive(best?.bound.unbiased ?? null),
    lower: lowers.length === 0 ? null : Math.max(...lowers),
    level,
    weights: best ? weighed(best.bound, [best.name]) : {},
    combined: false,
    currents: names,
  };
}

/**
 * Whether a model's steady entropy production · k_B per time, explains measured currents: violated below the lower confidence
 * bound, a note below what is most likely needed or where no confidence is known, otherwise ok.
 */
export function judgeModel(least: LeastEntropyProduction, modelRate: number, model = "the model"): Finding {
  const { lower, level, combined, currents } = least;
  const needed = least.unbiased ?? least.rate;
  const from = `${combined ? "combinations of " : ""}${currents.map((name) => `"${name}"`).join(", ")}`;
  const percent = `${Number((100 * level).toPrecision(6))} %`;
  const makes = `${model} makes ${short(modelRate)} k_B per time`;
  if (Number.isNaN(modelRate)) return finding(facts, "not applicable", `${model} has no defined entropy production; ${from} need at least ${short(needed)} k_B per time`, null, needed);
  if (lower !== null && modelRate < lower) return finding(facts, "violated", `${makes}; ${from}, in a steady state, need more than ${short(lower)} with ${percent} confidence`, modelRate, lower);
  if (lower === null) {
    return modelRate < needed
      ? finding(facts, "note", `${makes}; ${from} need ${short(needed)} as measured, but without enough repetitions n there is no confidence in that`, modelRate, needed)
      : finding(facts, "ok", `${makes}; ${from} need ${short(needed)} as measured, repetitions not known`, modelRate, needed);
  }
  return modelRate < needed
    ? finding(facts, "note", `${makes}; ${from} most likely need ${short(needed)}, but ${short(lower)} cannot be excluded at ${percent} confidence`, modelRate, lower)
    : finding(facts, "ok", `${makes}; ${from} need ${short(needed)}, more than ${short(lower)} with ${percent} confidence`, modelRate, lower);
}

const weighed = (bound: CurrentBound, own: readonly string[]): Record<string, number> => Object.fromEntries(own.map((name, index) => [name, bound.weights[index] ?? 0]));

const positive = (value: number | null): number | null => (value === null ? null : Math.max(0, value));

const short = (value: number): string => String(Number(value.toPrecision(5)));
