import type { OdeSystem } from "../../models/system.ts";
import type { LinearKind } from "../linear/choose.ts";
import type { ShiftedSolver } from "../linear/shifted-solver.ts";
import type { RateProgram } from "../tables/index.ts";
import { HIGHEST_ORDER } from "./bdf-coefficients.ts";
import type { CompiledMethod } from "./method.ts";
import type { OdeSolver } from "./solver.ts";

export interface BdfOptions {
  /** How the linear systems are solved. Default "auto": what their counts of multiplications say is cheaper. */
  readonly linear?: LinearKind;
  /** Highest order in use, 1 to 5. Default 5. */
  readonly highestOrder?: number;
  /** Default: `rateProgram` of the system. */
  readonly rates?: (system: OdeSystem) => RateProgram;
}

/** A multistep solver, with what was chosen for its linear systems. */
export interface BdfSolver extends OdeSolver {
  readonly linear: Pick<ShiftedSolver, "kind" | "factorEntries" | "factorProducts">;
}

/** The method `bdf` with other choices than its own. @throws RangeError when the highest order is not 1 to 5. */
export function bdfWith(options: BdfOptions): CompiledMethod {
  const { highestOrder = HIGHEST_ORDER } = options;
  if (!(Number.isInteger(highestOrder) && highestOrder >= 1 && highestOrder <= HIGHEST_ORDER)) {
    throw new RangeError(`bdf: the highest order is ${highestOrder}; it must be 1 to ${HIGHEST_ORDER}`);
  }
  const method: CompiledMethod = {
    facts: {
      id: "bdf",
      title: "Numerical differentiation formulas of variable order",
      order: highestOrder,
      denseOrder: highestOrder,
      denseOutput: true,
      stiff: true,
      firstSameAsLast: false,
      rhsPerStep: 1,
      factorizationsPerStep: 0,
      events: true,
      source: "Shampine & Reichelt 1997, doi:10.1137/S1064827594276424",
    },
    // Opened when it is wanted: it is much that a run with another method never needs.
    compile: async (system, given): Promise<BdfSolver> => (await import("./bdf-compile.ts")).compileBdf(method, options, system, given),
    multistep: async (system, given, weave) => (await import("./bdf-compile.ts")).compileBdf(method, options, system, { ...given, record: true, exactly: true }, weave),
  };
  return method;
}

/**
 * Variable-order numerical differentiation formulas with one Jacobian and one factorisation for many steps: for stiff systems
 * whose linear algebra is expensive, and large ones.
 *
 * @source Shampine & Reichelt 1997, doi:10.1137/S1064827594276424
 */
export const bdf: CompiledMethod = bdfWith({});
