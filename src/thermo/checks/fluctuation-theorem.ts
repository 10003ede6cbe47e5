import type { CheckFacts, Evidence, ThermoCheck } from "./check.ts";
import { finding, inequalityTolerance, nothing } from "./check.ts";

const facts: CheckFacts = {
  id: "fluctuation-theorem",
  title: "Integral fluctuation theorem",
  equation: "<exp(-Delta s)> = 1",
  source: "Seifert 2005, doi:10.1103/PhysRevLett.95.040602; Murashita, Funo & Ueda 2014, doi:10.1103/PhysRevE.90.042110 (starts that cannot be met again)",
};

/** How many standard errors the average may lie from what the theorem gives, in one place. */
export const fluctuationStandardErrors = 5;

const seen = (average: number | null, standardError: number): Evidence => ({ ...nothing, fluctuationTheorem: { average, standardError, applies: true, expected: 1, where: "sampled runs" } });

/** The average of exp(-Delta s) over sampled runs is what the integral fluctuation theorem gives. */
export const fluctuationTheorem: ThermoCheck = {
  facts,
  check({ fluctuationTheorem: sampled }) {
    if (!sampled) return [];
    const { average, standardError, applies, expected, where } = sampled;
    if (!applies) return [finding(facts, "not applicable", where)];
    if (average === null) return [finding(facts, "note", where)];
    const holds = Math.abs(average - expected) <= fluctuationStandardErrors * standardError + inequalityTolerance;
    return [finding(facts, holds ? "ok" : "violated", where, average, expected)];
  },
  passing: seen(1.02, 0.01),
  failing: seen(1.2, 0.01),
};
