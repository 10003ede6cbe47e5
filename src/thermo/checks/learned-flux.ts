import type { CheckFacts, ThermoCheck } from "./check.ts";
import { finding, nothing } from "./check.ts";

const facts: CheckFacts = {
  id: "non-thermodynamic",
  title: "Terms that no thermodynamic law binds",
  equation: "sigma_rho = j_rho ln(J+_rho/J-_rho) needs J+ and J-",
  source: "Ederer & Gilles 2007, doi:10.1529/biophysj.106.094094",
};

const reaction = (kind: "reversible" | "non-thermodynamic") => ({ ...nothing, reactions: [{ id: "R", kind, elementary: true, reason: kind === "reversible" ? null : "its rate is learned" }] });

/** Learned fluxes: they move matter, but nothing makes them obey the second law, and they are left out of the sums. */
export const learnedFlux: ThermoCheck = {
  facts,
  check: ({ reactions }) =>
    reactions.flatMap(({ id, kind, reason }) => (kind === "non-thermodynamic" ? [finding(facts, "not applicable", `reaction "${id}" is left out of entropy production: ${reason ?? "it is no mechanism"}`)] : [])),
  passing: reaction("reversible"),
  failing: reaction("non-thermodynamic"),
};
