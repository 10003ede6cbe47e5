import { documentOf } from "./document.ts";
import { html } from "./html.ts";
import { count } from "./number.ts";
import { atTheEndSection } from "./simulate-section/at-the-end.ts";
import { autocorrelationSection } from "./simulate-section/autocorrelation.ts";
import { simulationNumerics, simulationProvenance, simulationVerdict } from "./simulate-section/facts.ts";
import { firstPassageSection } from "./simulate-section/first-passage.ts";
import { reactionsSection } from "./simulate-section/reactions.ts";
import type { SimulationReport } from "./simulate-section/report.ts";
import { throughTimeSection } from "./simulate-section/through-time.ts";
import { verdictSectionOf } from "./thermo-section/verdict.ts";

export type { SimulatedColumn, SimulationReport } from "./simulate-section/report.ts";

/** A simulation as one self-contained HTML file that needs no network and no script, and prints. The same report gives the same text. */
export function simulatePage(report: SimulationReport): string {
  const { title, model, date, method, runs, seed, version, isInterrupted } = report;
  return documentOf({
    title: `${title} · semimech simulation`,
    generator: `semimech ${version}`,
    opening: html`<header>
<p class="kicker">semimech simulation · ${model}</p>
<h1>${title}</h1>
<p class="meta">${date.slice(0, 10)} · ${method.id}${runs === null ? null : ` · ${count(runs.done, "run")}`}${seed === null ? null : ` · seed ${seed}`} · semimech ${version}</p>
${isInterrupted ? html`<p class="banner" role="note">This simulation was interrupted. It can be resumed; what follows is what there is.</p>` : null}
</header>`,
    sections: [
      verdictSectionOf(simulationVerdict(report)),
      throughTimeSection(report),
      ...[atTheEndSection(report), firstPassageSection(report), autocorrelationSection(report), reactionsSection(report)].flatMap((section) => section ?? []),
      simulationNumerics(report),
      simulationProvenance(report),
    ],
  });
}
