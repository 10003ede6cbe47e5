import { tableBaseline } from "./kind.ts";
import { measuredControl, perCondition } from "./responses.ts";

/** Every perturbation does nothing: the mean of the controls, or the declared control response where none was measured. */
export const noChange = tableBaseline({ id: "no-change", title: "no change", source: "Ahlmann-Eltze et al. 2025, doi:10.1038/s41592-025-02772-6" }, (view) => {
  const control = measuredControl(view);
  if (control === null) return { notApplicable: "no control was measured and none is declared" };
  return { predictions: perCondition(view, () => control) };
});
