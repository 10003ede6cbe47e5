import type { Network } from "../models/network.ts";

/** Ids of the states that a rate rule moves, in the order of the rules: they change without one-way fluxes. */
export const rateRuled = ({ rules }: Pick<Network, "rules">): string[] => rules.flatMap(({ kind, target }) => (kind === "rate" ? [target] : []));

/** Whether rate rules are all that moves a network, so that nothing about its entropy production is known. */
export const isRateRuledAlone = (network: Pick<Network, "rules" | "reactions">): boolean => network.reactions.length === 0 && rateRuled(network).length > 0;
