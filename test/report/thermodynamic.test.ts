import { expect, test } from "vitest";
import { isThermodynamic, summariseThermodynamics } from "../../src/report/thermodynamic.ts";
import type { Finding, ThermoCurve } from "../../src/study/result.ts";
import { emptyRun } from "./fixture.ts";

const ok: Finding = { check: "second law", verdict: "ok", value: 1, bound: 0, equation: "σ ≥ 0", source: "", where: "control" };
const curve: ThermoCurve = { condition: "control", times: [0, 1], entropyProduction: [2, 1], perReaction: { r: [2, 1] }, tightness: { X: [1.5, 3] }, unit: "R/min" };

test("a finding is thermodynamic by its topic, else by the literature's names", () => {
  expect(isThermodynamic(ok)).toBe(true);
  expect(isThermodynamic({ ...ok, check: "replicate of a test condition in training" })).toBe(false);
  expect(isThermodynamic({ ...ok, topic: "leakage" })).toBe(false);
  expect(isThermodynamic({ ...ok, check: "P7", topic: "thermodynamics" })).toBe(true);
});

function told(changes: { readonly thermo?: readonly ThermoCurve[]; readonly findings?: readonly Finding[] }): { readonly tone: string; readonly text: string } {
  const summary = summariseThermodynamics({ ...emptyRun(), ...changes });
  return { tone: summary.tone, text: summary.sentences.join(" ") };
}

test("consistent, violated, infinite and unchecked are told apart", () => {
  expect(told({}).text).toMatch(/^Not checked/);
  expect(told({ thermo: [curve], findings: [ok] })).toMatchObject({ tone: "good" });
  expect(told({ thermo: [curve], findings: [ok] }).text).toMatch(/^Consistent: 1 check passed.*lowest tightness is 1.50/);
  expect(told({ findings: [{ ...ok, verdict: "violated" }] })).toMatchObject({ tone: "bad", text: "Violated: second law at control." });
  const negative = told({ thermo: [{ ...curve, entropyProduction: [1, -1e-3] }] });
  expect(negative.tone).toBe("bad");
  expect(negative.text).toContain("negative at 1 of 2 points");
  expect(told({ thermo: [{ ...curve, tightness: { X: [0.9, 1] } }] }).text).toContain("below its bound of 1 at 1 of 2 points");
  const infinite = told({ thermo: [{ ...curve, entropyProduction: [Infinity, 1] }] });
  expect(infinite.tone).toBe("neutral");
  expect(infinite.text).toContain("infinite at 1 of 2 points because a reaction is one-way");
  expect(told({ findings: [{ ...ok, verdict: "note" }] }).tone).toBe("neutral");
});
