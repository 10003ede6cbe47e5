import type { RunResult, Verdict } from "../../study/result.ts";
import { agreementOf } from "../agreement.ts";
import { convergenceOf } from "../convergence.ts";
import type { Convergence } from "../convergence.ts";
import type { ReportContext, Section } from "../context.ts";
import { html } from "../html.ts";
import { count, formatNumber, formatPercent, formatWithError } from "../number.ts";
import { summariseThermodynamics } from "../thermodynamic.ts";

/** One of the five lines a report opens with. */
export interface VerdictLine {
  readonly question: string;
  readonly answers: readonly string[];
  readonly tone: "good" | "bad" | "neutral";
}

const statusSentences: Readonly<Record<RunResult["status"], readonly string[]>> = {
  done: [],
  interrupted: ["The run was interrupted: everything here is the best so far."],
  "out of budget": ["The budget ran out before the run ended: everything here is the best so far."],
  failed: ["The run failed: what it reached before is shown."],
};

function trainingLine(result: RunResult): VerdictLine {
  const question = "Did training converge?";
  const stopped = statusSentences[result.status];
  if (result.training.length === 0) return { question, answers: [...stopped, "No training curve was recorded."], tone: result.status === "done" ? "neutral" : "bad" };
  const tally = new Map<Convergence, number>();
  for (const curve of result.training) {
    const { state } = convergenceOf(curve);
    tally.set(state, (tally.get(state) ?? 0) + 1);
  }
  const total = result.training.length;
  const settled = tally.get("levelled off") ?? 0;
  const answers = [...stopped, `The loss levelled off in ${settled} of ${count(total, "fit")}.`];
  for (const [state, words] of [
    ["still falling", "still falling when training ended: a larger budget may help"],
    ["too short to judge", "too short to judge"],
    ["not finite", "with a loss that is not finite"],
  ] as const) {
    const n = tally.get(state) ?? 0;
    if (n > 0) answers.push(`${count(n, "fit")} ${state === "still falling" ? (n === 1 ? "was " : "were ") : ""}${words}.`);
  }
  const tone = settled === total && stopped.length === 0 ? "good" : (tally.get("not finite") ?? 0) > 0 || stopped.length > 0 ? "bad" : "neutral";
  return { question, answers, tone };
}

/** One judged model on one split, in a sentence that does not flatter. */
export function verdictSentence(verdict: Verdict, result: RunResult, title: (model: string) => string): string {
  const scoreOf = (model: string) =>
    result.scores.find((score) => score.split === verdict.split && score.model === model && score.metric === verdict.metric);
  const [own, other] = [scoreOf(verdict.model), scoreOf(verdict.against)];
  const [model, against] = [title(verdict.model), title(verdict.against)];
  const numbers =
    own === undefined || other === undefined
      ? verdict.metric
      : `${verdict.metric} ${formatWithError(own.value, own.se)} against ${formatWithError(other.value, other.se)}`;
  const difference = `difference ${formatWithError(verdict.difference, verdict.se)}`;
  const n = own === undefined ? "" : `, ${count(own.n, "condition")}`;
  const rest = `${numbers}; ${difference}${n}`;
  const rival = verdict.rival === "simple" ? `the best simple baseline, ${against}` : against;
  if (verdict.verdict === "advantage") return `On ${verdict.split}, ${model} beats ${rival}: ${rest}.`;
  if (verdict.verdict === "loses") return `On ${verdict.split}, ${model} loses to ${rival}: ${rest}.`;
  return `On ${verdict.split}, ${model} shows no advantage over ${rival}: ${rest}, within two standard errors.`;
}

const sentencesShown = 6;

/** Worst first. */
const verdictOrder: readonly Verdict["verdict"][] = ["loses", "no advantage", "advantage"];

function predictionLine(result: RunResult, title: (model: string) => string): VerdictLine {
  const question = "What beats what?";
  const verdicts = result.verdicts.filter((verdict) => verdict.metric === result.primary.metric);
  if (verdicts.length === 0) return { question, answers: [`No verdict: nothing was judged in the primary metric, ${result.primary.metric}.`], tone: "neutral" };
  // Where not all fit, a defeat is never what is left out.
  const shown = verdicts.length > sentencesShown ? verdicts.toSorted((a, b) => verdictOrder.indexOf(a.verdict) - verdictOrder.indexOf(b.verdict)).slice(0, sentencesShown) : verdicts;
  const answers = shown.map((verdict) => verdictSentence(verdict, result, title));
  const left = verdicts.filter((verdict) => !shown.includes(verdict));
  if (left.length > 0) {
    const tally = verdictOrder.map((kind) => [kind, left.filter((verdict) => verdict.verdict === kind).length] as const).filter(([, n]) => n > 0);
    answers.push(`${left.length} more (${tally.map(([kind, n]) => `${n} ${kind}`).join(", ")}) stand in the table of verdicts.`);
  }
  const has = (kind: Verdict["verdict"]): boolean => verdicts.some((verdict) => verdict.verdict === kind);
  return { question, answers, tone: has("loses") ? "bad" : has("no advantage") ? "neutral" : "good" };
}

/** Mean over trajectories of the correlation of learned and deleted flux, each trajectory weighted equally. */
export function fluxAgreement(result: RunResult, role: "train" | "test"): { readonly mean: number; readonly judged: number; readonly all: number } {
  const known = result.learnedFluxes.filter((curve) => curve.truth !== null && curve.role === role);
  const correlations = known.map((curve) => agreementOf(curve.truth ?? [], curve.learned).correlation).filter(Number.isFinite);
  return { mean: correlations.reduce((sum, value) => sum + value, 0) / correlations.length, judged: correlations.length, all: known.length };
}

function learnedLine(result: RunResult): VerdictLine {
  const question = "How much did the learned part carry?";
  const shares = result.shares.filter((share) => Number.isFinite(share.share));
  const answers: string[] = [];
  const least = shares.reduce((low, share) => (share.share < low.share ? share : low), shares[0] ?? { split: "", species: "", share: Number.NaN });
  if (shares.length > 0) {
    const mean = shares.reduce((sum, share) => sum + share.share, 0) / shares.length;
    answers.push(`The mechanism carries ${formatPercent(mean)} of the squared rate of change on average over species and splits; least for ${least.species} (${formatPercent(least.share)} on ${least.split}).`);
    if (least.share < 0.5) answers.push(`Where the share is below one half, the prediction rests on the learned part more than on the mechanism.`);
  }
  const held = fluxAgreement(result, "test");
  if (held.judged > 0)
    answers.push(`Over ${count(held.judged, "held-out trajectory", "held-out trajectories")} the learned flux correlates ${formatNumber(held.mean)} with the deleted one, each trajectory weighted equally.`);
  if (answers.length === 0) answers.push("Nothing learned was recorded: neither a mechanism share nor a learned flux.");
  return { question, answers, tone: "neutral" };
}

/** The five lines, in the order readers ask; also what a terminal may print. */
export function verdictLines(result: RunResult, title: (model: string) => string = (model) => model): readonly VerdictLine[] {
  const thermodynamics = summariseThermodynamics(result);
  return [
    trainingLine(result),
    predictionLine(result, title),
    { question: "Consistent with thermodynamics?", answers: thermodynamics.sentences, tone: thermodynamics.tone },
    learnedLine(result),
    { question: "What to do next?", answers: [result.next === "" ? "No suggestion was recorded." : result.next], tone: "neutral" },
  ];
}

export function verdictSection(context: ReportContext): Section {
  const lines = verdictLines(context.result, context.title);
  return {
    id: "verdict",
    title: "Verdict",
    body: html`<dl class="verdict">${lines.map(
      (line) => html`<div class="${line.tone}"><dt>${line.question}</dt><dd>${line.answers.map((answer) => html`<p>${answer}</p>`)}</dd></div>\n`,
    )}</dl>`,
  };
}
