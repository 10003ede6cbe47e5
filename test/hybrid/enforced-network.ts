import { evaluateAll } from "../../src/kernel/evaluate.ts";
import { type AttachedConductance, type LearnedConductance, attachConductance } from "../../src/hybrid/conductance.ts";
import { residuals } from "../../src/hybrid/residual/index.ts";
import { networkOf } from "../../src/models/build.ts";
import type { Network } from "../../src/models/network.ts";
import { massActionLaw } from "../../src/models/rate/index.ts";
import type { OdeSystem } from "../../src/models/system.ts";
import { type RandomStream, stream } from "../../src/numerics/random.ts";
import { randomCase } from "../thermo/random-network.ts";

const seed = 20_260_202n;
const stoichiometry = (side: Network["reactions"][number]["reactants"]): Record<string, number> => Object.fromEntries(side.map((one) => [one.species, one.stoichiometry]));

export interface BalancedCase {
  readonly network: Network;
  readonly x: readonly number[];
  /** m0 of each species over RT: minus the logarithm of an equilibrium. */
  readonly standard: readonly number[];
  readonly random: RandomStream;
}

/** A closed network of random stoichiometry whose constants are κ exp(nu·m0), with concentrations over some decades. */
export function balancedCase(index: number, decades = 6): BalancedCase {
  const random = stream(seed, "balanced networks", index);
  const drawn = randomCase(random);
  const spread = (): number => 10 ** (decades * (random.uniform() - 0.5));
  const ids = drawn.network.species.map(({ id }) => id);
  const x = ids.map(spread);
  const standard = ids.map(() => -Math.log(spread()));
  const reactions = drawn.network.reactions.map((reaction) => {
    const kappa = spread();
    const constant = (side: typeof reaction.reactants): number => kappa * Math.exp(side.reduce((sum, one) => sum + one.stoichiometry * (standard[ids.indexOf(one.species)] ?? 0), 0));
    const [reactants, products] = [stoichiometry(reaction.reactants), stoichiometry(reaction.products)];
    return [reaction.id, { reactants, products, rate: massActionLaw.build({ reactants, products, kPlus: constant(reaction.reactants), kMinus: constant(reaction.products) }) }] as const;
  });
  const network = networkOf({ id: "balanced", species: Object.fromEntries(ids.map((id, at) => [id, x[at] ?? 1])), reactions: Object.fromEntries(reactions) });
  return { network, x, standard, random };
}

/** A network with a conductance of all species on every reaction. @throws with the problems */
export function enforced(network: Network, random: RandomStream, more: Partial<LearnedConductance> = {}): AttachedConductance {
  const ids = network.species.map(({ id }) => id);
  const term: LearnedConductance = { id: "learned", reactions: network.reactions.map(({ id }) => id), inputs: ids, networks: random.integer(2) === 0 ? "shared" : "per reaction", ...more };
  const result = attachConductance(network, term, { ...residuals.dense.defaults, hidden: [3] }, random);
  if (result.problems) throw new Error(result.problems.map(({ message }) => message).join("\n"));
  return result.attached;
}

/** Parameter values with large random weights in the conductances, standard normal ones in the excess free energy, and shifts of the same size. */
export function drawnParameters(attached: AttachedConductance, system: OdeSystem, random: RandomStream): number[] {
  const trained = new Set([...attached.weights, ...attached.shifts.map(({ id }) => id)]);
  return system.parameters.map((id, index) => {
    if (!trained.has(id)) return system.parameterValues[index] ?? Number.NaN;
    return (id.includes("_phi_") || id.includes("_dm_") ? 1 : 3) * random.normal();
  });
}

/** Values of quantities of a network, by id, at a state. */
export function valuesAt(system: OdeSystem, ids: readonly string[], parameters: readonly number[], state: readonly number[]): number[] {
  const expressions = ids.map((id) => {
    const output = system.outputs.find((each) => each.id === id);
    if (!output) throw new Error(`no quantity ${id}`);
    return output.expression;
  });
  return evaluateAll(expressions, (name) => state[system.states.indexOf(name)] ?? parameters[system.parameters.indexOf(name)] ?? Number.NaN);
}
