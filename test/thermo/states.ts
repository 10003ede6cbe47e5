import { odeSystem } from "../../src/models/compile.ts";
import type { Network } from "../../src/models/network.ts";
import type { OdeSystem } from "../../src/models/system.ts";
import { readReactionText } from "../../src/models/text.ts";
import type { FluxPoint, Fluxes } from "../../src/thermo/fluxes.ts";
import { fluxesOf } from "../../src/thermo/fluxes.ts";
import { readObservable } from "../../src/thermo/observable.ts";
import type { ObservablePoint } from "../../src/thermo/uncertainty.ts";
import { observe, totalEntropyProduction } from "../../src/thermo/uncertainty.ts";

/** The network of a text. @throws with its problems. */
export function networkOfText(text: string): Network {
  const result = readReactionText(text);
  if (result.problems) throw new Error(result.problems.map(({ line, message }) => `${line}: ${message}`).join("\n"));
  return result.network;
}

/** @throws with the network's problems. */
export function systemOfNetwork(network: Network): OdeSystem {
  const result = odeSystem(network);
  if (result.problems) throw new Error(result.problems.map(({ message }) => message).join("\n"));
  return result.system;
}

/** @throws with what keeps the network from being judged. */
export function fluxesOfNetwork(network: Network): Fluxes {
  const result = fluxesOf(network, systemOfNetwork(network));
  if (result.problems) throw new Error(result.problems.map(({ message }) => message).join("\n"));
  return result.fluxes;
}

/** Fluxes, total entropy production and observables of a network at a state [nState], default parameters, time 0. */
export function thermoAt(network: Network, state: readonly number[], ...observables: readonly string[]): { fluxes: Fluxes; point: FluxPoint; sigma: number; seen: ObservablePoint[] } {
  const fluxes = fluxesOfNetwork(network);
  const point = fluxes.at(0, fluxes.system.parameterValues, state);
  const sigma = totalEntropyProduction(fluxes, point);
  const seen = observables.map((text) => {
    const { observable, problem } = readObservable(network, text);
    if (!observable) throw new Error(problem);
    return observe(point, observable, sigma);
  });
  return { fluxes, point, sigma, seen };
}
