import type { Section } from "../context.ts";
import { html } from "../html.ts";
import type { Html } from "../html.ts";
import { count, formatNumber } from "../number.ts";
import type { VerdictLine } from "../section/verdict.ts";
import type { SimulationReport } from "./report.ts";

const sentence = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;

/** The lines that the page opens with. */
export function simulationVerdict(report: SimulationReport): readonly VerdictLine[] {
  const { runs, times, method, problem, isInterrupted, precision, columns } = report;
  const end = formatNumber(times.at(-1) ?? 0);
  const ended =
    problem !== null
      ? [`No: ${problem}.`]
      : isInterrupted
        ? [`It was interrupted${runs === null ? "" : ` after ${runs.done} of ${runs.asked} runs`}: what is there is shown, and can be gone on with.`]
        : [runs === null ? `Yes, to time ${end}.` : `Yes: ${count(runs.done, "run")} to time ${end}.`];
  const worst = largestError(report);
  return [
    { question: "Did it get there?", answers: ended, tone: problem !== null || isInterrupted ? "bad" : "good" },
    {
      question: "By what method?",
      answers: [`${sentence(method.title)}, ${method.kind === "ODE" ? "differential equations" : `${method.kind} sampling of single molecules`}.`, ...(method.kind === "approximate" && method.use !== null ? [`For ${method.use}.`] : [])],
      tone: "neutral",
    },
    ...(runs === null
      ? []
      : [
          {
            question: "How precise is it?",
            answers: precision === null ? [worst === null ? "Too few runs to say." : `The largest standard error of a mean is ${formatNumber(100 * worst.error, 2)} % of its column's largest mean (${worst.id}).`] : [`${sentence(precision.text)}.`],
            tone: precision === null ? ("neutral" as const) : precision.isReached ? ("good" as const) : ("bad" as const),
          },
        ]),
    { question: "What is shown?", answers: [`${count(columns.length, "column")} at ${count(times.length, "time")}.`], tone: "neutral" },
  ];
}

/** Largest standard error of a mean, relative to the largest mean of its column. */
function largestError({ runs, columns }: SimulationReport): { readonly id: string; readonly error: number } | null {
  if (runs === null || runs.done < 2) return null;
  let worst: { readonly id: string; readonly error: number } | null = null;
  for (const { id, mean, sd } of columns) {
    const scale = Math.max(0, ...(mean ?? []).map(Math.abs));
    const error = Math.max(0, ...(sd ?? []).map((one) => one ?? 0)) / Math.sqrt(runs.done) / scale;
    if (scale > 0 && error > (worst?.error ?? -1)) worst = { id, error };
  }
  return worst;
}

const factsOf = (facts: readonly (readonly [string, string])[]): Html => html`<dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;

/** How the numbers were made. */
export function simulationNumerics({ method, steps, stepsAre, facts, warnings, runs }: SimulationReport): Section {
  const all: (readonly [string, string])[] = [["method", method.id], ["kind", method.kind], [stepsAre, String(steps)], ...(runs === null ? [] : [["runs", `${runs.done} of ${runs.asked}`] as const]), ...facts, ["source", method.source]];
  return {
    id: "numerics",
    title: "Numerics",
    body: html`${factsOf(all)}
${warnings.length === 0 ? html`<p>No warnings.</p>` : html`<h3>Warnings</h3><ul>${warnings.map((warning) => html`<li>${warning}</li>`)}</ul>`}`,
  };
}

/** How the page came to be, with the command to copy. */
export function simulationProvenance({ command, reproduce, model, version, date, seed }: SimulationReport): Section {
  return {
    id: "provenance",
    title: "Provenance",
    body: html`<p>To make this page again:</p>
<pre class="command" tabindex="0" aria-label="Command that makes this page again; click to select it"><code>${command}</code></pre>
${reproduce === null ? null : html`<p>To run it again and compare every value:</p>
<pre class="command" tabindex="0" aria-label="Command that runs this simulation again and compares; click to select it"><code>${reproduce}</code></pre>`}
${factsOf([["model", model], ["tool", `semimech ${version}`], ["date", date], ...(seed === null ? [] : [["root seed", seed] as const])])}`,
  };
}
