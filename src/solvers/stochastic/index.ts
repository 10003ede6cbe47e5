import { compositionRejection } from "./composition-rejection.ts";
import { direct } from "./direct.ts";
import { nextReaction } from "./next-reaction.ts";
import { rejection } from "./rejection.ts";
import { ssa } from "./ssa.ts";

/** Every method for the chemical master equation, by id. */
export const stochasticMethods = { direct, "next-reaction": nextReaction, "composition-rejection": compositionRejection, rejection, ssa } as const;

export { compositionRejection, direct, nextReaction, rejection, ssa };
