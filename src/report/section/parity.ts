import type { ParityPoint } from "../../study/result.ts";
import { agreementOf } from "../agreement.ts";
import type { ReportContext, Section } from "../context.ts";
import { figureOf } from "../figure.ts";
import type { LegendEntry } from "../figure.ts";
import { html } from "../html.ts";
import type { Html } from "../html.ts";
import { extentOf, quietInk } from "../chart.ts";
import { parity } from "../plots/parity.ts";
import { perturbationError } from "../plots/perturbation-error.ts";
import { bestFirst } from "./scores.ts";

/** Scatter panels side by side per split, models compared per perturbation, and conditions listed. */
const scatterModels = 4;
const comparedModels = 6;
const comparedConditions = 40;

/** Judged models first, then the baselines they are held against, then the other ones, best first. */
function modelsToShow(context: ReportContext, split: string, points: readonly ParityPoint[]): readonly string[] {
  const { result } = context;
  const present = new Set(points.map((point) => point.model));
  const judged = result.verdicts.filter((verdict) => verdict.split === split);
  const ranked = bestFirst(result.scores.filter((score) => score.split === split && score.metric === result.primary.metric), result.primary.direction).map((score) => score.model);
  const subjects = [...present].filter((model) => context.role(model) === "subject");
  return [...new Set([...subjects, ...judged.map((verdict) => verdict.against), ...ranked, ...present])].filter((model) => present.has(model));
}

function groupBy<Item>(items: readonly Item[], key: (item: Item) => string): ReadonlyMap<string, readonly Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return groups;
}

function scatter(context: ReportContext, split: string, points: readonly ParityPoint[], models: readonly string[]): Html {
  const byModel = groupBy(points, (point) => point.model);
  const shown = models.slice(0, scatterModels);
  const drawn = shown.flatMap((model) => byModel.get(model) ?? []);
  const domain = extentOf(drawn.flatMap((point) => [point.observed, point.predicted]));
  const drawings = shown.map((model) =>
    parity.draw({ model: context.title(model), style: context.style(model), unit: context.responseUnit, points: byModel.get(model) ?? [], domain }),
  );
  const left = models.length - shown.length;
  const legend: readonly LegendEntry[] = [
    ...shown.map((model) => ({ name: `${context.title(model)}, held out`, swatch: "marker" as const, style: context.style(model) })),
    { name: "training", swatch: "open", style: { colour: quietInk, dash: null, marker: "circle" } },
  ];
  return figureOf({
    label: `Predicted against observed responses on ${split}`,
    caption: `Filled: held-out conditions; open grey: training conditions; dashed: perfect prediction.${left > 0 ? ` ${left} more models stand in parity.tsv of the run's folder.` : ""}`,
    drawings,
    legend,
    panels: "quarter",
  });
}

function perPerturbation(context: ReportContext, split: string, points: readonly ParityPoint[], models: readonly string[]): Html | null {
  const held = points.filter((point) => point.role === "test");
  if (held.length === 0) return null;
  const shown = models.slice(0, comparedModels);
  const rows = [...groupBy(held, (point) => point.condition)].map(([name, own]) => {
    const byModel = groupBy(own, (point) => point.model);
    const errors = shown.map((model) => {
      const cells = byModel.get(model) ?? [];
      return agreementOf(cells.map((cell) => cell.observed), cells.map((cell) => cell.predicted)).rmse;
    });
    return { name, errors };
  });
  const listed = rows.slice(0, comparedConditions);
  const drawing = perturbationError.draw({
    split,
    unit: context.responseUnit,
    models: shown.map((model) => ({ name: context.title(model), style: context.style(model) })),
    conditions: listed,
  });
  const left = rows.length - listed.length;
  return figureOf({
    label: `Error per held-out perturbation on ${split}`,
    caption: `Root mean squared error over the features of each held-out condition; further left is better.${left > 0 ? ` ${listed.length} of ${rows.length} conditions are shown, in the order of the data; the rest stands in parity.tsv of the run's folder.` : ""}`,
    drawings: [drawing],
    legend: shown.map((model, index) => ({ name: context.title(model), swatch: index === 0 ? ("marker" as const) : ("open" as const), style: context.style(model) })),
    panels: "wide",
  });
}

export function paritySection(context: ReportContext): Section {
  const title = "Parity per perturbation";
  const bySplit = groupBy(context.result.parity, (point) => point.split);
  if (bySplit.size === 0) return { id: "parity", title, body: html`<p class="empty">No predictions were recorded in this run.</p>` };
  const blocks = context.splits.flatMap((split) => {
    const points = bySplit.get(split);
    if (points === undefined) return [];
    const models = modelsToShow(context, split, points);
    return html`<h3>${split}</h3>${scatter(context, split, points, models)}${perPerturbation(context, split, points, models)}`;
  });
  return { id: "parity", title, body: html`${blocks}` };
}
