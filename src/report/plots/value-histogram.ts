import { rect, ruleX, ruleY } from "@observablehq/plot";
import { ink, numericAxis, renderSvg } from "../chart.ts";
import type { Drawing, PlotKind } from "../drawing.ts";
import { count, formatNumber } from "../number.ts";
import { seriesStyle } from "../series-style.ts";
import type { SeriesStyle } from "../series-style.ts";
import { axisLabel } from "../unit.ts";

/** How often each value was seen. */
export interface ValueHistogramPanel {
  readonly title: string;
  readonly quantity: string;
  readonly unit: string | null;
  readonly style: SeriesStyle;
  /** Different values, ascending, and how often each was seen [nValue]. */
  readonly values: readonly number[];
  readonly counts: readonly number[];
  readonly mean: number;
}

interface Bin {
  readonly from: number;
  readonly to: number;
  readonly share: number;
}

/** Bins at most, and at least where values are many. */
const [mostBins, fewestBins] = [40, 10];

/** Bins of equal width, more for more values (twice the cube root, Rice's rule); whole numbers get bins that each hold as many of them. */
function binsOf({ values, counts }: ValueHistogramPanel): readonly Bin[] {
  const total = counts.reduce((sum, one) => sum + one, 0);
  const [least, greatest] = [values[0] ?? 0, values.at(-1) ?? 0];
  const isWhole = values.every((value) => Number.isInteger(value));
  const range = greatest - least + (isWhole ? 1 : 0);
  const wanted = Math.min(mostBins, Math.max(fewestBins, Math.ceil(2 * Math.cbrt(total))));
  const width = isWhole ? Math.ceil(range / wanted) : (range > 0 ? range : Math.max(1, Math.abs(least))) / wanted;
  const start = isWhole ? least - 0.5 : range > 0 ? least : least - width / 2;
  const bins = Math.max(1, Math.ceil(range / width - 1e-9));
  const seen = new Float64Array(bins);
  values.forEach((value, index) => (seen[Math.min(bins - 1, Math.floor((value - start) / width))] += counts[index] ?? 0));
  return Array.from(seen, (times, bin) => ({ from: start + bin * width, to: start + (bin + 1) * width, share: times / total }));
}

const middle = ({ from, to }: Bin): number => (from + to) / 2;

function draw(panel: ValueHistogramPanel): Drawing {
  const { title, quantity, unit, style, values, counts, mean } = panel;
  const bins = binsOf(panel);
  const total = counts.reduce((sum, one) => sum + one, 0);
  const top = bins.reduce((best, bin) => (bin.share > best.share ? bin : best));
  const alt = `Histogram, ${title}: share of runs by ${axisLabel(quantity, unit)}. ${count(total, "run")}, values from ${formatNumber(values[0] ?? Number.NaN)} to ${formatNumber(values.at(-1) ?? Number.NaN)}, mean ${formatNumber(mean)}; most often about ${formatNumber(middle(top))}, a share of ${formatNumber(top.share)}.`;
  const svg = renderSvg(
    {
      width: 300,
      height: 200,
      marginLeft: 52,
      marginBottom: 36,
      marginTop: 8,
      marginRight: 10,
      x: { ...numericAxis({ label: axisLabel(quantity, unit), values: bins.flatMap(({ from, to }) => [from, to]), linear: true }), grid: false },
      y: numericAxis({ label: axisLabel("share of runs", "1"), values: bins.map(({ share }) => share), linear: true, zero: true }),
      marks: [
        rect(bins.filter(({ share }) => share > 0), { x1: "from", x2: "to", y1: () => 0, y2: "share", fill: style.colour, fillOpacity: 0.75, insetLeft: 0.4, insetRight: 0.4 }),
        ruleY([0], { stroke: ink }),
        ruleX([mean], { stroke: ink, strokeWidth: 1.4, strokeDasharray: "4 3" }),
      ],
    },
    alt,
  );
  return {
    title,
    svg,
    alt,
    table: {
      caption: `${title}: share of ${count(total, "run")} by value`,
      columns: [{ name: "from", unit: unit ?? "" }, { name: "to", unit: unit ?? "" }, { name: "share of runs", unit: "1" }],
      rows: bins.map(({ from, to, share }) => [from, to, share]),
    },
  };
}

/** How the values of many runs are spread at one time. */
export const valueHistogram: PlotKind<ValueHistogramPanel> = {
  facts: { title: "Values of many runs", shows: "how often each value was seen at one time, with the mean" },
  draw,
  example: { title: "X at time 10", quantity: "X", unit: "item", style: seriesStyle(0), values: [0, 1, 2, 5], counts: [3, 6, 4, 1], mean: 1.36 },
};
