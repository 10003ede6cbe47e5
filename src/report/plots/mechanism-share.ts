import { barX, ruleX, text } from "@observablehq/plot";
import { extentOf, ink, numericAxis, renderSvg } from "../chart.ts";
import type { Drawing, PlotKind } from "../drawing.ts";
import { formatPercent } from "../number.ts";
import { shortName } from "../short-name.ts";
import { seriesStyle } from "../series-style.ts";

/** How much of each species' rate of change the known mechanism carries on one split. */
export interface MechanismSharePanel {
  readonly split: string;
  /** 1 - E||g||² / E||f+g||², dimensionless: 1 = mechanism alone, 0 or less = the learned part dominates. */
  readonly shares: readonly { readonly species: string; readonly share: number }[];
}

function draw(panel: MechanismSharePanel): Drawing {
  const rows = panel.shares.map((entry, row) => ({ ...entry, row }));
  const finite = rows.filter((row) => Number.isFinite(row.share));
  // Below -1 the bar only says "the learned part dominates": the number is printed beside it.
  const low = Math.max(-1, Math.min(0, extentOf(finite.map((row) => row.share))[0]));
  const alt = `Bar chart of the mechanism share per species on ${panel.split} (dimensionless, 1 = mechanism alone): ${rows.map((row) => `${row.species} ${formatPercent(row.share)}`).join("; ")}.`;
  const svg = renderSvg(
    {
      width: 470,
      height: 70 + 20 * rows.length,
      marginLeft: 16 + 6.2 * Math.max(5, ...rows.map((row) => shortName(row.species).length)),
      marginRight: 56,
      marginTop: 20,
      marginBottom: 38,
      x: numericAxis({ label: "mechanism share (dimensionless)", values: [low, 1], linear: true }),
      y: { type: "band", domain: rows.map((row) => row.row), label: "species", labelAnchor: "top", labelArrow: "none", tickSize: 0, padding: 0.3, tickFormat: (row: number) => shortName(rows[row]?.species ?? "") },
      marks: [
        barX(finite.map((row) => ({ ...row, share: Math.max(low, row.share) })), { x: "share", y: "row", fill: seriesStyle(0).colour, fillOpacity: 0.75 }),
        ruleX([0], { stroke: ink }),
        text(rows, { x: () => 1, y: "row", text: (row: { share: number }) => formatPercent(row.share), textAnchor: "start", dx: 6, fill: ink }),
      ],
    },
    alt,
  );
  return {
    title: panel.split,
    svg,
    alt,
    table: {
      caption: `Mechanism share per species, ${panel.split}`,
      columns: [
        { name: "species", unit: null },
        { name: "mechanism share", unit: "dimensionless" },
      ],
      rows: panel.shares.map((entry) => [entry.species, entry.share]),
    },
  };
}

/** Mechanism share per species. */
export const mechanismShare: PlotKind<MechanismSharePanel> = {
  facts: { title: "Mechanism share", shows: "the share of each species' rate of change that the known mechanism carries" },
  draw,
  example: {
    split: "held-out pairs",
    shares: [
      { species: "ERK", share: 0.97 },
      { species: "AKT", share: -0.2 },
    ],
  },
};
