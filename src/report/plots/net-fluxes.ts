import type { Drawing, PlotKind } from "../drawing.ts";
import { withGaps } from "../gaps.ts";
import { drawLines } from "../line-chart.ts";
import { seriesStyle } from "../series-style.ts";
import type { SeriesStyle } from "../series-style.ts";

/** Net flux J⁺ − J⁻ of each reaction along a trajectory. */
export interface NetFluxesPanel {
  readonly title: string;
  readonly timeUnit: string | null;
  readonly unit: string | null;
  /** [nTime] */
  readonly times: readonly number[];
  /** Concentration per time [nTime] per reaction. */
  readonly reactions: readonly { readonly name: string; readonly style: SeriesStyle; readonly values: readonly number[] }[];
}

function draw(panel: NetFluxesPanel): Drawing {
  return withGaps(
    drawLines({
      title: panel.title,
      x: { quantity: "time", unit: panel.timeUnit, values: panel.times },
      y: { quantity: "net flux", unit: panel.unit, zero: true, logarithmicFrom: Infinity },
      series: panel.reactions,
      size: "half",
    }),
  );
}

/** Net flux of each reaction through time. */
export const netFluxes: PlotKind<NetFluxesPanel> = {
  facts: { title: "Net fluxes", shows: "forward minus reverse flux of each reaction through time" },
  draw,
  example: {
    title: "Net fluxes",
    timeUnit: "s",
    unit: "µM/s",
    times: [0, 1, 2],
    reactions: [
      { name: "binding", style: seriesStyle(0), values: [0.5, 0.2, -0.1] },
      { name: "catalysis", style: seriesStyle(1), values: [0, 0.1, 0.2] },
    ],
  },
};
