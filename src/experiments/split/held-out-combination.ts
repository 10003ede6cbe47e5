import { agentsOf } from "../condition.ts";
import { amount, countOf, divide, repeats, splitKind, wholeGroup } from "./kind.ts";
import type { SplitContext } from "./kind.ts";

/** Some combinations are trained on, with every single; the others are asked for. A set of agents is on one side only, whatever its doses. */
export const heldOutCombination = splitKind({
  facts: { id: "held-out-combination", title: "combinations held out, every single seen", unseen: "combination" },
  options: {
    /** Combinations (sets of agents) that are seen. */
    trained: amount,
    /** Of the seen combinations, or of the singles where no combination is seen. */
    validation: amount,
    repeats,
  },
  plan(context, options) {
    const { controls, singles, combinations, foldSeed } = context;
    const sets = agentSets(context);
    const trained = countOf(options.trained, sets.length);
    if (trained >= sets.length) return { problems: [`no combination is held out: ${trained} of ${sets.length} are trained on`] };
    const folds = Array.from({ length: options.repeats }, (_, index) => {
      const seen = divide(context.shuffled(sets.map((_set, place) => place), index), trained).first;
      const seenSets = seen.map((place) => sets[place] ?? []);
      const validationSets = seenSets.slice(0, countOf(options.validation, seenSets.length));
      const trainSets = seenSets.slice(validationSets.length);
      const { first, rest } =
        trained > 0 ? { first: [], rest: singles } : divide(context.shuffled(singles, index), countOf(options.validation, singles.length));
      return {
        label: `draw ${index + 1}`,
        group: null,
        seed: foldSeed(index),
        train: [...controls, ...rest, ...trainSets.flat()],
        validation: [...first, ...validationSets.flat()],
        test: combinations.filter((row) => !seenSets.some((set) => set.includes(row))),
      };
    });
    return { folds, groups: wholeGroup(combinations) };
  },
});

function agentSets({ table, combinations }: SplitContext): readonly (readonly number[])[] {
  const sets = new Map<string, number[]>();
  for (const row of combinations) {
    const condition = table.conditions[row];
    if (condition === undefined) continue;
    const key = JSON.stringify([...agentsOf(condition)].toSorted());
    sets.set(key, [...(sets.get(key) ?? []), row]);
  }
  return [...sets.values()];
}
