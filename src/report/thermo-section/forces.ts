import type { Section } from "../context.ts";
import type { Drawing } from "../drawing.ts";
import { figureOf } from "../figure.ts";
import { hasLine } from "../gaps.ts";
import { html } from "../html.ts";
import type { Html } from "../html.ts";
import { forces } from "../plots/forces.ts";
import { netFluxes } from "../plots/net-fluxes.ts";
import { reactionBars } from "../plots/reaction-bars.ts";
import { leading, listed, timeWords } from "./context.ts";
import type { StyledValues, ThermoContext } from "./context.ts";

const drawnReactions = 7;
const drawnBars = 24;
const caption = "The force of a reaction is ln(J⁺/J⁻), forward over reverse flux: 0 in balance, positive where it runs forward. Net flux and force have the same sign, which is the second law reaction by reaction.";
const force = "force ln(J⁺/J⁻)";

/** Forces that are infinite or not defined, in words. */
function missingForces({ rows, reactions }: ThermoContext): Html | null {
  const all = (id: string): readonly (number | null)[] => rows.map((row) => row.forces[id] ?? null);
  const infinite = reactions.filter((id) => all(id).some((value) => value !== null && Math.abs(value) === Infinity));
  const unknown = reactions.filter((id) => all(id).every((value) => value === null));
  if (infinite.length + unknown.length === 0) return null;
  return html`<p>${infinite.length === 0 ? null : `Infinite force, so not drawn there: ${listed(infinite)}.`} ${unknown.length === 0 ? null : `No force: ${listed(unknown)}, whose rate law gives no forward and reverse flux, or which stands still.`}</p>`;
}

function throughTime(context: ThermoContext): Html | null {
  const { rows, times, units, reactions, reactionStyle } = context;
  const styled = (valuesOf: (id: string) => readonly number[]): readonly StyledValues[] =>
    leading(reactions.filter((id) => hasLine(valuesOf(id))), valuesOf, drawnReactions).map((name) => ({ name, style: reactionStyle(name), values: valuesOf(name) }));
  const withForce = styled((id) => rows.map((row) => row.forces[id] ?? Number.NaN));
  const withFlux = styled((id) => rows.map((row) => row.fluxes[id] ?? Number.NaN));
  const drawings: Drawing[] = [];
  if (withForce.length > 0) drawings.push(forces.draw({ title: "Forces", timeUnit: units.time, times, reactions: withForce }));
  if (withFlux.length > 0) drawings.push(netFluxes.draw({ title: "Net fluxes", timeUnit: units.time, unit: units.flux, times, reactions: withFlux }));
  if (drawings.length === 0) return null;
  const drawn = reactions.filter((id) => [...withForce, ...withFlux].some(({ name }) => name === id));
  const left = reactions.length > drawnReactions ? ` At most ${drawnReactions} of ${reactions.length} reactions are drawn in each panel, those with the largest values.` : "";
  return figureOf({ label: "Forces and net fluxes through time", caption: `${caption}${left}`, drawings, legend: drawn.map((name) => ({ name, swatch: "line", style: reactionStyle(name) })), panels: "half" });
}

function atOneState({ single, units, reactions, reactionStyle }: ThermoContext): Html | null {
  if (single === null) return null;
  const drawn = leading(reactions, (id) => [single.fluxes[id] ?? Number.NaN], drawnBars);
  const bars = (values: Readonly<Record<string, number | null>>) => drawn.map((name) => ({ name, style: reactionStyle(name), value: values[name] ?? null }));
  const left = reactions.length > drawn.length ? ` ${drawn.length} of ${reactions.length} reactions are drawn, those with the largest net flux.` : "";
  const panels = [
    { title: "Forces", quantity: force, unit: "1", reactions: bars(single.forces) },
    { title: "Net fluxes", quantity: "net flux", unit: units.flux, reactions: bars(single.fluxes) },
  ].filter((panel) => panel.reactions.some(({ value }) => value !== null && Number.isFinite(value)));
  if (panels.length === 0) return null;
  return figureOf({ label: `Forces and net fluxes ${timeWords(single.time)}`, caption: `${caption}${left}`, drawings: panels.map((panel) => reactionBars.draw(panel)), panels: "half" });
}

export function forcesSection(context: ThermoContext): Section {
  const figure = context.single ? atOneState(context) : throughTime(context);
  return { id: "forces", title: "Forces and net fluxes", body: html`${missingForces(context)}${figure ?? html`<p class="empty">No finite force or flux to draw.</p>`}` };
}
