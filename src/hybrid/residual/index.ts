import { dense } from "./dense.ts";

/** Every residual kind, by its id. */
export const residuals = { dense } as const;

export type { DenseOptions } from "./dense.ts";
export type { ResidualFacts, ResidualKind, ResidualUnit, WrittenResidual } from "./kind.ts";
export { dense };
