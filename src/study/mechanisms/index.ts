import type { MechanismKind } from "../kind.ts";
import { geneRegulation } from "./gene-regulation.ts";
import { interactionNetwork } from "./interaction-network.ts";
import { reactionNetwork } from "./reaction-network.ts";

/** Kinds of mechanism a scenario may declare. */
export const mechanismKinds: readonly MechanismKind[] = [reactionNetwork, geneRegulation, interactionNetwork];
