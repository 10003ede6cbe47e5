import type { Network } from "../../models/network.ts";

/** An agent as a study declares it: what it does to which part of the mechanism. Doses come with each application. */
export interface Agent {
  /** Letters, digits, underscores: it becomes part of a parameter's name. */
  readonly id: string;
  /** A key of `perturbationKinds`. */
  readonly kind: string;
  /** Ids of the species, reactions or parameters it acts on; one dose acts on all of them. */
  readonly targets: readonly string[];
  /** Unit of the dose; null = none declared. */
  readonly unit: string | null;
  /** Constants of the kind, such as `K` and `h`; a string names a parameter of the network. */
  readonly constants: Readonly<Record<string, number | string>>;
}

/** A constant that an agent of a kind carries. */
export interface ConstantFact {
  readonly id: string;
  readonly title: string;
  readonly required: boolean;
  /** Smallest and largest value; `open` leaves the smallest itself out. */
  readonly minimum: number;
  readonly maximum: number;
  readonly open: boolean;
  /** Whether it may name a parameter of the network instead of a number. */
  readonly symbol: boolean;
}

/** What a kind declares about itself; loops read this and never ask names. */
export interface PerturbationFacts {
  readonly id: string;
  readonly title: string;
  /** Where the form comes from. */
  readonly source: string;
  /** What the dose means and which doses it takes. */
  readonly dose: { readonly title: string; readonly minimum: number; readonly maximum: number; readonly wholeSteps: boolean };
  readonly constants: readonly ConstantFact[];
  /**
   * When its edit is made: rates are scaled first, then reactions are added, and what needs the finished balance of a species comes last.
   * So the result does not depend on the order in which kinds are declared.
   */
  readonly stage: "rates" | "reactions" | "balance";
  /** Value of the control parameter at which the edit changes nothing; null = the kind adds no control parameter. */
  readonly neutral: number | null;
}

/** An edited network, or why the target cannot be edited so. */
export type Edit = { readonly network: Network } | { readonly reason: string };

/** A kind of perturbation: a typed edit of the mechanism that a control parameter switches. */
export interface PerturbationKind {
  readonly facts: PerturbationFacts;
  /** The network with the edit woven in for one target; `control` is the parameter's name, already declared at its neutral value. */
  edit(network: Network, target: string, agent: Agent, control: string): Edit;
  /** Parameter values while the agent is applied at a dose. */
  values(agent: Agent, dose: number, control: string): Readonly<Record<string, number>>;
  /** Values that species take, as their symbol reads, when a segment with this agent begins. */
  start?(agent: Agent, dose: number): Readonly<Record<string, number>>;
}

/** A constant as a number; `fallback` where the agent does not give it. Only for constants that may not be symbols. */
export function numericConstant(agent: Agent, id: string, fallback: number): number {
  const value = agent.constants[id];
  return typeof value === "number" ? value : fallback;
}
