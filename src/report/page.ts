import type { RunResult } from "../study/result.ts";
import { contextOf } from "./context.ts";
import { documentOf } from "./document.ts";
import { html } from "./html.ts";
import type { Html } from "./html.ts";
import type { Manifest } from "./manifest.ts";
import { sections } from "./section/index.ts";

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
  return documentOf({
    title: `${result.title} · semimech report`,
    generator: `${manifest.tool.name} ${manifest.tool.version}`,
    opening: opening(result, manifest),
    sections: sections.map((section) => section(context)),
  });
}
