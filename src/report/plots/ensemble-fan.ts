import { areaY, lineY } from "@observablehq/plot";
import { extentOf, numericAxis, renderSvg } from "../chart.ts";
import type { Drawing, PlotKind } from "../drawing.ts";
import { count, formatNumber } from "../number.ts";
import { seriesStyle } from "../series-style.ts";
import type { SeriesStyle } from "../series-style.ts";
import { thinnedIndices, thinnedNote } from "../thin.ts";
import { axisLabel } from "../unit.ts";

/** One quantity of many runs through time: their mean, a band that holds most of them, and some of the runs. */
export interface EnsembleFanPanel {
  readonly quantity: string;
  readonly unit: string | null;
  readonly timeUnit: string | null;
  readonly style: SeriesStyle;
  /** [nTime] */
  readonly times: readonly number[];
  /** [nTime]; null = there is one run alone. */
  readonly mean: readonly number[] | null;
  /** [nTime] each, and what lies between them, such as `5 % to 95 % of runs`. */
  readonly band: { readonly low: readonly number[]; readonly high: readonly number[]; readonly words: string } | null;
  /** Single runs, each up to where it got [<= nTime]. */
  readonly paths: readonly (readonly number[])[];
}

const drawnTimes = 240;
const listedTimes = 60;
const size = { width: 470, height: 270, marginLeft: 62, marginBottom: 36, marginTop: 10, marginRight: 12 } as const;

function describe(values: readonly number[]): string {
  const finite = values.filter(Number.isFinite);
  const [low, high] = extentOf(finite);
  return finite.length === 0 ? "nothing" : `from ${formatNumber(finite[0] ?? low)} to ${formatNumber(finite.at(-1) ?? high)} (lowest ${formatNumber(low)}, highest ${formatNumber(high)})`;
}

function draw({ quantity, unit, timeUnit, style, times, mean, band, paths }: EnsembleFanPanel): Drawing {
  const drawn = thinnedIndices(times.length, drawnTimes);
  const points = (values: readonly number[]): { x: number | undefined; y: number }[] => drawn.map((index) => ({ x: times[index], y: values[index] ?? Number.NaN }));
  const shown = [mean ?? [], band?.low ?? [], band?.high ?? [], ...paths].flatMap((values) => drawn.map((index) => values[index] ?? Number.NaN));
  const hasMean = mean !== null;
  const alt = `Line chart of ${axisLabel(quantity, unit)} against ${axisLabel("time", timeUnit)}. ${hasMean ? `Mean ${describe(mean)}; ` : ""}${band === null ? "" : `band of ${band.words}, ${describe(band.low)} below and ${describe(band.high)} above; `}${count(paths.length, "single run")}${paths[0] === undefined ? "" : `, the first ${describe(paths[0])}`}.`;
  const svg = renderSvg(
    {
      ...size,
      x: { ...numericAxis({ label: axisLabel("time", timeUnit), values: times, linear: true }), grid: false },
      y: numericAxis({ label: axisLabel(quantity, unit), values: shown, linear: true }),
      marks: [
        ...(band === null ? [] : [areaY(drawn.map((index) => ({ x: times[index], low: band.low[index], high: band.high[index] })), { x: "x", y1: "low", y2: "high", fill: style.colour, fillOpacity: 0.16 })]),
        ...paths.map((path) => lineY(points(path), { x: "x", y: "y", stroke: style.colour, strokeWidth: hasMean ? 0.8 : 1.6, strokeOpacity: hasMean ? 0.45 : 1 })),
        ...(hasMean ? [lineY(points(mean), { x: "x", y: "y", stroke: "white", strokeWidth: 4 }), lineY(points(mean), { x: "x", y: "y", stroke: style.colour, strokeWidth: 2.2 })] : []),
      ],
    },
    alt,
  );
  const listed = thinnedIndices(times.length, listedTimes);
  const columns = [
    ...(hasMean ? [{ name: "mean", values: mean }] : []),
    ...(band === null ? [] : [{ name: `low end of ${band.words}`, values: band.low }, { name: `high end of ${band.words}`, values: band.high }]),
    ...paths.map((values, index) => ({ name: `run ${index + 1}`, values })),
  ];
  return {
    title: quantity,
    ...(band === null ? {} : { note: `band: ${band.words}` }),
    svg,
    alt,
    table: {
      caption: `${quantity} through time.${thinnedNote(listed.length, times.length, "times")}`,
      columns: [{ name: "time", unit: timeUnit ?? "" }, ...columns.map(({ name }) => ({ name, unit: unit ?? "" }))],
      rows: listed.map((index) => [times[index] ?? null, ...columns.map(({ values }) => values[index] ?? null)]),
    },
  };
}

/** Mean, band and single runs of an ensemble through time. */
export const ensembleFan: PlotKind<EnsembleFanPanel> = {
  facts: { title: "Runs through time", shows: "mean of many runs, a band that holds most of them, and some of the runs" },
  draw,
  example: {
    quantity: "X",
    unit: "item",
    timeUnit: "s",
    style: seriesStyle(0),
    times: [0, 1, 2],
    mean: [10, 12.5, 13],
    band: { low: [10, 8, 7], high: [10, 17, 20], words: "5 % to 95 % of runs" },
    paths: [[10, 14, 9], [10, 11]],
  },
};
