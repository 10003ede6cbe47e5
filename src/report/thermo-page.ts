import type { StochasticThermo, ThermoReport } from "../thermo/index.ts";
import { documentOf } from "./document.ts";
import { count } from "./number.ts";
import { openingOf } from "./thermo-section/about.ts";
import type { ThermoPageAbout } from "./thermo-section/about.ts";
import { thermoContext, timeWords } from "./thermo-section/context.ts";
import { thermoSections } from "./thermo-section/index.ts";
import { sampledKind, sampledSections } from "./thermo-section/sampled.ts";

export type { ThermoPageAbout } from "./thermo-section/about.ts";

/**
 * A thermodynamic report as one self-contained HTML file that needs no network and no script, and prints.
 * Lines along a trajectory, bars at one state. The same report gives the same text.
 */
export function thermoPage(report: ThermoReport, about: ThermoPageAbout): string {
  const context = thermoContext(report, about);
  const kind = context.single ? timeWords(context.single.time).replace("at the", "the") : `${count(context.rows.length, "time")} along a trajectory`;
  return documentOf({
    title: `${about.title} · semimech thermodynamics`,
    generator: `semimech ${about.version}`,
    opening: openingOf(about, kind),
    sections: thermoSections.flatMap((section) => section(context) ?? []),
  });
}

/** The same for thermodynamics from sampled runs: estimates with their standard errors. */
export function stochasticThermoPage(report: StochasticThermo, about: ThermoPageAbout): string {
  return documentOf({
    title: `${about.title} · semimech thermodynamics from sampled runs`,
    generator: `semimech ${about.version}`,
    opening: openingOf(about, sampledKind(report)),
    sections: sampledSections(report, about),
  });
}
