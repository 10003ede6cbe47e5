import { multiply } from "../../kernel/arithmetic.ts";
import type { Expression } from "../../kernel/expression.ts";
import type { Network } from "../../models/network.ts";
import { resolverOf } from "../../models/resolve.ts";
import type { Resolver } from "../../models/resolve.ts";
import type { OdeSystem, Output } from "../../models/system.ts";

/**
 * What a stochastic run records: the system's outputs, species turned into molecule numbers where those are asked for.
 * @param countOf a species' molecule number where it has a symbol of its own; default: made of its amount.
 */
export function outputsOf(network: Network, system: OdeSystem, perAmount: number, record: "concentrations" | "molecules", countOf?: (id: string) => Expression | null): readonly Output[] {
  if (record === "concentrations") return system.outputs;
  const { graph } = system;
  let resolver: Resolver | null = null;
  const speciesOf = new Map(network.species.map((species) => [species.id, species]));
  return system.outputs.map((output) => {
    const species = speciesOf.get(output.id);
    if (!species) return output;
    const count = countOf?.(species.id);
    if (count) return { id: output.id, unit: "item", expression: count };
    const amount = multiply(graph, output.expression, (resolver ??= resolverOf(network, graph)).volume(species.compartment, `species:${species.id}`));
    return { id: output.id, unit: "item", expression: multiply(graph, graph.constant(perAmount), amount) };
  });
}
