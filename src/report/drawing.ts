/** What every plot of a report is: a figure together with its data as a table and its content in words. */

export type Cell = string | number | null;

export interface Column {
  readonly name: string;
  /** Unit of the column's numbers; null for text columns. */
  readonly unit: string | null;
}

/** The table twin of a figure, and any other table of the page. */
export interface DataTable {
  readonly caption: string;
  readonly columns: readonly Column[];
  /** [nRow, columns.length] */
  readonly rows: readonly (readonly Cell[])[];
}

/** One drawn panel. */
export interface Drawing {
  /** What the panel shows, short: printed above it. */
  readonly title: string;
  /** A second, quieter line under the title. */
  readonly note?: string;
  /** Stand-alone SVG, `role="img"` with `alt` as its label. */
  readonly svg: string;
  readonly table: DataTable;
  /** The figure in words, for readers who do not see it. */
  readonly alt: string;
}

/** A kind of plot: one file in `plots/` and one line in its registry. */
export interface PlotKind<Data> {
  readonly facts: { readonly title: string; readonly shows: string };
  draw(data: Data): Drawing;
  /** Small data on which the conformance suite draws the plot. */
  readonly example: Data;
}
