import { areaY, lineY } from "@observablehq/plot";
import { extentOf, numericAxis, renderSvg } from "../chart.ts";
import type { Drawing, PlotKind } from "../drawing.ts";
import { formatNumber } from "../number.ts";
import { seriesStyle } from "../series-style.ts";
import { thinnedIndices, thinnedNote } from "../thin.ts";
import { axisLabel } from "../unit.ts";

/** Entropy production along a trajectory, split into what keeps the state and what changes it. */
export interface DissipationPanel {
  readonly title: string;
  readonly timeUnit: string | null;
  readonly unit: string | null;
  /** [nTime] */
  readonly times: readonly number[];
  /** [nTime]; null where the split is not defined. */
  readonly housekeeping: readonly (number | null)[];
  readonly excess: readonly (number | null)[];
}

/** How the two parts look, here and in legends. */
export const dissipationStyles = { housekeeping: seriesStyle(0), excess: seriesStyle(1) } as const;

const drawnPoints = 240;
const listedPoints = 60;

function describe(name: string, values: readonly (number | null)[]): string {
  const finite = values.flatMap((value) => (value !== null && Number.isFinite(value) ? [value] : []));
  if (finite.length === 0) return `${name} is nowhere defined`;
  const [low, high] = extentOf(finite);
  const gaps = finite.length === values.length ? "" : `, not defined or infinite at ${values.length - finite.length} of ${values.length} points`;
  return `${name} from ${formatNumber(finite[0] ?? low)} to ${formatNumber(finite.at(-1) ?? high)} (lowest ${formatNumber(low)}, highest ${formatNumber(high)}${gaps})`;
}

function draw({ title, timeUnit, unit, times, housekeeping, excess }: DissipationPanel): Drawing {
  // Both parts or neither: half a sum would look like all of it.
  const points = thinnedIndices(times.length, drawnPoints).map((index) => {
    const [kept, changed] = [housekeeping[index] ?? Number.NaN, excess[index] ?? Number.NaN];
    const isWhole = Number.isFinite(kept + changed);
    return { x: times[index], kept: isWhole ? kept : Number.NaN, total: isWhole ? kept + changed : Number.NaN };
  });
  const alt = `Stacked area chart, ${title}: ${axisLabel("entropy production", unit)} against ${axisLabel("time", timeUnit)}. ${describe("housekeeping", housekeeping)}; ${describe("excess, stacked on it,", excess)}.`;
  const { housekeeping: below, excess: above } = dissipationStyles;
  const svg = renderSvg(
    {
      width: 470,
      height: 270,
      marginLeft: 62,
      marginBottom: 36,
      marginTop: 10,
      marginRight: 12,
      x: { ...numericAxis({ label: axisLabel("time", timeUnit), values: times, linear: true }), grid: false },
      y: numericAxis({ label: axisLabel("entropy production", unit), values: points.flatMap(({ kept, total }) => [kept, total]), linear: true, zero: true }),
      marks: [
        areaY(points, { x: "x", y1: () => 0, y2: "kept", fill: below.colour, fillOpacity: 0.3 }),
        areaY(points, { x: "x", y1: "kept", y2: "total", fill: above.colour, fillOpacity: 0.3 }),
        lineY(points, { x: "x", y: "total", stroke: above.colour, strokeWidth: 1.6, ...(above.dash === null ? {} : { strokeDasharray: above.dash }) }),
        lineY(points, { x: "x", y: "kept", stroke: below.colour, strokeWidth: 1.6 }),
      ],
    },
    alt,
  );
  const listed = thinnedIndices(times.length, listedPoints);
  return {
    title,
    svg,
    alt,
    table: {
      caption: `${title}: housekeeping and excess.${thinnedNote(listed.length, times.length, "points")}`,
      columns: [
        { name: "time", unit: timeUnit ?? "" },
        { name: "housekeeping", unit: unit ?? "" },
        { name: "excess", unit: unit ?? "" },
      ],
      rows: listed.map((index) => [times[index] ?? null, housekeeping[index] ?? null, excess[index] ?? null]),
    },
  };
}

/** Housekeeping and excess entropy production through time. */
export const dissipation: PlotKind<DissipationPanel> = {
  facts: { title: "Housekeeping and excess", shows: "entropy production through time, split into what keeps the state and what changes it" },
  draw,
  example: { title: "By Onsager's metric", timeUnit: "s", unit: "R·µM/s", times: [0, 1, 2], housekeeping: [0.5, 0.8, null], excess: [2, 0.3, 0.1] },
};
