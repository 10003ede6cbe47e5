import type { ThermoReportRow } from "../../thermo/index.ts";
import type { Section } from "../context.ts";
import type { Drawing } from "../drawing.ts";
import { figureOf } from "../figure.ts";
import { hasLine, withGaps } from "../gaps.ts";
import { html } from "../html.ts";
import type { Html } from "../html.ts";
import { refinements } from "../plots/refinements.ts";
import { tightness } from "../plots/tightness.ts";
import { tightnessBars } from "../plots/tightness-bars.ts";
import { seriesStyle } from "../series-style.ts";
import type { SeriesStyle } from "../series-style.ts";
import { tableOf } from "../table.ts";
import { listed, timeWords } from "./context.ts";
import type { StyledValues, ThermoContext } from "./context.ts";
import { nameWords } from "./verdict-text.ts";

const drawnObservables = 7;
const drawnPanels = 6;

/** From this tightness on a current is rounding beside its own fluctuations: the value says nothing but that nothing flows. */
const asGoodAsInfinite = 1e12;
const drawable = (value: number | null): number => (value === null ? Number.NaN : value > asGoodAsInfinite ? Infinity : value);

/** Bounds of one panel, and the observables they are of. */
interface Group {
  readonly title: string;
  readonly note?: string;
  readonly bounds: readonly StyledValues[];
}

const valuesOf = (rows: readonly ThermoReportRow[], observable: number, bound: string): readonly number[] => rows.map((row) => drawable(row.observables[observable]?.bounds.find(({ name }) => name === bound)?.tightness ?? null));

/** One panel for what is the same for all observables, and one for each observable's own bounds. */
function groupsOf({ rows, report, observables }: ThermoContext, style: (bound: string) => SeriesStyle): readonly Group[] {
  const styled = (bound: string, observable: number): StyledValues => ({ name: nameWords(bound), style: style(bound), values: valuesOf(rows, observable, bound) });
  const names = report.bounds.map(({ name }) => name);
  const isShared = (bound: string): boolean => {
    const first = valuesOf(rows, 0, bound);
    return observables.length > 1 && observables.every((_, observable) => valuesOf(rows, observable, bound).every((value, index) => Object.is(value, first[index])));
  };
  const shared = names.filter(isShared);
  const own = names.filter((name) => !shared.includes(name));
  return [
    ...observables.map((title, observable): Group => ({ title, bounds: own.map((bound) => styled(bound, observable)) })),
    ...(shared.length === 0 ? [] : [{ title: `Alike for ${listed(observables, 5)}`, note: own.length === 0 ? "every bound is the same for each" : "bounds that are the same for each", bounds: shared.map((bound) => styled(bound, 0)) }]),
  ].filter(({ bounds }) => bounds.length > 0);
}

const isFiniteSomewhere = ({ values }: StyledValues): boolean => values.some(Number.isFinite);

function relationFigure({ rows, times, units, observables }: ThermoContext): Html | null {
  const styled = observables.map((name, index): StyledValues => ({ name, style: seriesStyle(index), values: rows.map((row) => drawable(row.observables[index]?.tightness ?? null)) })).filter(({ values }) => hasLine(values));
  const drawn = styled.slice(0, drawnObservables);
  if (drawn.length === 0) return null;
  const left = styled.length > drawn.length ? ` ${drawn.length} of ${styled.length} observables are drawn.` : "";
  return figureOf({
    label: "Tightness of the uncertainty relation through time",
    caption: `Tightness is σ·D/(2 f²): entropy production times scaled diffusion over twice the squared current of an observable. It is at least 1; near 1 a current is as precise as its cost allows.${left}`,
    drawings: [withGaps(tightness.draw({ condition: "Uncertainty relation, by observable", timeUnit: units.time, times, observables: drawn }))],
    legend: drawn.map(({ name, style }) => ({ name, swatch: "line", style })),
    panels: "half",
  });
}

function refinementFigure(context: ThermoContext): Html | null {
  const { report, single, times, units } = context;
  const place = new Map(report.bounds.map(({ name }, index) => [name, index]));
  const style = (bound: string): SeriesStyle => seriesStyle(place.get(bound) ?? 0);
  const groups = groupsOf(context, style);
  const drawnGroups = groups.filter(({ bounds }) => bounds.some(single ? isFiniteSomewhere : ({ values }) => hasLine(values)));
  const shown = drawnGroups.slice(0, drawnPanels);
  const drawings = shown.map(({ title, note, bounds }): Drawing => {
    const common = { title, ...(note === undefined ? {} : { note }) };
    if (single) return tightnessBars.draw({ ...common, bounds: bounds.map(({ name, style: look, values }) => ({ name, style: look, value: values[0] ?? null })) });
    return refinements.draw({ ...common, timeUnit: units.time, times, bounds: bounds.filter(({ values }) => hasLine(values)) });
  });
  if (drawings.length === 0) return null;
  const missing = groups.filter((group) => !drawnGroups.includes(group));
  const notes = [
    ...(missing.length === 0 ? [] : [`Left out, because no bound there has a finite tightness to draw: ${listed(missing.map(({ title }) => `“${title}”`))}.`]),
    ...(drawnGroups.length > shown.length ? [`${shown.length} of ${drawnGroups.length} panels are drawn.`] : []),
  ];
  const names = [...new Set(shown.flatMap(({ bounds }) => bounds.filter(({ values }) => single !== null || hasLine(values)).map(({ name }) => name)))];
  return figureOf({
    label: single ? `Uncertainty relation and refinements ${timeWords(single.time)}` : "Uncertainty relation and refinements through time",
    caption: `The larger side of each bound over the smaller: 1 where it is met exactly, so lower is tighter. ${notes.join(" ")}`,
    drawings,
    ...(single ? {} : { legend: report.bounds.filter(({ name }) => names.includes(nameWords(name))).map(({ name }) => ({ name: nameWords(name), swatch: "line" as const, style: style(name) })) }),
    panels: "half",
  });
}

export function tightnessSection(context: ThermoContext): Section {
  const { report, rows, single, observables } = context;
  const title = "Uncertainty relation";
  if (observables.length === 0) return { id: "tightness", title, body: html`<p class="empty">No observable: no reaction changes anything that is not held fixed.</p>` };
  const still = observables.filter((_, index) => rows.every((row) => !Number.isFinite(drawable(row.observables[index]?.tightness ?? null))));
  const rest = still.length === 0 ? null : html`<p>${listed(still)}: infinite or not defined ${single ? "here" : "throughout"}, because ${report.steady ? "at a steady state no species changes, so its current is 0 or rounding" : "the current vanishes, or a reaction that changes it runs one way"}.</p>`;
  return {
    id: "tightness",
    title,
    body: html`<p>${single ? "A tightness is infinite where a current is 0 or a reaction runs one way, and counts as infinite above 10¹², where the current is rounding; it is not defined where it is 0/0." : "Gaps in a line are infinite values (a current of 0, a one-way reaction, or a tightness above 10¹², where the current is rounding) and values that are not defined (0/0); the tables tell which."}</p>
${rest}${single ? null : relationFigure(context)}${refinementFigure(context) ?? html`<p class="empty">No bound has a finite tightness to draw.</p>`}
${
  report.bounds.length === 0
    ? null
    : tableOf({
        caption: "What the bounds say: f current, D_c scaled diffusion, A_c activity of an observable, sigma entropy production, sigma_c of the reactions that change it",
        columns: ["bound", "on", "equation", "source"].map((name) => ({ name, unit: null })),
        rows: report.bounds.map(({ name, quantity, equation, source }) => [nameWords(name), quantity, equation, source]),
      })
}`,
  };
}
