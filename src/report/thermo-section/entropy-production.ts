import type { ThermoReportRow } from "../../thermo/index.ts";
import type { Section } from "../context.ts";
import type { Drawing } from "../drawing.ts";
import { figureOf } from "../figure.ts";
import { hasLine, withGaps } from "../gaps.ts";
import { html } from "../html.ts";
import type { Html } from "../html.ts";
import { dissipation, dissipationStyles } from "../plots/dissipation.ts";
import { entropyProduction } from "../plots/entropy-production.ts";
import { reactionBars } from "../plots/reaction-bars.ts";
import { truthStyle } from "../series-style.ts";
import { leading, listed, timeWords } from "./context.ts";
import type { ThermoContext } from "./context.ts";

const drawnReactions = 7;
const drawnBars = 24;
const totalStyle = { ...truthStyle, dash: null };
const meaning = "Entropy production is the sum over reactions of net flux times force, in units of the gas constant R; no reaction can make it negative.";
const splits = [
  { title: "By Onsager's metric", of: (row: ThermoReportRow) => row.onsager },
  { title: "By information geometry", of: (row: ThermoReportRow) => row.informationGeometric },
] as const;

/** One-way reactions in words: an infinite number is no point of any axis. */
function infiniteWords({ oneWay, momentary, rows }: ThermoContext): Html | null {
  if (oneWay.length + momentary.length === 0) return null;
  const total = rows.filter((row) => row.entropyProduction === Infinity).length;
  const when = total === rows.length ? (rows.length === 1 ? "here" : "at every time shown") : `at ${total} of ${rows.length} times`;
  const never = oneWay.length === 0 ? "" : `${oneWay.length === 1 ? "One-way reaction" : "One-way reactions"}: ${listed(oneWay)}. What cannot run backwards costs infinite entropy. `;
  const sometimes = momentary.length === 0 ? "" : `Without a product to start from, the reverse of ${listed(momentary)} has no flux and the cost is infinite. `;
  return html`<p>${never}${sometimes}The total is infinite ${when}. Infinite values are not drawn; where there is a figure, its table says where they are.</p>`;
}

function throughTime(context: ThermoContext): Html | null {
  const { rows, times, units, report, reactions, reactionStyle } = context;
  const valuesOf = (id: string): readonly number[] => rows.map(({ perReaction }) => perReaction[id] ?? Number.NaN);
  const finite = reactions.filter((id) => hasLine(valuesOf(id)));
  const drawn = leading(finite, valuesOf, drawnReactions);
  const total = rows.map((row) => row.entropyProduction);
  if (drawn.length === 0 && !hasLine(total)) return null;
  const left = finite.length > drawn.length ? ` ${drawn.length} of ${finite.length} reactions are drawn, those that produce most.` : "";
  const drawing = withGaps(
    entropyProduction.draw({ condition: "Total and per reaction", timeUnit: units.time, unit: units.entropyProduction, times, total, perReaction: drawn.map((name) => ({ name, style: reactionStyle(name), values: valuesOf(name) })) }),
  );
  const over = report.speedLimits === null || !Number.isFinite(report.speedLimits.entropyProduction) ? "" : ` Over the whole path it adds up to ${report.speedLimits.entropyProduction.toPrecision(4)} ${units.entropy}.`;
  return figureOf({
    label: "Entropy production through time",
    caption: `${meaning}${over}${left}`,
    drawings: [drawing],
    legend: [...(hasLine(total) ? [{ name: "total", swatch: "line" as const, style: totalStyle }] : []), ...drawn.map((name) => ({ name, swatch: "line" as const, style: reactionStyle(name) }))],
    panels: "half",
  });
}

function splitThroughTime({ rows, times, units }: ThermoContext): Html {
  const drawings = splits.flatMap(({ title, of }): readonly Drawing[] => {
    const [housekeeping, excess] = [rows.map((row) => of(row)?.housekeeping ?? null), rows.map((row) => of(row)?.excess ?? null)];
    const sums = rows.map((_, index) => (housekeeping[index] ?? Number.NaN) + (excess[index] ?? Number.NaN));
    return hasLine(sums) ? [dissipation.draw({ title, timeUnit: units.time, unit: units.entropyProduction, times, housekeeping, excess })] : [];
  });
  if (drawings.length === 0) return html`<p class="empty">Housekeeping and excess are not drawn: to tell them apart, every reaction needs a reverse rate.</p>`;
  return figureOf({
    label: "Housekeeping and excess",
    caption: "Stacked, so that both together are the total: housekeeping keeps the state away from equilibrium, excess changes the state. Onsager's metric weighs fluxes by their mean activity; information geometry splits relative entropies. Where both metrics agree, the split does not hang on the choice.",
    drawings,
    legend: [
      { name: "housekeeping", swatch: "band", style: dissipationStyles.housekeeping },
      { name: "excess", swatch: "band", style: dissipationStyles.excess },
    ],
    panels: "half",
  });
}

function atOneState(context: ThermoContext, row: ThermoReportRow): Html | null {
  const { units, reactions, reactionStyle } = context;
  const priced = reactions.filter((id) => id in row.perReaction);
  const drawn = leading(priced, (id) => [row.perReaction[id] ?? Number.NaN], drawnBars);
  const bars = [{ name: "total", style: totalStyle, value: row.entropyProduction }, ...drawn.map((name) => ({ name, style: reactionStyle(name), value: row.perReaction[name] ?? null }))];
  const panels: Drawing[] = [];
  if (bars.some(({ value }) => value !== null && Number.isFinite(value))) panels.push(reactionBars.draw({ title: "Total and per reaction", quantity: "entropy production", unit: units.entropyProduction, reactions: bars }));
  const parts = splits.flatMap(({ title, of }) => {
    const split = of(row);
    const short = title.replace("By ", "");
    return split === null || split.housekeeping === null ? [] : [{ name: `housekeeping, ${short}`, style: dissipationStyles.housekeeping, value: split.housekeeping }, { name: `excess, ${short}`, style: dissipationStyles.excess, value: split.excess }];
  });
  if (parts.length > 0) panels.push({ ...reactionBars.draw({ title: "Housekeeping and excess", quantity: "entropy production", unit: units.entropyProduction, reactions: parts }) });
  if (panels.length === 0) return null;
  return figureOf({ label: `Entropy production ${timeWords(row.time)}`, caption: `${meaning} Housekeeping keeps the state away from equilibrium, excess changes it: at a steady state there is no excess but rounding.`, drawings: panels, panels: "half" });
}

export function entropySection(context: ThermoContext): Section {
  const title = "Entropy production";
  const id = "entropy-production";
  const { rows, single } = context;
  if (rows.length === 0) return { id, title, body: html`<p class="empty">No state was reached, so nothing can be drawn.</p>` };
  const figure = single ? atOneState(context, single) : throughTime(context);
  return { id, title, body: html`${infiniteWords(context)}${figure ?? html`<p class="empty">No finite entropy production to draw.</p>`}${single ? null : splitThroughTime(context)}` };
}
