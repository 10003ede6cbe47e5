import { seenTogether } from "../view.ts";
import { combineSingles } from "./combined-singles.ts";
import { tableBaseline } from "./kind.ts";

/** Bliss independence: what each agent leaves of the control, multiplied. It applies where every response is a fraction. */
export const bliss = tableBaseline({ id: "bliss", title: "Bliss independence", source: "Bliss 1939, doi:10.1111/j.1744-7348.1939.tb06990.x" }, (view) => {
  const fractions = seenTogether(view).values.every((value) => Number.isNaN(value) || (value >= 0 && value <= 1));
  if (!fractions) return { notApplicable: "responses are not fractions between 0 and 1" };
  return combineSingles(
    view,
    (control, singles) => singles.reduce((product, single) => product * (single / control), control),
    (control) => (control.some((value) => value <= 0) ? "a control response is 0, so nothing of it can be left" : null),
  );
});
