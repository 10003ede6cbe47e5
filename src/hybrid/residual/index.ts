import { convex } from "./convex.ts";
import { dense } from "./dense.ts";

/** Every residual kind, by its id. */
export const residuals = { dense, convex } as const;

export type { ConvexOptions } from "./convex.ts";
export type { DenseOptions } from "./dense.ts";
export { type WrittenGradient, writeGradient } from "./gradient.ts";
export type { ResidualFacts, ResidualKind, ResidualUnit, WrittenResidual } from "./kind.ts";
export { convex, dense };
