import type { CheckFacts, ThermoCheck } from "./check.ts";
import { finding, nothing } from "./check.ts";

const facts: CheckFacts = {
  id: "logarithm-domain",
  title: "Values without a logarithm",
  equation: "F = ln k+ - ln k- - sum S ln x needs k > 0 and x > 0",
  source: "Kondepudi & Prigogine 2014, doi:10.1002/9781118698723",
};

/** Concentrations, constants and fluxes that are not positive where a force needs their logarithm. */
export const logarithmDomain: ThermoCheck = {
  facts,
  check({ outOfDomain }) {
    const groups = new Map<string, (typeof outOfDomain)[number][]>();
    for (const one of outOfDomain) {
      const key = one.what.startsWith("species") ? one.what : `${one.what} of reaction "${one.reaction}"`;
      groups.set(key, [...(groups.get(key) ?? []), one]);
    }
    return [...groups].map(([what, found]) => {
      const least = found.reduce((low, one) => (one.value < low.value ? one : low));
      const times = new Set(found.map(({ time }) => time)).size;
      const reactions = [...new Set(found.map(({ reaction }) => `"${reaction}"`))].join(", ");
      return finding(facts, "note", `${what} is ${least.value} at time ${least.time} (${times} ${times === 1 ? "time" : "times"} in all), where ${reactions} ${reactions.includes(",") ? "need" : "needs"} its logarithm`, least.value, 0);
    });
  },
  passing: nothing,
  failing: { ...nothing, outOfDomain: [{ what: 'species "A"', reaction: "R", value: -1e-12, time: 0.5 }] },
};
