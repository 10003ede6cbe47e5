import type { RunResult } from "../study/result.ts";
import { contextOf } from "./context.ts";
import { html } from "./html.ts";
import type { Html } from "./html.ts";
import type { Manifest } from "./manifest.ts";
import { sections } from "./section/index.ts";
import { style } from "./style.ts";

/** Nothing may be loaded from anywhere, and nothing runs: the page is text, tables and drawings. */
const contentPolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

const banners: Readonly<Record<RunResult["status"], string | null>> = {
  done: null,
  interrupted: "This run was interrupted. It can be resumed; what follows is the best so far.",
  "out of budget": "This run used up its budget before it was done. What follows is the best so far.",
  failed: "This run failed. What follows is what it reached before.",
};

function opening(result: RunResult, manifest: Manifest): Html {
  const banner = banners[result.status];
  return html`<header>
<p class="kicker">semimech report · ${result.scenario}</p>
<h1>${result.title}</h1>
<p class="meta">${manifest.start.slice(0, 10)} · ${result.budget} budget · seed ${result.seed} · scenario hash <code>${result.hash.slice(0, 8)}</code> · ${result.status}</p>
${banner === null ? null : html`<p class="banner" role="note">${banner}</p>`}
</header>`;
}

/**
 * A run's report: one self-contained HTML file that needs no network and no script, and prints.
 * The same result and manifest give the same text.
 */
export function writeReport(result: RunResult, manifest: Manifest): string {
  const context = contextOf(result, manifest);
  const written = sections.map((section) => section(context));
  const [verdict, ...rest] = written;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="${manifest.tool.name} ${manifest.tool.version}">
<title>${result.title} · semimech report</title>
<style>${{ markup: style }}</style>
</head>
<body>
<main>
${opening(result, manifest)}
${verdict === undefined ? null : html`<section id="${verdict.id}" aria-labelledby="${verdict.id}-title"><h2 id="${verdict.id}-title">${verdict.title}</h2>${verdict.body}</section>`}
<nav aria-label="Contents"><ul>${rest.map((section) => html`<li><a href="#${section.id}">${section.title}</a></li>`)}</ul></nav>
${rest.map((section) => html`<section id="${section.id}" aria-labelledby="${section.id}-title">
<h2 id="${section.id}-title">${section.title}</h2>
${section.body}
</section>
`)}</main>
</body>
</html>
`;
  return page.markup;
}
