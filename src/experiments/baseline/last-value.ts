import { treatmentKey } from "../condition.ts";
import { seenTogether } from "../view.ts";
import { tableBaseline } from "./kind.ts";
import { perCondition } from "./responses.ts";

/** Each observable stays at its last value seen under the same treatment; it applies where an earlier part of the time course was seen. */
export const lastValue = tableBaseline({ id: "last-value", title: "last value carried forward", source: "definition" }, (view) => {
  const rows = seenTogether(view);
  const { features } = view;
  const width = features.length;
  const keys = rows.conditions.map(treatmentKey);
  const predictions = perCondition(view, (condition) => {
    const own = keys.flatMap((key, row) => (key === treatmentKey(condition) ? [row] : []));
    return Float64Array.from(features, (feature) => {
      let last = { time: Number.NEGATIVE_INFINITY, value: Number.NaN };
      features.forEach((earlier, column) => {
        if (earlier.observable !== feature.observable || earlier.time > feature.time || earlier.time < last.time) return;
        for (const row of own) {
          const value = rows.values[row * width + column] ?? Number.NaN;
          if (!Number.isNaN(value)) last = { time: earlier.time, value };
        }
      });
      return last.value;
    });
  });
  if (!predictions.some(Number.isFinite)) return { notApplicable: "no treatment that is asked for was seen at an earlier time" };
  return { predictions };
});
