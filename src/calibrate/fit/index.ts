import { adam } from "./adam.ts";
import { levenbergMarquardt } from "./levenberg-marquardt.ts";

/** Every optimiser, by its id. */
export const optimisers = { adam, "levenberg-marquardt": levenbergMarquardt } as const;

export type { AdamOptions } from "./adam.ts";
export type { LevenbergMarquardtOptions } from "./levenberg-marquardt.ts";
export type { Optimiser, OptimiserFacts, OptimiserState } from "./optimiser.ts";
export { adam, levenbergMarquardt };
