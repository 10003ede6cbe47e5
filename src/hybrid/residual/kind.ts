import type { Parameter } from "../../models/network.ts";
import type { RandomStream } from "../../numerics/random.ts";

/** A hidden quantity of a residual: an assignment rule of the network, so that each unit is written once. */
export interface ResidualUnit {
  readonly id: string;
  readonly formula: string;
}

/** A learned function written out as network parts: weights, hidden units and the formula of each output. */
export interface WrittenResidual {
  readonly weights: readonly Parameter[];
  readonly units: readonly ResidualUnit[];
  /** [nOutput] */
  readonly outputs: readonly string[];
}

/** What a residual kind promises; conformance tests read `invariants`. */
export interface ResidualFacts {
  readonly id: string;
  readonly title: string;
  readonly invariants: readonly string[];
  readonly source: string;
}

/** One way to write a learned function of some quantities. */
export interface ResidualKind<Options> {
  readonly facts: ResidualFacts;
  readonly defaults: Options;
  /** `inputs` are formula texts; ids of weights and units start with `id`. Weights are as initialised: zero output. */
  write(id: string, inputs: readonly string[], nOutput: number, options: Options, stream: RandomStream): WrittenResidual;
}
