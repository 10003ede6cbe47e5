import type { Cell, Column, DataTable } from "./drawing.ts";
import { html } from "./html.ts";
import type { Html } from "./html.ts";
import { plainNumber } from "./number.ts";
import { unitWords } from "./unit.ts";

function heading(column: Column, numeric: boolean): Html {
  const unit = column.unit === null ? null : html` <span class="unit">(${unitWords(column.unit)})</span>`;
  return numeric ? html`<th scope="col" class="number">${column.name}${unit}</th>` : html`<th scope="col">${column.name}${unit}</th>`;
}

function cell(value: Cell, index: number): Html {
  if (value === null) return html`<td class="none">–</td>`;
  if (typeof value === "number") return html`<td class="n">${plainNumber(value)}</td>`;
  return index === 0 ? html`<th scope="row">${value}</th>` : html`<td>${value}</td>`;
}

/** A data table that scrolls by itself on narrow screens, reachable by keyboard. */
export function tableOf(table: DataTable): Html {
  const numeric = table.columns.map((_, index) => table.rows.some((row) => typeof row[index] === "number"));
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${table.caption}">
<table><caption>${table.caption}</caption>
<thead><tr>${table.columns.map((column, index) => heading(column, numeric[index] ?? false))}</tr></thead>
<tbody>${table.rows.map((row) => html`<tr>${row.map(cell)}</tr>\n`)}</tbody></table></div>`;
}
