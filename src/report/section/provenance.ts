import type { ReportContext, Section } from "../context.ts";
import { html } from "../html.ts";
import type { Html } from "../html.ts";
import { reproduceLine } from "../manifest.ts";
import type { Json, ManifestFile } from "../manifest.ts";

function files(list: readonly ManifestFile[], caption: string): Html | null {
  if (list.length === 0) return null;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}">
<table><caption>${caption}</caption><thead><tr><th scope="col">file</th><th scope="col" class="number">bytes</th><th scope="col">SHA-256</th></tr></thead>
<tbody>${list.map((file) => html`<tr><th scope="row">${file.path}</th><td class="number">${file.bytes}</td><td><code class="hash">${file.sha256}</code></td></tr>\n`)}</tbody></table></div>`;
}

/** Options as rows `group.name`, value as JSON. */
function flattened(options: Readonly<Record<string, Json>>, prefix = ""): readonly (readonly [string, string])[] {
  return Object.entries(options).flatMap(([name, value]) =>
    value !== null && typeof value === "object" && !Array.isArray(value) && Object.keys(value).length > 0
      ? flattened(value as Readonly<Record<string, Json>>, `${prefix}${name}.`)
      : [[`${prefix}${name}`, typeof value === "string" ? value : JSON.stringify(value)] as const],
  );
}

export function provenanceSection(context: ReportContext): Section {
  const { manifest, result } = context;
  const facts: readonly (readonly [string, string])[] = [
    ["tool", `${manifest.tool.name} ${manifest.tool.version}${manifest.tool.commit === null ? "" : `, commit ${manifest.tool.commit}`}`],
    ["scenario", `${result.scenario}, SHA-256 ${result.hash}`],
    ["root seed", result.seed],
    ...manifest.seeds.filter((seed) => seed.value !== result.seed).map((seed) => [`seed of ${seed.name}`, seed.value] as const),
    ["budget", result.budget],
    ["runtime", manifest.machine.runtime],
    ["system", `${manifest.machine.os}, ${manifest.machine.architecture}`],
    ["processor", `${manifest.machine.cpu}, ${manifest.machine.cores} cores`],
    ["started", manifest.start],
    ["ended", manifest.end],
    ["command", manifest.command.join(" ")],
  ];
  const options = flattened(manifest.options);
  return {
    id: "provenance",
    title: "Provenance",
    body: html`<p>To run this again and compare:</p>
<pre class="command" tabindex="0" aria-label="Command that reproduces this run; click to select it"><code>${reproduceLine(result.out)}</code></pre>
<dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
${manifest.data.length === 0 ? html`<p>No measured data was used.</p>` : html`<h3>Data</h3><ul>${manifest.data.map((data) => html`<li><strong>${data.name}</strong>: ${data.citation ?? "no citation stated"}; licence: ${data.license ?? "not stated"}</li>`)}</ul>`}
${files(manifest.inputs, "Inputs")}${files(manifest.outputs, "Outputs")}
${options.length === 0 ? null : html`<details><summary>Resolved options, defaults included (${options.length})</summary><dl class="facts">${options.map(([name, value]) => html`<div><dt>${name}</dt><dd><code>${value}</code></dd></div>`)}</dl></details>`}`,
  };
}
