/** Where learned terms enter a mechanism. */
export { type AttachedFlux, type LearnedFlux, attachLearnedFlux } from "./learned-flux.ts";
export { type NeuralOde, equalWidth, neuralOde } from "./neural-ode.ts";
export * from "./residual/index.ts";
