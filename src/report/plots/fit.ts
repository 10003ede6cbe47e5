import { areaY, dot, lineY, ruleX } from "@observablehq/plot";
import { extentOf, ink, numericAxis, renderSvg } from "../chart.ts";
import type { Cell, Drawing, PlotKind } from "../drawing.ts";
import { formatNumber } from "../number.ts";
import { seriesStyle } from "../series-style.ts";
import type { SeriesStyle } from "../series-style.ts";
import { thinnedIndices, thinnedNote } from "../thin.ts";
import { axisLabel } from "../unit.ts";

/** One observable in one condition: measured points, model lines and a band. */
export interface FitPanel {
  readonly condition: string;
  readonly observable: string;
  readonly unit: string | null;
  readonly timeUnit: string | null;
  readonly role: "train" | "test";
  /** [nTime] */
  readonly times: readonly number[];
  /** Values [nTime] of each model. */
  readonly lines: readonly { readonly name: string; readonly style: SeriesStyle; readonly values: readonly number[] }[];
  readonly band: { readonly kind: "noise" | "ensemble"; readonly low: readonly number[]; readonly high: readonly number[] } | null;
  readonly data: readonly { readonly time: number; readonly value: number; readonly sd: number | null }[];
}

const drawnTimes = 240;
const listedTimes = 60;

const bandWords = { noise: "measurement-noise band", ensemble: "ensemble band" } as const;

function tableOfPanel(panel: FitPanel): Drawing["table"] {
  const listed = thinnedIndices(panel.times.length, listedTimes);
  const rows = new Map<number, Cell[]>();
  const width = 1 + panel.lines.length + (panel.band === null ? 0 : 2) + 2;
  for (const index of listed) {
    const time = panel.times[index] ?? Number.NaN;
    const row: Cell[] = [time, ...panel.lines.map((line) => line.values[index] ?? null)];
    if (panel.band !== null) row.push(panel.band.low[index] ?? null, panel.band.high[index] ?? null);
    rows.set(time, [...row, null, null]);
  }
  const extra: Cell[][] = [];
  const taken = new Set<number>();
  for (const point of panel.data) {
    const row = rows.get(point.time);
    // Replicates share a time: each gets its own row.
    if (row !== undefined && !taken.has(point.time)) row.splice(width - 2, 2, point.value, point.sd);
    else extra.push([point.time, ...Array.from({ length: width - 3 }, () => null), point.value, point.sd]);
    taken.add(point.time);
  }
  return {
    caption: `${panel.observable} in ${panel.condition}.${thinnedNote(listed.length, panel.times.length, "times of the lines")}`,
    columns: [
      { name: "time", unit: panel.timeUnit ?? "" },
      ...panel.lines.map((line) => ({ name: line.name, unit: panel.unit ?? "" })),
      ...(panel.band === null ? [] : ["low", "high"].map((side) => ({ name: `${panel.band?.kind ?? ""} band, ${side}`, unit: panel.unit ?? "" }))),
      { name: "measured", unit: panel.unit ?? "" },
      { name: "SD of measured", unit: panel.unit ?? "" },
    ],
    rows: [...rows.values(), ...extra].toSorted((a, b) => Number(a[0]) - Number(b[0])),
  };
}

function at(values: readonly number[], index: number): number {
  return values[index] ?? Number.NaN;
}

function draw(panel: FitPanel): Drawing {
  const drawn = thinnedIndices(panel.times.length, drawnTimes);
  const band = panel.band;
  const spread = panel.data.filter((point) => point.sd !== null && Number.isFinite(point.sd));
  const values = [
    ...panel.lines.flatMap((line) => drawn.map((index) => at(line.values, index))),
    ...panel.data.map((point) => point.value),
  ];
  // Bands and error bars widen a linear axis but never decide the scale: their foot may fall below zero.
  const vertical = numericAxis({ label: axisLabel(panel.observable, panel.unit), values });
  const floor = vertical.type === "log" ? extentOf(values)[0] / 2 : -Infinity;
  const extremes = [
    ...values,
    ...(band === null ? [] : drawn.flatMap((index) => [at(band.low, index), at(band.high, index)])),
    ...spread.flatMap((point) => [point.value - (point.sd ?? 0), point.value + (point.sd ?? 0)]),
  ].map((value) => Math.max(value, floor));
  const role = panel.role === "test" ? "held out" : "training";
  const [first, last] = [panel.times[0] ?? Number.NaN, panel.times.at(-1) ?? Number.NaN];
  const alt = `Line chart of ${axisLabel(panel.observable, panel.unit)} against ${axisLabel("time", panel.timeUnit)}, ${panel.condition}, ${role}. ${
    panel.lines.length === 0 ? "No model line" : `Lines: ${panel.lines.map((line) => `${line.name} from ${formatNumber(line.values[0] ?? Number.NaN)} to ${formatNumber(line.values.at(-1) ?? Number.NaN)}`).join("; ")}`
  }; times ${formatNumber(first)} to ${formatNumber(last)}. ${panel.data.length} measured points${band === null ? "" : `; a ${bandWords[band.kind]} is shaded`}.`;
  const svg = renderSvg(
    {
      width: 300,
      height: 200,
      marginLeft: 52,
      marginBottom: 36,
      marginTop: 8,
      marginRight: 10,
      x: { ...numericAxis({ label: axisLabel("time", panel.timeUnit), values: [...panel.times, ...panel.data.map((point) => point.time)], linear: true }), grid: false },
      y: numericAxis({ label: axisLabel(panel.observable, panel.unit), values: extremes, linear: vertical.type !== "log" }),
      marks: [
        ...(band === null
          ? []
          : [
              areaY(
                drawn.map((index) => ({ time: at(panel.times, index), low: Math.max(at(band.low, index), floor), high: at(band.high, index) })),
                { x: "time", y1: "low", y2: "high", fill: panel.lines[0]?.style.colour ?? ink, fillOpacity: 0.16 },
              ),
            ]),
        ...panel.lines.toReversed().map((line) =>
          lineY(
            drawn.map((index) => ({ time: at(panel.times, index), value: at(line.values, index) })),
            { x: "time", y: "value", stroke: line.style.colour, strokeWidth: 1.8, ...(line.style.dash === null ? {} : { strokeDasharray: line.style.dash }) },
          ),
        ),
        ruleX(
          spread.map((point) => ({ time: point.time, low: Math.max(point.value - (point.sd ?? 0), floor), high: point.value + (point.sd ?? 0) })),
          { x: "time", y1: "low", y2: "high", stroke: ink, strokeWidth: 1 },
        ),
        dot(panel.data.filter((point) => Number.isFinite(point.value)), { x: "time", y: "value", r: 2.6, fill: "white", stroke: ink, strokeWidth: 1.2 }),
      ],
    },
    alt,
  );
  return { title: panel.condition, note: band === null ? role : `${role} · ${bandWords[band.kind]}`, svg, table: tableOfPanel(panel), alt };
}

/** Fit against data through time. */
export const fit: PlotKind<FitPanel> = {
  facts: { title: "Fit against data", shows: "one observable in one condition through time, with measured points and a named band" },
  draw,
  example: {
    condition: "control",
    observable: "X",
    unit: "nM",
    timeUnit: "min",
    role: "train",
    times: [0, 1, 2],
    lines: [{ name: "hybrid", style: seriesStyle(0), values: [1, 1.5, 1.8] }],
    band: { kind: "noise", low: [0.9, 1.4, 1.7], high: [1.1, 1.6, 1.9] },
    data: [{ time: 1, value: 1.45, sd: 0.1 }, { time: 2, value: 1.9, sd: null }],
  },
};
