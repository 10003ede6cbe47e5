import type { SheetSeries, SheetsResult } from "../study/sheets/result.ts";
import type { Drawing } from "./drawing.ts";
import { hasLine, withGaps } from "./gaps.ts";
import { withLegend } from "./legend-svg.ts";
import { drawLines, type Series } from "./line-chart.ts";
import { refinements } from "./plots/refinements.ts";
import { seriesStyle, truthStyle } from "./series-style.ts";

/** Units of a sheet's quantities, from those of concentration and time. */
export interface SheetUnits {
  readonly time: string;
  readonly concentration: string;
  readonly flux: string;
  readonly entropyProduction: string;
}

/** `1` for both is a model without units: entropy production is then a number times R. */
export function sheetUnits({ time, concentration }: SheetsResult["units"]): SheetUnits {
  const flux = time === "1" ? concentration : `${concentration === "1" ? "1" : concentration}/${time}`;
  return { time, concentration, flux, entropyProduction: flux === "1" ? "in units of R" : `R·${flux}` };
}

const words = (bound: string): string => bound.replaceAll("-", " ");

/** A value this far below the largest is a zero that the grid of times missed: a line down to it would flatten all others. */
const deepest = 1e-5;

/** A bound this far from the quantity says nothing about it. */
const loosest = 1e5;

/** Positive values as a logarithmic axis can show them; what is 0 or next to it is a gap. */
function aboveZero(lines: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const top = lines.flat().reduce((most, value) => (Number.isFinite(value) ? Math.max(most, value) : most), 0);
  return lines.map((line) => line.map((value) => (value > deepest * top ? value : Number.NaN)));
}

/** The four panels of a sheet: what the state does, the current and its diffusion, entropy production over its bounds, and how tight each is. */
export function sheetDrawings(series: SheetSeries, units: SheetUnits): readonly Drawing[] {
  const time = { quantity: "time", unit: units.time, values: series.times };
  const [first] = series.observables;
  const concentrations = Object.entries(series.concentrations).map(([name, values], index): Series => ({ name, style: seriesStyle(index), values }));
  const panels = [
    lines({ title: "Concentrations", x: time, y: { quantity: "concentration", unit: units.concentration }, series: concentrations, size: "half" }),
    lines({
      title: "Currents |f| and scaled diffusions D",
      x: time,
      y: { quantity: "|f| and D", unit: units.flux, logarithmicFrom: 20 },
      series: currents(series),
      size: "half",
    }),
  ];
  if (!first) return panels;
  const place = new Map(first.bounds.map(({ name }, index) => [name, index + 1]));
  const costs = first.bounds.filter(({ name, quantity }) => quantity === "entropy production" && name !== "local-uncertainty-relation");
  const raw = [series.entropyProduction, series.excess, series.informationGeometricExcess, ...costs.map(({ values }) => values)];
  const [total = [], excess = [], informationGeometric = [], ...bounds] = aboveZero(raw);
  const named: readonly Series[] = [
    { name: "σ, entropy production", style: { ...truthStyle, dash: null }, values: total, width: 2.6 },
    { name: "σ_ex, Onsager", style: { ...seriesStyle(0), dash: null }, values: excess, width: 2.2 },
    { name: "σ_ex, information geometry", style: { ...seriesStyle(0), dash: "2 2.5" }, values: informationGeometric },
    ...costs.map(({ name }, index): Series => ({ name: words(name), style: seriesStyle(place.get(name) ?? 0), values: bounds[index] ?? [] })),
  ];
  const tight = first.bounds
    .filter(({ quantity }) => quantity !== "activity")
    .map(({ name, tightness }) => ({ name: words(name), style: seriesStyle(place.get(name) ?? 0), values: tightness.map((value) => (value < loosest ? value : Number.NaN)) }))
    .filter(({ values }) => hasLine(values));
  return [
    ...panels,
    lines({ title: `Entropy production and its lower bounds, by ${first.name}`, x: time, y: { quantity: "σ and bounds", unit: units.entropyProduction, logarithmicFrom: 20 }, series: named.filter(({ values }) => hasLine(values)), size: "half" }),
    ...(tight.length === 0 ? [] : [withLegend(refinements.draw({ title: `Tightness of the relation and its refinements, by ${first.name}`, timeUnit: units.time, times: series.times, bounds: tight }), tight)]),
  ];
}

function currents({ observables }: SheetSeries): readonly Series[] {
  const values = aboveZero(observables.flatMap(({ current, diffusion }) => [current.map(Math.abs), diffusion]));
  return observables.flatMap(({ name }, index): Series[] => [
    { name: `|f|, current of ${name}`, style: { ...seriesStyle(index), dash: null }, values: values[2 * index] ?? [] },
    { name: `D, diffusion of ${name}`, style: { ...seriesStyle(index), dash: "7 3" }, values: values[2 * index + 1] ?? [] },
  ]);
}

const lines = (chart: Parameters<typeof drawLines>[0]): Drawing => withLegend(withGaps(drawLines(chart)), chart.series);
