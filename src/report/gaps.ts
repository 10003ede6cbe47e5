import type { Drawing } from "./drawing.ts";

/** Whether a line can be drawn through values: two finite ones stand side by side. */
export const hasLine = (values: readonly number[]): boolean => values.some((value, index) => index > 0 && Number.isFinite(value) && Number.isFinite(values[index - 1]));

/** The drawing with numbers that are not defined as dashes in its table. */
export function withGaps(drawing: Drawing): Drawing {
  const rows = drawing.table.rows.map((row) => row.map((cell) => (typeof cell === "number" && Number.isNaN(cell) ? null : cell)));
  return { ...drawing, table: { ...drawing.table, rows } };
}
