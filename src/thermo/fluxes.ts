import { evaluateAll } from "../kernel/evaluate.ts";
import type { Expression } from "../kernel/expression.ts";
import type { NetworkProblem } from "../models/check.ts";
import type { Network } from "../models/network.ts";
import { resolverOf } from "../models/resolve.ts";
import type { OdeSystem } from "../models/system.ts";
import { fluxFrom } from "./force.ts";
import { reactionFluxes } from "./reaction-flux.ts";
import type { ReactionFlux } from "./reaction-flux.ts";

/** A value that has no logarithm where one is needed. */
export interface OutOfDomain {
  /** `species "A"`, or what of which reaction. */
  readonly what: string;
  readonly reaction: string;
  readonly value: number;
  readonly time: number;
}

/** The fluxes of all reactions at one state · concentration per time; entropy production in units of R. */
export interface FluxPoint {
  readonly time: number;
  /** Values of the species' symbols [nSpecies]. */
  readonly species: readonly number[];
  /** Net fluxes j [nReaction]. */
  readonly net: Float64Array;
  /** Forward plus reverse flux [nReaction]; NaN where they are not known apart. */
  readonly activity: Float64Array;
  /** Force `ln(J+/J-)` [nReaction], dimensionless; NaN where it is not defined. */
  readonly force: Float64Array;
  /** Entropy production [nReaction]; NaN where it is not defined. */
  readonly entropyProduction: Float64Array;
  readonly outOfDomain: readonly OutOfDomain[];
}

/** The one-way fluxes of a network, ready to be evaluated at any state. */
export interface Fluxes {
  readonly network: Network;
  readonly system: OdeSystem;
  /** Ids [nSpecies], chemostats included. */
  readonly species: readonly string[];
  readonly reactions: readonly ReactionFlux[];
  /** Parameters [nParameter] and state [nState] in the system's order. */
  at(time: number, parameters: ArrayLike<number>, state: ArrayLike<number>): FluxPoint;
  /** ln k+ - ln k- of each reaction [nReaction]: Infinity for one-way reactions, NaN where it is not defined. */
  logEquilibrium(time: number, parameters: ArrayLike<number>, state: ArrayLike<number>): number[];
}

export interface FluxesOptions {
  /** Ids of reactions that are no mechanism, such as learned fluxes: their net flux counts, their thermodynamics is undefined. */
  readonly exclude?: readonly string[];
}

export type FluxesResult =
  | { readonly fluxes: Fluxes; readonly problems?: undefined }
  | { readonly problems: readonly NetworkProblem[]; readonly fluxes?: undefined };

/**
 * Compiles the reactions of a network to one-way fluxes, net fluxes and forces over `system`, which `odeSystem` made of the same network.
 * @status problems: species in several compartments, unknown reactions in `exclude`.
 */
export function fluxesOf(network: Network, system: OdeSystem, options: FluxesOptions = {}): FluxesResult {
  const exclude = options.exclude ?? [];
  const problems = [...severalCompartments(network), ...unknownReactions(network, exclude)];
  if (problems.length > 0) return { problems };
  const { graph } = system;
  const resolver = resolverOf(network, graph);
  const species = network.species.map(({ id }) => id);
  const symbols = network.species.map(({ id }) => resolver.symbol(id, `species:${id}`));
  const compartment = network.species[0]?.compartment;
  const volume = compartment === undefined ? graph.constant(1) : resolver.volume(compartment, `compartment:${compartment}`);
  const reactions = reactionFluxes(network, system, exclude);
  const parts = reactions.map(({ forward, reverse, net, kPlus, kMinus }) => [forward, reverse, net, kPlus, kMinus]);
  const wanted = [volume, ...symbols, ...parts.flat()];
  const zero = graph.constant(0);
  const expressions = wanted.map((expression): Expression => expression ?? zero);
  const places = placesOf(system);
  const width = 5;
  const evaluateAt = (list: readonly Expression[], time: number, parameters: ArrayLike<number>, state: ArrayLike<number>): number[] =>
    evaluateAll(list, (name) => {
      if (name === "time") return time;
      const place = places.get(name);
      return (place === undefined ? undefined : (place.isState ? state : parameters)[place.index]) ?? Number.NaN;
    });

  return {
    fluxes: {
      network,
      system,
      species,
      reactions,
      at(time, parameters, state) {
        const values = evaluateAt(expressions, time, parameters, state);
        const size = values[0] ?? 1;
        const x = values.slice(1, 1 + species.length);
        const point = emptyPoint(time, x, reactions.length);
        reactions.forEach((reaction, index) => {
          const from = 1 + species.length + width * index;
          const [forward = 0, reverse = 0, net = 0, kPlus = 0, kMinus = 0] = values.slice(from, from + width);
          const wrong = reaction.kind === "reversible" || reaction.kind === "one-way" ? outOfDomain(reaction, species, x, { forward, reverse, kPlus, kMinus }, time) : [];
          point.outOfDomain.push(...wrong);
          if (reaction.forward === null || wrong.some(({ value }) => !(value >= 0))) {
            point.net[index] = net / size;
            return;
          }
          const force =
            reaction.kind === "one-way"
              ? Infinity
              : reaction.changes.reduce((total, { species: which, change }) => total - change * Math.log(x[which] ?? Number.NaN), Math.log(kPlus) - Math.log(kMinus));
          const flux = fluxFrom(forward / size, reverse / size, force);
          point.net[index] = flux.net;
          point.activity[index] = flux.activity;
          point.force[index] = flux.force;
          point.entropyProduction[index] = flux.entropyProduction;
        });
        return point;
      },
      logEquilibrium(time, parameters, state) {
        const constants = evaluateAt(
          reactions.flatMap(({ kPlus, kMinus }) => [kPlus ?? zero, kMinus ?? zero]),
          time,
          parameters,
          state,
        );
        return reactions.map(({ kind }, index) => {
          if (kind === "one-way") return Infinity;
          if (kind !== "reversible") return Number.NaN;
          return Math.log(constants[2 * index] ?? Number.NaN) - Math.log(constants[2 * index + 1] ?? Number.NaN);
        });
      },
    },
  };
}

function emptyPoint(time: number, species: readonly number[], count: number) {
  const undefinedThere = (): Float64Array => new Float64Array(count).fill(Number.NaN);
  return {
    time,
    species,
    net: undefinedThere(),
    activity: undefinedThere(),
    force: undefinedThere(),
    entropyProduction: undefinedThere(),
    outOfDomain: [] as OutOfDomain[],
  };
}

interface Values {
  readonly forward: number;
  readonly reverse: number;
  readonly kPlus: number;
  readonly kMinus: number;
}

/** Negative concentrations, constants or fluxes, and zero concentrations that make a force infinite. */
function outOfDomain(reaction: ReactionFlux, species: readonly string[], x: readonly number[], values: Values, time: number): OutOfDomain[] {
  const wrong: OutOfDomain[] = [];
  const note = (what: string, value: number): void => void wrong.push({ what, reaction: reaction.id, value, time });
  const runs = values.forward !== 0 || values.reverse !== 0;
  const changes = new Set(reaction.changes.map(({ species: index }) => index));
  // A one-way flux needs no logarithm, only a sign.
  if (reaction.kind === "reversible") {
    for (const index of reaction.participants) {
      const value = x[index] ?? Number.NaN;
      if (value < 0 || (value === 0 && runs && changes.has(index))) note(`species "${species[index] ?? ""}"`, value);
    }
    if (wrong.length > 0) return wrong;
    if (!(values.kPlus >= 0)) note("forward constant", values.kPlus);
    if (!(values.kMinus >= 0)) note("reverse constant", values.kMinus);
  }
  if (wrong.length === 0 && !(values.forward >= 0)) note("forward flux", values.forward);
  if (wrong.length === 0 && !(values.reverse >= 0)) note("reverse flux", values.reverse);
  return wrong;
}

function placesOf(system: OdeSystem): ReadonlyMap<string, { readonly isState: boolean; readonly index: number }> {
  const places = new Map<string, { isState: boolean; index: number }>();
  system.parameters.forEach((id, index) => places.set(id, { isState: false, index }));
  system.states.forEach((id, index) => places.set(id, { isState: true, index }));
  return places;
}

function severalCompartments(network: Network): NetworkProblem[] {
  const used = [...new Set(network.species.map(({ compartment }) => compartment))];
  if (used.length < 2) return [];
  return [{ where: `compartment:${used[1] ?? ""}`, message: `species lie in several compartments (${used.join(", ")}); thermodynamics is per volume and takes one compartment so far` }];
}

function unknownReactions(network: Network, ids: readonly string[]): NetworkProblem[] {
  const known = new Set(network.reactions.map(({ id }) => id));
  return ids.filter((id) => !known.has(id)).map((id) => ({ where: `reaction:${id}`, message: `there is no reaction "${id}" to exclude` }));
}
