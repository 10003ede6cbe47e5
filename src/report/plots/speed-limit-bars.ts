import { dot, link, ruleX, text } from "@observablehq/plot";
import { valueText } from "../bar-chart.ts";
import { ink, numericAxis, quietInk, renderSvg } from "../chart.ts";
import type { Drawing, PlotKind } from "../drawing.ts";
import { namedRows, rowWords } from "../named-rows.ts";
import { formatNumber } from "../number.ts";
import { seriesStyle } from "../series-style.ts";
import { shortName } from "../short-name.ts";
import { axisLabel } from "../unit.ts";

/** The least time that each speed limit allows for what happened, beside the time it took. */
export interface SpeedLimitPanel {
  readonly title: string;
  readonly note?: string;
  readonly timeUnit: string | null;
  readonly taken: number;
  /** `required` is null where it is not known; `tightness` is taken over required. */
  readonly limits: readonly { readonly name: string; readonly required: number | null; readonly tightness: number | null }[];
}

function draw(panel: SpeedLimitPanel): Drawing {
  const { taken } = panel;
  const rows = panel.limits.map((limit, row) => ({ ...limit, row, shown: shortName(limit.name), words: valueText(limit.required) }));
  // A limit of 0 asks for nothing: it would keep all others off a logarithmic axis.
  const placed = rows.flatMap((row) => (row.required !== null && row.required > 0 && row.required < Infinity ? [{ ...row, from: row.required, to: taken }] : []));
  const horizontal = numericAxis({ label: axisLabel("time", panel.timeUnit), values: [taken, ...placed.map(({ from }) => from)], logarithmicFrom: 50 });
  const axis = horizontal.type === "log" ? horizontal : numericAxis({ label: axisLabel("time", panel.timeUnit), values: [taken, ...placed.map(({ from }) => from)], linear: true, zero: true });
  const style = seriesStyle(0);
  const alt = `Chart of speed limits, ${panel.title}${panel.note === undefined ? "" : `, ${panel.note}`}: ${axisLabel("time", panel.timeUnit)} by limit${axis.type === "log" ? ", logarithmic axis" : ""}. Time taken: ${formatNumber(taken)}. Least time allowed: ${rows.map(({ name, words }) => `${name} ${words}`).join("; ")}.`;
  const svg = renderSvg(
    {
      ...namedRows(rows, { category: "limit", above: 28, beside: 230 }),
      // A dot on the edge would stand on the names.
      x: { ...axis, inset: 8 },
      marks: [
        link(placed, { x1: "from", x2: "to", y1: "row", y2: "row", stroke: style.colour, strokeWidth: 8, strokeOpacity: 0.22, strokeLinecap: "butt" }),
        ruleX([taken], { stroke: ink, strokeWidth: 1.6 }),
        dot(placed, { x: "from", y: "row", r: 4.5, fill: style.colour, stroke: style.colour }),
        text([taken], { x: (value: number) => value, frameAnchor: "top", textAnchor: "end", dx: 2, dy: -12, text: (value: number) => `taken: ${formatNumber(value)}`, fill: ink }),
        rowWords(rows, 10, ({ required }) => (required === 0 ? quietInk : ink)),
      ],
    },
    alt,
  );
  const unit = panel.timeUnit ?? "";
  return {
    title: panel.title,
    ...(panel.note === undefined ? {} : { note: panel.note }),
    svg,
    alt,
    table: {
      caption: `${panel.title}: least time and time taken`,
      columns: [
        { name: "limit", unit: null },
        { name: "least time", unit },
        { name: "time taken", unit },
        { name: "taken / least", unit: "1" },
      ],
      rows: panel.limits.map(({ name, required, tightness }) => [name, required === null || Number.isNaN(required) ? null : required, taken, tightness]),
    },
  };
}

/** Least time allowed and time taken, limit by limit. */
export const speedLimitBars: PlotKind<SpeedLimitPanel> = {
  facts: { title: "Speed limits", shows: "the least time that entropy production and activity allow for what happened, beside the time it took" },
  draw,
  example: {
    title: "X",
    timeUnit: "s",
    taken: 10,
    limits: [
      { name: "speed limit", required: 0.02, tightness: 500 },
      { name: "kinetic", required: 4, tightness: 2.5 },
      { name: "local", required: 0, tightness: Infinity },
    ],
  },
};
