import { barX, ruleX } from "@observablehq/plot";
import { ink, numericAxis, renderSvg } from "./chart.ts";
import type { Drawing } from "./drawing.ts";
import { namedRows, rowWords } from "./named-rows.ts";
import { formatNumber } from "./number.ts";
import type { SeriesStyle } from "./series-style.ts";
import { shortName } from "./short-name.ts";
import { axisLabel } from "./unit.ts";

/** A named bar; what is no finite number has no bar, and stands in words where the number would. */
export interface Bar {
  readonly name: string;
  readonly style: SeriesStyle;
  /** Null = not defined. */
  readonly value: number | null;
}

export interface BarChart {
  readonly title: string;
  readonly note?: string;
  /** What a bar stands for, such as "reaction". */
  readonly category: string;
  readonly quantity: string;
  readonly unit: string | null;
  readonly bars: readonly Bar[];
  /** Where bars start; default 0. Another base asks for a logarithmic axis where values spread. */
  readonly base?: { readonly value: number; readonly name: string };
}

/** Ratio of largest to smallest value from which bars with a base of their own stand on a logarithmic axis. */
const logarithmicFrom = 5;

/** Cycles are named after their reactions, and differ at their ends. */
const longestName = 44;

/** A value in a figure: few digits, or words where it is no finite number. */
export const valueText = (value: number | null): string => (value === null || Number.isNaN(value) ? "not defined" : formatNumber(value));

/** Horizontal bars with their values printed at the right, with their table and their description. */
export function drawBars(chart: BarChart): Drawing {
  const base = chart.base?.value ?? 0;
  const rows = chart.bars.map((bar, row) => ({ ...bar, row, shown: shortName(bar.name, longestName), words: valueText(bar.value) }));
  const finite = rows.flatMap((row) => (row.value !== null && Number.isFinite(row.value) ? [{ ...row, from: base, to: row.value }] : []));
  const scale = chart.base === undefined ? { linear: true, zero: true } : { logarithmicFrom };
  const horizontal = numericAxis({ label: axisLabel(chart.quantity, chart.unit), values: [base, ...finite.map(({ to }) => to)], ...scale });
  const isLogarithmic = horizontal.type === "log";
  const start = chart.base === undefined ? "" : ` Bars start at ${formatNumber(base)}, ${chart.base.name}.`;
  const alt = `Bar chart, ${chart.title}${chart.note === undefined ? "" : `, ${chart.note}`}: ${axisLabel(chart.quantity, chart.unit)} by ${chart.category}${isLogarithmic ? ", logarithmic axis" : ""}. ${rows.map(({ name, words }) => `${name} ${words}`).join("; ")}.${start}`;
  const svg = renderSvg(
    {
      ...namedRows(rows, { category: chart.category, above: 20, beside: 230, padding: 0.3 }),
      x: horizontal,
      marks: [
        ...finite.map((row) => barX([row], { x1: "from", x2: "to", y: "row", fill: row.style.colour, fillOpacity: 0.78 })),
        ruleX([base], { stroke: ink }),
        rowWords(rows, 8),
      ],
    },
    alt,
  );
  return {
    title: chart.title,
    ...(chart.note === undefined ? {} : { note: chart.note }),
    svg,
    alt,
    table: {
      caption: `${chart.title}: ${chart.quantity} by ${chart.category}`,
      columns: [
        { name: chart.category, unit: null },
        { name: chart.quantity, unit: chart.unit ?? "" },
      ],
      rows: chart.bars.map(({ name, value }) => [name, value === null || Number.isNaN(value) ? null : value]),
    },
  };
}
