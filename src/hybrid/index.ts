/** Where learned terms enter a mechanism. */
export { type AttachedConductance, type LearnedConductance, attachConductance, conductanceDefaults, conductanceFacts } from "./conductance.ts";
export type { LearnedExcess } from "./conductance/excess.ts";
export type { PotentialShift } from "./conductance/shift.ts";
export { conductancePropensities } from "./conductance-propensity.ts";
export { type AttachedFlux, type LearnedFlux, attachLearnedFlux } from "./learned-flux.ts";
export {
  type InteractionNetwork,
  type InteractionNetworkOptions,
  type InteractionShape,
  type InteractionTable,
  type NodeRole,
  type Precision,
  compileInteractionNetwork,
  interactionShape,
} from "./interaction-network.ts";
export { type LearnedTermFacts, learnedTerms } from "./learned-term.ts";
export { type NeuralOde, equalWidth, neuralOde } from "./neural-ode.ts";
export { withOutputPenalty } from "./output-penalty.ts";
export * from "./residual/index.ts";
export { type ReversibleFlux, attachReversibleFlux } from "./reversible-flux.ts";
