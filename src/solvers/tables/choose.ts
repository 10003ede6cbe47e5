import { reactionTermsOf } from "../../models/reaction-terms.ts";
import type { OdeSystem } from "../../models/system.ts";
import type { RateProgram } from "./rate-program.ts";
import { tabulated } from "./tabulated.ts";
import { written } from "./written.ts";

/**
 * From so many reactions on, systems are run from tables. Measured at 1,500 reactions: set-up takes a fifth of the time, a right-hand side
 * 1.8 and a Jacobian 2.3 times as long, so that only some ten thousands of evaluations win the set-up of straight-line code back.
 */
export const TABULATED_REACTIONS = 1000;

/** Straight-line code for small systems, tables for large ones; a system that was made from no network counts its states. @throws as `tabulated`. */
export function rateProgram(system: OdeSystem): RateProgram {
  const count = reactionTermsOf(system)?.count ?? system.states.length;
  return count >= TABULATED_REACTIONS ? tabulated(system) : written(system);
}
