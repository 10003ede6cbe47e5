import type { Section } from "../context.ts";
import { html } from "../html.ts";
import { figureOf } from "../figure.ts";
import { ensembleFan } from "../plots/ensemble-fan.ts";
import { seriesStyle } from "../series-style.ts";
import type { SimulatedColumn, SimulationReport } from "./report.ts";

/** Columns that are drawn at most. */
const drawnColumns = 12;

const isFlat = (values: readonly (number | null)[]): boolean => values.every((value) => value === values[0]);

const changes = ({ mean, paths, sd }: SimulatedColumn): boolean => {
  return !isFlat(mean ?? []) || paths.some((path) => !isFlat(path)) || (sd ?? []).some((one) => (one ?? 0) > 0);
};

/** The columns that figures show: the first ones that change at all, each with one look on the whole page. */
export function drawnOf({ columns }: SimulationReport): readonly { readonly column: SimulatedColumn; readonly style: ReturnType<typeof seriesStyle> }[] {
  const changing = columns.filter(changes);
  return (changing.length > 0 ? changing : columns).slice(0, drawnColumns).map((column, index) => ({ column, style: seriesStyle(index) }));
}

/** Mean, band and single runs of each column. */
export function throughTimeSection(report: SimulationReport): Section {
  const [id, title] = ["through-time", "Through time"];
  const { columns, times, timeUnit, runs } = report;
  if (times.length === 0 || columns.length === 0) return { id, title, body: html`<p class="empty">Nothing was reached that could be drawn.</p>` };
  const drawn = drawnOf(report);
  const drawings = drawn.map(({ column: { id: quantity, unit, mean, band, sd, paths }, style }) =>
    ensembleFan.draw({ quantity, unit, timeUnit, style, times, mean, band: band ?? spreadOf(mean, sd), paths }),
  );
  const left = columns.length > drawn.length ? ` ${drawn.length} of ${columns.length} columns are drawn, the first that change; simulate.json has all.` : "";
  const caption = runs === null ? "One path." : "The thick line is the mean of all runs, thin lines are the first runs, the band is named above each panel.";
  return { id, title, body: figureOf({ label: runs === null ? "The path" : "Mean, band and single runs", caption: `${caption}${left}`, drawings, panels: "half" }) };
}

/** Where quantiles were not asked for, one standard deviation to either side. */
function spreadOf(mean: SimulatedColumn["mean"], sd: SimulatedColumn["sd"]): SimulatedColumn["band"] {
  if (mean === null || sd === null || sd.every((one) => one === null)) return null;
  return { low: mean.map((value, row) => value - (sd[row] ?? 0)), high: mean.map((value, row) => value + (sd[row] ?? 0)), words: "one standard deviation about the mean" };
}
