import type { Finding, RunResult } from "../study/result.ts";
import { count, formatNumber } from "./number.ts";

const names = /thermo|entropy|second[ -]law|wegscheider|haldane|detailed[ -]balance|affinity|uncertainty|\bTU[RK]\b|one-way|irreversib|dissipat/i;

/** Whether a finding speaks about thermodynamics: by its topic, else by the literature's names in its check. */
export function isThermodynamic(finding: Finding): boolean {
  return finding.topic === undefined ? names.test(finding.check) : finding.topic === "thermodynamics";
}

/** Rounding may put a ratio this far below its bound. */
const boundRounding = 1e-9;

export interface ThermodynamicSummary {
  readonly tone: "good" | "bad" | "neutral";
  readonly sentences: readonly string[];
}

/** What the run says about thermodynamics, from the curves themselves and from the findings. */
export function summariseThermodynamics(result: RunResult): ThermodynamicSummary {
  const findings = result.findings.filter(isThermodynamic);
  const violated = findings.filter((finding) => finding.verdict === "violated");
  const checked = findings.filter((finding) => finding.verdict === "ok");
  const sigma = result.thermo.flatMap((curve) => curve.entropyProduction);
  const ratios = result.thermo.flatMap((curve) => Object.values(curve.tightness).flat());
  const negative = sigma.filter((value) => value < 0).length;
  const below = ratios.filter((value) => value < 1 - boundRounding).length;
  const infinite = sigma.filter((value) => value === Infinity).length;
  if (findings.length === 0 && result.thermo.length === 0)
    return { tone: "neutral", sentences: ["Not checked: this run recorded no thermodynamic curves and no thermodynamic findings."] };
  const sentences: string[] = [];
  for (const finding of violated.slice(0, 3)) sentences.push(`Violated: ${finding.check} at ${finding.where}.`);
  if (violated.length > 3) sentences.push(`${violated.length - 3} more violations stand in the findings.`);
  if (negative > 0) sentences.push(`Entropy production is negative at ${negative} of ${count(sigma.length, "point")}: the second law is violated.`);
  if (below > 0) sentences.push(`Tightness falls below its bound of 1 at ${below} of ${count(ratios.length, "point")}.`);
  if (infinite > 0) sentences.push(`Entropy production is infinite at ${infinite} of ${count(sigma.length, "point")} because a reaction is one-way there: the second law cannot bound such a model.`);
  const bad = violated.length > 0 || negative > 0 || below > 0;
  if (!bad) {
    const finite = ratios.filter(Number.isFinite);
    const lowest = finite.reduce((low, value) => Math.min(low, value), Infinity);
    const made = [
      ...(checked.length > 0 ? [`${count(checked.length, "check")} passed`] : []),
      ...(sigma.length > 0 ? [`entropy production is nowhere negative in ${count(result.thermo.length, "trajectory", "trajectories")}`] : []),
      ...(finite.length > 0 ? [`the lowest tightness is ${formatNumber(lowest)} (bound 1)`] : []),
    ];
    const verdict = infinite > 0 ? "No violation found" : made.length > 0 ? "Consistent" : "Nothing decided";
    sentences.unshift(made.length > 0 ? `${verdict}: ${made.join("; ")}.` : `${verdict}: the checks made here are notes or do not apply.`);
  }
  return { tone: bad ? "bad" : infinite > 0 || (checked.length === 0 && sigma.length === 0) ? "neutral" : "good", sentences };
}
