import { drawBars } from "../bar-chart.ts";
import type { Bar } from "../bar-chart.ts";
import type { PlotKind } from "../drawing.ts";
import { seriesStyle } from "../series-style.ts";

/** One quantity of every cycle at a steady state. */
export interface CycleBarsPanel {
  readonly title: string;
  readonly quantity: string;
  readonly unit: string | null;
  /** Infinite where a reaction of the cycle runs one way. */
  readonly cycles: readonly Bar[];
}

/** Current, affinity or entropy production of each cycle at a steady state. */
export const cycleBars: PlotKind<CycleBarsPanel> = {
  facts: { title: "Cycles at a steady state", shows: "current, affinity or entropy production of every cycle at a steady state" },
  draw: ({ title, quantity, unit, cycles }) => drawBars({ title, category: "cycle", quantity, unit, bars: cycles }),
  example: {
    title: "Currents",
    quantity: "current",
    unit: "µM/s",
    cycles: [
      { name: "Binding + Catalysis", style: seriesStyle(0), value: 0.43 },
      { name: "Leak − Return", style: seriesStyle(1), value: -0.02 },
    ],
  },
};
