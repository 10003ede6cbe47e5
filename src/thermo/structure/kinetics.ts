import { evaluateAll } from "../../kernel/evaluate.ts";
import type { Expression } from "../../kernel/expression.ts";
import { symbolsOf } from "../../kernel/substitute.ts";
import { massAction } from "../../models/mass-action.ts";
import type { MassAction } from "../../models/mass-action.ts";
import type { Network } from "../../models/network.ts";
import { resolverOf } from "../../models/resolve.ts";
import { speciesIds } from "../../models/structure.ts";
import type { OdeSystem } from "../../models/system.ts";
import type { Direction } from "./complexes.ts";

/** A network as mass action of its internal species, with chemostats, enzymes held fixed and volumes inside the constants. */
export interface Kinetics {
  /** Why the network is no autonomous mass action; empty where it is. */
  readonly obstacles: readonly string[];
  /** Constants [nReaction] such that the one-way fluxes · concentration per time are constant * prod x^nu over internal species; NaN where there are none, or a value is missing. */
  readonly forward: Float64Array;
  readonly reverse: Float64Array;
  /** Which ways the reactions run [nReaction]: a constant of 0 runs no way, one without a value counts as positive. */
  readonly directions: readonly Direction[];
}

/**
 * Effective mass-action constants at given parameter values [nParameter]; `system` is `odeSystem(network)`.
 * @source Feinberg 1987, doi:10.1016/0009-2509(87)80099-4 (constant concentrations go into the rate constants)
 */
export function kineticsOf(network: Network, system: OdeSystem, parameters: ArrayLike<number> = system.parameterValues): Kinetics {
  const internal = new Set(speciesIds(network, "internal"));
  const known = new Set(system.parameters);
  const laws = network.reactions.map((reaction) => massAction(network, reaction, system.graph));
  const obstacles = laws.flatMap((law, index) => obstaclesOf(network.reactions[index]?.id ?? "", law, internal, known));
  const compartments = [...new Set(network.species.map(({ compartment }) => compartment))];
  if (compartments.length > 1) obstacles.push(`species lie in several compartments (${compartments.join(", ")})`);
  const { graph } = system;
  const [compartment] = compartments;
  const volume = compartment === undefined ? graph.constant(1) : resolverOf(network, graph).volume(compartment, `compartment:${compartment}`);
  const nothing = graph.constant(0);
  const fluxes = laws.flatMap((law): Expression[] => (law.kind === "not mass action" ? [nothing, nothing] : [law.forward, law.kind === "reversible" ? law.reverse : nothing]));
  const places = new Map(system.parameters.map((id, index) => [id, index]));
  // With every internal concentration at 1, a mass-action flux is its constant.
  const [size = 1, ...values] = evaluateAll([volume, ...fluxes], (name) => (internal.has(name) ? 1 : (parameters[places.get(name) ?? -1] ?? Number.NaN)));
  const constants = (side: 0 | 1): Float64Array => Float64Array.from(laws, (law, index) => (law.kind === "not mass action" ? Number.NaN : (values[2 * index + side] ?? Number.NaN) / size));
  const [forward, reverse] = [constants(0), constants(1)];
  network.reactions.forEach(({ id }, index) => {
    for (const [side, value] of [["forward", forward[index] ?? 0], ["reverse", reverse[index] ?? 0]] as const) if (value < 0) obstacles.push(`the ${side} constant of reaction "${id}" is ${value}`);
  });
  const directions = network.reactions.map(({ reversible }, index): Direction => {
    if (laws[index]?.kind === "not mass action") return { forward: true, reverse: reversible };
    return { forward: forward[index] !== 0, reverse: reverse[index] !== 0 };
  });
  return { obstacles, forward, reverse, directions };
}

function obstaclesOf(id: string, law: MassAction, internal: ReadonlySet<string>, known: ReadonlySet<string>): string[] {
  if (law.kind === "not mass action") return [`reaction "${id}" is no mass action: ${law.reason}`];
  if (law.kind === "one-way" && law.kPlus === null) return [`reaction "${id}" is no mass action: ${law.reason ?? "its orders are not its stoichiometries"}`];
  const found: string[] = [];
  // In a non-ideal solution the two "constants" hold activity coefficients.
  const inShape = symbolsOf([law.factor, ...(law.kind === "reversible" ? [law.kPlus, law.kMinus] : [])]);
  const shaping = [...internal].filter((name) => inShape.has(name));
  if (shaping.length > 0) found.push(`the rate of reaction "${id}" holds ${list(shaping)} outside the powers of mass action`);
  const varying = [...symbolsOf(law.kind === "reversible" ? [law.forward, law.reverse] : [law.forward])].filter((name) => !internal.has(name) && !known.has(name));
  if (varying.length > 0) found.push(`the rate of reaction "${id}" changes with ${list(varying)}, which no constant stands for`);
  return found;
}

const list = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(", ");
