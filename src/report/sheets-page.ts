import type { Mismatch } from "../study/expected.ts";
import type { SheetResult, SheetsResult } from "../study/sheets/result.ts";
import type { Section } from "./context.ts";
import { documentOf } from "./document.ts";
import type { DataTable } from "./drawing.ts";
import { figureOf } from "./figure.ts";
import { html, type Html } from "./html.ts";
import { composedSvg } from "./legend-svg.ts";
import { reproduceLine, type Manifest } from "./manifest.ts";
import { count } from "./number.ts";
import { sheetDrawings, sheetUnits } from "./sheet-drawings.ts";
import { tableOf } from "./table.ts";
import { thermoFindingsSection } from "./thermo-section/findings.ts";

/** A reference value with what the run found in its place; null = nothing. */
export type Reference = Mismatch & { readonly met: boolean };

/** The figure of every drawn sheet as one stand-alone SVG, by file name. */
export function sheetFigures(result: SheetsResult): Readonly<Record<string, string>> {
  const units = sheetUnits(result.units);
  return Object.fromEntries(result.sheets.flatMap(({ id, title, series }) => (series === null ? [] : [[`figures/${id}.svg`, composedSvg(title, sheetDrawings(series, units))]])));
}

/** The report of a scenario of sheets: one self-contained HTML file that needs no network and no script, and prints. */
export function writeSheetsReport(result: SheetsResult, references: readonly Reference[] | null, manifest: Manifest): string {
  return documentOf({
    title: `${result.title} · semimech report`,
    generator: `${manifest.tool.name} ${manifest.tool.version}`,
    opening: html`<header>
<p class="kicker">semimech report · ${result.scenario}</p>
<h1>${result.title}</h1>
<p class="meta">${manifest.start.slice(0, 10)} · scenario hash <code>${result.hash.slice(0, 8)}</code> · ${result.status}</p>
</header>`,
    sections: [
      summary(result, references),
      ...result.sheets.map((sheet) => sheetSection(sheet, result)),
      ...(references === null ? [] : [referenceSection(references)]),
      boundsSection(result),
      findingsSection(result),
      provenance(result, manifest),
    ],
  });
}

function summary({ findings, status, sheets }: SheetsResult, references: readonly Reference[] | null): Section {
  const violated = findings.filter(({ verdict }) => verdict === "violated");
  const ok = findings.filter(({ verdict }) => verdict === "ok").length;
  const missed = references?.filter(({ met }) => !met).length ?? 0;
  const lines: readonly { readonly question: string; readonly answer: string; readonly tone: "good" | "bad" | "neutral" }[] = [
    { question: "Is every case answered?", answer: status === "done" ? `Yes, on ${count(sheets.length, "sheet")}.` : "No: the findings say which is not, and why.", tone: status === "done" ? "good" : "bad" },
    {
      question: "Are the reference values met?",
      answer: references === null ? "There are none: the folder has no expected.json." : missed === 0 ? `Yes, all ${references.length}, each within its tolerance.` : `No: ${missed} of ${references.length} are missed.`,
      tone: references === null ? "neutral" : missed === 0 ? "good" : "bad",
    },
    {
      question: "Does anything break a bound?",
      answer: violated.length === 0 ? `No: ${count(ok, "check")} passed, none failed.` : `Yes, ${violated.length}; the first is ${violated[0]?.check ?? ""} at ${violated[0]?.where ?? ""}.`,
      tone: violated.length === 0 ? "good" : "bad",
    },
  ];
  return { id: "result", title: "Result", body: html`<dl class="verdict">${lines.map(({ question, answer, tone }) => html`<div class="${tone}"><dt>${question}</dt><dd><p>${answer}</p></dd></div>`)}</dl>` };
}

function sheetSection(sheet: SheetResult, result: SheetsResult): Section {
  const { id, title, about, series } = sheet;
  const values = valuesTable(sheet, result);
  const what = series === null ? "" : series.kind === "cycle" ? `One period of case ${series.case}.` : `Case ${series.case}.`;
  return {
    id: `sheet-${id}`,
    title,
    body: html`<p>${about}</p>
${
  series === null
    ? tableOf(values)
    : html`${figureOf({
        label: title,
        caption: `${what} Gaps are values next to 0, where a current turns or the system rests, and bounds more than 10⁵ times off. All times and all observables stand in sheet-${id}.tsv.`,
        drawings: sheetDrawings(series, sheetUnits(result.units)),
        panels: "half",
      })}
<details><summary>Numbers of all cases</summary>${tableOf(values)}</details>`
}`,
  };
}

/** Quantities down, cases across. */
function valuesTable({ id, model }: SheetResult, { scores }: SheetsResult): DataTable {
  const own = scores.filter(({ split }) => split === id);
  const cases = [...new Set(own.map((score) => score.model))];
  const metrics = [...new Set(own.map(({ metric }) => metric))];
  const of = (name: string, metric: string): number | null => own.find((score) => score.model === name && score.metric === metric)?.value ?? null;
  return {
    caption: `Numbers of ${model}, in the model's units and R. sigma and Sig: entropy production, at a state and over a path; f: current; D: scaled diffusion`,
    columns: [{ name: "quantity", unit: null }, ...cases.map((name) => ({ name, unit: null }))],
    rows: metrics.map((metric) => [metric, ...cases.map((name) => of(name, metric))]),
  };
}

function referenceSection(references: readonly Reference[]): Section {
  const rows: readonly Html[] = references
    .toSorted((a, b) => Number(a.met) - Number(b.met))
    .map(
      ({ split, model, metric, value, tolerance, found, met }) =>
        html`<tr><th scope="row">${split}</th><td>${model}</td><td>${metric}</td><td class="number">${value}</td><td class="number">${tolerance}</td><td class="number">${found === null ? "none" : found}</td><td><span class="badge ${met ? "ok" : "violated"}">${met ? "✓ met" : "✕ missed"}</span></td></tr>\n`,
    );
  const missed = references.filter(({ met }) => !met);
  const list = html`<div class="scroll" tabindex="0" role="region" aria-label="Reference values"><table><caption>Reference values and what this run found</caption>
<thead><tr><th scope="col">sheet</th><th scope="col">case</th><th scope="col">quantity</th><th scope="col" class="number">expected</th><th scope="col" class="number">tolerance</th><th scope="col" class="number">found</th><th scope="col">verdict</th></tr></thead>
<tbody>${rows}</tbody></table></div>`;
  return {
    id: "references",
    title: "Reference values",
    body: html`<p>From expected.json: values of an independent computation, each with its tolerance. Misses stand first.</p>
${missed.length === 0 ? html`<details><summary>All ${references.length} values</summary>${list}</details>` : list}`,
  };
}

function boundsSection({ sheets }: SheetsResult): Section {
  const bounds = sheets.find(({ series }) => series !== null)?.series?.observables[0]?.bounds ?? [];
  return {
    id: "bounds",
    title: "What the bounds say",
    body: tableOf({
      caption: "f: current of an observable; D_c, A_c, sigma_c: scaled diffusion, activity and entropy production of the reactions that change it; tightness: the larger side over the smaller",
      columns: ["bound", "on", "equation", "source"].map((name) => ({ name, unit: null })),
      rows: bounds.map(({ name, quantity, equation, source }) => [name.replaceAll("-", " "), quantity, equation, source]),
    }),
  };
}

/** All findings; folded where none is a violation. */
function findingsSection({ findings }: SheetsResult): Section {
  const section = thermoFindingsSection(findings.map((finding) => ({ ...finding, topic: "thermodynamics" as const })));
  const isBad = findings.some(({ verdict }) => verdict === "violated");
  return isBad ? section : { ...section, body: html`<p>Nothing is violated.</p><details><summary>All ${count(findings.length, "finding")}</summary>${section.body}</details>` };
}

function provenance({ hash, scenario, numerics, out }: SheetsResult, manifest: Manifest): Section {
  const facts: readonly (readonly [string, string])[] = [
    ["tool", `${manifest.tool.name} ${manifest.tool.version}${manifest.tool.commit === null ? "" : `, commit ${manifest.tool.commit}`}`],
    ["scenario", `${scenario}, SHA-256 ${hash}`],
    ...numerics.map(({ name, value }) => [name, value] as const),
    ["runtime", manifest.machine.runtime],
    ["system", `${manifest.machine.os}, ${manifest.machine.architecture}`],
    ["started", manifest.start],
    ["command", manifest.command.join(" ")],
  ];
  return {
    id: "provenance",
    title: "Provenance",
    body: html`<p>To run this again and compare:</p>
<pre class="command" tabindex="0" aria-label="Command that reproduces this run; click to select it"><code>${reproduceLine(out)}</code></pre>
<dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
${tableOf({ caption: "Files read", columns: [{ name: "file", unit: null }, { name: "bytes", unit: "1" }, { name: "SHA-256", unit: null }], rows: manifest.inputs.map(({ path, bytes, sha256 }) => [path, bytes, sha256]) })}`,
  };
}
