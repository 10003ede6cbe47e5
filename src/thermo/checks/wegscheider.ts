import type { CheckFacts, ThermoCheck } from "./check.ts";
import { affinityRounding } from "../structure/wegscheider.ts";
import { finding, nothing, sumText } from "./check.ts";

const facts: CheckFacts = {
  id: "wegscheider",
  title: "Wegscheider conditions: no force around a closed cycle",
  equation: "sum_rho w_rho ln(k+_rho/k-_rho) = 0 for every w with S w = 0",
  source: "Wegscheider 1901, doi:10.1007/BF01517498",
};

/** Cycles of all species whose constants leave a force: a fuel is hidden in the constants, or they are inconsistent. */
export const wegscheider: ThermoCheck = {
  facts,
  check: (evidence) =>
    evidence.wegscheider.map(({ cycle, affinity }) => {
      if (affinity === null) return finding(facts, "not applicable", `cycle ${sumText(cycle)}: a reaction in it has no two rate constants to compare`);
      if (Math.abs(affinity) <= affinityRounding) return finding(facts, "ok", `cycle ${sumText(cycle)}`, affinity, 0);
      return finding(facts, "note", `cycle ${sumText(cycle)} is driven though it changes nothing: a fuel is hidden in the constants; make it a chemostat ($X), or adjust the constants`, affinity, 0);
    }),
  passing: { ...nothing, wegscheider: [{ cycle: { A: 1, B: 1 }, affinity: 0 }] },
  failing: { ...nothing, wegscheider: [{ cycle: { A: 1, B: 1 }, affinity: Math.log(8) }] },
};
