import type { CheckFacts, ThermoCheck } from "./check.ts";
import { finding, nothing } from "./check.ts";

const facts: CheckFacts = {
  id: "deficiency",
  title: "Deficiency zero and deficiency one theorems",
  equation: "delta = n - l - s; zero: delta = 0; one: delta_l <= 1, sum delta_l = delta, one terminal strong class per linkage class",
  source: "Feinberg 1987, doi:10.1016/0009-2509(87)80099-4",
};

/** What the shape of a mass-action network settles whatever its constants, or which precondition is missing. */
export const deficiencyTheorem: ThermoCheck = {
  facts,
  check: ({ deficiency }) =>
    (deficiency ?? []).map(({ theorem, applies, conclusion, because, deficiency: value }) =>
      applies ? finding(facts, "note", `${theorem} theorem applies: ${conclusion}`, value) : finding(facts, "not applicable", `${theorem} theorem does not apply because ${because.join("; ")}`, value),
    ),
  passing: nothing,
  failing: { ...nothing, deficiency: [{ theorem: "deficiency one", applies: false, conclusion: "", because: ["the deficiencies of the linkage classes add up to 0, not to the network's 1"], deficiency: 1, sumOfClasses: 0 }] },
};
