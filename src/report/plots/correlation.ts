import { areaY, lineY, ruleY } from "@observablehq/plot";
import { extentOf, ink, numericAxis, renderSvg } from "../chart.ts";
import type { Drawing, PlotKind } from "../drawing.ts";
import { formatNumber } from "../number.ts";
import { seriesStyle } from "../series-style.ts";
import type { SeriesStyle } from "../series-style.ts";
import { thinnedIndices, thinnedNote } from "../thin.ts";
import { axisLabel } from "../unit.ts";

/** How a quantity remembers where it was, with the errors of that. */
export interface CorrelationPanel {
  readonly quantity: string;
  readonly timeUnit: string | null;
  readonly style: SeriesStyle;
  /** [nLag], from 0 on. */
  readonly lags: readonly number[];
  /** [nLag] each; NaN where nothing is known. */
  readonly values: readonly number[];
  readonly errors: readonly number[];
}

const listedLags = 60;
const shownErrors = 2;

const cell = (value: number | undefined): number | null => (value === undefined || Number.isNaN(value) ? null : value);

function draw({ quantity, timeUnit, style, lags, values, errors }: CorrelationPanel): Drawing {
  const points = lags.map((lag, index) => {
    const [value, error] = [values[index] ?? Number.NaN, errors[index] ?? Number.NaN];
    return { lag, value, low: value - shownErrors * error, high: value + shownErrors * error };
  });
  const known = points.filter(({ value }) => Number.isFinite(value));
  const [lowest, highest] = extentOf(known.map(({ value }) => value));
  const largest = Math.max(0, ...errors.filter(Number.isFinite));
  const last = known.at(-1);
  const alt = `Line chart of the autocorrelation of ${quantity} against ${axisLabel("lag", timeUnit)}: ${last === undefined ? "nothing is known" : `from ${formatNumber(known[0]?.value ?? 1)} to ${formatNumber(last.value)} at lag ${formatNumber(last.lag)} (lowest ${formatNumber(lowest)}, highest ${formatNumber(highest)}), standard errors up to ${formatNumber(largest, 2)}`}.`;
  const svg = renderSvg(
    {
      width: 300,
      height: 200,
      marginLeft: 52,
      marginBottom: 36,
      marginTop: 8,
      marginRight: 10,
      x: { ...numericAxis({ label: axisLabel("lag", timeUnit), values: lags, linear: true }), grid: false },
      y: numericAxis({ label: axisLabel("correlation", "1"), values: points.flatMap(({ value, low, high }) => [value, low, high]), linear: true, zero: true }),
      marks: [
        ruleY([0], { stroke: ink }),
        areaY(points.filter(({ low }) => Number.isFinite(low)), { x: "lag", y1: "low", y2: "high", fill: style.colour, fillOpacity: 0.2 }),
        lineY(points, { x: "lag", y: "value", stroke: style.colour, strokeWidth: 1.8 }),
      ],
    },
    alt,
  );
  const listed = thinnedIndices(lags.length, listedLags);
  return {
    title: quantity,
    svg,
    alt,
    table: {
      caption: `Autocorrelation of ${quantity}.${thinnedNote(listed.length, lags.length, "lags")}`,
      columns: [{ name: "lag", unit: timeUnit ?? "" }, { name: "correlation", unit: "1" }, { name: "standard error", unit: "1" }],
      rows: listed.map((index) => [lags[index] ?? null, cell(values[index]), cell(errors[index])]),
    },
  };
}

/** Autocorrelation of a quantity of many runs. */
export const correlation: PlotKind<CorrelationPanel> = {
  facts: { title: "Autocorrelation", shows: "how a quantity of many runs is correlated with itself some time later, with two standard errors to either side" },
  draw,
  example: { quantity: "X", timeUnit: "s", style: seriesStyle(0), lags: [0, 1, 2, 3], values: [1, 0.6, 0.3, 0.1], errors: [0, 0.02, 0.03, 0.04] },
};
