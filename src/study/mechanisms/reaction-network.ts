import type { MechanismKind } from "../kind.ts";
import { prepareReactionNetwork } from "../reaction-network/prepare.ts";
import { reactionNetworkSchema } from "../reaction-network/schema.ts";

/** Reaction text with learned fluxes, tried on data from a known truth. */
export const reactionNetwork: MechanismKind<typeof reactionNetworkSchema> = {
  facts: {
    id: "reaction-network",
    title: "reaction network with learned fluxes",
    source: "Rackauckas et al. 2020, arXiv:2001.04385 (universal differential equations)",
  },
  schema: reactionNetworkSchema,
  prepare: prepareReactionNetwork,
};
