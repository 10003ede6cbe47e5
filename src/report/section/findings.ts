import type { Finding } from "../../study/result.ts";
import type { ReportContext, Section } from "../context.ts";
import { html } from "../html.ts";
import { count, formatNumber } from "../number.ts";

const order = ["violated", "note", "ok", "not applicable"] as const;
const words = { violated: "✕ violated", note: "! note", ok: "✓ ok", "not applicable": "– not applicable" } as const;
const listedFindings = 200;

function number(value: number | null): string {
  return value === null ? "–" : formatNumber(value);
}

export function findingsSection(context: ReportContext): Section {
  const { findings } = context.result;
  if (findings.length === 0) return { id: "findings", title: "Findings", body: html`<p class="empty">No check reported anything.</p>` };
  const sorted: readonly Finding[] = order.flatMap((verdict) => findings.filter((finding) => finding.verdict === verdict));
  const tally = order.map((verdict) => ({ verdict, n: findings.filter((finding) => finding.verdict === verdict).length })).filter((one) => one.n > 0);
  return {
    id: "findings",
    title: "Findings",
    body: html`<p>${count(findings.length, "finding")}: ${tally.map((one) => `${one.n} ${one.verdict}`).join(", ")}. Violations stand first.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Findings">
<table><caption>Findings of all checks${findings.length > listedFindings ? `, the first ${listedFindings} of ${findings.length}` : ""}</caption>
<thead><tr><th scope="col">check</th><th scope="col">verdict</th><th scope="col" class="number">value</th><th scope="col" class="number">bound</th><th scope="col">equation</th><th scope="col">where</th><th scope="col">source</th></tr></thead>
<tbody>${sorted.slice(0, listedFindings).map(
      (finding) => html`<tr><th scope="row">${finding.check}</th><td><span class="badge ${finding.verdict.replace(" ", "-")}">${words[finding.verdict]}</span></td><td class="number">${number(finding.value)}</td><td class="number">${number(finding.bound)}</td><td>${finding.equation}</td><td>${finding.where}</td><td>${finding.source}</td></tr>\n`,
    )}</tbody></table></div>`,
  };
}
