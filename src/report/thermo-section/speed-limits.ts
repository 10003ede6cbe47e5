import type { Bound } from "../../thermo/index.ts";
import type { Section } from "../context.ts";
import { figureOf } from "../figure.ts";
import { html } from "../html.ts";
import { formatNumber } from "../number.ts";
import { speedLimitBars } from "../plots/speed-limit-bars.ts";
import type { SpeedLimitPanel } from "../plots/speed-limit-bars.ts";
import { tableOf } from "../table.ts";
import type { ThermoContext } from "./context.ts";
import { nameWords } from "./verdict-text.ts";

const drawnPanels = 8;

const short = (name: string): string => nameWords(name.replace(/-?speed-limit$/, "")).replace(/^$/, "speed limit");
const isPlaced = ({ limits }: SpeedLimitPanel): boolean => limits.some(({ required }) => required !== null && required > 0 && required < Infinity);

export function speedLimitsSection({ report, units, about }: ThermoContext): Section {
  const [id, title] = ["speed-limits", "Speed limits"];
  const limits = report.speedLimits;
  if (limits === null) return { id, title, body: html`<p class="empty">${report.steady ? "A steady state goes nowhere, so no speed limit applies." : "No speed limit: the path was not run to its end, or has no length in time."}</p>` };
  const concentration = about.units?.concentration === undefined ? "" : ` ${about.units.concentration}`;
  const panelOf = (name: string, note: string, some: readonly Bound[]): SpeedLimitPanel => ({
    title: name,
    note,
    timeUnit: units.time,
    taken: limits.duration,
    limits: some.map((bound) => ({ name: short(bound.name), required: Number.isNaN(bound.value) ? null : bound.value, tightness: bound.tightness })),
  });
  const all = [
    ...limits.observables.map((one) => panelOf(one.name, `moved ${formatNumber(one.length)}${concentration}`, one.limits)),
    panelOf("All species together", `path of length ${formatNumber(limits.length)}${concentration}`, limits.limits),
  ];
  const panels = all.filter(isPlaced);
  const shown = panels.slice(0, drawnPanels);
  const empty = all.filter((panel) => !isPlaced(panel)).map((panel) => panel.title);
  const infinite = limits.entropyProduction === Infinity ? html`<p>The path costs infinite entropy because a reaction runs one way: limits from entropy production allow any speed (least time 0); those from activity still bind.</p>` : null;
  const facts = new Map([...limits.limits, ...limits.observables.flatMap((one) => one.limits)].map((bound) => [bound.name, bound]));
  return {
    id,
    title,
    body: html`${infinite}${empty.length === 0 ? null : html`<p>No limit to draw for ${empty.map((name) => `“${name}”`).join(", ")}: every least time is 0 or not known.</p>`}
${
  shown.length === 0
    ? null
    : figureOf({
        label: "Least time and time taken",
        caption: `Each dot is the least time that a limit allows for what happened, the line the time it took, the bar between them the room that is left. A dot on the line would be a path as fast as nature allows.${panels.length > shown.length ? ` ${shown.length} of ${panels.length} panels are drawn.` : ""}`,
        drawings: shown.map((panel) => speedLimitBars.draw(panel)),
        panels: "half",
      })
}
${tableOf({
  caption: "What the limits say: tau time, Sig entropy produced, L length moved, D diffusion, A activity",
  columns: ["limit", "equation", "source"].map((name) => ({ name, unit: null })),
  rows: [...facts.values()].map(({ name, equation, source }) => [short(name), equation, source]),
})}`,
  };
}
