import { multiply } from "../../kernel/arithmetic.ts";
import type { Network } from "../../models/network.ts";
import { resolverOf } from "../../models/resolve.ts";
import type { OdeSystem, Output } from "../../models/system.ts";

/** What a stochastic run records: the system's outputs, species turned into molecule numbers where those are asked for. */
export function outputsOf(network: Network, system: OdeSystem, perAmount: number, record: "concentrations" | "molecules"): readonly Output[] {
  if (record === "concentrations") return system.outputs;
  const { graph } = system;
  const resolver = resolverOf(network, graph);
  return system.outputs.map((output) => {
    const species = network.species.find(({ id }) => id === output.id);
    if (!species) return output;
    const amount = multiply(graph, output.expression, resolver.volume(species.compartment, `species:${species.id}`));
    return { id: output.id, unit: "item", expression: multiply(graph, graph.constant(perAmount), amount) };
  });
}
