import type { MechanismKind } from "../kind.ts";
import { prepareInteractionNetwork } from "../interaction-network/prepare.ts";
import { interactionNetworkSchema } from "../interaction-network/schema.ts";

/** A network of interactions with one rate form for every node and all weights learned. */
export const interactionNetwork: MechanismKind<typeof interactionNetworkSchema> = {
  facts: {
    id: "interaction-network",
    title: "network of interactions with learned weights",
    source: "Yuan et al. 2021, doi:10.1016/j.cels.2020.11.013 (CellBox)",
  },
  schema: interactionNetworkSchema,
  prepare: prepareInteractionNetwork,
};
