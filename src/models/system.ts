import type { Expression, Graph } from "../kernel/expression.ts";

/** One column a simulation can print: a declared species, a rule-driven quantity, or a free expression. */
export interface Output {
  readonly id: string;
  readonly unit: string | null;
  readonly expression: Expression;
}

/**
 * A system of ordinary differential equations over one expression graph: what solvers, sensitivities and residuals share.
 *
 * Symbols in the expressions are `time`, the state ids and the parameter ids; nothing else.
 */
export interface OdeSystem {
  readonly id: string;
  readonly graph: Graph;
  /** Ids of the state variables [nState]. */
  readonly states: readonly string[];
  /** Ids of everything that is constant during a segment [nParameter]: parameters, boundary species, compartments. */
  readonly parameters: readonly string[];
  /** Time derivative of each state [nState]. */
  readonly rhs: readonly Expression[];
  /** Every declared species as concentration, in declaration order, then rule-driven quantities. */
  readonly outputs: readonly Output[];
  /** Default parameter values [nParameter]; NaN where the model gives none. */
  readonly parameterValues: readonly number[];
  /** Initial state [nState] over the parameters; plain initial values are constants (`revise` the network to change one). */
  readonly initialState: readonly Expression[];
}
