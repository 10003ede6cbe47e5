import type { Section } from "../context.ts";
import { html } from "../html.ts";
import type { VerdictLine } from "../section/verdict.ts";

/** The five lines that a page opens with. */
export const verdictSectionOf = (lines: readonly VerdictLine[]): Section => ({
  id: "verdict",
  title: "Verdict",
  body: html`<dl class="verdict">${lines.map(({ question, answers, tone }) => html`<div class="${tone}"><dt>${question}</dt><dd>${answers.map((answer) => html`<p>${answer}</p>`)}</dd></div>\n`)}</dl>`,
});
