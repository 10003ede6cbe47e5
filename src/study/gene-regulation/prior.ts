import type { FreeParameter } from "../../calibrate/problem.ts";
import type { GnwStructure } from "../../formats/gnw-structure.ts";
import { hasBasal, ids } from "./network.ts";

/** How GeneNetWeaver draws a rate, as a Gaussian in the coordinate that is fitted. */
interface Draw {
  readonly scale: FreeParameter["scale"];
  readonly mean: number;
  readonly sd: number;
}

/**
 * Gaussian priors with about the mean and spread of GeneNetWeaver's own draws. Nothing of a particular network stands here.
 *
 * @source Schaffter, Marbach & Floreano 2011, doi:10.1093/bioinformatics/btr373; settings of GeneNetWeaver 3.1
 */
export const draws = {
  /** ln 2 over a half-life of N(27.5, 7.5) min. */
  decay: { scale: "log", mean: Math.log(Math.LN2 / 27.5), sd: 0.28 },
  /** U(0.01, 1). */
  k: { scale: "log", mean: -0.95, sd: 0.9 },
  /** N(2, 2) within [1, 10]. */
  n: { scale: "log", mean: Math.log(2.6), sd: 0.5 },
  /** N(0.625, 0.125) within [0.25, 1]. */
  effect: { scale: "linear", mean: 0.625, sd: 0.15 },
  /** A gene's only module is stretched to reach full activation, or to repress to a low basal rate. */
  onlyEffect: { scale: "linear", mean: 0.95, sd: 0.08 },
  /** N(0, 0.05) within [0, 0.25], where all modules enhance. */
  lowBasal: { scale: "linear", mean: 0.04, sd: 0.04 },
  /** N(0.5, 0.083) within [0.25, 0.75], where modules of both kinds act. */
  mediumBasal: { scale: "linear", mean: 0.5, sd: 0.1 },
  /** One gene in three gets a new basal activation from U(0, 1), so the change depends on where it was: at 1, near 0.5, near 0. */
  shiftFromFull: { scale: "linear", mean: -0.17, sd: 0.29 },
  shiftFromMedium: { scale: "linear", mean: 0, sd: 0.17 },
  shiftFromLow: { scale: "linear", mean: 0.15, sd: 0.28 },
  /** Published values are divided by the largest of some thousand noisy values around 1. */
  scale: { scale: "log", mean: Math.log(0.7), sd: 0.15 },
} as const satisfies Record<string, Draw>;

const free = (id: string, { scale, mean, sd }: Draw): FreeParameter => ({ id, group: "mechanism", scale, start: scale === "log" ? Math.exp(mean) : mean, prior: { mean, sd } });

/** Every rate of the mechanism as a free parameter, with the prior GeneNetWeaver's way of drawing it suggests. */
export function freeParameters({ regulation }: GnwStructure): readonly FreeParameter[] {
  return [
    free(ids.scale, draws.scale),
    ...regulation.flatMap((each) => {
      const { gene, regulators, modules } = each;
      const hasRepressor = modules.some((module) => module.represses);
      return [
        free(ids.delta(gene), draws.decay),
        free(ids.deltaProtein(gene), draws.decay),
        ...(hasBasal(each) && modules.length > 0 ? [free(ids.basal(gene), hasRepressor ? draws.mediumBasal : draws.lowBasal)] : []),
        ...modules.map((_, module) => free(ids.effect(gene, module), modules.length === 1 ? draws.onlyEffect : draws.effect)),
        ...regulators.flatMap((_, place) => [free(ids.k(gene, place), draws.k), free(ids.n(gene, place), draws.n)]),
      ];
    }),
  ];
}

/** The change of every gene's basal activation in one series, as free parameters called `shift_<gene>@<series>`. */
export function shiftParameters({ regulation }: GnwStructure, series: string): readonly FreeParameter[] {
  return regulation.map((each) => {
    const from = !hasBasal(each) ? draws.shiftFromFull : each.modules.some((module) => module.represses) ? draws.shiftFromMedium : draws.shiftFromLow;
    return free(shiftId(each.gene, series), from);
  });
}

export const shiftId = (gene: string, series: string): string => `${ids.shift(gene)}@${series}`;
