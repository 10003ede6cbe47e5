import type { Section } from "../context.ts";
import { html } from "../html.ts";
import { figureOf } from "../figure.ts";
import { correlation } from "../plots/correlation.ts";
import { seriesStyle } from "../series-style.ts";
import type { SimulationReport } from "./report.ts";
import { drawnOf } from "./through-time.ts";

/** How runs remember where they were; null where nobody asked. */
export function autocorrelationSection(report: SimulationReport): Section | null {
  const { autocorrelations, timeUnit } = report;
  if (autocorrelations.length === 0) return null;
  // A column looks the same on the whole page.
  const styles = new Map(drawnOf(report).map(({ column, style }) => [column.id, style]));
  const drawings = autocorrelations.flatMap(({ id, lags, values, errors }, index) => (values.slice(1).some(Number.isFinite) ? [correlation.draw({ quantity: id, timeUnit, style: styles.get(id) ?? seriesStyle(index), lags, values, errors })] : []));
  return {
    id: "autocorrelation",
    title: "Autocorrelation",
    body: html`<ul>${autocorrelations.map(({ text }) => html`<li>${text}.</li>`)}</ul>
${drawings.length === 0 ? null : figureOf({ label: "Correlation with itself some time later", caption: "Of deviations from the mean of the runs, averaged over times; the band is two standard errors to either side, from how groups of runs differ.", drawings, panels: "small" })}`,
  };
}
