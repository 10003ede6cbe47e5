import { dot, ruleY } from "@observablehq/plot";
import { renderSvg } from "./chart.ts";
import type { Drawing } from "./drawing.ts";
import { html, trusted } from "./html.ts";
import type { Html } from "./html.ts";
import type { SeriesStyle } from "./series-style.ts";
import { tableOf } from "./table.ts";

/** One entry of a legend: a swatch and a name. */
export interface LegendEntry {
  readonly name: string;
  readonly swatch: "line" | "marker" | "band" | "open";
  readonly style: SeriesStyle;
}

function swatch(entry: LegendEntry): string {
  const { colour, dash, marker } = entry.style;
  const frame = { width: 30, height: 14, axis: null, margin: 0, x: { domain: [0, 1] }, y: { domain: [0, 1] } } as const;
  const middle = [{ x: 0.5, y: 0.5 }];
  const marks = {
    line: () => ruleY([0.5], { stroke: colour, strokeWidth: 2, ...(dash === null ? {} : { strokeDasharray: dash }) }),
    band: () => ruleY([0.5], { stroke: colour, strokeWidth: 12, strokeOpacity: 0.2 }),
    marker: () => dot(middle, { x: "x", y: "y", symbol: marker, fill: colour, stroke: colour, r: 3.5 }),
    open: () => dot(middle, { x: "x", y: "y", symbol: marker, fill: "white", stroke: colour, r: 3.5 }),
  };
  return renderSvg({ ...frame, marks: [marks[entry.swatch]()] }, entry.name).replace(/ role="img" aria-label="[^"]*"/, ' aria-hidden="true"');
}

function legendOf(entries: readonly LegendEntry[]): Html {
  return html`<ul class="legend">${entries.map((entry) => html`<li>${trusted(swatch(entry))}${entry.name}</li>`)}</ul>`;
}

export interface FigureOptions {
  /** What the figure is, in a few words. */
  readonly label: string;
  /** One or two sentences under the figure. */
  readonly caption: string;
  readonly drawings: readonly Drawing[];
  readonly legend?: readonly LegendEntry[];
  /** How many stand side by side on a wide page: four, three, two, or one. */
  readonly panels: "quarter" | "small" | "half" | "wide";
}

/** A figure of one or more panels with legend, caption and, folded away, the table twin of each panel. */
export function figureOf(options: FigureOptions): Html {
  const { drawings } = options;
  const tables = drawings.length === 1 ? "Data table" : `Data tables of the ${drawings.length} panels`;
  return html`<figure aria-label="${options.label}">
${options.legend === undefined || options.legend.length === 0 ? null : legendOf(options.legend)}
<div class="panels ${options.panels}">${drawings.map(
    (drawing) => html`<div class="panel"><p class="panel-title">${drawing.title}${drawing.note === undefined ? null : html`<span>${drawing.note}</span>`}</p>${trusted(drawing.svg)}</div>\n`,
  )}</div>
<figcaption><strong>${options.label}.</strong> ${options.caption}</figcaption>
<details><summary>${tables}</summary>${drawings.map((drawing) => tableOf(drawing.table))}</details>
</figure>`;
}
