import type { NetworkProblem } from "../models/check.ts";
import { type DirectionFormulas, directionFormulas } from "../models/mass-action.ts";
import type { Network, Parameter, Participant, Reaction, Rule } from "../models/network.ts";
import { stoichiometryOf } from "../models/structure.ts";
import type { RandomStream } from "../numerics/random.ts";
import type { Residues } from "../solvers/stochastic/channel.ts";
import { type LearnedExcess, excessProblems, writeExcess } from "./conductance/excess.ts";
import { inputProblems, writeInputs } from "./conductance/input.ts";
import { type PotentialShift, potentialShifts } from "./conductance/shift.ts";
import { writeLogConductances } from "./conductance/write.ts";
import { canonicalFormula } from "./formula.ts";
import type { LearnedTermFacts } from "./learned-term.ts";
import type { DenseOptions } from "./residual/index.ts";

export const conductanceFacts: LearnedTermFacts = {
  id: "conductance",
  title: "learned conductance of known reversible reactions",
  invariants: ["zero output as initialised", "second law", "equilibria of the mechanism", "Wegscheider conditions", "conservation laws", "positivity", "detailed balance of the stochastic twin"],
  secondLaw: "by construction",
  equation: "J± = κ exp(b±), κ = κ₀ exp(g tanh NN(z)) > 0 in both directions, so σ = Σ κ (exp b⁺ - exp b⁻)(b⁺ - b⁻) ≥ 0",
  source: "Ederer & Gilles 2007, doi:10.1529/biophysj.106.094094",
};

/** Reactions whose stoichiometry and equilibrium are known and whose speed depends on something unknown. */
export interface LearnedConductance {
  /** Ids of everything that is added start with it. */
  readonly id: string;
  /** Reversible mass-action reactions whose two directions are multiplied by the same learned factor. */
  readonly reactions: readonly string[];
  /** Species, parameters or doses that the factor may depend on. */
  readonly inputs: readonly string[];
  /** x_ref of ln(1 + x/x_ref) by input. Default 1. */
  readonly reference?: Readonly<Record<string, number>> | undefined;
  /** Largest change of a conductance in natural logarithm. */
  readonly gMax?: number | undefined;
  /** One network with an output per reaction, or a network for each. */
  readonly networks?: "shared" | "per reaction" | undefined;
  /** Standard deviation of the prior of each species' shift of standard potential over RT. */
  readonly shifts?: Readonly<Record<string, number>> | undefined;
  readonly excess?: LearnedExcess;
}

export const conductanceDefaults = { gMax: 3, networks: "shared" } as const;

export interface AttachedConductance {
  readonly network: Network;
  /** Ids of the trainable weights. */
  readonly weights: readonly string[];
  /** Trainable shifts of standard potentials; start at 0. */
  readonly shifts: readonly PotentialShift[];
  /** Id of ln(κ/κ₀) by reaction. */
  readonly logConductances: Readonly<Record<string, string>>;
  /** Id of the excess free energy · concentration; null in an ideal solution. */
  readonly excess: string | null;
  /** What the stochastic solver needs to keep detailed balance exact. */
  readonly residues: Residues;
}

export type AttachedConductanceResult =
  | { readonly attached: AttachedConductance; readonly problems?: undefined }
  | { readonly problems: readonly NetworkProblem[]; readonly attached?: undefined };

/**
 * Multiplies both directions of chosen reactions by exp(gMax tanh NN(z)), and adds shifts of standard potentials and the gradient
 * of an excess free energy to the potentials of all reversible reactions: k+ exp(nu+·(dm + grad Phi)), k- exp(nu-·(dm + grad Phi)).
 *
 * As initialised the conductances and the shifts change nothing; an excess free energy starts small. One-way reactions keep their
 * rates: they have no force that a potential could enter.
 * @source Ederer & Gilles 2007, doi:10.1529/biophysj.106.094094 (thermokinetic modelling: flux = force / resistance)
 * @status problems: unknown ids, reactions that are no reversible mass action, names that are taken, scales that are not positive.
 */
export function attachConductance(network: Network, term: LearnedConductance, options: DenseOptions, stream: RandomStream): AttachedConductanceResult {
  const { id, inputs, reference = {}, gMax = conductanceDefaults.gMax, networks = conductanceDefaults.networks, shifts: spread = {}, excess } = term;
  const where = `conductance:${id}`;
  const directions = new Map(network.reactions.map((reaction) => [reaction.id, directionFormulas(network, reaction)]));
  const reversible = network.reactions.filter((reaction) => isReversible(directions.get(reaction.id)));
  const problems: NetworkProblem[] = [
    ...reactionProblems(network, where, term, directions),
    ...inputProblems(network, where, inputs, reference),
    ...(gMax > 0 && Number.isFinite(gMax) ? [] : [{ where, message: `gMax is ${gMax}; it must be positive` }]),
    ...shiftProblems(network, where, spread),
    ...(excess ? excessProblems(network, where, excess) : []),
  ];
  if (problems.length > 0) return { problems };

  const written = writeInputs(id, inputs, reference);
  const learned = writeLogConductances({ id, reactions: term.reactions, inputs: written.ids, gMax, networks }, options, stream);
  const shifts = potentialShifts(network, id, spread, reversible);
  if (shifts.length === 0 && Object.keys(spread).length > 0) return { problems: [{ where, message: `no equilibrium constant depends on the potentials of ${Object.keys(spread).join(", ")} alone; shift species that some reaction exchanges` }] };
  const energy = excess ? writeExcess(id, excess, stream) : null;
  const moved = new Map(shifts.map((shift) => [shift.species, shift.id]));
  const bent = energy?.gradient ?? new Map<string, string>();
  const isChanged = (reaction: Reaction, by: ReadonlyMap<string, string>): boolean => isReversible(directions.get(reaction.id)) && [...reaction.reactants, ...reaction.products].some(({ species }) => by.has(species));
  const rate = (reaction: Reaction): string => {
    const logConductance = learned.ids[reaction.id];
    const formulas = directions.get(reaction.id);
    const known =
      isReversible(formulas) && (isChanged(reaction, moved) || isChanged(reaction, bent))
        ? `(${side(formulas.forward, reaction.reactants, [moved, bent])} - ${side(formulas.reverse, reaction.products, [moved, bent])})`
        : `(${reaction.rate})`;
    return canonicalFormula(logConductance === undefined ? known : `exp(${logConductance})*${known}`);
  };
  const isTouched = (reaction: Reaction): boolean => reaction.id in learned.ids || isChanged(reaction, moved) || isChanged(reaction, bent);
  const rules: Rule[] = [...written.rules, ...learned.rules, ...(energy?.rules ?? [])];
  const parameters: Parameter[] = [
    ...learned.weights,
    ...(energy?.weights ?? []),
    ...shifts.map((shift): Parameter => ({ id: shift.id, value: 0, constant: true, unit: null })),
    ...rules.map(({ target }): Parameter => ({ id: target, value: null, constant: false, unit: null })),
  ];
  const taken = takenNames(network, parameters);
  if (taken.length > 0) return { problems: taken.map((name) => ({ where, message: `the model ${network.id} already has something called "${name}"; give the conductance another id` })) };
  return {
    attached: {
      network: {
        ...network,
        parameters: [...network.parameters, ...parameters],
        reactions: network.reactions.map((reaction) => (isTouched(reaction) ? { ...reaction, rate: rate(reaction) } : reaction)),
        rules: [...network.rules, ...rules],
      },
      weights: [...learned.weights, ...(energy?.weights ?? [])].map((weight) => weight.id),
      shifts,
      logConductances: learned.ids,
      excess: energy?.energy ?? null,
      residues: { reactions: network.reactions.filter((reaction) => reaction.id in learned.ids || isChanged(reaction, bent)).map((reaction) => reaction.id), excess: energy?.energy ?? null },
    },
  };
}

type Directions = ReturnType<typeof directionFormulas>;

const isReversible = (directions: Directions | undefined): directions is DirectionFormulas => directions !== undefined && !("reason" in directions);

/** One direction's rate times the exponentials of its side's potentials, one exponential for each map of ids. */
function side(rate: string, participants: readonly Participant[], potentials: readonly ReadonlyMap<string, string>[]): string {
  const factors = potentials.flatMap((potential) => {
    const terms = participants.flatMap(({ species, stoichiometry }) => {
      const added = potential.get(species);
      return added === undefined ? [] : [`${stoichiometry}*${added}`];
    });
    return terms.length === 0 ? [] : [`exp(${terms.join(" + ")})`];
  });
  return [`(${rate})`, ...factors].join("*");
}

function reactionProblems(network: Network, where: string, term: LearnedConductance, directions: ReadonlyMap<string, Directions>): NetworkProblem[] {
  const touched = new Set([...Object.keys(term.shifts ?? {}), ...(term.excess?.species ?? [])]);
  const chosen = term.reactions.flatMap((id, index): NetworkProblem[] => {
    const found = directions.get(id);
    if (!found) return [{ where, message: `there is no reaction "${id}" in the model ${network.id}` }];
    if (term.reactions.indexOf(id) < index) return [{ where, message: `reaction "${id}" is listed twice` }];
    return isReversible(found) ? [] : [{ where, message: `reaction "${id}" has no conductance: ${found.reason}; a learned conductance needs reversible mass action` }];
  });
  const others = network.reactions.flatMap((reaction): NetworkProblem[] => {
    const found = directions.get(reaction.id);
    const affected = [...reaction.reactants, ...reaction.products].filter(({ species }) => touched.has(species) && stoichiometryOf(reaction, species).change !== 0);
    if (!found || affected.length === 0) return [];
    if (!isReversible(found)) return found.kind === "one-way" ? [] : [{ where, message: `the potential of "${affected[0]?.species ?? ""}" cannot enter reaction "${reaction.id}": ${found.reason}` }];
    return found.isIdeal || !term.excess ? [] : [{ where, message: `reaction "${reaction.id}" has an excess free energy already` }];
  });
  return [...(term.reactions.length === 0 ? [{ where, message: "no reactions are given" }] : []), ...chosen, ...others];
}

function shiftProblems(network: Network, where: string, spread: Readonly<Record<string, number>>): NetworkProblem[] {
  return Object.entries(spread).flatMap(([species, sd]) => [
    ...(network.species.some(({ id }) => id === species) ? [] : [{ where, message: `there is no species "${species}" whose potential could shift` }]),
    ...(sd > 0 && Number.isFinite(sd) ? [] : [{ where, message: `the prior spread of the potential of "${species}" is ${sd}; it must be positive` }]),
  ]);
}

/** Names of new quantities that the network, or two of them, already use. */
export function takenNames(network: Network, added: readonly { readonly id: string }[]): string[] {
  const known = new Set([...network.species, ...network.parameters, ...network.reactions, ...network.compartments].map(({ id }) => id));
  return added.flatMap(({ id }) => {
    if (known.has(id)) return [id];
    known.add(id);
    return [];
  });
}
