import type { CheckFacts, ThermoCheck } from "./check.ts";
import { finding, nothing } from "./check.ts";

const facts: CheckFacts = {
  id: "mass-action",
  title: "Reactions whose one-way fluxes are not known",
  equation: "j = J+ - J- with J+ = k+ prod x^nu+, J- = k- prod x^nu-, either times a common positive factor",
  source: "Voit, Martens & Omholt 2015, doi:10.1371/journal.pcbi.1004012",
};

const reaction = (kind: "reversible" | "not mass action") => ({ ...nothing, reactions: [{ id: "R", kind, elementary: true, reason: kind === "reversible" ? null : "the rate is a product of two differences" }] });

/** Reactions left out of entropy production because their rate does not show two one-way fluxes. */
export const massActionForm: ThermoCheck = {
  facts,
  check: ({ reactions }) =>
    reactions.flatMap(({ id, kind, reason }) => (kind === "not mass action" ? [finding(facts, "not applicable", `reaction "${id}" is left out of entropy production: ${reason ?? "its rate is not recognised"}`)] : [])),
  passing: reaction("reversible"),
  failing: reaction("not mass action"),
};
