import { evaluateAll } from "../kernel/evaluate.ts";
import type { Expression } from "../kernel/expression.ts";
import type { NetworkProblem } from "../models/check.ts";
import { refusedEvents } from "../models/event.ts";
import type { Network } from "../models/network.ts";
import { resolverOf } from "../models/resolve.ts";
import type { OdeSystem } from "../models/system.ts";
import { logarithm } from "../numerics/logarithm.ts";
import { fluxFrom } from "./force.ts";
import { isThermodynamic, reactionFluxes } from "./reaction-flux.ts";
import type { CoefficientIds, ReactionFlux } from "./reaction-flux.ts";

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
  /** What a current may be of its activity and still be 0, dimensionless; absent = 0. See `fluxesAtRest`. */
  readonly rounding?: number;
}

/** The one-way fluxes of a network, ready to be evaluated at any state. */
export interface Fluxes {
  readonly network: Network;
  readonly system: OdeSystem;
  /** Ids [nSpecies], chemostats included. */
  readonly species: readonly string[];
  readonly reactions: readonly ReactionFlux[];
  /** What else the fluxes are made of, in the symbols of `system`. */
  readonly terms: FluxTerms;
  /** Parameters [nParameter] and state [nState] in the system's order; for many states, `compileFluxes`. */
  at(time: number, parameters: ArrayLike<number>, state: ArrayLike<number>): FluxPoint;
  /** ln k+ - ln k- of each reaction [nReaction]: Infinity for one-way reactions, NaN where it is not defined. */
  logEquilibrium(time: number, parameters: ArrayLike<number>, state: ArrayLike<number>): number[];
  /** Activities `gamma x` [nSpecies] · as the species' symbols. */
  activities(time: number, parameters: ArrayLike<number>, state: ArrayLike<number>): number[];
}

export interface FluxTerms {
  /** Volume of the one compartment. */
  readonly volume: Expression;
  /** What the species' symbols mean [nSpecies]. */
  readonly species: readonly Expression[];
  /** Activity coefficients [nSpecies]; null = 1. */
  readonly coefficients: readonly (Expression | null)[];
}

export interface FluxesOptions {
  /** Ids of reactions that are no mechanism, such as learned fluxes: their net flux counts, their thermodynamics is undefined. */
  readonly exclude?: readonly string[];
  /** Parameters that are activity coefficients, by species: rates are read as mass action in `gamma x` for those. */
  readonly activityCoefficients?: CoefficientIds;
}

export type FluxesResult =
  | { readonly fluxes: Fluxes; readonly problems?: undefined }
  | { readonly problems: readonly NetworkProblem[]; readonly fluxes?: undefined };

/**
 * Compiles the reactions of a network to one-way fluxes, net fluxes and forces over `system`, which `odeSystem` made of the same network.
 * @status problems: events, species in several compartments, unknown reactions in `exclude`, unknown names in `activityCoefficients`.
 */
export function fluxesOf(network: Network, system: OdeSystem, options: FluxesOptions = {}): FluxesResult {
  const { exclude = [], activityCoefficients = {} } = options;
  const problems = [...refusedEvents(network, "thermodynamic reports"), ...severalCompartments(network), ...unknownReactions(network, exclude), ...unknownCoefficients(network, activityCoefficients)];
  if (problems.length > 0) return { problems };
  const { graph } = system;
  const resolver = resolverOf(network, graph);
  const species = network.species.map(({ id }) => id);
  const compartment = network.species[0]?.compartment;
  const terms: FluxTerms = {
    volume: compartment === undefined ? graph.constant(1) : resolver.volume(compartment, `compartment:${compartment}`),
    species: species.map((id) => resolver.symbol(id, `species:${id}`)),
    coefficients: species.map((id) => {
      const coefficient = activityCoefficients[id];
      return coefficient === undefined ? null : resolver.symbol(coefficient, `parameter:${coefficient}`);
    }),
  };
  const reactions = reactionFluxes(network, system, exclude, activityCoefficients);
  const zero = graph.constant(0);
  const one = graph.constant(1);
  const activityTerms = [...terms.species, ...terms.coefficients.map((coefficient) => coefficient ?? one)];
  const expressions = [terms.volume, ...activityTerms, ...reactions.flatMap(({ forward, reverse, net, kPlus, kMinus }) => [forward ?? zero, reverse ?? zero, net, kPlus ?? zero, kMinus ?? zero])];
  const places = placesOf(system);
  const width = 5;
  const evaluateAt = (list: readonly Expression[], time: number, parameters: ArrayLike<number>, state: ArrayLike<number>): number[] =>
    evaluateAll(list, (name) => {
      if (name === "time") return time;
      const place = places.get(name);
      return (place === undefined ? undefined : (place.isState ? state : parameters)[place.index]) ?? Number.NaN;
    });

  const fluxes: Fluxes = {
    network,
    system,
    species,
    reactions,
    terms,
    at(time, parameters, state) {
      const values = evaluateAt(expressions, time, parameters, state);
      const size = values[0] ?? 1;
      const x = values.slice(1, 1 + species.length);
      const coefficients = values.slice(1 + species.length, 1 + 2 * species.length);
      const point = emptyPoint(time, x, reactions.length);
      reactions.forEach((reaction, index) => {
        const from = 1 + 2 * species.length + width * index;
        const [forward = 0, reverse = 0, net = 0, kPlus = 0, kMinus = 0] = values.slice(from, from + width);
        const wrong = isThermodynamic(reaction) ? outOfDomain(reaction, species, { x, coefficients, forward, reverse, kPlus, kMinus }, time) : [];
        point.outOfDomain.push(...wrong);
        if (reaction.forward === null || wrong.some(({ value }) => !(value >= 0))) {
          point.net[index] = net / size;
          return;
        }
        const force =
          reaction.kind === "one-way"
            ? Infinity
            : reaction.changes.reduce(
                (total, { species: which, change }) => total - change * logActivity(x[which] ?? Number.NaN, terms.coefficients[which] ? (coefficients[which] ?? Number.NaN) : null),
                logarithm(kPlus) - logarithm(kMinus),
              );
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
        return logarithm(constants[2 * index] ?? Number.NaN) - logarithm(constants[2 * index + 1] ?? Number.NaN);
      });
    },
    activities(time, parameters, state) {
      const values = evaluateAt(activityTerms, time, parameters, state);
      return species.map((_, index) => (values[index] ?? Number.NaN) * (values[species.length + index] ?? Number.NaN));
    },
  };
  return { fluxes };
}

/** `ln(gamma x)`, the two apart: their product may leave the range of numbers. */
const logActivity = (x: number, coefficient: number | null): number => (coefficient === null ? logarithm(x) : logarithm(x) + logarithm(coefficient));

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
  /** Species and their activity coefficients [nSpecies]. */
  readonly x: readonly number[];
  readonly coefficients: readonly number[];
  readonly forward: number;
  readonly reverse: number;
  readonly kPlus: number;
  readonly kMinus: number;
}

/** Negative concentrations, constants or fluxes, and zero concentrations that make a force infinite. */
function outOfDomain(reaction: ReactionFlux, species: readonly string[], values: Values, time: number): OutOfDomain[] {
  const wrong: OutOfDomain[] = [];
  const note = (what: string, value: number): void => void wrong.push({ what, reaction: reaction.id, value, time });
  const runs = values.forward !== 0 || values.reverse !== 0;
  const changes = new Set(reaction.changes.map(({ species: index }) => index));
  // A one-way flux needs no logarithm, only a sign.
  if (reaction.kind === "reversible") {
    for (const index of reaction.participants) {
      const value = values.x[index] ?? Number.NaN;
      if (value < 0 || (value === 0 && runs && changes.has(index))) note(`species "${species[index] ?? ""}"`, value);
      const coefficient = values.coefficients[index] ?? Number.NaN;
      if (!(coefficient > 0)) note(`activity coefficient of species "${species[index] ?? ""}"`, coefficient);
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

function unknownCoefficients(network: Network, coefficients: CoefficientIds): NetworkProblem[] {
  const species = new Set(network.species.map(({ id }) => id));
  const parameters = new Set(network.parameters.map(({ id }) => id));
  return Object.entries(coefficients).flatMap(([id, coefficient]) => [
    ...(species.has(id) ? [] : [{ where: `species:${id}`, message: `there is no species "${id}" to have an activity coefficient` }]),
    ...(parameters.has(coefficient) ? [] : [{ where: `parameter:${coefficient}`, message: `the activity coefficient of "${id}" is no parameter "${coefficient}"; declare it, with a rule where it depends on species` }]),
  ]);
}
