import type { Drawing, PlotKind } from "../drawing.ts";
import { withGaps } from "../gaps.ts";
import { drawLines } from "../line-chart.ts";
import { seriesStyle } from "../series-style.ts";
import type { SeriesStyle } from "../series-style.ts";

/** Thermodynamic force ln(J⁺/J⁻) of each reaction along a trajectory. */
export interface ForcesPanel {
  readonly title: string;
  readonly timeUnit: string | null;
  /** [nTime] */
  readonly times: readonly number[];
  /** Dimensionless [nTime] per reaction; infinite where it runs one way, NaN where it is not defined. */
  readonly reactions: readonly { readonly name: string; readonly style: SeriesStyle; readonly values: readonly number[] }[];
}

function draw(panel: ForcesPanel): Drawing {
  return withGaps(
    drawLines({
      title: panel.title,
      x: { quantity: "time", unit: panel.timeUnit, values: panel.times },
      y: { quantity: "force ln(J⁺/J⁻)", unit: "1", zero: true, logarithmicFrom: Infinity },
      series: panel.reactions,
      reference: { value: 0, name: "balance: 0" },
      size: "half",
    }),
  );
}

/** Force of each reaction through time. */
export const forces: PlotKind<ForcesPanel> = {
  facts: { title: "Forces", shows: "the force of each reaction through time; 0 where it is balanced" },
  draw,
  example: {
    title: "Forces",
    timeUnit: "s",
    times: [0, 1, 2],
    reactions: [
      { name: "binding", style: seriesStyle(0), values: [2, 1, 0.5] },
      { name: "decay", style: seriesStyle(1), values: [Infinity, Infinity, Number.NaN] },
    ],
  },
};
