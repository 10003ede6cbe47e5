/** One measured value. Replicate and batch are labels, not numbers. */
export interface DataRow {
  readonly condition: string;
  readonly replicate: string;
  /** Time · the model's time unit. */
  readonly time: number;
  readonly observable: string;
  readonly value: number;
  readonly unit: string | null;
  /** Standard deviation of this value · the value's unit; null = not given. */
  readonly sd: number | null;
  readonly batch: string | null;
}

/** Measurements in long form. A row's key is (condition, replicate, time, observable); an observable has one unit. */
export interface Dataset {
  readonly name: string;
  readonly rows: readonly DataRow[];
}

/** Condition ids in the order of their first row. */
export function conditionsOf(dataset: Dataset): readonly string[] {
  return [...new Set(dataset.rows.map((row) => row.condition))];
}

/** Observables in the order of their first row, with their units. */
export function observablesOf(dataset: Dataset): readonly { readonly id: string; readonly unit: string | null }[] {
  const units = new Map<string, string | null>();
  for (const row of dataset.rows) if (!units.has(row.observable)) units.set(row.observable, row.unit);
  return [...units].map(([id, unit]) => ({ id, unit }));
}

/** The key that makes a row unique. */
export function rowKey(row: Pick<DataRow, "condition" | "replicate" | "time" | "observable">): string {
  return JSON.stringify([row.condition, row.replicate, row.time, row.observable]);
}

/** The key of what replicates measure again. */
export function cellKey(row: Pick<DataRow, "condition" | "time" | "observable">): string {
  return JSON.stringify([row.condition, row.time, row.observable]);
}

/** Replicates of each (condition, time, observable), by `cellKey`, in the order of their first row. */
export function cellsOf(dataset: Dataset): ReadonlyMap<string, readonly DataRow[]> {
  const cells = new Map<string, DataRow[]>();
  for (const row of dataset.rows) {
    const key = cellKey(row);
    const cell = cells.get(key);
    if (cell === undefined) cells.set(key, [row]);
    else cell.push(row);
  }
  return cells;
}
