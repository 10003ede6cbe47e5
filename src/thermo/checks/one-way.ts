import type { CheckFacts, ThermoCheck } from "./check.ts";
import { finding, nothing, placesWhere } from "./check.ts";

const facts: CheckFacts = {
  id: "one-way",
  title: "Reactions without a reverse flux",
  equation: "J- = 0 < J+  =>  sigma = Infinity",
  source: "Kondepudi & Prigogine 2014, doi:10.1002/9781118698723",
};

const reaction = (kind: "reversible" | "one-way") => ({ ...nothing, reactions: [{ id: "R", kind, elementary: true, reason: kind === "one-way" ? "its rate has no reverse term" : null }] });

/** One-way reactions: they produce infinite entropy wherever they run, so the second law cannot bound the model. */
export const oneWay: ThermoCheck = {
  facts,
  check: ({ reactions, perReaction, outOfDomain, reverses = {} }) =>
    reactions.flatMap(({ id, kind, reason }) => {
      if (kind === "one-way") {
        const reverse = Object.hasOwn(reverses, id) ? reverses[id] : undefined;
        const advice = reverse === undefined ? `write "k_f*reactants - k_r*products" to bound it` : `reaction "${reverse}" is its reverse; join them (--pair)`;
        return [finding(facts, "note", `reaction "${id}": ${reason ?? "its rate has no reverse term"}; ${advice}`, Infinity)];
      }
      // A concentration of 0 that makes it infinite is a finding of its own.
      if (kind !== "reversible" || outOfDomain.some(({ reaction: where }) => where === id) || placesWhere(perReaction[id] ?? [], (value) => value === Infinity).length === 0) return [];
      return [finding(facts, "note", `reaction "${id}" is reversible, but a rate constant of 0 leaves one of its fluxes at some times`, Infinity)];
    }),
  passing: reaction("reversible"),
  failing: reaction("one-way"),
};
