import type { FitCurve } from "../../study/result.ts";
import type { ReportContext, Section } from "../context.ts";
import { figureOf } from "../figure.ts";
import type { LegendEntry } from "../figure.ts";
import { html } from "../html.ts";
import { count } from "../number.ts";
import { fit } from "../plots/fit.ts";
import { truthStyle } from "../series-style.ts";

/** Panels drawn at most: half held-out, half training while both have that many. */
const drawnPanels = 24;

/** Chooses panels so that whole conditions stay together and both roles are seen, in the order of the result. */
export function chosenCurves(curves: readonly FitCurve[], limit: number = drawnPanels): readonly FitCurve[] {
  const test = curves.filter((curve) => curve.role === "test");
  const train = curves.filter((curve) => curve.role === "train");
  const half = Math.floor(limit / 2);
  const testShare = Math.min(test.length, Math.max(half, limit - train.length));
  return [...test.slice(0, testShare), ...train.slice(0, limit - testShare)];
}

const bandNames = { noise: "measurement-noise", ensemble: "ensemble" } as const;

const bandSentences = {
  noise: (line: string) => `Measurement-noise band: two standard deviations of the error model around ${line}.`,
  ensemble: () => "Ensemble band: the spread of the trained ensemble.",
} as const;

export function fitSection(context: ReportContext): Section {
  const { curves, out } = context.result;
  if (curves.length === 0) return { id: "fit", title: "Fit against data", body: html`<p class="empty">No curve through time was recorded in this run.</p>` };
  const chosen = chosenCurves(curves);
  // The judged model comes first: bands are drawn around it, in its colour.
  const rank = (name: string) => (context.role(name) === "subject" ? 0 : 1);
  const subjectFirst = (list: readonly string[]) => list.toSorted((a, b) => rank(a) - rank(b));
  const names = subjectFirst([...new Set(chosen.flatMap((curve) => Object.keys(curve.lines)))]);
  const bands = [...new Set(chosen.flatMap((curve) => curve.band?.kind ?? []))];
  const legend: readonly LegendEntry[] = [
    ...names.map((name) => ({ name: context.title(name), swatch: "line" as const, style: context.style(name) })),
    ...(bands.length === 0 ? [] : [{ name: bands.length === 1 ? `${bandNames[bands[0] ?? "noise"]} band` : "band, named above each panel", swatch: "band" as const, style: context.style(names[0] ?? "") }]),
    { name: "measured ± SD", swatch: "open", style: { ...truthStyle, marker: "circle" } },
  ];
  const left = curves.length - chosen.length;
  const drawings = chosen.map((curve) =>
    fit.draw({
      condition: curve.condition,
      observable: curve.observable,
      unit: curve.unit,
      timeUnit: curve.timeUnit,
      role: curve.role,
      times: curve.times,
      lines: subjectFirst(Object.keys(curve.lines)).map((name) => ({ name: context.title(name), style: context.style(name), values: curve.lines[name] ?? [] })),
      band: curve.band,
      data: curve.data,
    }),
  );
  return {
    id: "fit",
    title: "Fit against data",
    body: html`${left > 0 ? html`<p>${count(chosen.length, "panel")} of ${curves.length} are drawn, held-out conditions first; the other ${left} stand in <code>curves.tsv</code> in the run's folder (<code>${out}</code>).</p>` : null}
${figureOf({
  label: "Fit against data, one panel per condition and observable",
  caption: [...bands.map((kind) => bandSentences[kind](context.title(names[0] ?? ""))), "Held-out conditions were never seen in training."].join(" "),
  legend,
  drawings,
  panels: "small",
})}`,
  };
}
