import type { CheckFacts, ThermoCheck } from "./check.ts";
import { finding, nothing, placesInTime, placesWhere } from "./check.ts";

const facts: CheckFacts = {
  id: "undetermined-tightness",
  title: "Tightness that is 0/0 or not known",
  equation: "sigma D / (2 f^2) with f = 0 and sigma D = 0, or D not known",
  source: "Yoshimura & Ito 2021, doi:10.1103/PhysRevLett.127.160601",
};

const example = { ...nothing, times: [0], entropyProduction: [0] } as const;

/** Observables whose tightness has no value at some times. */
export const undeterminedTightness: ThermoCheck = {
  facts,
  check: ({ times, observables }) =>
    observables.flatMap(({ name, current, diffusion, tightness }) => {
      const at = placesWhere(tightness, (value) => value === null);
      if (at.length === 0) return [];
      const unknown = at.some((index) => Number.isNaN(diffusion[index]) || Number.isNaN(current[index]));
      const cause = unknown ? "a reaction that changes it, or the total, has no known one-way fluxes" : "0/0: it neither changes nor is entropy produced through it";
      return [finding(facts, "note", `observable "${name}" ${placesInTime(times, at)}: ${cause}`)];
    }),
  passing: { ...example, observables: [{ name: "P", current: [1], diffusion: [1], tightness: [2] }] },
  failing: { ...example, observables: [{ name: "P", current: [0], diffusion: [1], tightness: [null] }] },
};
