import type { Network } from "../../models/network.ts";
import type { FluxPoint } from "../fluxes.ts";
import { complexGraph } from "./complexes.ts";
import type { ComplexGraph } from "./complexes.ts";

/** Relative slack of a balance: what a state from a solver or a search can meet. */
export const balanceDefaults = { tolerance: 1e-9 } as const;

/** How far one state is from complex and detailed balance. */
export interface StateBalance {
  /** Net production of each complex, by name · concentration per time. */
  readonly complexes: Readonly<Record<string, number>>;
  /** Largest net production of a complex over the activity of its reactions, dimensionless. */
  readonly complexImbalance: number;
  readonly isComplexBalanced: boolean;
  /** Largest |J+ - J-| / (J+ + J-) of a reaction, dimensionless. */
  readonly detailedImbalance: number;
  readonly isDetailedBalanced: boolean;
}

/**
 * Complex balance (every complex is made as fast as it is used up) and detailed balance (every reaction as fast as its reverse)
 * of one state. NaN where a flux is not known apart.
 * @source Horn & Jackson 1972, doi:10.1007/BF00251225
 */
export function balanceAt(network: Network, point: Pick<FluxPoint, "net" | "activity">, tolerance: number = balanceDefaults.tolerance, graph: ComplexGraph = complexGraph(network)): StateBalance {
  const made = new Float64Array(graph.complexes.length);
  const moved = new Float64Array(graph.complexes.length);
  for (const { index, from, to } of graph.edges) {
    const [net, activity] = [point.net[index] ?? Number.NaN, point.activity[index] ?? Number.NaN];
    made[from] = (made[from] ?? 0) - net;
    made[to] = (made[to] ?? 0) + net;
    for (const complex of [from, to]) moved[complex] = (moved[complex] ?? 0) + activity;
  }
  const complexImbalance = made.reduce((worst, value, complex) => Math.max(worst, share(value, moved[complex] ?? 0)), 0);
  const detailedImbalance = point.net.reduce((worst, net, index) => Math.max(worst, share(net, point.activity[index] ?? Number.NaN)), 0);
  return {
    complexes: Object.fromEntries(graph.complexes.map(({ name }, complex) => [name, made[complex] ?? 0])),
    complexImbalance,
    isComplexBalanced: complexImbalance <= tolerance,
    detailedImbalance,
    isDetailedBalanced: detailedImbalance <= tolerance,
  };
}

const share = (part: number, whole: number): number => (whole === 0 ? 0 : Math.abs(part) / whole);
