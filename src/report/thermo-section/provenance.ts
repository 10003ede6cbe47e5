import type { Section } from "../context.ts";
import { html } from "../html.ts";
import { unitsText } from "./about.ts";
import type { ThermoPageAbout } from "./about.ts";

/** How the page came to be, with the command to copy. */
export function thermoProvenance(about: ThermoPageAbout, more: readonly (readonly [string, string])[] = []): Section {
  const facts: readonly (readonly [string, string])[] = [
    ["model", about.model],
    ["tool", `semimech ${about.version}`],
    ["date", about.date],
    ...(about.seed === undefined ? [] : [["root seed", about.seed] as const]),
    ["units", unitsText(about)],
    ...more,
  ];
  return {
    id: "provenance",
    title: "Provenance",
    body: html`<p>To make this page again:</p>
<pre class="command" tabindex="0" aria-label="Command that makes this page again; click to select it"><code>${about.command}</code></pre>
<dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`,
  };
}
