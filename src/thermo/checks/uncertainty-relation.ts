import type { CheckFacts, ThermoCheck } from "./check.ts";
import { finding, inequalityTolerance, leastOf, nothing, placesInTime, placesWhere } from "./check.ts";

const facts: CheckFacts = {
  id: "uncertainty-relation",
  title: "Thermodynamic uncertainty relation",
  equation: "sigma D / (2 f^2) >= 1",
  source: "Yoshimura & Ito 2021, doi:10.1103/PhysRevLett.127.160601",
};

const example = { ...nothing, times: [0, 1], entropyProduction: [1, 1] } as const;

/** No observable changes faster than its dissipation and diffusion allow. */
export const uncertaintyRelation: ThermoCheck = {
  facts,
  check: ({ times, observables }) =>
    observables.flatMap(({ name, tightness }) => {
      const { least, known } = leastOf(tightness);
      if (known === 0) return [];
      const below = placesWhere(tightness, (value) => value !== null && 1 - value > inequalityTolerance * (1 + Math.abs(value)));
      if (below.length === 0) return [finding(facts, "ok", `observable "${name}" at ${known} times; least tightness`, least, 1)];
      return [finding(facts, "violated", `observable "${name}" ${placesInTime(times, below)}`, least, 1)];
    }),
  passing: { ...example, observables: [{ name: "P", current: [1, 0], diffusion: [2, 1], tightness: [1, Infinity] }] },
  failing: { ...example, observables: [{ name: "P", current: [1, 2], diffusion: [2, 2], tightness: [1, 0.25] }] },
};
