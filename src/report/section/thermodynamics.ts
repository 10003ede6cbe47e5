import type { ThermoCurve } from "../../study/result.ts";
import type { ReportContext, Section } from "../context.ts";
import { figureOf } from "../figure.ts";
import type { LegendEntry } from "../figure.ts";
import { html } from "../html.ts";
import { count } from "../number.ts";
import { entropyProduction } from "../plots/entropy-production.ts";
import { tightness } from "../plots/tightness.ts";
import { seriesStyle, truthStyle } from "../series-style.ts";
import type { SeriesStyle } from "../series-style.ts";
import { summariseThermodynamics } from "../thermodynamic.ts";

const drawnConditions = 4;
const drawnReactions = 6;
const drawnObservables = 7;

function weight(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + Math.abs(value), 0);
}

/** Names of the reactions that produce most entropy over all drawn conditions. */
function leadingReactions(curves: readonly ThermoCurve[]): readonly string[] {
  const total = new Map<string, number>();
  for (const curve of curves)
    for (const [name, values] of Object.entries(curve.perReaction)) total.set(name, (total.get(name) ?? 0) + weight(values));
  // Infinity - Infinity is no order: equal weights keep the model's order.
  return [...total].toSorted((a, b) => (a[1] === b[1] ? 0 : b[1] - a[1])).slice(0, drawnReactions).map(([name]) => name);
}

/** Reactions whose entropy production is infinite somewhere: they run one way only. */
export function oneWayReactions(curves: readonly ThermoCurve[]): readonly string[] {
  const names = curves.flatMap((curve) => Object.entries(curve.perReaction).flatMap(([name, values]) => (values.includes(Infinity) ? [name] : [])));
  return [...new Set(names)];
}

type StyledValues = { readonly name: string; readonly style: SeriesStyle; readonly values: readonly number[] };

/** The named curves of a record, each with the style of its place in `names`, so that a colour means one name in every panel. */
function styled(record: Readonly<Record<string, readonly number[]>>, names: readonly string[]): readonly StyledValues[] {
  return names.flatMap((name, index) => {
    const values = record[name];
    return values === undefined ? [] : [{ name, style: seriesStyle(index), values }];
  });
}

export function thermodynamicsSection(context: ReportContext): Section {
  const title = "Thermodynamics";
  const summary = summariseThermodynamics(context.result);
  const curves = context.result.thermo;
  const sentences = summary.sentences.map((sentence) => html`<p>${sentence}</p>`);
  if (curves.length === 0) return { id: "thermodynamics", title, body: html`<div class="empty">${sentences}</div>` };
  const drawn = curves.slice(0, drawnConditions);
  const leading = leadingReactions(drawn);
  const reactions = [...new Set(drawn.flatMap((curve) => Object.keys(curve.perReaction)))];
  const observables = [...new Set(drawn.flatMap((curve) => Object.keys(curve.tightness)))];
  const shownObservables = observables.slice(0, drawnObservables);
  const oneWay = oneWayReactions(curves);
  const others = curves.length > drawn.length ? ` ${drawn.length} of ${curves.length} trajectories are drawn; the rest stands in thermodynamics.tsv of the run's folder.` : "";
  const inOrder = reactions.filter((name) => leading.includes(name));
  const entropyLegend: readonly LegendEntry[] = [
    { name: "total", swatch: "line", style: { ...truthStyle, dash: null } },
    ...inOrder.map((name, index) => ({ name, swatch: "line" as const, style: seriesStyle(index) })),
  ];
  const ratioDrawings = drawn
    .filter((curve) => Object.keys(curve.tightness).length > 0)
    .map((curve) => tightness.draw({ condition: curve.condition, timeUnit: context.timeUnit, times: curve.times, observables: styled(curve.tightness, shownObservables) }));
  return {
    id: "thermodynamics",
    title,
    body: html`${sentences}
${oneWay.length === 0 ? null : html`<p>${oneWay.length === 1 ? "One-way reaction" : "One-way reactions"}: ${oneWay.slice(0, 8).join(", ")}${oneWay.length > 8 ? ` and ${oneWay.length - 8} more` : ""}. What cannot run backwards produces infinite entropy. Infinite values are not drawn; the tables say where they are.</p>`}
${figureOf({
  label: "Entropy production through time",
  caption: `Entropy production rate, in total and per reaction.${reactions.length > inOrder.length ? ` The ${inOrder.length} reactions that produce most of ${reactions.length} are drawn.` : ""}${others}`,
  drawings: drawn.map((curve) =>
    entropyProduction.draw({
      condition: curve.condition,
      timeUnit: context.timeUnit,
      unit: curve.unit,
      times: curve.times,
      total: curve.entropyProduction,
      perReaction: styled(curve.perReaction, inOrder),
    }),
  ),
  legend: entropyLegend,
  panels: "half",
})}
${
  ratioDrawings.length === 0
    ? html`<p class="empty">No tightness was recorded.</p>`
    : figureOf({
        label: "Tightness of the uncertainty relation through time",
        caption: `Tightness is σ·D/(2 f²): entropy production times scaled diffusion over twice the squared current of an observable. The thermodynamic uncertainty relation says it is at least 1; near 1 the current is as precise as its cost allows. It is infinite where a current vanishes or a reaction is one-way.${observables.length > shownObservables.length ? ` ${shownObservables.length} of ${count(observables.length, "observable")} are drawn.` : ""}${others}`,
        drawings: ratioDrawings,
        legend: shownObservables.map((name, index) => ({ name, swatch: "line" as const, style: seriesStyle(index) })),
        panels: "half",
      })
}`,
  };
}
