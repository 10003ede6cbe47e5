import { finding } from "../checks/check.ts";
import type { CheckFacts } from "../checks/check.ts";
import type { Finding } from "../finding.ts";
import type { Estimate } from "./estimate.ts";
import type { PathEntropy } from "./path-entropy.ts";
import type { RunStatistics } from "./run-statistics.ts";

const facts = {
  uncertainty: {
    id: "stochastic-uncertainty-relation",
    title: "Uncertainty relation of steady currents at finite time",
    equation: "Var(J) Sigma / (2 <J>^2) >= 1",
    source: "Barato & Seifert 2015, doi:10.1103/PhysRevLett.114.158101; Horowitz & Gingrich 2017, doi:10.1103/PhysRevE.96.020103",
  },
  kinetic: {
    id: "stochastic-kinetic-uncertainty-relation",
    title: "Kinetic uncertainty relation of steady currents",
    equation: "Var(J) N / <J>^2 >= 1",
    source: "Di Terlizzi & Baiesi 2019, doi:10.1088/1751-8121/aaee34",
  },
  fromCurrents: {
    id: "stochastic-current-bound",
    title: "Entropy production inferred from currents",
    equation: "sigma >= 2 <J>^T Xi^-1 <J> / tau",
    source: "Dechant 2019, doi:10.1088/1751-8121/aaf3ff",
  },
  steady: {
    id: "stochastic-steady-state",
    title: "Steady start of sampled windows",
    equation: "<n(end)> = <n(start)>",
    source: "Liu, Gong & Ueda 2020, doi:10.1103/PhysRevLett.125.140602 (the steady relations are false for other starts)",
  },
  secondLaw: {
    id: "stochastic-second-law",
    title: "Second law in a sampled steady state",
    equation: "<Delta s> >= 0",
    source: "Seifert 2005, doi:10.1103/PhysRevLett.95.040602",
  },
  counts: {
    id: "counts-plug-in",
    title: "Entropy production from counted events",
    equation: "(1/T) sum (N+ - N-) ln(N+/N-)",
    source: "Roldán & Parrondo 2010, doi:10.1103/PhysRevLett.105.150607",
  },
} satisfies Record<string, CheckFacts>;

/** How many standard errors a sampled quantity may lie on the wrong side, and below which a current is lost in its noise; in one place. */
export const sampledDefaults = { standardErrors: 5 } as const;

const { standardErrors } = sampledDefaults;

/** What sampled runs say about the laws of steady states; `rate` is the better estimate of entropy production, `ids` the reactions. */
export function findingsFrom(statistics: Omit<RunStatistics, "findings">, rate: Estimate | null, entropy: PathEntropy | null, ids: readonly string[]): Finding[] {
  const { steady, currents, fromCurrents, counts, window } = statistics;
  const findings: Finding[] = [];
  const held = (fact: CheckFacts, name: string, ratio: Estimate): void => {
    const isViolated = ratio.value + standardErrors * ratio.standardError < 1;
    findings.push(finding(fact, isViolated ? "violated" : "ok", `current "${name}" over ${window.duration}, standard error ${ratio.standardError.toPrecision(2)}`, ratio.value, 1));
  };
  if (!steady.applied) {
    const why = window.start > 0 ? `"${steady.species ?? ""}" drifts by ${steady.largestDrift.toPrecision(3)} standard errors within the window` : "every run starts from the same state at time 0";
    findings.push(finding(facts.steady, "note", `not steady: ${why}; steady relations are not applied, and the sum over jumps lacks the change of the system's own entropy; let the window start later`, steady.largestDrift, standardErrors));
  }
  if (entropy && entropy.oneWay.length > 0) {
    findings.push(finding(facts.secondLaw, "note", `entropy production is infinite: ${entropy.oneWay.map((id) => `"${id}"`).join(", ")} one-way; its uncertainty relation says nothing, the kinetic one holds`, Infinity, 0));
  } else if (rate && steady.applied) {
    findings.push(finding(facts.secondLaw, rate.value + standardErrors * rate.standardError < 0 ? "violated" : "ok", `per time, standard error ${rate.standardError.toPrecision(2)}`, rate.value, 0));
  }
  for (const { name, uncertainty, kinetic } of currents) {
    if (uncertainty) held(facts.uncertainty, name, uncertainty);
    if (kinetic) held(facts.kinetic, name, kinetic);
  }
  if (fromCurrents && rate && Number.isFinite(rate.value) && fromCurrents.lower !== null) {
    // The bound is one-sided at its own confidence; the sampled rate has its own error.
    const isViolated = fromCurrents.lower > rate.value + standardErrors * rate.standardError;
    findings.push(finding(facts.fromCurrents, isViolated ? "note" : "ok", `currents alone need more than ${fromCurrents.lower.toPrecision(4)} with ${100 * fromCurrents.level} % confidence${isViolated ? ", above what was sampled: an error of the bound's own chance, or totals that are far from normal" : ""}`, rate.value, fromCurrents.lower));
  }
  const unseen = counts.plugIn.oneDirection.map((index) => `"${ids[index] ?? ""}"`);
  if (unseen.length > 0) findings.push(finding(facts.counts, "note", `${unseen.join(", ")} ran in one direction alone, so the estimate from counts is infinite`, Infinity, null));
  else if (counts.plugIn.bias > 0.1 * Math.abs(counts.plugIn.rate)) findings.push(finding(facts.counts, "note", `counts are low: of the estimate, about ${counts.plugIn.bias.toPrecision(2)} is bias`, counts.plugIn.rate, null));
  return findings;
}
