import type { TrainingCurve } from "../study/result.ts";

/** A loss that falls by less than this share over the last tenth of the iterations has levelled off. */
export const levelledOffBelow = 0.01;
/** Fewer recorded losses than this cannot be judged. */
export const judgedFrom = 10;

export type Convergence = "levelled off" | "still falling" | "too short to judge" | "not finite";

/** Whether one fit's best loss still improves in the last tenth of its recorded iterations. */
export function convergenceOf(curve: TrainingCurve): { readonly state: Convergence; readonly drop: number } {
  const { loss } = curve;
  if (loss.some((value) => !Number.isFinite(value))) return { state: "not finite", drop: Number.NaN };
  if (loss.length < judgedFrom) return { state: "too short to judge", drop: Number.NaN };
  const late = loss.length - Math.max(1, Math.floor(loss.length / 10));
  const before = loss.slice(0, late).reduce((best, value) => Math.min(best, value), Infinity);
  const best = loss.reduce((low, value) => Math.min(low, value), Infinity);
  const drop = before === best ? 0 : (before - best) / Math.max(Math.abs(before), Number.MIN_VALUE);
  return { state: drop < levelledOffBelow ? "levelled off" : "still falling", drop };
}
