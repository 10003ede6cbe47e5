import { dot, link } from "@observablehq/plot";
import { extentOf, numericAxis, quietInk, renderSvg } from "../chart.ts";
import type { Drawing, PlotKind } from "../drawing.ts";
import { formatNumber } from "../number.ts";
import { shortName } from "../short-name.ts";
import { seriesStyle } from "../series-style.ts";
import type { SeriesStyle } from "../series-style.ts";
import { axisLabel } from "../unit.ts";

/** Error of each model in each condition of one split. */
export interface PerturbationErrorPanel {
  readonly split: string;
  readonly unit: string | null;
  readonly models: readonly { readonly name: string; readonly style: SeriesStyle }[];
  /** Root mean squared error over the features [models.length] per condition; NaN = not predicted. */
  readonly conditions: readonly { readonly name: string; readonly errors: readonly number[] }[];
}

/** Two agents and their doses fit; pairs that share the first agent differ only at the end. */
const longestName = 60;
const usualMargin = 260;

function draw(panel: PerturbationErrorPanel): Drawing {
  const rows = panel.conditions.map((condition, row) => ({ ...condition, row, label: shortName(condition.name, longestName) }));
  const left = 16 + 6.2 * Math.max(6, ...rows.map((row) => row.label.length));
  const points = rows.flatMap((row) =>
    row.errors.flatMap((error, model) => (Number.isFinite(error) ? [{ row: row.row, error, model }] : [])),
  );
  const spans = rows.flatMap((row) => {
    const finite = row.errors.filter(Number.isFinite);
    const [low, high] = extentOf(finite);
    return finite.length < 2 ? [] : [{ row: row.row, low, high }];
  });
  const wins = panel.models.map((_, model) => rows.filter((row) => row.errors[model] === extentOf(row.errors)[0]).length);
  const alt = `Dot plot of the root mean squared error (${panel.unit ?? "unit not stated"}) per held-out condition on ${panel.split}: ${panel.models.map((model, index) => `${model.name} is best in ${wins[index] ?? 0} of ${rows.length}`).join(", ")}. Largest error ${formatNumber(extentOf(points.map((point) => point.error))[1])}.`;
  const svg = renderSvg(
    {
      width: 640 + Math.max(0, left - usualMargin),
      height: 70 + 17 * rows.length,
      marginLeft: left,
      marginBottom: 38,
      marginTop: 20,
      marginRight: 16,
      x: numericAxis({ label: axisLabel("root mean squared error", panel.unit), values: points.map((point) => point.error), zero: true }),
      y: { type: "band", domain: rows.map((row) => row.row), label: "condition", labelAnchor: "top", labelArrow: "none", tickSize: 0, tickFormat: (row: number) => rows[row]?.label ?? "" },
      marks: [
        link(spans, { x1: "low", x2: "high", y1: "row", y2: "row", stroke: quietInk, strokeOpacity: 0.4 }),
        ...panel.models
          .map((model, index) =>
            dot(points.filter((point) => point.model === index), {
              x: "error",
              y: "row",
              symbol: model.style.marker,
              r: index === 0 ? 4 : 3.2,
              fill: index === 0 ? model.style.colour : "white",
              stroke: model.style.colour,
              strokeWidth: 1.4,
            }),
          )
          .toReversed(),
      ],
    },
    alt,
  );
  return {
    title: panel.split,
    svg,
    alt,
    table: {
      caption: `Root mean squared error per held-out condition, ${panel.split}`,
      columns: [{ name: "condition", unit: null }, ...panel.models.map((model) => ({ name: model.name, unit: panel.unit ?? "" }))],
      rows: panel.conditions.map((condition) => [condition.name, ...condition.errors]),
    },
  };
}

/** Who predicts which perturbation best. */
export const perturbationError: PlotKind<PerturbationErrorPanel> = {
  facts: { title: "Error per perturbation", shows: "the error of each model in each held-out condition" },
  draw,
  example: {
    split: "held-out pairs",
    unit: "nM",
    models: [
      { name: "hybrid", style: seriesStyle(0) },
      { name: "additive", style: seriesStyle(1) },
    ],
    conditions: [
      { name: "a+b", errors: [0.02, 0.05] },
      { name: "a+c", errors: [0.03, Number.NaN] },
    ],
  },
};
