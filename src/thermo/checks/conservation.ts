import type { CheckFacts, ThermoCheck } from "./check.ts";
import { finding, nothing, placesInTime, sumText } from "./check.ts";

const facts: CheckFacts = {
  id: "conservation",
  title: "Conservation laws hold along the path",
  equation: "l x(t) = l x(0) for every l with l S_X = 0",
  source: "Polettini & Esposito 2014, doi:10.1063/1.4886396",
};

/** Rounding of a conserved amount along a path, relative to sum |l| x: methods keep linear laws up to rounding, whatever their tolerance. */
const conservationRounding = 1e-10;

const example = (last: number) => ({ ...nothing, times: [0, 1], conservation: [{ law: { E: 1, ES: 1 }, amounts: [1, last], scale: 1 }] });

/** Amounts that no reaction changes, such as an enzyme's total, stay what they were. */
export const conservation: ThermoCheck = {
  facts,
  check: ({ times, conservation: laws }) =>
    (laws ?? []).map(({ law, amounts, scale }) => {
      const [first = Number.NaN, ...others] = Array.from(amounts);
      const drifts = [0, ...others.map((amount) => Math.abs(amount - first))];
      const largest = drifts.reduce((most, drift) => Math.max(most, drift), 0);
      const bound = conservationRounding * scale;
      const off = drifts.flatMap((drift, index) => (drift <= bound ? [] : [index]));
      if (off.length === 0) return finding(facts, "ok", `${sumText(law)} at ${drifts.length} times; largest drift`, largest, bound);
      return finding(facts, "violated", `${sumText(law)} drifts ${placesInTime(times, off)}; something besides the reactions changes it, or the path was not solved to its tolerance`, largest, bound);
    }),
  passing: example(1 + 1e-15),
  failing: example(1.001),
};
