import type { Local, Value } from "../../kernel/program.ts";
import type { FunctionBuilder } from "../../kernel/builder.ts";
import type { OdeSystem } from "../../models/system.ts";
import type { LinearWriter } from "./linear.ts";
import type { WeaveMultistep } from "./multistep.ts";
import type { OdeSolver, SolverOptions } from "./solver.ts";
import type { Component, Vector, VectorWriter } from "./vector.ts";

/** What a method can do; loops and tables read this and never ask for the name. */
export interface OdeFacts {
  readonly id: string;
  readonly title: string;
  /** Order of the solution that is carried on; the highest where it changes. */
  readonly order: number;
  /** Power of the step size that the error estimate falls with. Default `order`: the better of two solutions is carried on. */
  readonly errorOrder?: number;
  /** Order of the continuous output inside a step. */
  readonly denseOrder: number;
  readonly denseOutput: boolean;
  /** Whether steps are bounded by accuracy alone on stiff systems. */
  readonly stiff: boolean;
  /** Whether the last stage of a step is the first of the next. */
  readonly firstSameAsLast: boolean;
  /** Right-hand sides per attempted step; the fewest where a step iterates. */
  readonly rhsPerStep: number;
  /** Jacobians, each factored once, per attempted step. */
  readonly factorizationsPerStep: number;
  /** Whether the steps are taken by a package, outside a compiled program. Default false. */
  readonly external?: boolean;
  /** Whether a method with a loop of its own follows events; every one-step method does. Default false. */
  readonly events?: boolean;
  readonly source: string;
}

/**
 * Coefficients of a one-step method with s stages, in the form
 * y_new = y + w Σ weights_i stage_i, error = w Σ error_i stage_i, y(t + θh) = y + w Σ dense_i(θ) stage_i,
 * where w is h when stages are rates and 1 when they are increments.
 */
export interface Tableau {
  readonly stageUnit: "rate" | "increment";
  /** Times of the stages as fractions of the step [s]. */
  readonly nodes: readonly number[];
  /** Stage i is taken at y + w Σ_j a[i][j] stage_j [s, i]. */
  readonly a: readonly (readonly number[])[];
  readonly weights: readonly number[];
  readonly error: readonly number[];
  /** A second, coarser estimate e₃ [s]; where there is one, a step is judged by |e|² / √(|e|² + |e₃|²/100), e being the first. */
  readonly coarseError?: readonly number[];
  /** Coefficients of θ, θ², … per stage, those of `extra` after those of the step [s + nExtra, degree]. */
  readonly dense: readonly (readonly number[])[];
  /** Explicit stages that only the continuous output needs; taken once in a step that something is asked about. */
  readonly extra?: ExtraStages;
}

/** Further stages of an explicit method: stage s + i is the rate at y + h Σ_j a[i][j] stage_j. */
export interface ExtraStages {
  /** Times as fractions of the step [nExtra]. */
  readonly nodes: readonly number[];
  /** [nExtra, s + i] */
  readonly a: readonly (readonly number[])[];
}

/** What a Rosenbrock method has beside its tableau, in Hairer and Wanner's transformed form. */
export interface RosenbrockCoefficients {
  readonly gamma: number;
  /** Couplings of the transformed stages, divided by h in the step [s, i]. */
  readonly coupling: readonly (readonly number[])[];
  /** Row sums of Γ: weights of h ∂f/∂t in each stage [s]. */
  readonly timeWeights: readonly number[];
}

/** What `step` writes with: the program under construction and the vectors it connects. */
export interface StepContext {
  readonly b: FunctionBuilder;
  readonly vectors: VectorWriter;
  /** Start of the step and its size. */
  readonly t: Value;
  readonly h: Value;
  /** State at t (read), state at t + h (to be written). */
  readonly y: Vector;
  readonly next: Vector;
  /** Stages [s], to be written; stage 0 holds the rate at (t, y) already when `facts.firstSameAsLast`. */
  readonly stages: readonly Vector[];
  rhs(target: Vector, time: Value, state: Vector): void;
  /** t + node h, and the end of the step where a stage beyond it would look past the next breakpoint, at which rates change course. */
  stageTime(node: number): Local;
  /** Matrices made from the analytic Jacobian at (t, y). */
  readonly linear: LinearWriter;
  /** Root mean square of a component over what is tolerated at the step's start and at `state`: atol + rtol |y|, and no less than rounding. */
  tolerated(component: Component, state: Vector): Value;
  /** Root mean square of a component over the state's own size: all states, those outside the error norm too. */
  rounded(component: Component, state: Vector): Value;
  /** Whether stages are to be solved until rounding ends it, because derivatives are taken of this step. */
  readonly exactly: boolean;
}

/** A one-step method: facts, coefficients, and a writer of one attempted step. */
export interface OdeMethod {
  readonly facts: OdeFacts;
  readonly tableau: Tableau;
  /** Of Rosenbrock methods, so that what follows their steps, such as an adjoint, reads them here. */
  readonly rosenbrock?: RosenbrockCoefficients;
  /**
   * Of diagonally implicit methods with an explicit first stage whose last stage is taken at the new state: what stands on the diagonal of
   * every other row of `tableau.a`.
   */
  readonly diagonal?: number;
  /** Writes one attempted step; returns the error estimate of a component, which is not finite where the attempt came to nothing. */
  step(context: StepContext): Component;
}

/** A method that brings its own loop: one that looks several steps back, a foreign one, or a choice among others. */
export interface CompiledMethod {
  readonly facts: OdeFacts;
  /** @throws Error naming each option that only one-step methods have (such as `rates`, `extend`) and this one lacks. */
  compile(system: OdeSystem, options: Omit<SolverOptions, "method">): Promise<OdeSolver>;
  /** Of multistep methods, so that what follows their steps, such as an adjoint, is woven in here. */
  readonly multistep?: WeaveMultistep;
}

export type AnyOdeMethod = OdeMethod | CompiledMethod;

/** Whether a method is a writer of single steps, which tapes, adjoints and whole reports need. */
export const isOneStep = (method: AnyOdeMethod): method is OdeMethod => "step" in method;
