import type { ReactionMassBalance } from "../structure/mass-balance.ts";
import type { CheckFacts, ThermoCheck } from "./check.ts";
import { finding, nothing } from "./check.ts";

const facts: CheckFacts = {
  id: "mass-balance",
  title: "Atoms and charge on both sides of a reaction",
  equation: "sum_i S_i (atoms of each element in i) = 0, and the same for charge",
  source: "Kondepudi & Prigogine 2014, doi:10.1002/9781118698723",
};

const signed = (amount: number): string => (amount > 0 ? `+${amount}` : `${amount}`);
const list = (ids: readonly string[]): string => ids.map((id) => `"${id}"`).join(", ");

const example = (surplus: ReactionMassBalance["surplus"]) => ({ ...nothing, massBalance: [{ reaction: "R", status: Object.keys(surplus).length === 0 ? "balanced" : "unbalanced", surplus, missing: [] }] }) as const;

/** Reactions that make atoms or charge out of nothing, where formulas are given. */
export const massBalance: ThermoCheck = {
  facts,
  check({ massBalance: reactions }) {
    if (!reactions) return [];
    const balanced = reactions.filter(({ status }) => status === "balanced").length;
    const found = reactions.flatMap(({ reaction, status, surplus, missing }) => {
      if (status === "unbalanced") {
        const most = Object.values(surplus).reduce((largest, amount) => Math.max(largest, Math.abs(amount)), 0);
        const text = Object.entries(surplus).map(([what, amount]) => `${signed(amount)} ${what}`).join(", ");
        return [finding(facts, "violated", `reaction "${reaction}" makes ${text} per event; complete it (water, protons, cofactors) or correct a formula`, most, 0)];
      }
      if (status === "open") return [finding(facts, "note", `reaction "${reaction}" exchanges matter with the outside: one side is empty, so atoms cannot balance`)];
      return status === "unknown" ? [finding(facts, "not applicable", `reaction "${reaction}": no formula for ${list(missing)}`)] : [];
    });
    return balanced === 0 ? found : [...found, finding(facts, "ok", `${balanced} of ${reactions.length} reactions`, 0, 0)];
  },
  passing: example({}),
  failing: example({ O: -2, charge: 1 }),
};
