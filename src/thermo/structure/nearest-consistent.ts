import { evaluateAll } from "../../kernel/evaluate.ts";
import type { NetworkProblem } from "../../models/check.ts";
import { odeSystem } from "../../models/compile.ts";
import { suggestion } from "../../models/nearest.ts";
import type { Network } from "../../models/network.ts";
import { revise } from "../../models/revise.ts";
import { leastSquares } from "../../numerics/least-squares.ts";
import { fluxesOf } from "../fluxes.ts";
import { ownConstants, scaledParameters } from "./own-constants.ts";
import { wegscheiderConditions } from "./wegscheider.ts";
import type { WegscheiderConditions } from "./wegscheider.ts";

/** How the constants of one reaction change; both factors are applied, so that k+/k- changes by the square of the first. */
export interface ConstantChange {
  readonly reaction: string;
  /** Added to ln(k+/k-), dimensionless. */
  readonly change: number;
  /** New k+ over old k+, and new k- over old k-. */
  readonly forwardFactor: number;
  readonly reverseFactor: number;
}

/** Rate constants that meet Wegscheider's conditions with the least change. */
export interface NearestConsistent {
  /** The conditions before. */
  readonly before: WegscheiderConditions;
  /** Only reactions that change. */
  readonly changes: readonly ConstantChange[];
  /** Root of the sum of the weighted squares of `change`. */
  readonly size: number;
  /** The network with the new constants; null where `unrevised` says why not. */
  readonly network: Network | null;
  /** New values by parameter id, as `revise` takes them. */
  readonly parameters: Readonly<Record<string, number>>;
  /** Reactions whose constants cannot be changed by their own parameters alone. */
  readonly unrevised: readonly { readonly reaction: string; readonly reason: string }[];
}

export interface NearestConsistentOptions {
  /** How firmly each reaction's ln(k+/k-) is known, 1/variance; 1 where none is given, Infinity = leave as it is. */
  readonly weights?: Readonly<Record<string, number>>;
}

export type NearestConsistentResult = { readonly repair: NearestConsistent; readonly problems?: undefined } | { readonly problems: readonly NetworkProblem[]; readonly repair?: undefined };

/**
 * The least change of the equilibrium constants, in the sum of weighted squares of ln(k+/k-), after which no cycle is driven
 * by the constants; half of each change goes to k+ and half to k-. A repair to ask for, never made on its own: a driven cycle
 * can also mean a fuel that the network leaves out.
 * @status problems: whatever keeps the network from being compiled, unknown reactions or impossible weights, cycles whose reactions are all fixed.
 * @source Lubitz, Schulz, Klipp & Liebermeister 2010, doi:10.1021/jp108764b (parameter balancing; here with the least change)
 */
export function nearestConsistent(network: Network, options: NearestConsistentOptions = {}): NearestConsistentResult {
  const compiled = odeSystem(network);
  if (compiled.problems) return { problems: compiled.problems };
  const { system } = compiled;
  const flux = fluxesOf(network, system);
  const weights = options.weights ?? {};
  const problems = [...(flux.problems ?? []), ...wrongWeights(network, weights)];
  if (!flux.fluxes || problems.length > 0) return { problems };
  const parameters = system.parameterValues;
  const values = new Map(system.parameters.map((id, index) => [id, parameters[index] ?? Number.NaN]));
  const state = evaluateAll(system.initialState, (name) => (name === "time" ? 0 : (values.get(name) ?? Number.NaN)));
  const before = wegscheiderConditions(network, flux.fluxes.logEquilibrium(0, parameters, state));

  const ids = network.reactions.map(({ id }) => id);
  // In the variables change * sqrt(weight) the nearest point of the conditions is the solution of least norm.
  const spread = ids.map((id) => 1 / Math.sqrt(weights[id] ?? 1));
  const matrix = before.conditions.flatMap(({ cycle }) => ids.map((id, index) => (cycle[id] ?? 0) * (spread[index] ?? 0)));
  const isViolated = before.conditions.some(({ isMet }) => !isMet);
  const wanted = before.conditions.map(({ affinity }) => -affinity);
  const nearest = leastSquares(matrix, wanted, wanted.length, ids.length);
  if (isViolated && nearest.residualNorm > fixedSlack * Math.hypot(...wanted)) {
    return { problems: [{ where: "option:weights", message: "the reactions with weight Infinity leave a driven cycle as it is; give one of its reactions a finite weight" }] };
  }
  const changes = ids.flatMap((reaction, index): ConstantChange[] => {
    const change = isViolated ? (nearest.solution[index] ?? 0) * (spread[index] ?? 0) : 0;
    // Rounding leaves a hair on reactions of no cycle.
    if (Math.abs(change) <= Number.EPSILON * Math.hypot(...wanted)) return [];
    return [{ reaction, change, forwardFactor: Math.exp(change / 2), reverseFactor: Math.exp(-change / 2) }];
  });
  const revised = revisedParameters(network, changes);
  const made = revised.unrevised.length === 0 ? revise(network, revised.parameters) : null;
  if (made?.problems) return { problems: made.problems };
  return { repair: { before, changes, size: isViolated ? Math.hypot(...nearest.solution) : 0, network: made?.network ?? null, ...revised } };
}

/** Part of the affinities that fixed reactions may leave over by rounding. */
const fixedSlack = 1e-9;

function revisedParameters(network: Network, changes: readonly ConstantChange[]): Pick<NearestConsistent, "parameters" | "unrevised"> {
  const parameters: Record<string, number> = {};
  const unrevised: { reaction: string; reason: string }[] = [];
  for (const { reaction, change } of changes) {
    const own = ownConstants(network, reaction);
    const scaled = own.reason === undefined ? scaledParameters(own, change / 2, -change / 2) : own;
    if (scaled.reason === undefined) Object.assign(parameters, scaled.parameters);
    else unrevised.push({ reaction, reason: scaled.reason });
  }
  return { parameters: unrevised.length === 0 ? parameters : {}, unrevised };
}

function wrongWeights(network: Network, weights: Readonly<Record<string, number>>): NetworkProblem[] {
  const ids = network.reactions.map(({ id }) => id);
  return Object.entries(weights).flatMap(([id, weight]) => {
    if (!ids.includes(id)) return [{ where: `option:weights`, message: `there is no reaction "${id}" to weigh${suggestion(id, ids)}` }];
    return weight > 0 ? [] : [{ where: `option:weights`, message: `the weight of reaction "${id}" is ${weight}; it must be above 0` }];
  });
}
