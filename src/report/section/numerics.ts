import type { ReportContext, Section } from "../context.ts";
import { html } from "../html.ts";

export function numericsSection(context: ReportContext): Section {
  const facts = [...context.result.numerics, ...context.manifest.tolerances];
  const { warnings } = context.manifest;
  return {
    id: "numerics",
    title: "Numerics",
    body: html`${facts.length === 0 ? html`<p class="empty">No facts about the numerics were recorded.</p>` : html`<dl class="facts">${facts.map((fact) => html`<div><dt>${fact.name}</dt><dd>${fact.value}</dd></div>`)}</dl>`}
${warnings.length === 0 ? html`<p>No warnings.</p>` : html`<h3>Warnings</h3><ul>${warnings.map((warning) => html`<li>${warning}</li>`)}</ul>`}`,
  };
}
