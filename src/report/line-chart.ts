import { lineY, ruleY, text } from "@observablehq/plot";
import { extentOf, ink, numericAxis, renderSvg } from "./chart.ts";
import type { Drawing } from "./drawing.ts";
import { formatNumber, inWords } from "./number.ts";
import type { SeriesStyle } from "./series-style.ts";
import { thinnedIndices, thinnedNote } from "./thin.ts";
import { axisLabel } from "./unit.ts";

/** A named curve; values that are no finite number are not drawn, and said in words. */
export interface Series {
  readonly name: string;
  readonly style: SeriesStyle;
  /** [x.values.length] */
  readonly values: readonly number[];
  readonly width?: number;
  readonly opacity?: number;
}

export interface LineChart {
  readonly title: string;
  readonly note?: string;
  readonly x: { readonly quantity: string; readonly unit: string | null; readonly values: readonly number[] };
  readonly y: { readonly quantity: string; readonly unit: string | null; readonly zero?: boolean; readonly logarithmicFrom?: number };
  readonly series: readonly Series[];
  /** A horizontal line that means something, such as a bound. */
  readonly reference?: { readonly value: number; readonly name: string };
  readonly size: "small" | "half";
}

const drawnPoints = 240;
const listedPoints = 60;
const sizes = { small: [300, 200], half: [470, 270] } as const;

function describe(series: Series): string {
  const finite = series.values.filter(Number.isFinite);
  const missing = series.values.length - finite.length;
  const first = finite[0];
  const words = [...new Set(series.values.flatMap((value) => inWords(value) ?? []))].join(" or ");
  if (first === undefined) return `${series.name} is ${words === "" ? "empty" : words} throughout`;
  const [low, high] = extentOf(finite);
  const gaps = missing === 0 ? "" : `, ${words} at ${missing} of ${series.values.length} points`;
  return `${series.name} from ${formatNumber(first)} to ${formatNumber(finite.at(-1) ?? first)} (lowest ${formatNumber(low)}, highest ${formatNumber(high)}${gaps})`;
}

/** Curves over one axis, with their table and their description. */
export function drawLines(chart: LineChart): Drawing {
  const { x, y, series, reference } = chart;
  const drawn = thinnedIndices(x.values.length, drawnPoints);
  const listed = thinnedIndices(x.values.length, listedPoints);
  const drawnValues = series.flatMap((one) => drawn.map((index) => one.values[index] ?? Number.NaN));
  const vertical = numericAxis({
    label: axisLabel(y.quantity, y.unit),
    values: [...drawnValues, ...(reference === undefined ? [] : [reference.value])],
    ...(y.zero === undefined ? {} : { zero: y.zero }),
    ...(y.logarithmicFrom === undefined ? {} : { logarithmicFrom: y.logarithmicFrom }),
  });
  const alt = `Line chart, ${chart.title}${chart.note === undefined ? "" : `, ${chart.note}`}: ${axisLabel(y.quantity, y.unit)} against ${axisLabel(x.quantity, x.unit)}${vertical.type === "log" ? ", logarithmic vertical axis" : ""}. ${series.map(describe).join("; ")}${reference === undefined ? "" : `; line at ${formatNumber(reference.value)}: ${reference.name}`}.`;
  const [width, height] = sizes[chart.size];
  const firstX = extentOf(x.values)[0];
  const svg = renderSvg(
    {
      width,
      height,
      marginLeft: 62,
      marginBottom: 36,
      marginTop: 10,
      marginRight: 12,
      x: { ...numericAxis({ label: axisLabel(x.quantity, x.unit), values: x.values, linear: true }), grid: false },
      y: vertical,
      marks: [
        ...(reference === undefined ? [] : [ruleY([reference.value], { stroke: ink, strokeWidth: 1.2, strokeDasharray: "5 3" })]),
        ...series.toReversed().map((one) =>
          lineY(
            drawn.map((index) => ({ x: x.values[index], y: Number.isFinite(one.values[index]) ? one.values[index] : Number.NaN })),
            {
              x: "x",
              y: "y",
              stroke: one.style.colour,
              strokeWidth: one.width ?? 1.8,
              strokeOpacity: one.opacity ?? 1,
              ...(one.style.dash === null ? {} : { strokeDasharray: one.style.dash }),
            },
          ),
        ),
        ...(reference === undefined
          ? []
          : [text([{ x: firstX, y: reference.value }], { x: "x", y: "y", text: () => reference.name, dx: 4, dy: -7, textAnchor: "start", fill: ink, stroke: "white", strokeWidth: 4 })]),
      ],
    },
    alt,
  );
  return {
    title: chart.title,
    ...(chart.note === undefined ? {} : { note: chart.note }),
    svg,
    alt,
    table: {
      caption: `${chart.title}: ${y.quantity}.${thinnedNote(listed.length, x.values.length, "points")}`,
      columns: [{ name: x.quantity, unit: x.unit ?? "" }, ...series.map((one) => ({ name: one.name, unit: y.unit ?? "" }))],
      rows: listed.map((index) => [x.values[index] ?? null, ...series.map((one) => one.values[index] ?? null)]),
    },
  };
}
