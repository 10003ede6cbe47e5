import type { Section } from "../context.ts";
import { html } from "../html.ts";
import { figureOf } from "../figure.ts";
import { formatNumber } from "../number.ts";
import { valueHistogram } from "../plots/value-histogram.ts";
import { tableOf } from "../table.ts";
import type { SimulationReport } from "./report.ts";
import { drawnOf } from "./through-time.ts";

const listedColumns = 100;

/** How the runs are spread at the last time; null for a single path. */
export function atTheEndSection(report: SimulationReport): Section | null {
  const { runs, times, columns, timeUnit } = report;
  const time = times.at(-1);
  if (runs === null || runs.done < 2 || time === undefined) return null;
  const row = times.length - 1;
  const drawings = drawnOf(report).flatMap(({ column: { id, unit, last, mean }, style }) =>
    last === null || last.values.length === 0 ? [] : [valueHistogram.draw({ title: `${id} at time ${formatNumber(time)}`, quantity: id, unit, style, ...last, mean: mean?.[row] ?? Number.NaN })],
  );
  const left = columns.length > listedColumns ? `, the first ${listedColumns} of ${columns.length} columns` : "";
  return {
    id: "at-the-end",
    title: "At the end",
    body: html`${drawings.length === 0 ? null : figureOf({ label: `Values of all runs at time ${formatNumber(time)}`, caption: "The dashed line is the mean.", drawings, panels: "small" })}
${tableOf({
  caption: `Mean of ${runs.done} runs at time ${formatNumber(time)} (${timeUnit ?? "unit not stated"}), its standard error (SE), standard deviation, and variance over mean (1 for a Poisson law of molecules)${left}`,
  columns: ["column", "unit", "mean", "SE of mean", "standard deviation", "Fano factor"].map((name) => ({ name, unit: null })),
  rows: columns.slice(0, listedColumns).map(({ id, unit, mean, sd }) => {
    const [centre, spread] = [mean?.[row] ?? null, sd?.[row] ?? null];
    return [id, unit ?? "not stated", centre, spread === null ? null : spread / Math.sqrt(runs.done), spread, spread === null || centre === null || !(centre > 0) ? null : spread ** 2 / centre];
  }),
})}`,
  };
}
