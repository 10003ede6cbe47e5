import { drawBars } from "../bar-chart.ts";
import type { Bar } from "../bar-chart.ts";
import type { PlotKind } from "../drawing.ts";
import { seriesStyle } from "../series-style.ts";

/** How tight each bound on one observable is at one state. */
export interface TightnessBarsPanel {
  readonly title: string;
  readonly note?: string;
  /** The larger side over the smaller, dimensionless; null where it is 0/0 or not known. */
  readonly bounds: readonly Bar[];
}

/** Tightness of the uncertainty relation and its refinements at one state. */
export const tightnessBars: PlotKind<TightnessBarsPanel> = {
  facts: { title: "Tightness at one state", shows: "tightness of every bound on one observable at one state; bars start where a bound is met exactly" },
  draw: ({ title, note, bounds }) =>
    drawBars({ title, ...(note === undefined ? {} : { note }), category: "bound", quantity: "tightness", unit: "1", bars: bounds, base: { value: 1, name: "where a bound is met exactly" } }),
  example: {
    title: "X",
    bounds: [
      { name: "uncertainty relation", style: seriesStyle(0), value: 12 },
      { name: "kinetic", style: seriesStyle(1), value: 1.4 },
      { name: "all force", style: seriesStyle(2), value: null },
    ],
  },
};
