import type { CheckFacts, ThermoCheck } from "./check.ts";
import { finding, nothing, placesInTime } from "./check.ts";

const facts: CheckFacts = {
  id: "positivity",
  title: "Concentrations are not negative",
  equation: "x_i >= 0: a flux that uses i vanishes with x_i, so dx_i/dt >= 0 at x_i = 0",
  source: "Horn & Jackson 1972, doi:10.1007/BF00251225",
};

const example = (values: readonly number[]) => ({ ...nothing, times: [0, 1], concentrations: { species: { A: values }, slack: 1e-9 } });

/** No concentration is below 0 by more than the absolute tolerance of the path. */
export const positivity: ThermoCheck = {
  facts,
  check({ times, concentrations }) {
    if (!concentrations) return [];
    const { species, slack } = concentrations;
    let least = Infinity;
    const found = Object.entries(species).flatMap(([id, values]) => {
      const low = Array.from(values).reduce((low_, value) => Math.min(low_, value), Infinity);
      least = Math.min(least, low);
      if (!(low < 0)) return [];
      const at = Array.from(values).flatMap((value, index) => (value < 0 ? [index] : []));
      const isSolver = low >= -slack;
      const cause = isSolver ? "within the solver's absolute tolerance; tighten it where a logarithm is needed" : "the rate of a reaction that uses it does not vanish with it, or the steps are too long";
      return [finding(facts, isSolver ? "note" : "violated", `species "${id}" is negative ${placesInTime(times, at)}: ${cause}`, low, 0)];
    });
    if (found.length > 0 || least === Infinity) return found;
    return [finding(facts, "ok", `${Object.keys(species).length} species at ${times.length} times; least`, least, 0)];
  },
  passing: example([1, 0]),
  failing: example([1, -0.1]),
};
