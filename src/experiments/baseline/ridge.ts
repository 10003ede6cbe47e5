import type { TrainingView } from "../view.ts";
import { doseEncoding, isOneHot, oneHotEncoding } from "./encoding.ts";
import type { Encoding } from "./encoding.ts";
import { tableBaseline } from "./kind.ts";
import type { BaselineAnswer } from "./kind.ts";
import { controlResponse } from "./responses.ts";
import { fitRidge, predictRidge } from "./ridge-path.ts";

const source = "Hoerl & Kennard 1970, doi:10.1080/00401706.1970.10488634";

/** Linear in which agents were applied, no effect at the control. */
export const ridgeOneHot = tableBaseline({ id: "ridge-one-hot", title: "ridge on one-hot agents", source }, (view) => ridge(view, oneHotEncoding(view), false));

/** Linear in the scaled doses, no effect at dose 0. */
export const ridgeDose = tableBaseline({ id: "ridge-dose", title: "ridge on doses", source }, (view) => ridgeOnDoses(view, false));

/** Linear in which agents were applied, with a free constant. */
export const ridgeOneHotIntercept = tableBaseline({ id: "ridge-one-hot-intercept", title: "ridge on one-hot agents, with intercept", source }, (view) =>
  ridge(view, oneHotEncoding(view), true),
);

/** Linear in the scaled doses, with a free constant. */
export const ridgeDoseIntercept = tableBaseline({ id: "ridge-dose-intercept", title: "ridge on doses, with intercept", source }, (view) => ridgeOnDoses(view, true));

function ridgeOnDoses(view: TrainingView, intercept: boolean): BaselineAnswer {
  const encoding = doseEncoding(view);
  return isOneHot(encoding) ? { notApplicable: "every agent has one dose: the same as one-hot" } : ridge(view, encoding, intercept);
}

function ridge(view: TrainingView, encoding: Encoding, intercept: boolean): BaselineAnswer {
  const columns = encoding.names.length;
  const width = view.features.length;
  if (view.train.conditions.length === 0) return { notApplicable: "there is no training row" };
  const control = intercept ? new Float64Array(width) : controlResponse(view);
  if (control === null) return { notApplicable: "no control was measured and none is declared; without an intercept effects are counted from it" };
  const effects = (values: Float64Array): Float64Array => values.map((value, place) => value - (control[place % width] ?? 0));
  const fit = fitRidge(
    { rows: view.train.conditions.length, x: encoding.train, y: effects(view.train.values) },
    { rows: view.validation.conditions.length, x: encoding.validation, y: effects(view.validation.values) },
    columns,
    width,
    { intercept },
  );
  const predicted = predictRidge(fit, encoding.test, view.test.conditions.length);
  return { predictions: predicted.map((value, place) => value + (control[place % width] ?? 0)) };
}
