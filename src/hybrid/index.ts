/** Where learned terms enter a mechanism. */
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
export { type NeuralOde, equalWidth, neuralOde } from "./neural-ode.ts";
export * from "./residual/index.ts";
