import type { PlotKind } from "../drawing.ts";
import { drawLines } from "../line-chart.ts";
import { seriesStyle } from "../series-style.ts";
import type { SeriesStyle } from "../series-style.ts";

/** Tightness of the thermodynamic uncertainty relation, σ·D/(2 f²), per observable along one trajectory. */
export interface TightnessPanel {
  readonly condition: string;
  readonly timeUnit: string | null;
  /** [nTime] */
  readonly times: readonly number[];
  /** Dimensionless [nTime] per observable; infinite where a current vanishes or a reaction is one-way. */
  readonly observables: readonly { readonly name: string; readonly style: SeriesStyle; readonly values: readonly number[] }[];
}

export const tightness: PlotKind<TightnessPanel> = {
  facts: { title: "Tightness", shows: "uncertainty-relation tightness through time with the bound at 1" },
  draw: (panel) =>
    drawLines({
      title: panel.condition,
      x: { quantity: "time", unit: panel.timeUnit, values: panel.times },
      y: { quantity: "tightness σD/2f²", unit: "dimensionless", logarithmicFrom: 8 },
      series: panel.observables,
      reference: { value: 1, name: "bound: 1" },
      size: "half",
    }),
  example: {
    condition: "control",
    timeUnit: "min",
    times: [0, 1, 2],
    observables: [
      { name: "X", style: seriesStyle(0), values: [1.2, 1.5, 4] },
      { name: "Y", style: seriesStyle(1), values: [Infinity, Infinity, 7] },
    ],
  },
};
