import type { Finding } from "../../thermo/index.ts";
import type { Section } from "../context.ts";
import { html } from "../html.ts";
import { count, formatNumber } from "../number.ts";

const order = ["violated", "note", "ok", "not applicable"] as const;
const words = { violated: "✕ violated", note: "! note", ok: "✓ ok", "not applicable": "– not applicable" } as const;
const listedFindings = 200;
const number = (value: number | null): string => (value === null ? "–" : formatNumber(value));

/** Every finding with its equation, numbers and source; violations first. */
export function thermoFindingsSection(findings: readonly Finding[]): Section {
  const [id, title] = ["findings", "Findings"];
  if (findings.length === 0) return { id, title, body: html`<p class="empty">No check reported anything.</p>` };
  const sorted = order.flatMap((verdict) => findings.filter((finding) => finding.verdict === verdict));
  const tally = order.map((verdict) => ({ verdict, n: sorted.filter((finding) => finding.verdict === verdict).length })).filter(({ n }) => n > 0);
  const left = findings.length > listedFindings ? `, the first ${listedFindings} of ${findings.length}` : "";
  return {
    id,
    title,
    body: html`<p>${count(findings.length, "finding")}: ${tally.map(({ verdict, n }) => `${n} ${verdict}`).join(", ")}. Violations stand first.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Findings">
<table><caption>Findings of all checks${left}</caption>
<thead><tr><th scope="col">check</th><th scope="col">verdict</th><th scope="col" class="number">value</th><th scope="col" class="number">bound</th><th scope="col">equation</th><th scope="col">where</th><th scope="col">source</th></tr></thead>
<tbody>${sorted.slice(0, listedFindings).map(
      ({ check, verdict, value, bound, equation, where, source }) =>
        html`<tr><th scope="row">${check}</th><td><span class="badge ${verdict.replace(" ", "-")}">${words[verdict]}</span></td><td class="number">${number(value)}</td><td class="number">${number(bound)}</td><td>${equation}</td><td>${where}</td><td>${source}</td></tr>\n`,
    )}</tbody></table></div>`,
  };
}
