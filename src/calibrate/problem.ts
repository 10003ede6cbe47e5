import type { OdeSystem } from "../models/system.ts";
import { tsit5 } from "../solvers/ode/index.ts";
import type { AnyOdeMethod } from "../solvers/ode/method.ts";

/** A parameter the fit may move, and in which coordinate it moves. */
export interface FreeParameter {
  readonly id: string;
  /** Stages of a recipe move one group or both. */
  readonly group: "mechanism" | "residual";
  /** `log`: x = ln(value), for positive constants; `linear`: x = value, for weights. */
  readonly scale: "log" | "linear";
  readonly start: number;
  /** Gaussian prior in the coordinate x; null = none. */
  readonly prior: { readonly mean: number; readonly sd: number } | null;
}

/** A measured quantity: a fixed linear combination of states. */
export interface Observation {
  readonly id: string;
  readonly states: Readonly<Record<string, number>>;
}

/** One stretch of a protocol with constant controls. */
export interface ControlSegment {
  /** System parameters during the segment. */
  readonly controls: Readonly<Record<string, number>>;
  /** States set at its start. */
  readonly start: Readonly<Record<string, number>>;
  /** · the model's time unit; the last segment may be open (Infinity). */
  readonly duration: number;
}

/** One condition with its data. */
export interface FitCondition {
  readonly id: string;
  readonly segments: readonly ControlSegment[];
  /** Measurement times [nTime], ascending, from the start of the protocol. */
  readonly times: Float64Array;
  /** Row-major [nTime, nObservation]; NaN = not measured. */
  readonly values: Float64Array;
  /** Standard deviations in the same shape. */
  readonly sd: Float64Array;
}

/** Everything a fit of trajectories needs. */
export interface FitProblem {
  readonly system: OdeSystem;
  readonly free: readonly FreeParameter[];
  readonly observations: readonly Observation[];
  readonly conditions: readonly FitCondition[];
  /** States whose end value is added to the objective with this weight, averaged over conditions (output penalties). */
  readonly penalties: Readonly<Record<string, number>>;
  readonly rtol: number;
  readonly atol: number;
  /** Method of the trajectories, one with an adjoint (`hasAdjoint`). Default `fitMethod`. */
  readonly method?: AnyOdeMethod;
}

/** What trajectories of a fit are solved by unless the problem says otherwise: most are not stiff, and nothing is cheaper to reverse. */
export const fitMethod = tsit5;

/**
 * Attempted steps of one trajectory before a point counts as one that cannot be solved: explicit steps on a residual that has turned
 * stiff would hold a fit up for minutes, and an optimiser that backs off is back where the model can be used.
 */
export const fitMaxSteps = 3000;

/** Value of a free parameter at coordinate x. */
export function valueOf(free: FreeParameter, x: number): number {
  return free.scale === "log" ? Math.exp(x) : x;
}

/** Coordinate x of a value. */
export function coordinateOf(free: FreeParameter, value: number): number {
  return free.scale === "log" ? Math.log(value) : value;
}
