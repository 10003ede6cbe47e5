/** How often values were seen, in memory that does not grow with their number; merging does not depend on the order. */
export interface ValueCounts {
  readonly count: number;
  /** Relative error of the values below: 0 while there are few different ones. */
  readonly relativeError: number;
  add(value: number): void;
  merge(other: Pick<ValueCounts, "relativeError" | "entries">): void;
  /** Values (or representatives within the relative error) ascending, and how often each was seen. */
  entries(): readonly (readonly [value: number, count: number])[];
  /** Smallest value that at least a share `probability` of all values does not exceed; NaN of nothing. @throws RangeError for a probability outside [0, 1]. */
  quantile(probability: number): number;
}

/** Counts as plain data, from which `restoredCounts` goes on as if they had never been away. */
export interface KeptCounts {
  readonly isExact: boolean;
  /** Values ascending, each followed by how often it was seen [2 nValue]. */
  readonly entries: readonly number[];
}

export const keptCounts = (counts: ValueCounts): KeptCounts => ({ isExact: counts.relativeError === 0, entries: counts.entries().flat() });

/** @param options those of the counts that were kept. */
export function restoredCounts({ isExact, entries }: KeptCounts, options: Parameters<typeof valueCounts>[0] = {}): ValueCounts {
  const counts = valueCounts(options);
  const pairs = Array.from({ length: entries.length / 2 }, (_, index) => [entries[2 * index], entries[2 * index + 1]] as const);
  counts.merge({ relativeError: isExact ? 0 : valueCountsDefaults.relativeError, entries: () => pairs });
  return counts;
}

export const valueCountsDefaults = {
  /** Different values that are kept exactly. */
  distinct: 4096,
  /** Relative error of values beyond that. */
  relativeError: 0.002,
} as const;

/**
 * Counts values exactly while at most `distinct` different ones are seen, which holds for most molecule numbers; from then on in
 * buckets whose limits grow by a constant factor, so that every value is known to `relativeError`. NaN is not counted.
 * @source Masson, Rim, Lee 2019, doi:10.14778/3352063.3352135 (DDSketch)
 */
export function valueCounts(options: Partial<Record<keyof typeof valueCountsDefaults, number>> = {}): ValueCounts {
  const { distinct, relativeError } = { ...valueCountsDefaults, ...options };
  const logBase = Math.log((1 + relativeError) / (1 - relativeError));
  const representative = (value: number): number => (value === 0 || !Number.isFinite(value) ? value : Math.sign(value) * (1 - relativeError) * Math.exp(Math.ceil(Math.log(Math.abs(value)) / logBase) * logBase));
  let counts = new Map<number, number>();
  let isExact = true;
  let total = 0;
  let sorted: [number, number][] | null = null;
  const put = (value: number, times: number): void => {
    const key = isExact ? value + 0 : representative(value);
    counts.set(key, (counts.get(key) ?? 0) + times);
    total += times;
    sorted = null;
    if (isExact && counts.size > distinct) coarsen();
  };
  const coarsen = (): void => {
    const before = counts;
    counts = new Map();
    isExact = false;
    for (const [value, times] of before) counts.set(representative(value), (counts.get(representative(value)) ?? 0) + times);
  };
  const ascending = (): [number, number][] => (sorted ??= [...counts].toSorted(([a], [b]) => a - b));
  return {
    get count() {
      return total;
    },
    get relativeError() {
      return isExact ? 0 : relativeError;
    },
    add(value) {
      if (!Number.isNaN(value)) put(value, 1);
    },
    merge(other) {
      if (other.relativeError > 0 && isExact) coarsen();
      for (const [value, times] of other.entries()) put(value, times);
    },
    entries: ascending,
    quantile(probability) {
      if (!(probability >= 0 && probability <= 1)) throw new RangeError(`quantile at probability ${probability}: give a number in [0, 1]`);
      let seen = 0;
      for (const [value, times] of ascending()) {
        seen += times;
        // The slack keeps the rounding of the product from asking for one more.
        if (seen >= probability * total * (1 - 1e-12)) return value;
      }
      return Number.NaN;
    },
  };
}
