import type { Expression, Graph } from "../kernel/expression.ts";

/** One column a simulation can print: a declared species, a rule-driven quantity, or a free expression. */
export interface Output {
  readonly id: string;
  readonly unit: string | null;
  readonly expression: Expression;
}

/** An event over a system's states: expressions in `time`, the states and the parameters. */
export interface SystemEvent {
  readonly id: string;
  readonly trigger: Expression;
  readonly initialValue: boolean;
  readonly persistent: boolean;
  readonly delay: Expression | null;
  readonly valuesFromTriggerTime: boolean;
  readonly priority: Expression | null;
  readonly assignments: readonly {
    /** Id of a state. */
    readonly target: string;
    readonly value: Expression;
    /** Multiplies the value, read as the event is executed, before it assigns anything: the volume where the state is an amount. Null = 1. */
    readonly factor: Expression | null;
    /** Divides the product, read once everything without a divisor is assigned: the volume where the state is a concentration. Null = 1. */
    readonly divisor: Expression | null;
  }[];
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
  /** Every declared species as concentration, in declaration order, then rule-driven quantities, then what events assign. */
  readonly outputs: readonly Output[];
  /** Default parameter values [nParameter]; NaN where the model gives none. */
  readonly parameterValues: readonly number[];
  /** Initial state [nState] over the parameters; plain initial values are constants (`revise` the network to change one). */
  readonly initialState: readonly Expression[];
  /** What happens at some moments, in the model's order; what an event assigns is a state. Left out where there are none. */
  readonly events?: readonly SystemEvent[];
  /** Where the derivatives come from: rate of each reaction · amount per time, for messages that name one. */
  readonly reactions?: readonly { readonly id: string; readonly rate: Expression }[];
}
