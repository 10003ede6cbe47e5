import { dot, line } from "@observablehq/plot";
import { agreementOf } from "../agreement.ts";
import { extentOf, numericAxis, quietInk, renderSvg } from "../chart.ts";
import type { Drawing, PlotKind } from "../drawing.ts";
import { formatNumber } from "../number.ts";
import { seriesStyle } from "../series-style.ts";
import type { SeriesStyle } from "../series-style.ts";
import { thinnedIndices, thinnedNote } from "../thin.ts";
import { axisLabel } from "../unit.ts";

export interface ParityPair {
  readonly condition: string;
  readonly feature: string;
  readonly role: "train" | "test";
  readonly observed: number;
  readonly predicted: number;
}

/** One model on one split: predicted against observed. */
export interface ParityPanel {
  readonly model: string;
  readonly style: SeriesStyle;
  readonly unit: string | null;
  readonly points: readonly ParityPair[];
  /** Common range of the panels that stand side by side; null = this panel's own. */
  readonly domain: readonly [number, number] | null;
}

/** Points drawn per panel and role, and rows listed in the table twin. */
const drawnPoints = 700;
const listedPoints = 150;

function thinned(points: readonly ParityPair[], limit: number): readonly ParityPair[] {
  return thinnedIndices(points.length, limit).flatMap((index) => points[index] ?? []);
}

function draw(panel: ParityPanel): Drawing {
  const finite = panel.points.filter((point) => Number.isFinite(point.observed) && Number.isFinite(point.predicted));
  const test = finite.filter((point) => point.role === "test");
  const train = finite.filter((point) => point.role === "train");
  const domain = panel.domain ?? extentOf(finite.flatMap((point) => [point.observed, point.predicted]));
  const agreement = agreementOf(test.map((point) => point.observed), test.map((point) => point.predicted));
  const summary = test.length === 0 ? "no held-out points" : `RMSE ${formatNumber(agreement.rmse)}, r ${formatNumber(agreement.correlation)}`;
  const lost = panel.points.length - finite.length;
  const alt = `Scatter of predicted against observed response (${panel.unit ?? "unit not stated"}) for ${panel.model}; held out: ${summary}; ${test.length} held-out and ${train.length} training points, diagonal = perfect prediction${lost > 0 ? `; ${lost} points without a number are not drawn` : ""}.`;
  const axis = (label: string): ReturnType<typeof numericAxis> => numericAxis({ label: axisLabel(label, panel.unit), values: domain, linear: true });
  const [drawnTest, drawnTrain] = [thinned(test, drawnPoints), thinned(train, drawnPoints)];
  const svg = renderSvg(
    {
      width: 240,
      height: 230,
      marginLeft: 50,
      marginBottom: 38,
      marginTop: 8,
      marginRight: 12,
      x: axis("observed"),
      y: axis("predicted"),
      marks: [
        line([domain[0], domain[1]].map((value) => ({ value })), { x: "value", y: "value", stroke: quietInk, strokeDasharray: "3 3" }),
        dot(drawnTrain, { x: "observed", y: "predicted", r: 2, stroke: quietInk, strokeWidth: 0.9, strokeOpacity: 0.75 }),
        dot(drawnTest, { x: "observed", y: "predicted", r: 2.4, symbol: panel.style.marker, fill: panel.style.colour, fillOpacity: 0.6, stroke: panel.style.colour, strokeWidth: 0.8 }),
      ],
    },
    alt,
  );
  const listed = thinned([...test, ...train], listedPoints);
  return {
    title: panel.model,
    note: summary,
    svg,
    alt,
    table: {
      caption: `Predicted and observed responses, ${panel.model}.${thinnedNote(listed.length, finite.length, "points")}`,
      columns: [
        { name: "condition", unit: null },
        { name: "feature", unit: null },
        { name: "role", unit: null },
        { name: "observed", unit: panel.unit ?? "" },
        { name: "predicted", unit: panel.unit ?? "" },
      ],
      rows: listed.map((point) => [point.condition, point.feature, point.role === "test" ? "held out" : "training", point.observed, point.predicted]),
    },
  };
}

/** Predicted against observed, one model. */
export const parity: PlotKind<ParityPanel> = {
  facts: { title: "Parity", shows: "predicted against observed responses of one model, held-out and training points apart" },
  draw,
  example: {
    model: "hybrid",
    style: seriesStyle(0),
    unit: "nM",
    domain: null,
    points: [
      { condition: "a+b", feature: "X", role: "test", observed: 1, predicted: 1.1 },
      { condition: "a+c", feature: "X", role: "test", observed: 2, predicted: 1.8 },
      { condition: "a", feature: "X", role: "train", observed: 0.4, predicted: 0.5 },
    ],
  },
};
