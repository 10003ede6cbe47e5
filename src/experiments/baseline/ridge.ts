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
  const [train, validation] = [effects(view.train.values), effects(view.validation.values)];
  const validationRows = view.validation.conditions.map((_condition, row) => row);
  const predictions = new Float64Array(view.test.conditions.length * width).fill(Number.NaN);
  for (const { rows, features } of measuredTogether(train, view.train.conditions.length, width)) {
    if (rows.length === 0) continue;
    const fit = fitRidge(
      { rows: rows.length, x: cut(encoding.train, rows, allOf(columns), columns), y: cut(train, rows, features, width) },
      { rows: validationRows.length, x: encoding.validation, y: cut(validation, validationRows, features, width) },
      columns,
      features.length,
      { intercept },
    );
    predictRidge(fit, encoding.test, view.test.conditions.length).forEach((value, place) => {
      const feature = features[place % features.length] ?? 0;
      predictions[Math.floor(place / features.length) * width + feature] = value + (control[feature] ?? 0);
    });
  }
  return { predictions };
}

/** Features by the rows in which they were measured, so that a missing cell costs its own feature one row and no other feature anything. */
function measuredTogether(values: Float64Array, nRow: number, width: number): readonly { readonly rows: readonly number[]; readonly features: readonly number[] }[] {
  if (!values.some(Number.isNaN)) return [{ rows: allOf(nRow), features: allOf(width) }];
  const groups = new Map<string, { readonly rows: readonly number[]; readonly features: number[] }>();
  for (let feature = 0; feature < width; feature++) {
    const rows = allOf(nRow).filter((row) => !Number.isNaN(values[row * width + feature] ?? Number.NaN));
    const key = rows.join(" ");
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { rows, features: [feature] });
    else group.features.push(feature);
  }
  return [...groups.values()];
}

/** Some rows and columns of a row-major matrix. */
function cut(matrix: Float64Array, rows: readonly number[], columns: readonly number[], width: number): Float64Array {
  return Float64Array.from(rows.flatMap((row) => columns.map((column) => matrix[row * width + column] ?? Number.NaN)));
}

const allOf = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);
