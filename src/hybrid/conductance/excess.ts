import type { NetworkProblem } from "../../models/check.ts";
import type { Network, Parameter, Rule } from "../../models/network.ts";
import type { RandomStream } from "../../numerics/random.ts";
import { assignment } from "../formula.ts";
import { type ConvexOptions, convex, writeGradient } from "../residual/index.ts";

/** A convex excess free energy Phi(x) over RT, learned. */
export interface LearnedExcess {
  /** Species it depends on; none may be a chemostat, whose potential is set from outside. */
  readonly species: readonly string[];
  /** Concentration on whose scale it bends. Default 1. */
  readonly concentration?: number;
  readonly network?: Partial<ConvexOptions>;
}

export interface WrittenExcess {
  readonly weights: readonly Parameter[];
  readonly rules: readonly Rule[];
  /** Id of Phi · concentration. */
  readonly energy: string;
  /** Id of dPhi/dx_i by species, dimensionless. */
  readonly gradient: ReadonlyMap<string, string>;
}

/** Writes Phi and its gradient as quantities of the network. The gradient is bounded, so activity coefficients are. */
export function writeExcess(id: string, excess: LearnedExcess, stream: RandomStream): WrittenExcess {
  const { species, concentration = 1 } = excess;
  const scaled = species.map((each) => `${id}_phi_u_${each}`);
  const written = convex.write(`${id}_phi`, scaled, 1, { ...convex.defaults, ...excess.network }, stream);
  const { units, gradient } = writeGradient(written, 0, scaled);
  const energy = `${id}_phi`;
  const slopes = species.map((each) => `${id}_phi_d_${each}`);
  return {
    weights: written.weights,
    rules: [
      ...species.map((each, index) => assignment(scaled[index] ?? "", `${each}/${concentration}`)),
      ...[...written.units, ...units].map((unit) => assignment(unit.id, unit.formula)),
      assignment(energy, `${concentration}*(${written.outputs[0] ?? "0"})`),
      // d(c·out(x/c))/dx is the slope of the output by its scaled input.
      ...gradient.map((formula, index) => assignment(slopes[index] ?? "", formula)),
    ],
    energy,
    gradient: new Map(species.map((each, index) => [each, slopes[index] ?? ""])),
  };
}

/** What keeps species from having an excess free energy. */
export function excessProblems(network: Network, where: string, { species, concentration = 1 }: LearnedExcess): NetworkProblem[] {
  const volumes = new Set(network.species.map((each) => each.compartment));
  return [
    ...(species.length === 0 ? [{ where, message: "the excess free energy names no species" }] : []),
    ...(concentration > 0 && Number.isFinite(concentration) ? [] : [{ where, message: `the concentration scale of the excess free energy is ${concentration}; it must be positive` }]),
    ...(volumes.size > 1 ? [{ where, message: `species lie in ${volumes.size} compartments; an excess free energy is per volume and takes one` }] : []),
    ...species.flatMap((id, index): NetworkProblem[] => {
      const found = network.species.find((each) => each.id === id);
      if (!found) return [{ where, message: `there is no species "${id}" for the excess free energy` }];
      return [
        ...(species.indexOf(id) < index ? [{ where, message: `species "${id}" is listed twice in the excess free energy` }] : []),
        ...(found.boundary || found.constant ? [{ where, message: `species "${id}" is a chemostat: its potential is set from outside; leave it out of the excess free energy` }] : []),
        ...(found.substanceOnly ? [{ where, message: `species "${id}" is counted in amounts; an excess free energy takes concentrations` }] : []),
      ];
    }),
  ];
}
