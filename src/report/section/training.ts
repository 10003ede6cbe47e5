import type { TrainingCurve } from "../../study/result.ts";
import { convergenceOf, levelledOffBelow } from "../convergence.ts";
import type { ReportContext, Section } from "../context.ts";
import type { Cell } from "../drawing.ts";
import { figureOf } from "../figure.ts";
import { html } from "../html.ts";
import { training } from "../plots/training.ts";
import { seriesStyle } from "../series-style.ts";
import { tableOf } from "../table.ts";
import { formatPercent } from "../number.ts";

const drawnPanels = 12;

function smallest(values: readonly number[]): number | null {
  return values.reduce<number | null>((low, value) => (Number.isFinite(value) && (low === null || value < low) ? value : low), null);
}

/** How the fits of one model on one split ended. */
function row(fits: readonly TrainingCurve[], title: string, split: string): readonly Cell[] {
  const settled = fits.filter((curve) => convergenceOf(curve).state === "levelled off").length;
  const drops = fits.map((curve) => convergenceOf(curve).drop).filter(Number.isFinite);
  const largest = drops.reduce((high, drop) => Math.max(high, drop), 0);
  return [
    title,
    split,
    fits.length,
    settled,
    Math.max(...fits.map((curve) => curve.iteration.at(-1) ?? 0)),
    smallest(fits.map((curve) => curve.loss[0] ?? Number.NaN)),
    smallest(fits.flatMap((curve) => curve.loss)),
    smallest(fits.flatMap((curve) => curve.validation).flatMap((value) => value ?? [])),
    drops.length === 0 ? "–" : formatPercent(largest),
  ];
}

export function trainingSection(context: ReportContext): Section {
  const curves = context.result.training;
  if (curves.length === 0) return { id: "training", title: "Training", body: html`<p class="empty">No training curve was recorded in this run.</p>` };
  const groups = new Map<string, TrainingCurve[]>();
  for (const curve of curves) {
    const key = JSON.stringify([curve.split, curve.model]);
    groups.set(key, [...(groups.get(key) ?? []), curve]);
  }
  const drawings = [...groups.values()].slice(0, drawnPanels).flatMap((fits) => {
    const first = fits[0];
    return first === undefined ? [] : training.draw({ split: first.split, model: context.title(first.model), style: context.style(first.model), fits });
  });
  const left = groups.size - drawings.length;
  const grey = { ...seriesStyle(6), dash: null };
  return {
    id: "training",
    title: "Training",
    body: html`${figureOf({
      label: "Loss during training",
      caption: `One panel per model and split, every fit overlaid.${left > 0 ? ` ${left} more panels stand in training.tsv of the run's folder.` : ""}`,
      drawings,
      legend: [
        { name: "training loss", swatch: "line", style: grey },
        { name: "validation loss", swatch: "line", style: { ...grey, dash: "4 3" } },
      ],
      panels: "small",
    })}
${tableOf({
  caption: `How the fits ended; losses are dimensionless; over the fits of a row: most iterations, lowest losses, largest late drop. Levelled off: the best loss fell by less than ${formatPercent(levelledOffBelow)} over the last tenth of the iterations.`,
  columns: ["model", "split", "fits", "levelled off", "iterations", "first loss", "lowest loss", "lowest validation", "late drop"].map((name) => ({ name, unit: null })),
  rows: [...groups.values()].flatMap((fits) => {
    const first = fits[0];
    return first === undefined ? [] : [row(fits, context.title(first.model), first.split)];
  }),
})}`,
  };
}
