import type { CheckFacts, ThermoCheck } from "./check.ts";
import { finding, inequalityTolerance, leastOf, nothing, placesInTime, placesWhere } from "./check.ts";

const facts: CheckFacts = {
  id: "kinetic-uncertainty-relation",
  title: "Kinetic uncertainty relation",
  equation: "D A / f^2 >= 1",
  source: "after Di Terlizzi & Baiesi 2019, doi:10.1088/1751-8121/aaee34: its deterministic analogue",
};

const example = { ...nothing, times: [0, 1], activity: [2, 2] } as const;

/** No observable changes faster than its diffusion and the activity allow; holds for one-way reactions too. */
export const kineticUncertainty: ThermoCheck = {
  facts,
  check({ times, observables, activity }) {
    if (!activity) return [];
    return observables.flatMap(({ name, current, diffusion }) => {
      // A loop, because every value of every observable passes here.
      const ratios = new Float64Array(times.length);
      for (let row = 0; row < ratios.length; row++) ratios[row] = ratioOf(current[row] ?? Number.NaN, diffusion[row] ?? Number.NaN, activity[row] ?? Number.NaN);
      const { least, known } = leastOf(ratios);
      if (known === 0) return [];
      const below = placesWhere(ratios, (value) => 1 - value > inequalityTolerance * (1 + value));
      if (below.length === 0) return [finding(facts, "ok", `observable "${name}" at ${known} times; least ratio`, least, 1)];
      return [finding(facts, "violated", `observable "${name}" ${placesInTime(times, below)}`, least, 1)];
    });
  },
  passing: { ...example, observables: [{ name: "P", current: [2, 0], diffusion: [2, 1], tightness: [null, null] }] },
  failing: { ...example, observables: [{ name: "P", current: [1, 4], diffusion: [2, 2], tightness: [null, null] }] },
};

/** D A / f²; Infinity where f = 0 < D A, NaN where it is 0/0 or not known. One factor f under each, since f² underflows first. */
function ratioOf(current: number, diffusion: number, activity: number): number {
  if (current === 0) return diffusion > 0 && activity > 0 ? Infinity : Number.NaN;
  return (diffusion / current) * (activity / current);
}
