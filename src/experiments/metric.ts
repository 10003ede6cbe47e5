import { metricKinds } from "./metric/index.ts";
import type { MetricKind, MetricSums } from "./metric/kind.ts";
import type { ResponseTable } from "./task.ts";

export { metricKinds };

/** A metric as asked for by name. */
export interface Metric {
  /** As written, e.g. `mse87`. */
  readonly id: string;
  readonly kind: MetricKind;
  /** Features scored: the first `features` of the table. */
  readonly features: number;
  /** Held against the noise-free truth where it is known, or against what was measured. */
  readonly against: "truth" | "measured";
}

/**
 * Reads a metric's name: a kind (`r`, `rc`, `mse`, `rmse`, `nrmse`, `slope`, `spread`), then a number when only the first
 * so many features count (`r87`), then `-measured` when noisy values are meant although the truth is known.
 */
export function readMetric(id: string, table: ResponseTable): { readonly metric: Metric } | { readonly problem: string } {
  const parts = /^([a-z]+)(\d*)(-measured)?$/.exec(id);
  const name = parts?.[1] ?? "";
  const kinds: Readonly<Record<string, MetricKind>> = metricKinds;
  const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  if (kind === undefined) {
    return { problem: `unknown metric "${id}"; a metric is one of ${Object.keys(metricKinds).join(", ")}, a number of features where fewer count, and "-measured" where noisy values are meant` };
  }
  const available = table.features.length;
  const features = parts?.[2] === undefined || parts[2] === "" ? available : Number(parts[2]);
  if (features < 1 || features > available) return { problem: `metric "${id}" asks for the first ${features} features; the table has ${available}` };
  return { metric: { id, kind, features, against: parts?.[3] === undefined ? "truth" : "measured" } };
}

export type { MetricKind, MetricSums };
