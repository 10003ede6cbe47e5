import { expressionGraph } from "../kernel/expression.ts";
import type { Expression } from "../kernel/expression.ts";
import { differentiate } from "../kernel/derivative.ts";
import { symbolsOf } from "../kernel/substitute.ts";
import { sparseIntegers } from "../numerics/rational.ts";
import { type SparseIntegers, sparseKernel } from "../numerics/sparse-elimination.ts";
import { reactionRates } from "./compile.ts";
import type { Network, Reaction } from "./network.ts";
import type { OdeSystem } from "./system.ts";

/** A row over ids: only non-zero entries. */
export type IntegerRow = Readonly<Record<string, number>>;

/** Which species a matrix has rows for: all, those reactions change, or boundary species only. */
export type SpeciesChoice = "all" | "internal" | "boundary";

/** Ids of the chosen species, in declaration order. A species that a rule sets counts as boundary. */
export function speciesIds(network: Network, choice: SpeciesChoice = "all"): string[] {
  const ruled = new Set(network.rules.map(({ target }) => target));
  const isBoundary = (boundary: boolean, id: string): boolean => boundary || ruled.has(id);
  return network.species.filter(({ id, boundary }) => choice === "all" || isBoundary(boundary, id) === (choice === "boundary")).map(({ id }) => id);
}

/** How many of a species a reaction takes, makes, and changes on the whole. */
export function stoichiometryOf(reaction: Reaction, species: string): { readonly taken: number; readonly made: number; readonly change: number } {
  const count = (side: Reaction["reactants"]): number => side.reduce((total, one) => (one.species === species ? total + one.stoichiometry : total), 0);
  const taken = count(reaction.reactants);
  const made = count(reaction.products);
  return { taken, made, change: made - taken };
}

/** Stoichiometry matrix S [nSpecies, nReaction], `nu- - nu+` in the notation of thermodynamics. */
export function stoichiometryMatrix(network: Network, choice: SpeciesChoice = "all"): number[][] {
  const matrix = speciesIds(network, choice).map(() => network.reactions.map(() => 0));
  changesByReaction(network, choice).forEach((changes, reaction) => {
    for (const [species, change] of changes) {
      const row = matrix[species];
      if (row) row[reaction] = change;
    }
  });
  return matrix;
}

/** For each reaction [nReaction], by how much it changes which of the chosen species; never 0. */
function changesByReaction(network: Network, choice: SpeciesChoice): Map<number, number>[] {
  const index = new Map(speciesIds(network, choice).map((id, position) => [id, position]));
  const count = (side: Reaction["reactants"]): Map<number, number> => {
    const totals = new Map<number, number>();
    for (const { species, stoichiometry } of side) {
      const position = index.get(species);
      if (position !== undefined) totals.set(position, (totals.get(position) ?? 0) + stoichiometry);
    }
    return totals;
  };
  return network.reactions.map(({ reactants, products }) => {
    const changes = count(products);
    for (const [species, taken] of count(reactants)) changes.set(species, (changes.get(species) ?? 0) - taken);
    for (const [species, change] of changes) if (change === 0) changes.delete(species);
    return changes;
  });
}

/**
 * Conservation laws: canonical integer rows l with `l S = 0`, over the chosen species.
 * Over "internal" species they hold along every trajectory; over "all", where no chemostat is fed.
 */
export function conservationLaws(network: Network, choice: SpeciesChoice = "internal"): IntegerRow[] {
  const ids = speciesIds(network, choice);
  // Columns are scaled to integers (a reaction times a number conserves the same), so scale the transpose's rows.
  const columns = changesByReaction(network, choice).map((changes) => sparseIntegers([...changes.keys()], [...changes.values()]));
  return sparseKernel(columns, ids.length).map((row) => rowOver(ids, row));
}

/** Cycles: canonical integer rows w with `S w = 0`, over the reactions; "all" species as for thermodynamics, "internal" adds emergent cycles. */
export function cycles(network: Network, choice: SpeciesChoice = "all"): IntegerRow[] {
  const ids = network.reactions.map(({ id }) => id);
  const rows = speciesIds(network, choice).map(() => ({ reactions: new Array<number>(), changes: new Array<number>() }));
  changesByReaction(network, choice).forEach((changes, reaction) => {
    for (const [species, change] of changes) {
      rows[species]?.reactions.push(reaction);
      rows[species]?.changes.push(change);
    }
  });
  return sparseKernel(rows.map(({ reactions, changes }) => sparseIntegers(reactions, changes)), ids.length).map((row) => rowOver(ids, row));
}

const rowOver = (ids: readonly string[], row: SparseIntegers): IntegerRow => Object.fromEntries([...row].map(([index, value]) => [ids[index] ?? "", Number(value)] as const));

/** For each state, which states its derivative reads: the sparsity of the Jacobian [nState][...], ascending, structural zeros left out. */
export function jacobianSparsity(system: OdeSystem): number[][] {
  const index = new Map(system.states.map((id, position) => [id, position]));
  return system.rhs.map((rhs) =>
    [...symbolsOf([rhs])]
      .flatMap((name) => {
        const position = index.get(name);
        return position === undefined || isZero(differentiate(system.graph, rhs, name)) ? [] : [position];
      })
      .toSorted((a, b) => a - b),
  );
}

const isZero = (expression: Expression): boolean => expression.operation === "constant" && expression.value === 0;

/** For each reaction, the symbols of states, parameters and `time` its rate reads, rules written out. */
export function rateDependencies(network: Network): ReadonlyMap<string, ReadonlySet<string>> {
  const rates = reactionRates(network, expressionGraph());
  return new Map(network.reactions.map(({ id }, index) => [id, symbolsOf(rates[index] ? [rates[index]] : [])]));
}

/** For each reaction [nReaction], the reactions whose rate must be recomputed after it fires, itself included where it reads what it changes. */
export function reactionDependencies(network: Network): number[][] {
  const reads = rateDependencies(network);
  return network.reactions.map((fired) => {
    const changed = new Set(speciesIds(network, "internal").filter((id) => stoichiometryOf(fired, id).change !== 0));
    return network.reactions.flatMap(({ id }, index) => ([...(reads.get(id) ?? [])].some((symbol) => changed.has(symbol)) ? [index] : []));
  });
}
