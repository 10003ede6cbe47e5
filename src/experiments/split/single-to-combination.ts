import { z } from "zod";
import { hasAgent } from "../condition.ts";
import { amount, countOf, divide, repeats, splitKind, wholeGroup } from "./kind.ts";

/** Only singles are seen; every combination is asked for. */
export const singleToCombination = splitKind({
  facts: { id: "single-to-combination", title: "all combinations from singles alone", unseen: "combination" },
  options: {
    /** Of the singles. */
    validation: amount,
    repeats,
    /** Scored per agent (the combinations that hold it) or all together. */
    group: z.enum(["agent", "all"]),
  },
  plan({ table, controls, singles, combinations, agents, shuffled, foldSeed }, options) {
    const validation = countOf(options.validation, singles.length);
    if (combinations.length === 0) return { problems: ["the table has no combination to ask for"] };
    if (validation >= singles.length) return { problems: [`validation takes ${validation} of ${singles.length} singles; nothing is left to train on`] };
    const folds = Array.from({ length: options.repeats }, (_, index) => {
      const { first, rest } = divide(shuffled(singles, index), singles.length - validation);
      return { label: `draw ${index + 1}`, group: null, seed: foldSeed(index), train: [...controls, ...first], validation: rest, test: combinations };
    });
    if (options.group === "all") return { folds, groups: wholeGroup(combinations) };
    const groups = agents.map((agent) => ({
      id: agent,
      conditions: combinations.filter((row) => {
        const condition = table.conditions[row];
        return condition !== undefined && hasAgent(condition, agent);
      }),
    }));
    return { folds, groups: groups.filter((group) => group.conditions.length > 0) };
  },
});
