import type { LearnedFluxCurve } from "../../study/result.ts";
import { agreementOf } from "../agreement.ts";
import type { ReportContext, Section } from "../context.ts";
import type { Drawing } from "../drawing.ts";
import { figureOf } from "../figure.ts";
import { html } from "../html.ts";
import type { Html } from "../html.ts";
import { count, formatNumber } from "../number.ts";
import { learnedFlux } from "../plots/learned-flux.ts";
import { mechanismShare } from "../plots/mechanism-share.ts";
import { seriesStyle, truthStyle } from "../series-style.ts";
import { tableOf } from "../table.ts";
import { fluxAgreement } from "./verdict.ts";

const drawnPanels = 12;
const listedTrajectories = 40;

function shareDrawings(context: ReportContext): readonly Drawing[] {
  const splits = [...new Set(context.result.shares.map((share) => share.split))];
  return splits.map((split) => {
    const own = context.result.shares.filter((share) => share.split === split);
    const species = [...new Set(own.map((share) => share.species))];
    // Several fits of one split each bring a share: their mean is drawn.
    const shares = species.map((name) => {
      const values = own.filter((share) => share.species === name).map((share) => share.share);
      return { species: name, share: values.reduce((sum, value) => sum + value, 0) / values.length };
    });
    return mechanismShare.draw({ split, shares });
  });
}

function chosen(curves: readonly LearnedFluxCurve[]): readonly LearnedFluxCurve[] {
  return [...curves.filter((curve) => curve.role === "test"), ...curves.filter((curve) => curve.role === "train")];
}

function fluxFigures(context: ReportContext): Html | null {
  const curves = chosen(context.result.learnedFluxes);
  if (curves.length === 0) return null;
  const drawings = curves.slice(0, drawnPanels).map((curve) => learnedFlux.draw({ ...curve, timeUnit: context.timeUnit }));
  const known = curves.filter((curve) => curve.truth !== null);
  const held = fluxAgreement(context.result, "test");
  const seen = fluxAgreement(context.result, "train");
  const means = [
    { words: "held-out", ...held },
    { words: "training", ...seen },
  ].filter((one) => one.judged > 0);
  const left = curves.length - drawings.length;
  return html`${means.map(
    (one) => html`<p>Learned against deleted flux over ${one.words} trajectories, each weighted equally: mean correlation ${formatNumber(one.mean)} (${count(one.judged, "trajectory", "trajectories")}${one.all > one.judged ? `; ${one.all - one.judged} left out because a flux does not vary there` : ""}).</p>`,
  )}
${figureOf({
  label: known.length > 0 ? "Learned flux beside the deleted one" : "Learned flux through time",
  caption: `${known.length > 0 ? "The dotted line is the flux of the reaction that was taken out of the model before training." : "The true flux is not known."}${left > 0 ? ` ${drawings.length} of ${curves.length} trajectories are drawn, held-out ones first; the rest stands in learned-fluxes.tsv of the run's folder.` : ""}`,
  drawings,
  legend: [
    { name: "learned", swatch: "line", style: seriesStyle(0) },
    ...(known.length > 0 ? [{ name: "deleted (truth)", swatch: "line" as const, style: truthStyle }] : []),
  ],
  panels: "small",
})}
${
  known.length === 0
    ? null
    : tableOf({
        caption: `Learned against deleted flux per trajectory${known.length > listedTrajectories ? `, the first ${listedTrajectories} of ${known.length}` : ""}`,
        columns: [
          { name: "flux", unit: null },
          { name: "condition", unit: null },
          { name: "role", unit: null },
          { name: "correlation", unit: "dimensionless" },
          { name: "RMSE", unit: known[0]?.unit ?? "" },
        ],
        rows: known.slice(0, listedTrajectories).map((curve) => {
          const agreement = agreementOf(curve.truth ?? [], curve.learned);
          return [curve.flux, curve.condition, curve.role === "test" ? "held out" : "training", agreement.correlation, agreement.rmse];
        }),
      })
}`;
}

export function residualSection(context: ReportContext): Section {
  const title = "Residual against mechanism";
  const shares = shareDrawings(context);
  const fluxes = fluxFigures(context);
  if (shares.length === 0 && fluxes === null)
    return { id: "residual", title, body: html`<p class="empty">This run recorded neither a learned flux nor a mechanism share.</p>` };
  return {
    id: "residual",
    title,
    body: html`${fluxes}${
      shares.length === 0
        ? html`<p class="empty">No mechanism share was recorded.</p>`
        : figureOf({
            label: "Mechanism share per species",
            caption: "1 − Σg²/Σ(f² + g²), where f is the known mechanism's and g the learned part's rate of change along the fitted training trajectories: 100 % = mechanism alone, 50 % = both parts equally large.",
            drawings: shares,
            panels: "half",
          })
    }`,
  };
}
