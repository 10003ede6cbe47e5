import type { NetworkProblem } from "../models/check.ts";
import type { Network } from "../models/network.ts";
import type { OdeSystem } from "../models/system.ts";
import { linearNoise } from "../solvers/linear-noise.ts";
import { steadyState } from "../solvers/steady-state.ts";
import type { SteadyStatus } from "../solvers/steady-state.ts";
import type { Fluxes } from "./fluxes.ts";
import { cycleDecomposition, openStructure } from "./structure/index.ts";
import type { CycleDecomposition } from "./structure/index.ts";

/** A steady state: where it is, whether it is stable, what runs around its cycles, how it fluctuates. */
export interface SteadyReport {
  /** By state id, in the model's units. */
  readonly state: Readonly<Record<string, number>>;
  /** Null where rounding cannot tell. */
  readonly stable: boolean | null;
  /** Eigenvalues of the Jacobian at constant conserved totals, [real, imaginary] · 1/time. */
  readonly eigenvalues: readonly (readonly [number, number])[];
  readonly cycles: CycleDecomposition;
  /** Linear noise: volume times variance · concentration, and Fano factor, by species; null with the reason. */
  readonly noise: Readonly<Record<string, { readonly variance: number; readonly fano: number | null }>> | null;
  readonly noNoise: string | null;
}

export type SteadyReportResult = { readonly report: SteadyReport; readonly state: Float64Array; readonly problems?: undefined } | { readonly problems: readonly NetworkProblem[]; readonly status: SteadyStatus; readonly report?: undefined };

/** Searches for the steady state that a network's initial state leads to, and describes it. @status problems: why there is none. */
export function steadyReport({ network, system, fluxes, parameters, state }: { readonly network: Network; readonly system: OdeSystem; readonly fluxes: Fluxes; readonly parameters: Float64Array; readonly state: Float64Array }): SteadyReportResult {
  // Newton's method goes to a root near by, which is not always the one that time leads to.
  const steady = steadyState(system, { parameters, state, method: "pseudo-transient" });
  if (steady.status.status !== "done") {
    const { status, worst, hint } = steady.status;
    return { status: steady.status, problems: [{ where: "option:steady", message: `no steady state was found from the initial state: ${status}, worst ${worst}: ${hint}` }] };
  }
  const found = steady.state;
  const noise = linearNoise(network, system, { parameters, state: found });
  const width = system.states.length;
  return {
    state: found,
    report: {
      state: Object.fromEntries(system.states.map((id, index) => [id, found[index] ?? Number.NaN])),
      stable: steady.stable,
      eigenvalues: Array.from(steady.eigenvalues.re, (re, index) => [re, steady.eigenvalues.im[index] ?? 0] as const),
      cycles: cycleDecomposition(network, openStructure(network), fluxes.at(Infinity, parameters, found)),
      noise: noise.noise
        ? Object.fromEntries(system.states.map((id, index) => [id, { variance: noise.noise.covariance[index * width + index] ?? Number.NaN, fano: noise.noise.fano[index] ?? null }]))
        : null,
      noNoise: noise.problems ? noise.problems.map(({ message }) => message).join("; ") : null,
    },
  };
}
