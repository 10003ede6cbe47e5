import type { Prediction } from "../task.ts";
import type { TrainingView } from "../view.ts";

export interface BaselineFacts {
  readonly id: string;
  readonly title: string;
  readonly source: string;
}

/** Row-major [test conditions, nFeature], or why this baseline does not apply to the fold. */
export type BaselineAnswer = { readonly predictions: Prediction } | { readonly notApplicable: string };

/** A predictor that reads tables and knows no mechanism. */
export interface TableBaseline {
  readonly facts: BaselineFacts;
  predict(view: TrainingView): BaselineAnswer;
}

/**
 * Declares a baseline. Where no response that it may see is negative, negative predictions become 0: an amount is not predicted
 * below nothing. An answer without one finite value does not apply.
 */
export function tableBaseline(facts: BaselineFacts, predict: (view: TrainingView) => BaselineAnswer): TableBaseline {
  return {
    facts,
    predict(view) {
      const answer = predict(view);
      if ("notApplicable" in answer) return answer;
      const { predictions } = answer;
      if (predictions.length > 0 && !predictions.some(Number.isFinite)) return { notApplicable: "no response that it needs was measured in the rows it may see" };
      return { predictions: isNonNegative(view) ? predictions.map((value) => (value < 0 ? 0 : value)) : predictions };
    },
  };
}

function isNonNegative({ train, validation, baseline }: TrainingView): boolean {
  return ![train.values, validation.values, baseline ?? new Float64Array()].some((values) => values.some((value) => value < 0));
}
