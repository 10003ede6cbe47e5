import type { CheckFacts, ThermoCheck } from "./check.ts";
import { finding, nothing } from "./check.ts";

const facts: CheckFacts = {
  id: "rate-rule",
  title: "States that rate rules move",
  equation: "sigma = sum_rho j_rho ln(J+_rho/J-_rho) over reactions; a rule dx/dt = f has no J+ and J-",
  source: "Polettini & Esposito 2014, doi:10.1063/1.4886396",
};

/** States that follow rate rules: nothing says what their own changes dissipate. */
export const rateRule: ThermoCheck = {
  facts,
  check({ reactions, rateRuled = [] }) {
    // Next to reactions, a parameter that a rule moves is no matter: an integral, a temperature, a penalty.
    const named = reactions.length === 0 ? rateRuled : rateRuled.filter(({ isSpecies }) => isSpecies);
    if (named.length === 0) return [];
    const [states, follow] = [named.map(({ id }) => `"${id}"`).join(", "), named.length === 1 ? "follows a rate rule" : "follow rate rules"];
    if (reactions.length === 0) return [finding(facts, "not applicable", `there is no reaction, and ${states} ${follow}, without one-way fluxes: entropy production is not known; write reactions instead`)];
    return [finding(facts, "note", `${states} ${follow}: counted as chemostats, set from outside; what their own changes dissipate is not known and not in the totals`)];
  },
  passing: { ...nothing, rateRuled: [] },
  failing: { ...nothing, rateRuled: [{ id: "X", isSpecies: true }] },
};
