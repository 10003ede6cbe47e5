import { symmetricEigen } from "../../numerics/symmetric-eigen.ts";
import { agentsOf, isCombination } from "../condition.ts";
import type { TableCondition } from "../task.ts";
import type { SeenRows } from "../view.ts";
import { oneHotEncoding } from "./encoding.ts";
import { tableBaseline } from "./kind.ts";
import { controlResponse } from "./responses.ts";
import { fitRidge, predictRidge } from "./ridge-path.ts";
import type { RegressionRows, RidgeFit } from "./ridge-path.ts";

/** Seen combinations an agent must be in, on average, before interactions can be told from noise. */
const combinationsPerAgent = 4;
const largestRank = 4;

/**
 * One-hot ridge plus a low-rank interaction: agents are placed in a few dimensions by the principal components of their ridge
 * effects, and what ridge leaves of the seen combinations is regressed on the symmetric products of two agents' places.
 * Rank and penalties are chosen on the validation rows.
 */
export const lowRank = tableBaseline(
  { id: "low-rank", title: "ridge with low-rank interaction", source: "after the linear model of Ahlmann-Eltze et al. 2025, doi:10.1038/s41592-025-02772-6" },
  (view) => {
    const width = view.features.length;
    const control = controlResponse(view);
    if (control === null) return { notApplicable: "no control was measured and none is declared" };
    const pairs = view.train.conditions.filter(isCombination);
    const agents = new Set(pairs.flatMap(agentsOf));
    const memberships = pairs.reduce((sum, pair) => sum + agentsOf(pair).length, 0);
    if (agents.size === 0 || memberships / agents.size < combinationsPerAgent) {
      return { notApplicable: `too few combinations are seen: each agent needs ${combinationsPerAgent} of them on average` };
    }
    if (!view.test.conditions.some(isCombination)) return { notApplicable: "no combination is asked for" };
    const encoding = oneHotEncoding(view);
    const effects = (values: Float64Array): Float64Array => values.map((value, place) => value - (control[place % width] ?? 0));
    const rowsOf = (part: SeenRows, x: Float64Array): RegressionRows => ({ rows: part.conditions.length, x, y: effects(part.values) });
    const train = rowsOf(view.train, encoding.train);
    const validation = rowsOf(view.validation, encoding.validation);
    const base = fitRidge(train, validation, encoding.names.length, width, { intercept: false });
    const places = placesOf(base, encoding.names.length, width);
    const left = (rows: RegressionRows): Float64Array => {
      const predicted = predictRidge(base, rows.x, rows.rows);
      return rows.y.map((value, place) => value - (predicted[place] ?? 0));
    };
    const trainPairs = combinationsOf(view.train, left(train), width);
    const validationPairs = combinationsOf(view.validation, left(validation), width);
    let best: { readonly fit: RidgeFit; readonly rank: number } | null = null;
    for (let rank = 1; rank <= Math.min(largestRank, encoding.names.length); rank++) {
      const rowsAt = ({ conditions, y }: Combinations): RegressionRows => ({ rows: conditions.length, x: products(conditions, encoding.names, places, rank), y });
      const fit = fitRidge(rowsAt(trainPairs), rowsAt(validationPairs), ((rank + 1) * (rank + 2)) / 2, width, { intercept: false });
      if (best === null || fit.error < best.fit.error) best = { fit, rank };
    }
    if (best === null) return { notApplicable: "no agent was applied" };
    const linear = predictRidge(base, encoding.test, view.test.conditions.length);
    const interaction = predictRidge(best.fit, products(view.test.conditions, encoding.names, places, best.rank), view.test.conditions.length);
    return { predictions: linear.map((value, place) => value + (interaction[place] ?? 0) + (control[place % width] ?? 0)) };
  },
);

/** The combinations among some rows, with what the linear part left of them, row-major [n, nFeature]. */
interface Combinations {
  readonly conditions: readonly TableCondition[];
  readonly y: Float64Array;
}

function combinationsOf(part: SeenRows, left: Float64Array, width: number): Combinations {
  const kept = part.conditions.flatMap((condition, row) => (isCombination(condition) ? [{ condition, row }] : []));
  const y = new Float64Array(kept.length * width);
  kept.forEach(({ row }, place) => y.set(left.subarray(row * width, (row + 1) * width), place * width));
  return { conditions: kept.map(({ condition }) => condition), y };
}

/** Principal components of the agents' effects, row-major [agents, agents], scaled so that the first has unit root mean square. */
function placesOf(base: RidgeFit, agents: number, width: number): Float64Array {
  // Features without a fit (not measured in every training row) place nobody.
  const effect = (agent: number, feature: number): number => {
    const value = base.coefficients[agent * width + feature] ?? 0;
    return Number.isNaN(value) ? 0 : value;
  };
  const gram = new Float64Array(agents * agents);
  for (let a = 0; a < agents; a++) {
    for (let b = 0; b < agents; b++) for (let f = 0; f < width; f++) gram[a * agents + b] = (gram[a * agents + b] ?? 0) + effect(a, f) * effect(b, f);
  }
  const { values, vectors } = symmetricEigen(gram, agents);
  const unit = Math.sqrt(Math.max(values[0] ?? 0, Number.MIN_VALUE) / agents);
  return vectors.map((value, place) => (value * Math.sqrt(Math.max(0, values[place % agents] ?? 0))) / unit);
}

/**
 * Per condition the symmetric products of its agents' first `rank` coordinates and a coordinate 1 (so that what all combinations
 * have in common, and what an agent does in all of them, count too), added up over pairs of agents and row-major
 * [n, (rank + 1) (rank + 2) / 2]; all 0 for a single.
 */
function products(conditions: readonly TableCondition[], names: readonly string[], places: Float64Array, rank: number): Float64Array {
  const columns = ((rank + 1) * (rank + 2)) / 2;
  const result = new Float64Array(conditions.length * columns);
  const at = (agent: number, k: number): number => (k === rank ? 1 : (places[agent * names.length + k] ?? 0));
  conditions.forEach((condition, row) => {
    const own = agentsOf(condition).map((agent) => names.indexOf(agent));
    own.forEach((a, first) => {
      for (const b of own.slice(first + 1)) {
        let place = row * columns;
        for (let i = 0; i <= rank; i++) {
          for (let j = i; j <= rank; j++, place++) result[place] = (result[place] ?? 0) + (at(a, i) * at(b, j) + at(a, j) * at(b, i)) / 2;
        }
      }
    });
  });
  return result;
}
