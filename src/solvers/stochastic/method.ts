import type { FunctionBuilder } from "../../kernel/builder.ts";
import type { Local, Value } from "../../kernel/program.ts";

/** What a method can do; loops and tables read this and never ask for the name. */
export interface StochasticFacts {
  readonly id: string;
  readonly title: string;
  /** Whether paths have exactly the law of the chemical master equation. */
  readonly exact: boolean;
  readonly source: string;
}

/** Propensities of all channels, up to date before every step: in locals where there are few, else in memory. */
export type Propensities =
  | { readonly kind: "locals"; readonly values: readonly Local[] }
  /** f64 at `address`, one after another. */
  | { readonly kind: "memory"; readonly address: number; readonly count: number };

/** What `step` writes with. */
export interface StochasticStep {
  readonly b: FunctionBuilder;
  readonly propensities: Propensities;
  /** Uniform in (0, 1) and exponential with mean 1, the next of the run's stream: use each once, in a `set`. */
  uniform(): Value;
  exponential(): Value;
  /** Lets time pass: requested times before its end see the state as it is; leaves the run when none are left. */
  wait(duration: Value): void;
  /** Lets a channel fire: its number is known now, or only when the program runs. */
  fire(channel: number | Local): void;
}

/** A stochastic method: facts, and a writer of one event. */
export interface StochasticMethod {
  readonly facts: StochasticFacts;
  step(context: StochasticStep): void;
}
