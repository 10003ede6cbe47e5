import { text } from "@observablehq/plot";
import type { PlotOptions, Text } from "@observablehq/plot";
import { ink } from "./chart.ts";

/** A row of a plot: its name at the left, its value in words at the right. */
export interface NamedRow {
  readonly row: number;
  /** Name as shown. */
  readonly shown: string;
  readonly words: string;
}

export interface NamedRowsOptions {
  /** What a row stands for, such as "reaction". */
  readonly category: string;
  /** Room above the rows · pixels. */
  readonly above: number;
  /** Room for names and words together above which the figure gets wider · pixels. */
  readonly beside: number;
  /** Share of a row left empty, where its mark would fill it. */
  readonly padding?: number;
}

/** Room that names and values printed beside a plot need · pixels. */
const textRoom = (texts: readonly string[], least: number = 0): number => 16 + 6.6 * Math.max(least, ...texts.map(({ length }) => length));

/** Size, margins and vertical axis of a plot with a named row for each thing. */
export function namedRows(rows: readonly NamedRow[], { category, above, beside, padding }: NamedRowsOptions): PlotOptions {
  const [left, right] = [textRoom([...rows.map(({ shown }) => shown), category]), textRoom(rows.map(({ words }) => words), 6)];
  return {
    width: 470 + Math.max(0, left + right - beside),
    height: 50 + above + 22 * rows.length,
    marginLeft: left,
    marginRight: right,
    marginTop: above,
    marginBottom: 38,
    y: { type: "band", domain: rows.map(({ row }) => row), label: category, labelAnchor: "top", labelArrow: "none", tickSize: 0, ...(padding === undefined ? {} : { padding }), tickFormat: (row: number) => rows[row]?.shown ?? "" },
  };
}

/** The words at the right of each row. */
export function rowWords<Row extends NamedRow>(rows: readonly Row[], dx: number, fill: string | ((row: Row) => string) = ink): Text {
  return text(rows, { y: "row", frameAnchor: "right", textAnchor: "start", dx, text: "words", fill });
}
