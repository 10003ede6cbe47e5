import type { Section } from "../context.ts";
import { html } from "../html.ts";
import type { Html } from "../html.ts";
import { integerRowText } from "../integer-row.ts";
import { tableOf } from "../table.ts";
import type { ThermoContext } from "./context.ts";

const listedRows = 100;

function lawsList(rows: readonly Readonly<Record<string, number>>[], title: string, none: string): Html {
  if (rows.length === 0) return html`<p>${none}</p>`;
  const left = rows.length > listedRows ? ` (the first ${listedRows} of ${rows.length})` : "";
  return html`<p>${title}${left}:</p><ul>${rows.slice(0, listedRows).map((row) => html`<li>${integerRowText(row)}</li>`)}</ul>`;
}

export function structureSection({ report }: ThermoContext): Section {
  const { conservationLaws, brokenLaws, deficiency, theorems } = report.structure;
  return {
    id: "structure",
    title: "Structure and theorems",
    body: html`<p>Deficiency ${deficiency}: complexes minus linkage classes minus rank, chemostats left out of the complexes.</p>
${lawsList(conservationLaws, "Conserved amounts, whatever the rates", "No amount is conserved.")}
${lawsList(brokenLaws, "Conserved in the closed network, and exchanged with chemostats here", "No conservation law is broken by a chemostat.")}
${
  theorems.length === 0
    ? null
    : tableOf({
        caption: "What the structure alone proves",
        columns: ["theorem", "applies", "what it says, or why it says nothing"].map((name) => ({ name, unit: null })),
        rows: theorems.map(({ theorem, applies, conclusion, because }) => [theorem, applies ? "yes" : "no", applies ? conclusion : because.join("; ")]),
      })
}`,
  };
}
