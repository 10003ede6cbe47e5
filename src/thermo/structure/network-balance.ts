import type { Network } from "../../models/network.ts";
import { speciesIds, stoichiometryMatrix } from "../../models/structure.ts";
import { leastSquares } from "../../numerics/least-squares.ts";
import { integerKernel, integerRows } from "../../numerics/rational.ts";
import { balanceDefaults } from "./balance.ts";
import { complexGraph, runningGraph, strongLinkageClasses } from "./complexes.ts";
import type { ComplexGraph } from "./complexes.ts";
import type { Kinetics } from "./kinetics.ts";

/** What a network's constants allow. Residuals are norms over independent conditions on logarithms, dimensionless. */
export interface NetworkBalance {
  readonly isWeaklyReversible: boolean;
  /** Norm of the `deficiency` conditions on tree constants; Infinity where the network is not weakly reversible. */
  readonly complexResidual: number;
  readonly isComplexBalanced: boolean;
  /** Largest sum of ln(k+/k-) around a circuit of the graph of complexes; Infinity where a reaction runs one way. */
  readonly circuitResidual: number;
  /** Largest sum of ln(k+/k-) around a cycle of the internal species: Wegscheider's conditions with chemostats in the constants. */
  readonly cycleResidual: number;
  readonly isDetailedBalanced: boolean;
  /** A positive complex balanced state by species, one of each set of conserved amounts; null where there is none. */
  readonly state: Readonly<Record<string, number>> | null;
}

export type NetworkBalanceResult = { readonly balance: NetworkBalance; readonly problem?: undefined } | { readonly problem: string; readonly balance?: undefined };

/**
 * Whether the constants make every positive steady state complex balanced, and detailed balanced. Detailed balance is complex
 * balance plus the circuit conditions.
 * @status problem: the obstacles of kinetics that are no mass action, or constants without a value.
 * @source Horn 1972, doi:10.1007/BF00255664; Craciun, Dickenstein, Shiu & Sturmfels 2009, doi:10.1016/j.jsc.2008.08.006 (tree constants);
 * Feinberg 1989, doi:10.1016/0009-2509(89)85124-3; Dickenstein & Pérez Millán 2011, doi:10.1007/s11538-010-9611-7
 */
export function networkBalance(network: Network, kinetics: Kinetics, tolerance: number = balanceDefaults.tolerance): NetworkBalanceResult {
  if (kinetics.obstacles.length > 0) return { problem: kinetics.obstacles.join("; ") };
  const missing = network.reactions.flatMap(({ id }, index) => (Number.isFinite(kinetics.forward[index]) && Number.isFinite(kinetics.reverse[index]) ? [] : [`"${id}"`]));
  if (missing.length > 0) return { problem: `the constants of reaction ${missing.join(", ")} have no finite value; give their parameters one` };
  const graph = runningGraph(complexGraph(network), kinetics.directions);
  const isWeaklyReversible = strongLinkageClasses(graph, kinetics.directions).length === graph.linkageClasses.length;
  const found = isWeaklyReversible ? complexConditions(network, graph, kinetics) : { residual: Infinity, state: null };
  const isComplexBalanced = found.residual <= tolerance;
  const logEquilibrium = network.reactions.map((_, index) => Math.log(kinetics.forward[index] ?? 0) - Math.log(kinetics.reverse[index] ?? 0));
  const runs = network.reactions.map((_, index) => kinetics.forward[index] !== 0 || kinetics.reverse[index] !== 0);
  const incidence = graph.complexes.map((_, complex) => {
    const row = network.reactions.map(() => 0);
    for (const { index, from, to } of graph.edges) if (from === complex || to === complex) row[index] = from === complex ? -1 : 1;
    return row;
  });
  const circuitResidual = largestAffinity(incidence, logEquilibrium, runs);
  const cycleResidual = largestAffinity(stoichiometryMatrix(network, "internal"), logEquilibrium, runs);
  return {
    balance: {
      isWeaklyReversible,
      complexResidual: found.residual,
      isComplexBalanced,
      circuitResidual,
      cycleResidual,
      isDetailedBalanced: cycleResidual <= tolerance,
      state: isComplexBalanced ? found.state : null,
    },
  };
}

/** Whether a state with x^y proportional to the tree constants exists: linear equations in ln x, one set per linkage class. */
function complexConditions(network: Network, graph: ComplexGraph, kinetics: Kinetics): { residual: number; state: Record<string, number> } {
  const species = speciesIds(network, "internal");
  const logTree = logTreeConstants(graph, kinetics);
  const matrix: number[] = [];
  const right: number[] = [];
  for (const [first = 0, ...others] of graph.linkageClasses) {
    for (const complex of others) {
      const [one, other] = [graph.complexes[first]?.composition, graph.complexes[complex]?.composition];
      matrix.push(...species.map((id) => (other?.get(id) ?? 0) - (one?.get(id) ?? 0)));
      right.push((logTree[complex] ?? 0) - (logTree[first] ?? 0));
    }
  }
  const { solution, residualNorm } = leastSquares(matrix, right, right.length, species.length);
  return { residual: residualNorm, state: Object.fromEntries(species.map((id, index) => [id, Math.exp(solution[index] ?? 0)])) };
}

/**
 * Logarithms of the stationary weights of the walk over the complexes, class by class: sums of positive terms only.
 * @source Grassmann, Taksar & Heyman 1985, doi:10.1287/opre.33.5.1107
 */
function logTreeConstants(graph: ComplexGraph, kinetics: Kinetics): Float64Array {
  const logs = new Float64Array(graph.complexes.length);
  for (const members of graph.linkageClasses) {
    const place = new Map(members.map((complex, index) => [complex, index]));
    const n = members.length;
    const rate = new Float64Array(n * n);
    const add = (from: number, to: number, value: number): void => void (rate[from * n + to] = (rate[from * n + to] ?? 0) + value);
    for (const { index, from, to } of graph.edges) {
      const [i, j] = [place.get(from), place.get(to)];
      if (i === undefined || j === undefined) continue;
      add(i, j, kinetics.forward[index] ?? 0);
      add(j, i, kinetics.reverse[index] ?? 0);
    }
    const outOf = new Float64Array(n);
    for (let last = n - 1; last > 0; last -= 1) {
      for (let j = 0; j < last; j += 1) outOf[last] = (outOf[last] ?? 0) + (rate[last * n + j] ?? 0);
      for (let i = 0; i < last; i += 1) {
        const share = (rate[i * n + last] ?? 0) / (outOf[last] ?? 1);
        for (let j = 0; j < last; j += 1) if (i !== j) add(i, j, share * (rate[last * n + j] ?? 0));
      }
    }
    const weights = [1];
    for (let last = 1; last < n; last += 1) weights.push(weights.reduce((total, weight, i) => total + weight * (rate[i * n + last] ?? 0), 0) / (outOf[last] ?? 1));
    members.forEach((complex, index) => (logs[complex] = Math.log(weights[index] ?? 1)));
  }
  return logs;
}

/** Largest |sum w ln(k+/k-)| over a basis of the kernel; Infinity where a reaction of the network runs one way. */
function largestAffinity(matrix: readonly (readonly number[])[], logEquilibrium: readonly number[], runs: readonly boolean[]): number {
  const columns = logEquilibrium.flatMap((_, index) => (runs[index] ? [index] : []));
  const values = columns.map((column) => logEquilibrium[column] ?? Number.NaN);
  if (!values.every(Number.isFinite)) return Infinity;
  const kernel = integerKernel(integerRows(matrix.map((row) => columns.map((column) => row[column] ?? 0))), columns.length);
  return kernel.reduce((worst, cycle) => Math.max(worst, Math.abs(cycle.reduce((total, weight, index) => total + Number(weight) * (values[index] ?? 0), 0))), 0);
}
