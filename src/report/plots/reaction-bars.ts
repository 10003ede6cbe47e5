import { drawBars } from "../bar-chart.ts";
import type { Bar } from "../bar-chart.ts";
import type { PlotKind } from "../drawing.ts";
import { seriesStyle } from "../series-style.ts";

/** One quantity of every reaction at one state. */
export interface ReactionBarsPanel {
  readonly title: string;
  readonly quantity: string;
  readonly unit: string | null;
  /** Infinite where a reaction runs one way, null where the quantity is not defined. */
  readonly reactions: readonly Bar[];
}

/** Entropy production, force or net flux of each reaction at one state. */
export const reactionBars: PlotKind<ReactionBarsPanel> = {
  facts: { title: "Reactions at one state", shows: "one quantity of every reaction at one state" },
  draw: ({ title, quantity, unit, reactions }) => drawBars({ title, category: "reaction", quantity, unit, bars: reactions }),
  example: {
    title: "Forces",
    quantity: "force ln(J⁺/J⁻)",
    unit: "1",
    reactions: [
      { name: "binding", style: seriesStyle(0), value: -0.4 },
      { name: "decay", style: seriesStyle(1), value: Infinity },
      { name: "learned", style: seriesStyle(2), value: null },
    ],
  },
};
