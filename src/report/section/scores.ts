import type { Score, Verdict } from "../../study/result.ts";
import type { ReportContext, Section } from "../context.ts";
import type { Drawing } from "../drawing.ts";
import { figureOf } from "../figure.ts";
import { html } from "../html.ts";
import type { Html } from "../html.ts";
import { count, formatNumber, formatWithError } from "../number.ts";
import { score } from "../plots/score.ts";
import { metricUnit } from "../unit.ts";

/** Scores best first; what is not a number stands last. */
export function bestFirst(scores: readonly Score[], direction: "lower" | "higher"): readonly Score[] {
  const sign = direction === "lower" ? 1 : -1;
  return scores.toSorted((a, b) => {
    const [left, right] = [Number.isNaN(a.value), Number.isNaN(b.value)];
    if (left || right) return Number(left) - Number(right);
    return sign * (a.value - b.value);
  });
}

const badges = { advantage: "▲ advantage", "no advantage": "● no advantage", loses: "▼ loses" } as const;

function badge(verdict: Verdict | undefined): Html {
  if (verdict === undefined) return html`<td class="quiet">–</td>`;
  return html`<td><span class="badge ${verdict.verdict.replace(" ", "-")}">${badges[verdict.verdict]}</span></td>`;
}

function splitTable(context: ReportContext, split: string): Html {
  const { result } = context;
  const { metric: primary, direction } = result.primary;
  const here = result.scores.filter((one) => one.split === split);
  const published = (result.published ?? []).filter((one) => one.split === split);
  const metrics = [...new Set([primary, ...here.map((one) => one.metric), ...published.map((one) => one.metric)])];
  const ranked = bestFirst(here.filter((one) => one.metric === primary), direction).map((one) => one.model);
  const models = [...new Set([...ranked, ...here.map((one) => one.model)])];
  const ownMetric = (one: { readonly metric: string }): boolean => one.metric === primary;
  const rows = models.map((model) => {
    const own = here.filter((one) => one.model === model);
    const verdict = result.verdicts.find((one) => one.split === split && one.model === model && ownMetric(one));
    const role = context.role(model);
    const cells = metrics.map((metric) => {
      const found = own.find((one) => one.metric === metric);
      return found === undefined ? html`<td class="none">–</td>` : html`<td class="number">${formatWithError(found.value, found.se)}</td>`;
    });
    return html`<tr class="${role}"><th scope="row">${context.title(model)}${role === "baseline" ? null : html` <span class="tag">${role}</span>`}</th>${cells}<td class="number">${own.find(ownMetric)?.n ?? own[0]?.n ?? null}</td>${badge(verdict)}</tr>\n`;
  });
  const literature = [...new Set(published.map((one) => one.model))].map((model) => {
    const own = published.filter((one) => one.model === model);
    const cells = metrics.map((metric) => {
      const found = own.find((one) => one.metric === metric);
      return found === undefined ? html`<td class="none">–</td>` : html`<td class="number">${formatNumber(found.value, 4)}</td>`;
    });
    const sources = [...new Set(own.map((one) => one.source))].join("; ");
    return html`<tr class="published"><th scope="row">${model} <span class="tag">published</span></th>${cells}<td class="none">–</td><td>${sources}</td></tr>\n`;
  });
  const excluded = result.notApplicable
    .filter((one) => one.split === split)
    .map((one) => html`<tr class="excluded"><th scope="row">${context.title(one.model)}</th><td colspan="${metrics.length + 2}">does not apply: ${one.reason}</td></tr>\n`);
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Scores on ${split}">
<table class="scores"><caption>Scores on ${split}: value ± standard error over conditions, ordered by ${primary} (${direction} is better)</caption>
<thead><tr><th scope="col">model</th>${metrics.map((metric) => html`<th scope="col" class="number">${metric}${metric === primary ? html` <span class="tag">primary</span>` : null}</th>`)}<th scope="col" class="number">n</th><th scope="col">verdict</th></tr></thead>
<tbody>${rows}${literature}${excluded}</tbody></table></div>`;
}

/** By how much our models miss or meet published figures, in words. */
function publishedSentences(context: ReportContext): readonly string[] {
  const { result } = context;
  return (result.published ?? []).flatMap((one) =>
    result.scores
      .filter((own) => own.split === one.split && own.metric === one.metric && context.role(own.model) === "subject" && Number.isFinite(own.value))
      .map((own) => {
        const difference = own.value - one.value;
        return `On ${one.split}, ${context.title(own.model)} reaches ${one.metric} ${formatNumber(own.value, 4)}; published for ${one.model}: ${formatNumber(one.value, 4)} (${difference < 0 ? "" : "+"}${formatNumber(difference, 2)}).`;
      }),
  );
}

function verdictTable(context: ReportContext): Html | null {
  const { verdicts } = context.result;
  if (verdicts.length === 0) return null;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Verdicts">
<table><caption>Verdicts: model minus the best simple baseline of its split, or minus a fitted one, with the paired-bootstrap standard error over conditions; an advantage needs more than two</caption>
<thead><tr><th scope="col">split</th><th scope="col">model</th><th scope="col">metric</th><th scope="col">against</th><th scope="col" class="number">difference</th><th scope="col">verdict</th></tr></thead>
<tbody>${verdicts.map(
    (verdict) => html`<tr><th scope="row">${verdict.split}</th><td>${context.title(verdict.model)}</td><td>${verdict.metric}</td><td>${context.title(verdict.against)}</td><td class="number">${formatWithError(verdict.difference, verdict.se)}</td>${badge(verdict)}</tr>\n`,
  )}</tbody></table></div>`;
}

/** The primary metric of every model, one drawing per split that has a score. */
export function scoreDrawings(context: ReportContext): readonly Drawing[] {
  const { result } = context;
  const { metric, direction } = result.primary;
  return scoredSplits(context).flatMap((split) => {
    const ranked = bestFirst(result.scores.filter((one) => one.split === split && one.metric === metric), direction);
    if (!ranked.some((one) => Number.isFinite(one.value))) return [];
    return score.draw({
      split,
      metric,
      direction,
      unit: metricUnit(metric, context.responseUnit),
      models: ranked.map((one) => ({ name: context.title(one.model), style: context.style(one.model), emphasis: context.role(one.model) === "subject", value: one.value, se: one.se, n: one.n })),
    });
  });
}

const scoredSplits = ({ result, splits }: ReportContext): readonly string[] =>
  splits.filter((split) => result.scores.some((one) => one.split === split) || result.notApplicable.some((one) => one.split === split));

export function scoresSection(context: ReportContext): Section {
  const { result } = context;
  const { metric, direction } = result.primary;
  if (result.scores.length === 0)
    return { id: "scores", title: "Scores", body: html`<p class="empty">No test score was computed in this run.</p>` };
  const splits = scoredSplits(context);
  const drawings = scoreDrawings(context);
  return {
    id: "scores",
    title: "Scores",
    body: html`<p>${count(splits.length, "split")}; primary metric ${metric}, ${direction} is better. Scores come from whole held-out conditions; n counts them.</p>
${publishedSentences(context).map((sentence) => html`<p>${sentence}</p>`)}
${drawings.length === 0 ? null : figureOf({ label: `Primary metric ${metric} of every model`, caption: "Filled markers are the models under judgement, open ones baselines and controls; whiskers are two standard errors; the dotted line carries the judged value down to the baselines.", drawings, panels: "half" })}
${splits.map((split) => splitTable(context, split))}
${verdictTable(context)}`,
  };
}
