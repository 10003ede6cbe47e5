import { lineY } from "@observablehq/plot";
import { numericAxis, renderSvg } from "../chart.ts";
import type { Cell, Drawing, PlotKind } from "../drawing.ts";
import { count, formatNumber } from "../number.ts";
import { seriesStyle } from "../series-style.ts";
import type { SeriesStyle } from "../series-style.ts";
import { thinnedIndices, thinnedNote } from "../thin.ts";

/** The fits of one model on one split. */
export interface TrainingPanel {
  readonly split: string;
  readonly model: string;
  readonly style: SeriesStyle;
  readonly fits: readonly {
    /** [nRecorded] */
    readonly iteration: readonly number[];
    readonly loss: readonly number[];
    readonly validation: readonly (number | null)[];
  }[];
}

const drawnFits = 20;
const drawnPoints = 160;
const listedPoints = 24;

type Point = { readonly iteration: number; readonly loss: number };

function points(iteration: readonly number[], values: readonly (number | null)[]): readonly Point[] {
  const known = values.flatMap((loss, index) => (loss === null || !Number.isFinite(loss) ? [] : [{ iteration: iteration[index] ?? index, loss }]));
  return thinnedIndices(known.length, drawnPoints).flatMap((index) => known[index] ?? []);
}

function draw(panel: TrainingPanel): Drawing {
  const drawn = thinnedIndices(panel.fits.length, drawnFits).flatMap((index) => panel.fits[index] ?? []);
  const curves = drawn.map((fit) => ({ loss: points(fit.iteration, fit.loss), validation: points(fit.iteration, fit.validation) }));
  const all = curves.flatMap((curve) => [...curve.loss, ...curve.validation]);
  const vertical = numericAxis({ label: "loss (dimensionless)", values: all.map((point) => point.loss) });
  const finals = panel.fits.map((fit) => fit.loss.at(-1) ?? Number.NaN);
  const some = drawn.length < panel.fits.length ? `, ${drawn.length} of them drawn` : "";
  const alt = `Line chart of loss (dimensionless) against iteration for ${panel.model} on ${panel.split}, ${count(panel.fits.length, "fit")}${some}; final losses ${finals.slice(0, 8).map((value) => formatNumber(value)).join(", ")}${finals.length > 8 ? ", …" : ""}. Solid: training, dashed: validation.`;
  const stroke = { x: "iteration", y: "loss", stroke: panel.style.colour } as const;
  const svg = renderSvg(
    {
      width: 300,
      height: 200,
      marginLeft: 56,
      marginBottom: 36,
      marginTop: 10,
      marginRight: 12,
      x: { ...numericAxis({ label: "iteration (count)", values: all.map((point) => point.iteration), linear: true }), grid: false },
      y: vertical,
      marks: curves.flatMap((curve) => [
        lineY(curve.validation, { ...stroke, strokeWidth: 1.3, strokeDasharray: "4 3", strokeOpacity: 0.8 }),
        lineY(curve.loss, { ...stroke, strokeWidth: 1.5, strokeOpacity: curves.length > 4 ? 0.6 : 1 }),
      ]),
    },
    alt,
  );
  const rows = drawn.flatMap((fit, number) =>
    thinnedIndices(fit.iteration.length, listedPoints).map((index): readonly Cell[] => [
      `fit ${number + 1}`,
      fit.iteration[index] ?? null,
      fit.loss[index] ?? null,
      fit.validation[index] ?? null,
    ]),
  );
  const recorded = drawn.reduce((total, fit) => total + fit.iteration.length, 0);
  return {
    title: panel.model,
    note: `${panel.split}, ${count(panel.fits.length, "fit")}${some}`,
    svg,
    alt,
    table: {
      caption: `Loss during training, ${panel.model} on ${panel.split}.${thinnedNote(rows.length, recorded, "recorded iterations")}`,
      columns: [
        { name: "fit", unit: null },
        { name: "iteration", unit: "count" },
        { name: "loss", unit: "dimensionless" },
        { name: "validation loss", unit: "dimensionless" },
      ],
      rows,
    },
  };
}

/** Loss against iteration, every fit of one model on one split. */
export const training: PlotKind<TrainingPanel> = {
  facts: { title: "Training curves", shows: "training and validation loss against iteration" },
  draw,
  example: {
    split: "held-out pairs",
    model: "hybrid",
    style: seriesStyle(0),
    fits: [{ iteration: [0, 1, 2], loss: [10, 1, 0.05], validation: [12, null, 0.08] }],
  },
};
