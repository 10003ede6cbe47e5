import { ledgerOption } from "./ledger.ts";
import { shellWord } from "./shell-word.ts";
import type { Finding, RunResult, Verdict } from "./result.ts";

export interface RunEnd {
  readonly status: RunResult["status"];
  readonly verdicts: readonly Verdict[];
  readonly findings: readonly Finding[];
  readonly budget: RunResult["budget"];
  readonly folder: string;
  /** File of the ledger. */
  readonly ledger: string;
  readonly unfinished: number;
}

/** The leak that lies in what is scored, not in how conditions are split. */
const copiedTarget = "target among the inputs";

/** What to do after a run, in one sentence: the most urgent thing first. */
export function nextStep({ status, verdicts, findings, budget, folder, ledger, unfinished }: RunEnd): string {
  const leaks = findings.filter((finding) => finding.topic === "leakage" && finding.verdict === "violated");
  const leaked = leaks.find(({ check }) => check !== copiedTarget);
  if (leaked) return `Repair the split first: ${leaked.check} (${leaked.where}).`;
  if (status === "out of budget") return `Go on with the ${unfinished} unfinished fits: semimech run --resume ${shellWord(folder)}${ledgerOption(ledger)}.`;
  if (status === "failed") return "Read the failed fits under Findings; loosen tolerances or change starting values.";
  const copied = leaks[0];
  if (copied) return `The primary score counts responses that an input settles (${copied.where}): read a metric without them beside it.`;
  const control = findings.find((finding) => finding.check === "label-permuted control fails" && finding.verdict === "violated");
  if (control) return `The model does not beat permuted labels on ${control.where}: look at the data before the model.`;
  const lost = verdicts.find((verdict) => verdict.verdict === "loses");
  if (lost) return `On ${lost.split} use ${lost.against}: it beats ${lost.model}.`;
  const open = verdicts.find((verdict) => verdict.verdict === "no advantage");
  if (open && budget === "quick") return `No advantage over ${open.against} on ${open.split} is proven; try --budget full.`;
  if (open) return `No advantage over ${open.against} on ${open.split} is proven; measure more conditions there.`;
  if (verdicts.length > 0 && budget === "quick") return "The advantage holds at the quick budget; confirm it with --budget full.";
  return "Try the model on conditions nobody has measured yet.";
}
