import type { Division } from "../solvers/stochastic/ensemble-statistics.ts";
import type { SimulateOutput } from "./simulate-output.ts";
import type { SimulatePlan } from "./simulate-plan.ts";

export type PartitionOutput = NonNullable<SimulateOutput["partition"]>;

/** Reactions that a sentence names at most. */
const namedReactions = 12;

/** Which reactions were fast, and for how much of the time, as JSON has it. */
export function partitionOutput({ partition, times }: SimulatePlan, division: Division | null, runs: number, channels: readonly string[]): PartitionOutput | null {
  if (partition === null) return null;
  const whole = runs * (times.at(-1) ?? 0);
  const share = (channel: number): number => (whole > 0 ? Math.min(1, (division?.fastTime[channel] ?? 0) / whole) : 0);
  return { ...partition, fast: Object.fromEntries(channels.map((id, channel) => [id, share(channel)])), refused: division?.refused ?? 0 };
}

const named = (ids: readonly string[]): string => `${ids.slice(0, namedReactions).join(", ")}${ids.length > namedReactions ? ` and ${ids.length - namedReactions} more` : ""}`;
const percent = (share: number): string => (share > 0.999 ? "over 99.9 %" : share < 0.001 ? "under 0.1 %" : `${Number((100 * share).toPrecision(3))} %`);

/** Which reactions were fast, and which were slow, in words. */
export function divisionTexts({ fast, refused }: PartitionOutput): { readonly fast: string; readonly slow: string; readonly warning: string | null } {
  const shares = Object.entries(fast).map(([id, share]) => ({ id, share: Number(share) }));
  const always = shares.filter(({ share }) => share > 1 - 1e-9).map(({ id }) => id);
  const never = shares.filter(({ share }) => share === 0).map(({ id }) => id);
  const partly = shares.filter(({ id }) => !always.includes(id) && !never.includes(id)).map(({ id, share }) => `${id} for ${percent(share)} of the time`);
  const parts = [...(always.length > 0 ? [`${named(always)} all the time`] : []), ...(partly.length > 0 ? [named(partly)] : [])];
  return {
    fast: parts.length > 0 ? parts.join("; ") : "none",
    slow: never.length > 0 ? named(never) : "none throughout",
    warning: refused === 0 ? null : `${refused} slow events were left out because fast reactions had used up what they take; raise --fast-molecules`,
  };
}
