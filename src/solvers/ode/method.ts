import type { Value } from "../../kernel/program.ts";
import type { FunctionBuilder } from "../../kernel/builder.ts";
import type { OdeSystem } from "../../models/system.ts";
import type { LinearWriter } from "./linear.ts";
import type { OdeSolver, SolverOptions } from "./solver.ts";
import type { Component, Vector, VectorWriter } from "./vector.ts";

/** What a method can do; loops and tables read this and never ask for the name. */
export interface OdeFacts {
  readonly id: string;
  readonly title: string;
  /** Order of the solution that is carried on. */
  readonly order: number;
  /** Order of the continuous output inside a step. */
  readonly denseOrder: number;
  readonly denseOutput: boolean;
  /** Whether steps are bounded by accuracy alone on stiff systems. */
  readonly stiff: boolean;
  /** Whether the last stage of a step is the first of the next. */
  readonly firstSameAsLast: boolean;
  /** Right-hand sides per attempted step. */
  readonly rhsPerStep: number;
  /** Jacobians, each factored once, per attempted step. */
  readonly factorizationsPerStep: number;
  /** Whether the steps are taken by a package, outside a compiled program. Default false. */
  readonly external?: boolean;
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
  /** Coefficients of θ, θ², … per stage [s, degree]. */
  readonly dense: readonly (readonly number[])[];
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
  /** Matrices made from the analytic Jacobian at (t, y). */
  readonly linear: LinearWriter;
}

/** A one-step method: facts, coefficients, and a writer of one attempted step. */
export interface OdeMethod {
  readonly facts: OdeFacts;
  readonly tableau: Tableau;
  /** Writes one attempted step; returns the error estimate of a component. */
  step(context: StepContext): Component;
}

/** A method that brings its own loop: one that looks several steps back, a foreign one, or a choice among others. */
export interface CompiledMethod {
  readonly facts: OdeFacts;
  /** @throws Error naming each option that only one-step methods have (`record`, `extend`) and this one lacks. */
  compile(system: OdeSystem, options: Omit<SolverOptions, "method">): Promise<OdeSolver>;
}

export type AnyOdeMethod = OdeMethod | CompiledMethod;

/** Whether a method is a writer of single steps, which tapes, adjoints and whole reports need. */
export const isOneStep = (method: AnyOdeMethod): method is OdeMethod => "step" in method;
