import type { Drawing, PlotKind } from "../drawing.ts";
import { withGaps } from "../gaps.ts";
import { drawLines } from "../line-chart.ts";
import { seriesStyle } from "../series-style.ts";
import type { SeriesStyle } from "../series-style.ts";

/** How tight each bound on one observable is along a trajectory. */
export interface RefinementsPanel {
  readonly title: string;
  readonly note?: string;
  readonly timeUnit: string | null;
  /** [nTime] */
  readonly times: readonly number[];
  /** The larger side over the smaller, dimensionless [nTime] per bound; NaN where it is 0/0 or not known. */
  readonly bounds: readonly { readonly name: string; readonly style: SeriesStyle; readonly values: readonly number[] }[];
}

function draw(panel: RefinementsPanel): Drawing {
  return withGaps(
    drawLines({
      title: panel.title,
      ...(panel.note === undefined ? {} : { note: panel.note }),
      x: { quantity: "time", unit: panel.timeUnit, values: panel.times },
      y: { quantity: "tightness", unit: "1", logarithmicFrom: 5 },
      series: panel.bounds,
      reference: { value: 1, name: "met exactly: 1" },
      size: "half",
    }),
  );
}

/** Tightness of the uncertainty relation and its refinements through time. */
export const refinements: PlotKind<RefinementsPanel> = {
  facts: { title: "Refinements", shows: "tightness of every bound on one observable through time; 1 where a bound is met exactly" },
  draw,
  example: {
    title: "X",
    timeUnit: "s",
    times: [0, 1, 2],
    bounds: [
      { name: "uncertainty relation", style: seriesStyle(0), values: [12, 5, Infinity] },
      { name: "kinetic", style: seriesStyle(1), values: [1.5, 1.2, Number.NaN] },
    ],
  },
};
