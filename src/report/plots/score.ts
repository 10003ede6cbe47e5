import { dot, link, ruleX } from "@observablehq/plot";
import { extentOf, ink, numericAxis, renderSvg } from "../chart.ts";
import type { Drawing, PlotKind } from "../drawing.ts";
import { formatWithError } from "../number.ts";
import { shortName } from "../short-name.ts";
import { seriesStyle } from "../series-style.ts";
import type { SeriesStyle } from "../series-style.ts";

/** The primary metric of every model on one split, best first. */
export interface ScorePanel {
  readonly split: string;
  readonly metric: string;
  readonly direction: "lower" | "higher";
  readonly unit: string | null;
  readonly models: readonly {
    readonly name: string;
    readonly style: SeriesStyle;
    readonly emphasis: boolean;
    readonly value: number;
    readonly se: number | null;
    readonly n: number;
  }[];
}

/** Names of baselines differ at their ends ("…, with intercept"), so they are shown whole; a longer margin widens the figure. */
const longestName = 48;
const usualMargin = 230;

function draw(panel: ScorePanel): Drawing {
  const models = panel.models.filter((model) => Number.isFinite(model.value));
  // Two names may shorten to the same text, so rows are told apart by number.
  const rows = models.map((model, row) => ({ ...model, row, low: model.value - 2 * (model.se ?? 0), high: model.value + 2 * (model.se ?? 0) }));
  const names = rows.map((row) => shortName(row.name, longestName));
  const horizontal = numericAxis({ label: `${panel.metric} (${panel.unit ?? "unit of the metric"}; ${panel.direction} is better)`, values: rows.map((row) => row.value) });
  const smallest = extentOf(rows.map((row) => row.value))[0];
  const drawn = rows.map((row) => ({ ...row, low: horizontal.type === "log" ? Math.max(row.low, smallest / 2) : row.low }));
  const alt = `Dot plot of ${panel.metric} (${panel.direction} is better) on ${panel.split}, best first: ${rows.map((row) => `${row.name} ${formatWithError(row.value, row.se)}`).join("; ")}. Whiskers are two standard errors.`;
  const left = 16 + 6.2 * Math.max(6, ...names.map((name) => name.length));
  const svg = renderSvg(
    {
      width: 470 + Math.max(0, left - usualMargin),
      height: 74 + 22 * rows.length,
      marginLeft: left,
      marginBottom: 38,
      marginTop: 20,
      marginRight: 16,
      x: numericAxis({ label: horizontal.label ?? "", values: drawn.flatMap((row) => [row.low, row.value, row.high]), linear: horizontal.type !== "log" }),
      y: { type: "band", domain: rows.map((row) => row.row), label: "model", labelAnchor: "top", labelArrow: "none", tickSize: 0, tickFormat: (row: number) => names[row] ?? "" },
      marks: [
        ...drawn.filter((row) => row.emphasis).map((row) => ruleX([row.value], { stroke: row.style.colour, strokeWidth: 1, strokeDasharray: "2 3", strokeOpacity: 0.7 })),
        link(drawn, { x1: "low", x2: "high", y1: "row", y2: "row", stroke: ink, strokeWidth: 1.2 }),
        ...drawn.map((row) =>
          dot([row], { x: "value", y: "row", symbol: row.style.marker, r: row.emphasis ? 5 : 4, fill: row.emphasis ? row.style.colour : "white", stroke: row.style.colour, strokeWidth: 1.6 }),
        ),
      ],
    },
    alt,
  );
  return {
    title: panel.split,
    svg,
    alt,
    table: {
      caption: `${panel.metric} on ${panel.split}, best first`,
      columns: [
        { name: "model", unit: null },
        { name: panel.metric, unit: panel.unit ?? "unit of the metric" },
        { name: "SE", unit: panel.unit ?? "unit of the metric" },
        { name: "conditions", unit: "count" },
      ],
      rows: panel.models.map((model) => [model.name, model.value, model.se, model.n]),
    },
  };
}

/** The primary metric of each model with two standard errors. */
export const score: PlotKind<ScorePanel> = {
  facts: { title: "Scores", shows: "the primary metric of every model on one split" },
  draw,
  example: {
    split: "held-out pairs",
    metric: "rmse",
    direction: "lower",
    unit: "nM",
    models: [
      { name: "hybrid", style: seriesStyle(0), emphasis: true, value: 0.02, se: 0.002, n: 10 },
      { name: "additive", style: seriesStyle(1), emphasis: false, value: 0.05, se: null, n: 10 },
    ],
  },
};
