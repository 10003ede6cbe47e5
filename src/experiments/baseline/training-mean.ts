import { isControl } from "../condition.ts";
import { tableBaseline } from "./kind.ts";
import { meanResponse, perCondition } from "./responses.ts";

/** The mean of the perturbed training rows, whatever is asked; validation rows stay out of it, as in the comparisons published with it. */
export const trainingMean = tableBaseline(
  { id: "training-mean", title: "mean of training rows", source: "Ahlmann-Eltze et al. 2025, doi:10.1038/s41592-025-02772-6" },
  (view) => {
    const mean = meanResponse(view.train, view.features.length, (condition) => !isControl(condition));
    if (mean === null) return { notApplicable: "no perturbed condition is trained on" };
    return { predictions: perCondition(view, () => mean) };
  },
);
