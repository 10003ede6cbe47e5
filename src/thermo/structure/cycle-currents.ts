import type { Network } from "../../models/network.ts";
import type { IntegerRow } from "../../models/structure.ts";
import { leastSquares } from "../../numerics/least-squares.ts";
import type { FluxPoint } from "../fluxes.ts";
import { isRateRuledAlone } from "../rate-ruled.ts";
import type { OpenStructure } from "./laws.ts";

/** One cycle of a steady state. */
export interface CycleCurrent {
  readonly cycle: IntegerRow;
  readonly isEmergent: boolean;
  /** w·F, dimensionless. */
  readonly affinity: number;
  /** How often the cycle is run · concentration per time. */
  readonly current: number;
  /** Affinity times current · R per volume and time. */
  readonly entropyProduction: number;
}

/** Entropy production of a steady state by cycles. */
export interface CycleDecomposition {
  readonly cycles: readonly CycleCurrent[];
  /** Sum over all cycles · R per volume and time; NaN where rate rules alone move the state. */
  readonly entropyProduction: number;
  /** Part of the emergent cycles: all of it where the constants meet Wegscheider's conditions. */
  readonly emergent: number;
  /** Norm of the fluxes that no cycle carries, over the norm of the fluxes: 0 at a steady state. */
  readonly distance: number;
}

/**
 * Writes the fluxes of a steady state as currents around cycles, so that sigma is the sum of affinity times current.
 * Away from a steady state `distance` says how much of the fluxes the cycles leave out.
 * @source Polettini & Esposito 2014, doi:10.1063/1.4886396; Schnakenberg 1976, doi:10.1103/RevModPhys.48.571
 */
export function cycleDecomposition(network: Network, structure: Pick<OpenStructure, "cycles" | "emergentCycles">, point: Pick<FluxPoint, "net" | "force">): CycleDecomposition {
  const rows = [...structure.emergentCycles.map((cycle) => ({ cycle, isEmergent: true })), ...structure.cycles.map((cycle) => ({ cycle, isEmergent: false }))];
  const ids = network.reactions.map(({ id }) => id);
  const matrix = ids.flatMap((id) => rows.map(({ cycle }) => cycle[id] ?? 0));
  const { solution, residualNorm } = leastSquares(matrix, point.net, ids.length, rows.length);
  const cycles = rows.map(({ cycle, isEmergent }, index): CycleCurrent => {
    const affinity = affinityOf(cycle, ids, point.force);
    const current = solution[index] ?? 0;
    return { cycle, isEmergent, affinity, current, entropyProduction: current === 0 ? 0 : affinity * current };
  });
  const size = Math.hypot(...point.net);
  // What rate rules move has no cycles to be seen in.
  const sum = (chosen: readonly CycleCurrent[]): number => (isRateRuledAlone(network) ? Number.NaN : sumOf(chosen));
  return { cycles, entropyProduction: sum(cycles), emergent: sum(cycles.filter(({ isEmergent }) => isEmergent)), distance: size === 0 ? 0 : residualNorm / size };
}

const sumOf = (chosen: readonly CycleCurrent[]): number => chosen.reduce((sum, { entropyProduction }) => sum + entropyProduction, 0);

/** w·F of a cycle; `values` [nReaction] are the forces, or ln k+ - ln k- for the affinity that the constants alone make. */
export function affinityOf(cycle: IntegerRow, reactions: readonly string[], values: ArrayLike<number>): number {
  return reactions.reduce((total, id, index) => {
    const weight = cycle[id] ?? 0;
    return weight === 0 ? total : total + weight * (values[index] ?? Number.NaN);
  }, 0);
}
