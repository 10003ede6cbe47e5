import { amount, countOf, repeats, splitKind, wholeGroup } from "./kind.ts";

/** Conditions parted at random: interpolation among conditions of the same sort, the easiest question. */
export const random = splitKind({
  facts: { id: "random", title: "random conditions held out", unseen: "condition" },
  options: {
    /** Left out: all that validation and test leave. */
    train: amount.optional(),
    validation: amount,
    test: amount,
    repeats,
  },
  plan({ controls, rows, shuffled, foldSeed }, options) {
    const treated = rows.filter((row) => !controls.includes(row));
    const validation = countOf(options.validation, treated.length);
    const test = countOf(options.test, treated.length);
    const train = options.train === undefined ? treated.length - validation - test : countOf(options.train, treated.length);
    if (test < 1) return { problems: [`no condition is held out: test is ${options.test} of ${treated.length} perturbed conditions`] };
    if (train < 1 || train + validation + test > treated.length) {
      return { problems: [`train ${train}, validation ${validation} and test ${test} do not fit into ${treated.length} perturbed conditions`] };
    }
    const folds = Array.from({ length: options.repeats }, (_, index) => {
      const order = shuffled(treated, index);
      return {
        label: `draw ${index + 1}`,
        group: null,
        seed: foldSeed(index),
        train: [...controls, ...order.slice(0, train)],
        validation: order.slice(train, train + validation),
        test: order.slice(order.length - test),
      };
    });
    return { folds, groups: wholeGroup(treated) };
  },
});
