import type { StochasticThermo } from "../../thermo/index.ts";
import { count, formatPercent, formatWithError } from "../number.ts";
import type { VerdictLine } from "../section/verdict.ts";
import { listed } from "./context.ts";
import { lawLine } from "./verdict-text.ts";

function oneWayLine({ reactions, counts }: StochasticThermo): VerdictLine {
  const question = "What runs one way?";
  const byLaw = reactions.filter(({ kind }) => kind === "one-way").map(({ id }) => id);
  const unseen = counts.plugIn.oneDirection.map((index) => reactions[index]?.id ?? "").filter((id) => !byLaw.includes(id));
  const answers = [
    ...(byLaw.length === 0 ? [] : [`${listed(byLaw)}: no reverse rate, so entropy production is infinite; the kinetic uncertainty relation still holds.`]),
    ...(unseen.length === 0 ? [] : [`${listed(unseen)} ran in one direction alone in these runs, though the reverse is possible: sample more, or longer.`]),
  ];
  return answers.length === 0 ? { question, answers: ["Nothing: every reaction ran both ways, or not at all."], tone: "good" } : { question, answers, tone: "neutral" };
}

function distanceLine({ entropyProduction, reactions, steady }: StochasticThermo, unit: string): VerdictLine {
  const question = "How far from equilibrium?";
  const better = entropyProduction === null ? null : entropyProduction.jumps.standardError < entropyProduction.states.standardError ? entropyProduction.jumps : entropyProduction.states;
  const rate = better === null || Number.isNaN(better.value) ? "Entropy production is not defined for this network." : better.value === Infinity ? "Entropy production is infinite." : `Entropy production is ${formatWithError(better.value, better.standardError)} ${unit}.`;
  const clear = reactions.filter(({ net }) => net.standardError > 0 && Math.abs(net.value) > 2 * net.standardError).map(({ id }) => id);
  const flows = clear.length === 0 ? "No reaction has net events beyond two standard errors." : `Net events beyond two standard errors: ${listed(clear, 6)}.`;
  return { question, answers: [rate, flows, steady.applied ? "The window is steady as far as these runs tell." : "The window is not steady: what is counted includes relaxation."], tone: "neutral" };
}

function boundLine({ currents, fromCurrents, entropyProduction }: StochasticThermo): VerdictLine {
  const question = "Which bound is tightest?";
  const judged = currents.flatMap(({ name, uncertainty, kinetic }) => [
    ...(uncertainty && Number.isFinite(uncertainty.value) ? [{ relation: "Uncertainty relation", name, ...uncertainty }] : []),
    ...(kinetic && Number.isFinite(kinetic.value) ? [{ relation: "Kinetic uncertainty relation", name, ...kinetic }] : []),
  ]);
  const [tightest] = judged.toSorted((a, b) => a.value - b.value);
  const rate = entropyProduction?.jumps.value ?? Number.NaN;
  const least = fromCurrents?.lower ?? null;
  return {
    question,
    answers: [
      tightest === undefined ? "No relation could be judged: no steady window, or no current beyond its noise." : `${tightest.relation} of ${tightest.name}: ${formatWithError(tightest.value, tightest.standardError)} (bound 1).`,
      ...(fromCurrents !== null && least !== null && Number.isFinite(rate) && rate > 0 ? [`The currents alone show at least ${formatPercent(least / rate)} of the entropy production, with ${formatPercent(fromCurrents.level)} confidence.`] : []),
    ],
    tone: "neutral",
  };
}

function nextLine({ steady, counts, runs, requestedRuns, findings, reactions }: StochasticThermo): VerdictLine {
  const answers: string[] = [];
  if (findings.some(({ verdict }) => verdict === "violated")) answers.push("Look at the violated findings first; with another seed they should stay if they are real.");
  if (runs < requestedRuns) answers.push(`${runs} of ${requestedRuns} runs were complete: let it run to its end.`);
  if (!steady.applied) answers.push("Let the window start later, so that the runs forget their start.");
  if (reactions.some(({ kind }) => kind === "one-way")) answers.push("Give one-way reactions a reverse rate, however small.");
  else if (counts.plugIn.oneDirection.length > 0 || counts.plugIn.bias > 0.1 * Math.abs(counts.plugIn.rate)) answers.push("Counts are low: sample more runs, or a longer window.");
  return { question: "What to do next?", answers: answers.length > 0 ? answers : [`Nothing needs repair. Standard errors fall with the square root of the number of runs (${count(runs, "run")} here).`], tone: "neutral" };
}

/** The five lines of a report on sampled runs. */
export const sampledVerdict = (report: StochasticThermo, unit: string): readonly VerdictLine[] => [lawLine(report), oneWayLine(report), distanceLine(report, unit), boundLine(report), nextLine(report)];
