import { affinityRounding } from "../structure/wegscheider.ts";
import type { CheckFacts, ThermoCheck } from "./check.ts";
import { finding, nothing, sumText } from "./check.ts";

const facts: CheckFacts = {
  id: "haldane",
  title: "Haldane relation: an enzyme does not move an equilibrium",
  equation: "V+ KP / (V- KS) = Keq = exp(-sum S mu0/(RT))",
  source: "Haldane 1930, Enzymes; Noor, Flamholz, Liebermeister, Bar-Even & Milo 2013, doi:10.1016/j.febslet.2013.07.028",
};

const example = (implied: number) => ({ ...nothing, haldane: [{ reaction: "R", constants: null, implied, expected: Math.log(4), cycle: null }] });

/** Kinetic constants of enzymes against standard potentials, or against the other reactions of their cycles. */
export const haldane: ThermoCheck = {
  facts,
  check: ({ haldane: relations }) =>
    (relations ?? []).map(({ reaction, implied, expected, cycle, constants }) => {
      const against = cycle === null ? "the standard potentials ask for" : `the rest of cycle ${sumText(cycle)} asks for`;
      const read = constants === null ? "" : ` (V+ = ${constants.forwardMaximum}, V- = ${constants.reverseMaximum}, KS = ${constants.KS}, KP = ${constants.KP})`;
      if (Math.abs(implied - expected) <= affinityRounding) return finding(facts, "ok", `reaction "${reaction}": ln Keq of its constants${read} is what ${against}`, implied, expected);
      // Against a cycle the constants may hide a fuel; against potentials that are given there is no way out.
      return finding(facts, cycle === null ? "violated" : "note", `reaction "${reaction}": ln Keq of its constants${read} is off what ${against} by ${implied - expected}`, implied, expected);
    }),
  passing: example(Math.log(4)),
  failing: example(Math.log(5)),
};
