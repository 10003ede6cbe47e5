import { expect, test } from "vitest";
import { verdictLines, verdictSentence } from "../../../src/report/index.ts";
import { fluxAgreement } from "../../../src/report/section/verdict.ts";
import type { RunResult, Verdict } from "../../../src/study/result.ts";
import { emptyRun, exampleRun } from "../fixture.ts";

const run = exampleRun();
const same = (model: string): string => model;

function answer(result: RunResult, line: number): string {
  return verdictLines(result)[line]?.answers.join(" ") ?? "";
}

test("the report opens with five lines, in the order readers ask", () => {
  expect(verdictLines(run).map((line) => line.question)).toEqual([
    "Did training converge?",
    "What beats what?",
    "Consistent with thermodynamics?",
    "How much did the learned part carry?",
    "What to do next?",
  ]);
});

function sentence(verdict: Verdict["verdict"]): string {
  const found = run.verdicts.find((one) => one.verdict === verdict);
  return found === undefined ? "" : verdictSentence(found, run, same);
}

test("each verdict is worded plainly, with both scores, the difference, its error and n", () => {
  expect(sentence("advantage")).toBe("On held-out pairs, hybrid beats the best simple baseline, ridge-dose: rmse 0.0150 ± 0.0016 against 0.0450 ± 0.0049; difference −0.0300 ± 0.0041, 6 conditions.");
  expect(sentence("loses")).toMatch(/^On unseen dose, hybrid loses to the best simple baseline, ridge-dose: rmse 0\.0900/);
  expect(sentence("no advantage")).toMatch(/^On random, hybrid shows no advantage over the best simple baseline, ridge-dose: .* within two standard errors\.$/);
});

test("one lost split is enough for the line not to look good", () => {
  expect(verdictLines(run)[1]?.tone).toBe("bad");
  const [first] = run.verdicts;
  expect(verdictLines({ ...run, verdicts: first === undefined ? [] : [first] })[1]?.tone).toBe("good");
});

test("where not all verdicts fit, defeats come first and the rest is counted by kind", () => {
  const lost = run.verdicts.filter((verdict) => verdict.verdict === "loses").slice(0, 1);
  const won = run.verdicts.filter((verdict) => verdict.verdict === "advantage").slice(0, 1);
  const verdicts = [...Array.from({ length: 8 }, () => won).flat().map((verdict, index) => ({ ...verdict, split: `split ${index}` })), ...lost];
  const line = verdictLines({ ...run, verdicts })[1];
  expect(line?.answers[0]).toContain("loses to");
  expect(line?.answers.at(-1)).toBe("3 more (3 advantage) stand in the table of verdicts.");
});

test("only the primary metric is judged in the five lines", () => {
  const secondary = run.verdicts.map((verdict) => ({ ...verdict, metric: "r" }));
  expect(answer({ ...run, verdicts: secondary }, 1)).toBe("No verdict: nothing was judged in the primary metric, rmse.");
});

test("a verdict whose scores are missing is still told", () => {
  const [verdict] = run.verdicts;
  expect(verdict === undefined ? "" : verdictSentence(verdict, { ...run, scores: [] }, same)).toBe("On held-out pairs, hybrid beats the best simple baseline, ridge-dose: rmse; difference −0.0300 ± 0.0041.");
});

test("an interrupted run says so and does not look converged", () => {
  const stopped: RunResult = { ...run, status: "interrupted" };
  expect(answer(stopped, 0)).toContain("interrupted");
  expect(verdictLines(stopped)[0]?.tone).toBe("bad");
  expect(answer(emptyRun(), 0)).toContain("No training curve was recorded.");
});

test("fits still falling are counted", () => {
  const flat = { split: "s", model: "m", iteration: [], loss: Array.from({ length: 30 }, () => 1), validation: [] };
  const falling = { ...flat, loss: Array.from({ length: 30 }, (_, index) => 2 ** -index) };
  expect(answer({ ...run, training: [flat, flat, falling] }, 0)).toBe("The loss levelled off in 2 of 3 fits. 1 fit was still falling when training ended: a larger budget may help.");
  expect(verdictLines({ ...run, training: [flat] })[0]?.tone).toBe("good");
});

test("the learned part: least share by name, correlation with each trajectory weighted equally", () => {
  const line = answer(run, 3);
  expect(line).toContain("least for feedback_phosphatase (59.5 % on unseen dose)");
  const trajectory = { flux: "v", condition: "c", role: "test" as const, unit: "", times: [0, 1, 2], truth: [0, 1, 2] };
  const fluxes = [
    { ...trajectory, learned: [0, 2, 4] },
    { ...trajectory, learned: [4, 2, 0] },
    { ...trajectory, learned: [1, 1, 1] },
    { ...trajectory, learned: [0, 1, 2], truth: null },
  ];
  const agreement = fluxAgreement({ ...run, learnedFluxes: fluxes }, "test");
  expect(agreement).toEqual({ mean: 0, judged: 2, all: 3 });
  expect(answer({ ...run, shares: [], learnedFluxes: [] }, 3)).toContain("Nothing learned was recorded");
  expect(answer({ ...run, shares: [{ split: "s", species: "X", share: 0.2 }] }, 3)).toContain("rests on the learned part");
});
