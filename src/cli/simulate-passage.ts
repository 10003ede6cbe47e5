import type { FirstPassage } from "../solvers/stochastic/first-passage.ts";
import type { SimulateOutput } from "./simulate-output.ts";

/** Probabilities at which passage times are printed. */
const probabilities = [0.05, 0.25, 0.5, 0.75, 0.95];

/** First passages as JSON has them. */
export function passageOutput(condition: string, { reached, times, restrictedMean, quantile }: FirstPassage, horizon: number): NonNullable<SimulateOutput["firstPassages"]>[number] {
  return {
    condition,
    horizon,
    reached: { ...reached },
    mean: { ...times.mean },
    restrictedMean: { ...restrictedMean },
    quantiles: probabilities.map((probability) => ({ probability, value: quantile(probability)?.value ?? null })),
  };
}

const withError = (value: number, error: number): string => (Number.isNaN(error) ? String(Number(value.toPrecision(4))) : `${Number(value.toPrecision(4))} ± ${Number(error.toPrecision(2))}`);

/** First passages in a sentence. */
export function passageText(condition: string, { reached, times, runs }: FirstPassage, horizon: number): string {
  const share = `${condition}: reached by time ${horizon} in ${times.count} of ${runs} runs`;
  if (times.count === 0) return share;
  return `${share}, ${reached.value < 1 ? "those" : "all"} at ${withError(times.mean.value, times.mean.error)} on average`;
}
