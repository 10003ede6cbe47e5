import type { PlotKind } from "../drawing.ts";
import { drawLines } from "../line-chart.ts";
import { seriesStyle, truthStyle } from "../series-style.ts";

/** The learned flux along one trajectory, beside the deleted one where the truth is known. */
export interface LearnedFluxPanel {
  readonly flux: string;
  readonly condition: string;
  readonly role: "train" | "test";
  readonly unit: string | null;
  readonly timeUnit: string | null;
  /** [nTime] */
  readonly times: readonly number[];
  readonly learned: readonly number[];
  readonly truth: readonly number[] | null;
}

export const learnedFlux: PlotKind<LearnedFluxPanel> = {
  facts: { title: "Learned flux", shows: "a learned flux through time beside the deleted one" },
  draw: (panel) =>
    drawLines({
      title: `${panel.flux} in ${panel.condition}`,
      note: panel.role === "test" ? "held out" : "training",
      x: { quantity: "time", unit: panel.timeUnit, values: panel.times },
      y: { quantity: "flux", unit: panel.unit, zero: true },
      series: [
        { name: "learned", style: seriesStyle(0), values: panel.learned, width: 2 },
        ...(panel.truth === null ? [] : [{ name: "deleted (truth)", style: truthStyle, values: panel.truth }]),
      ],
      size: "small",
    }),
  example: {
    flux: "v5",
    condition: "a+b",
    role: "test",
    unit: "nM/min",
    timeUnit: "min",
    times: [0, 1, 2],
    learned: [0, 0.4, 0.6],
    truth: [0, 0.5, 0.6],
  },
};
