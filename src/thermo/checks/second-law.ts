import type { CheckFacts, ThermoCheck } from "./check.ts";
import { finding, leastOf, nothing, placesInTime, placesWhere } from "./check.ts";

const facts: CheckFacts = {
  id: "second-law",
  title: "Second law: no reaction destroys entropy",
  equation: "sigma = sum_rho j_rho ln(J+_rho/J-_rho) >= 0, term by term",
  source: "Kondepudi & Prigogine 2014, doi:10.1002/9781118698723",
};

const example = { ...nothing, times: [0, 1], reactions: [{ id: "R", kind: "reversible", elementary: true, reason: null }] } as const;

/** Entropy production of every reaction, at every time, is not negative. */
export const secondLaw: ThermoCheck = {
  facts,
  check({ times, perReaction, entropyProduction }) {
    const negative = Object.entries(perReaction).flatMap(([id, values]) => {
      const at = placesWhere(values, (value) => value < 0);
      if (at.length === 0) return [];
      const least = Math.min(...at.map((index) => values[index] ?? 0));
      return [finding(facts, "violated", `reaction "${id}" ${placesInTime(times, at)}`, least, 0)];
    });
    if (negative.length > 0) return negative;
    const { least, known } = leastOf(entropyProduction);
    if (known === 0 || Object.keys(perReaction).length === 0) return [];
    return [finding(facts, "ok", `${Object.keys(perReaction).length} reactions at ${known} times; least total`, least, 0)];
  },
  passing: { ...example, entropyProduction: [0.5, 0], perReaction: { R: [0.5, 0] } },
  failing: { ...example, entropyProduction: [0.5, -0.1], perReaction: { R: [0.5, -0.1] } },
};
