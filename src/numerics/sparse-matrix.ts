/** A sparse matrix by rows: row i has `values[k]` in column `indices[k]` for `starts[i] <= k < starts[i + 1]`, columns rising. */
export interface SparseMatrix {
  readonly rows: number;
  readonly columns: number;
  /** [rows + 1] */
  readonly starts: Int32Array;
  /** [entries] */
  readonly indices: Int32Array;
  /** [entries] */
  readonly values: Float64Array;
}

/**
 * The sparse matrix with `values[k]` at (`rowOf[k]`, `columnOf[k]`); entries at one place are added up.
 * @throws RangeError for a place outside the matrix.
 */
export function sparseMatrix(rows: number, columns: number, rowOf: ArrayLike<number>, columnOf: ArrayLike<number>, values: ArrayLike<number>): SparseMatrix {
  const count = values.length;
  const byRow = new Int32Array(rows + 1);
  for (let k = 0; k < count; k++) {
    const [row, column] = [rowOf[k], columnOf[k]];
    if (!(row >= 0 && row < rows && column >= 0 && column < columns)) throw new RangeError(`sparse matrix: entry ${k} at (${row}, ${column}) is outside [${rows}, ${columns}]`);
    byRow[row + 1] += 1;
  }
  for (let row = 0; row < rows; row++) byRow[row + 1] += byRow[row];
  const next = byRow.slice();
  const sorted = new Int32Array(count);
  for (let k = 0; k < count; k++) sorted[next[rowOf[k]]++] = k;
  const starts = new Int32Array(rows + 1);
  const indices = new Int32Array(count);
  const kept = new Float64Array(count);
  let size = 0;
  for (let row = 0; row < rows; row++) {
    const entries = sorted.subarray(byRow[row], byRow[row + 1]).toSorted((a, b) => columnOf[a] - columnOf[b]);
    for (const entry of entries) {
      const column = columnOf[entry];
      if (size > starts[row] && indices[size - 1] === column) kept[size - 1] += values[entry];
      else {
        indices[size] = column;
        kept[size++] = values[entry];
      }
    }
    starts[row + 1] = size;
  }
  return { rows, columns, starts, indices: indices.slice(0, size), values: kept.slice(0, size) };
}

/** Writes the product of a sparse matrix and `vector` [columns] into `target` [rows]. */
export function sparseProductInto(target: Float64Array, { rows, starts, indices, values }: SparseMatrix, vector: Float64Array): void {
  for (let row = 0; row < rows; row++) {
    let total = 0;
    for (let k = starts[row]; k < starts[row + 1]; k++) total += values[k] * vector[indices[k]];
    target[row] = total;
  }
}

/** Sums of the columns [columns]. */
export function columnSums({ columns, indices, values }: SparseMatrix): Float64Array {
  const sums = new Float64Array(columns);
  values.forEach((value, k) => (sums[indices[k]] += value));
  return sums;
}
