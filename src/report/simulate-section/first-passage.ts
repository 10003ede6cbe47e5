import type { Section } from "../context.ts";
import { html } from "../html.ts";
import { figureOf } from "../figure.ts";
import { valueHistogram } from "../plots/value-histogram.ts";
import { seriesStyle } from "../series-style.ts";
import type { SimulationReport } from "./report.ts";

/** When conditions first held; null where none were looked for. */
export function firstPassageSection({ passages, timeUnit }: SimulationReport): Section | null {
  if (passages.length === 0) return null;
  const drawings = passages.flatMap(({ condition, values, counts, mean }, index) =>
    values.length === 0 ? [] : [valueHistogram.draw({ title: condition, quantity: "time of first passage", unit: timeUnit, style: seriesStyle(index), values, counts, mean })],
  );
  return {
    id: "first-passage",
    title: "First passage",
    body: html`<ul>${passages.map(({ text }) => html`<li>${text}.</li>`)}</ul>
${drawings.length === 0 ? null : figureOf({ label: "Times of first passage", caption: "Of the runs that came there before the last time; the dashed line is their mean. Approximate methods see it at the end of a leap.", drawings, panels: "small" })}`,
  };
}
