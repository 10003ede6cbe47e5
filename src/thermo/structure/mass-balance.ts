import type { NetworkProblem } from "../../models/check.ts";
import { suggestion } from "../../models/nearest.ts";
import type { Network } from "../../models/network.ts";
import { stoichiometryOf } from "../../models/structure.ts";
import { readFormula } from "./chemical-formula.ts";
import type { Composition } from "./chemical-formula.ts";

/** What one reaction makes out of nothing. */
export interface ReactionMassBalance {
  readonly reaction: string;
  /** `open`: one side is empty, so it exchanges with something outside; `unknown`: a formula is missing. */
  readonly status: "balanced" | "unbalanced" | "open" | "unknown";
  /** Atoms made minus atoms used per event, by element, and `charge`; only what differs from 0, and only where every formula is known. */
  readonly surplus: Readonly<Record<string, number>>;
  /** Species without a formula. */
  readonly missing: readonly string[];
}

export interface MassBalance {
  /** All reactions, in the network's order. */
  readonly reactions: readonly ReactionMassBalance[];
}

export type MassBalanceResult = { readonly massBalance: MassBalance; readonly problems?: undefined } | { readonly problems: readonly NetworkProblem[]; readonly massBalance?: undefined };

/** Decimal stoichiometries add up to 0 within this, relative to the atoms moved; dimensionless. */
const atomRounding = 1e-12;

/**
 * Atoms and charge on both sides of every reaction, by the formulas given for species ids; chemostats count.
 * @status problems: unknown species and unreadable formulas, with the column; all of them.
 * @source Kondepudi & Prigogine 2014, doi:10.1002/9781118698723 (conservation of elements in reactions)
 */
export function massBalanceOf(network: Network, formulas: Readonly<Record<string, string>>): MassBalanceResult {
  const ids = network.species.map(({ id }) => id);
  const problems: NetworkProblem[] = [];
  const compositions = new Map<string, Composition>();
  for (const [id, text] of Object.entries(formulas)) {
    const where = `formula:${id}`;
    if (!ids.includes(id)) problems.push({ where, message: `there is no species "${id}" to give the formula "${text}"${suggestion(id, ids)}` });
    const read = readFormula(text);
    for (const { column, message } of read.problems ?? []) problems.push({ where, message: `formula "${text}" of "${id}", column ${column}: ${message}` });
    if (read.composition) compositions.set(id, read.composition);
  }
  if (problems.length > 0) return { problems };
  const reactions = network.reactions.map((reaction): ReactionMassBalance => {
    const moved = ids.map((id) => ({ id, ...stoichiometryOf(reaction, id) })).filter(({ change }) => change !== 0);
    const missing = moved.flatMap(({ id }) => (compositions.has(id) ? [] : [id]));
    if (reaction.reactants.length === 0 || reaction.products.length === 0) return { reaction: reaction.id, status: "open", surplus: {}, missing };
    if (missing.length > 0) return { reaction: reaction.id, status: "unknown", surplus: {}, missing };
    const surplus = surplusOf(moved.map(({ id, change }) => ({ change, composition: compositions.get(id) })));
    return { reaction: reaction.id, status: Object.keys(surplus).length === 0 ? "balanced" : "unbalanced", surplus, missing };
  });
  return { massBalance: { reactions } };
}

function surplusOf(moved: readonly { readonly change: number; readonly composition: Composition | undefined }[]): Record<string, number> {
  const totals = new Map<string, { sum: number; size: number }>();
  const add = (what: string, amount: number): void => {
    const before = totals.get(what) ?? { sum: 0, size: 0 };
    totals.set(what, { sum: before.sum + amount, size: before.size + Math.abs(amount) });
  };
  for (const { change, composition } of moved) {
    for (const [element, count] of Object.entries(composition?.elements ?? {})) add(element, change * count);
    add("charge", change * (composition?.charge ?? 0));
  }
  return Object.fromEntries([...totals].filter(([, { sum, size }]) => Math.abs(sum) > atomRounding * size).map(([what, { sum }]) => [what, sum]));
}
