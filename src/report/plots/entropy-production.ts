import type { PlotKind } from "../drawing.ts";
import { drawLines } from "../line-chart.ts";
import { seriesStyle, truthStyle } from "../series-style.ts";
import type { SeriesStyle } from "../series-style.ts";

/** Entropy production rate along one trajectory, in total and per reaction. */
export interface EntropyPanel {
  readonly condition: string;
  readonly timeUnit: string | null;
  readonly unit: string | null;
  /** [nTime] */
  readonly times: readonly number[];
  readonly total: readonly number[];
  readonly perReaction: readonly { readonly name: string; readonly style: SeriesStyle; readonly values: readonly number[] }[];
}

export const entropyProduction: PlotKind<EntropyPanel> = {
  facts: { title: "Entropy production", shows: "entropy production rate through time, total and per reaction" },
  draw: (panel) =>
    drawLines({
      title: panel.condition,
      x: { quantity: "time", unit: panel.timeUnit, values: panel.times },
      y: { quantity: "entropy production", unit: panel.unit },
      series: [
        { name: "total", style: { ...truthStyle, dash: null }, values: panel.total, width: 2.4 },
        ...panel.perReaction.map((reaction) => ({ ...reaction, width: 1.5 })),
      ],
      size: "half",
    }),
  example: {
    condition: "control",
    timeUnit: "min",
    unit: "R·nM/min",
    times: [0, 1, 2],
    total: [3, 2, 1],
    perReaction: [
      { name: "r1", style: seriesStyle(0), values: [1, 1, 0.5] },
      { name: "r2", style: seriesStyle(1), values: [2, 1, 0.5] },
    ],
  },
};
