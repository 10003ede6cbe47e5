import { dot, link, ruleX, text } from "@observablehq/plot";
import { valueText } from "../bar-chart.ts";
import { ink, numericAxis, renderSvg } from "../chart.ts";
import type { Drawing, PlotKind } from "../drawing.ts";
import { namedRows, rowWords } from "../named-rows.ts";
import { formatWithError } from "../number.ts";
import { seriesStyle } from "../series-style.ts";
import type { SeriesStyle } from "../series-style.ts";
import { shortName } from "../short-name.ts";
import { axisLabel } from "../unit.ts";

/** Quantities from samples with their standard errors. */
export interface EstimatesPanel {
  readonly title: string;
  readonly note?: string;
  /** What a row stands for, such as "estimate" or "current". */
  readonly category: string;
  readonly quantity: string;
  readonly unit: string | null;
  readonly estimates: readonly { readonly name: string; readonly style: SeriesStyle; readonly value: number | null; readonly standardError: number | null }[];
  /** A value that means something, such as a bound. */
  readonly reference?: { readonly value: number; readonly name: string };
}

function draw(panel: EstimatesPanel): Drawing {
  const { reference } = panel;
  const rows = panel.estimates.map((one, row) => {
    const error = one.standardError !== null && Number.isFinite(one.standardError) ? one.standardError : null;
    const words = one.value === null || !Number.isFinite(one.value) ? valueText(one.value) : formatWithError(one.value, error);
    return { ...one, row, error, words, shown: shortName(one.name) };
  });
  const placed = rows.flatMap((row) => (row.value !== null && Number.isFinite(row.value) ? [{ ...row, x: row.value, low: row.value - 2 * (row.error ?? 0), high: row.value + 2 * (row.error ?? 0) }] : []));
  const horizontal = numericAxis({ label: axisLabel(panel.quantity, panel.unit), values: [...placed.flatMap(({ low, high }) => [low, high]), ...(reference ? [reference.value] : [])], logarithmicFrom: 20 });
  const alt = `Dot plot, ${panel.title}${panel.note === undefined ? "" : `, ${panel.note}`}: ${axisLabel(panel.quantity, panel.unit)} by ${panel.category}${horizontal.type === "log" ? ", logarithmic axis" : ""}. ${rows.map(({ name, words }) => `${name} ${words}`).join("; ")}. Whiskers are two standard errors.${reference ? ` Line at ${valueText(reference.value)}: ${reference.name}.` : ""}`;
  const svg = renderSvg(
    {
      ...namedRows(rows, { category: panel.category, above: 28, beside: 260 }),
      // A marker on the edge would stand on the names.
      x: { ...horizontal, inset: 10 },
      marks: [
        ...(reference === undefined
          ? []
          : [ruleX([reference.value], { stroke: ink, strokeWidth: 1.2, strokeDasharray: "5 3" }), text([reference.value], { x: (value: number) => value, frameAnchor: "top", textAnchor: "middle", dy: -12, text: () => reference.name, fill: ink })]),
        link(placed, { x1: "low", x2: "high", y1: "row", y2: "row", stroke: ink, strokeWidth: 1.2 }),
        ...placed.map((row) => dot([row], { x: "x", y: "row", symbol: row.style.marker, r: 4, fill: row.style.colour, stroke: row.style.colour })),
        rowWords(rows, 10),
      ],
    },
    alt,
  );
  const unit = panel.unit ?? "";
  return {
    title: panel.title,
    ...(panel.note === undefined ? {} : { note: panel.note }),
    svg,
    alt,
    table: {
      caption: `${panel.title}: ${panel.quantity} by ${panel.category}`,
      columns: [
        { name: panel.category, unit: null },
        { name: panel.quantity, unit },
        { name: "standard error", unit },
      ],
      rows: rows.map(({ name, value, error }) => [name, value === null || Number.isNaN(value) ? null : value, error]),
    },
  };
}

/** Sampled quantities with two standard errors. */
export const estimates: PlotKind<EstimatesPanel> = {
  facts: { title: "Estimates", shows: "quantities from samples with two standard errors" },
  draw,
  example: {
    title: "Entropy production",
    category: "estimate",
    quantity: "entropy production",
    unit: "k_B/s",
    estimates: [
      { name: "from the jumps", style: seriesStyle(0), value: 11.9, standardError: 0.3 },
      { name: "from counts", style: seriesStyle(1), value: Infinity, standardError: null },
    ],
  },
};
