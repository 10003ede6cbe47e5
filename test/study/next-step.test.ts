import { describe, expect, it } from "vitest";
import { nextStep, type RunEnd } from "../../src/study/next-step.ts";

const finding = (check: string, where: string): RunEnd["findings"][number] => ({ check, verdict: "violated", value: 1, bound: 0, equation: "", source: "", where, topic: "leakage" });
const end: RunEnd = { status: "done", verdicts: [], findings: [], budget: "quick", folder: "runs/x", ledger: "semimech-ledger.ndjson", unfinished: 0 };

describe("the next step", () => {
  it("is to repair a split that leaks, before anything else", () => {
    const findings = [finding("target among the inputs", "a: x"), finding("replicate of a test condition in training", "a: A repeats B")];
    expect(nextStep({ ...end, status: "out of budget", findings })).toBe("Repair the split first: replicate of a test condition in training (a: A repeats B).");
  });

  it("is another metric where the primary one counts what an input settles: no split repairs that", () => {
    expect(nextStep({ ...end, findings: [finding("target among the inputs", "random: aMEK is settled by the input aMEK")] })).toBe(
      "The primary score counts responses that an input settles (random: aMEK is settled by the input aMEK): read a metric without them beside it.",
    );
  });

  it("names the folder to resume where fits are left", () => {
    expect(nextStep({ ...end, status: "out of budget", unfinished: 3 })).toBe("Go on with the 3 unfinished fits: semimech run --resume runs/x.");
    expect(nextStep({ ...end, status: "out of budget", unfinished: 3, ledger: "other.ndjson" })).toContain("semimech run --resume runs/x --ledger other.ndjson.");
  });
});
