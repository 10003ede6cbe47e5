/** Mean, sums of powers 2 to 4 about it, smallest and largest: rows of `Moments.values`. */
const rows = 6;

/** Moments of many quantities that are seen together, as plain data: it crosses to another thread and into a file unchanged. */
export interface Moments {
  /** How often all of them were seen. */
  count: number;
  /** Row-major [6, nQuantity]: means, sums of powers 2 to 4 about them, smallest and largest values. */
  readonly values: Float64Array;
}

/** Moments of nothing yet. */
export function emptyMoments(quantities: number): Moments {
  const values = new Float64Array(rows * quantities);
  values.fill(Infinity, 4 * quantities, 5 * quantities);
  values.fill(-Infinity, 5 * quantities);
  return { count: 0, values };
}

/**
 * Takes in one value of every quantity [nQuantity].
 * @source Pébay 2008, Sandia report SAND2008-6212, doi:10.2172/1028931, eqs. 1.5, 1.6 (one-pass sums of powers about the mean)
 */
export function addInto(moments: Moments, seen: ArrayLike<number>): void {
  const { values } = moments;
  const size = values.length / rows;
  const before = moments.count;
  const n = before + 1;
  moments.count = n;
  for (let index = 0; index < size; index++) {
    const value = seen[index];
    const m2 = values[size + index];
    const m3 = values[2 * size + index];
    const d = value - values[index];
    const r = d / n;
    const term = d * r * before;
    values[index] += r;
    values[3 * size + index] += term * r * r * (n * n - 3 * n + 3) + 6 * r * r * m2 - 4 * r * m3;
    values[2 * size + index] = m3 + term * r * (n - 2) - 3 * r * m2;
    values[size + index] = m2 + term;
    values[4 * size + index] = Math.min(values[4 * size + index], value);
    values[5 * size + index] = Math.max(values[5 * size + index], value);
  }
}

/** Takes in what `other` has seen of the same quantities; in the same order, the same bits. @source as `addInto`, eqs. 2.1 */
export function mergeInto(moments: Moments, other: Readonly<Moments>): void {
  const [n, k] = [moments.count, other.count];
  if (k === 0) return;
  const { values } = moments;
  const size = values.length / rows;
  const all = n + k;
  moments.count = all;
  for (let index = 0; index < size; index++) {
    const [m2, m3] = [values[size + index], values[2 * size + index]];
    const [s2, s3] = [other.values[size + index], other.values[2 * size + index]];
    const d = other.values[index] - values[index];
    const r = d / all;
    values[3 * size + index] += other.values[3 * size + index] + d * r * r * r * n * k * (n * n - n * k + k * k) + 6 * r * r * (n * n * s2 + k * k * m2) + 4 * r * (n * s3 - k * m3);
    values[2 * size + index] = m3 + s3 + d * r * r * n * k * (n - k) + 3 * r * (n * s2 - k * m2);
    values[size + index] = m2 + s2 + d * r * n * k;
    values[index] += k * r;
    values[4 * size + index] = Math.min(values[4 * size + index], other.values[4 * size + index]);
    values[5 * size + index] = Math.max(values[5 * size + index], other.values[5 * size + index]);
  }
}

/** Moments of one quantity. */
export interface QuantityMoments {
  readonly count: number;
  readonly mean: number;
  /** Sums of powers 2 to 4 about the mean. */
  readonly powerSums: readonly [number, number, number];
  readonly least: number;
  readonly greatest: number;
}

export function momentsOf({ count, values }: Readonly<Moments>, quantity: number): QuantityMoments {
  const size = values.length / rows;
  const row = (number: number): number => values[number * size + quantity];
  return { count, mean: row(0), powerSums: [row(1), row(2), row(3)], least: row(4), greatest: row(5) };
}
