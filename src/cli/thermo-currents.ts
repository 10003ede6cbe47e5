import type { Network } from "../models/index.ts";
import { speciesIds } from "../models/structure.ts";
import { moleculesPerAmount } from "../solvers/stochastic/molecules.ts";
import { judgeModel, leastEntropyProduction, type Finding, type LeastEntropyProduction } from "../thermo/index.ts";
import { networkProblems, placeText } from "./model-source.ts";
import { Refused } from "./refused.ts";
import type { ThermoCall } from "./thermo-call.ts";

/** What measured currents need, what the model makes, and whether that is enough. */
export interface MeasuredAnswer extends LeastEntropyProduction {
  readonly file: string;
  /** k_B per time in the volume. */
  readonly modelRate: number;
}

export interface JudgedCurrents {
  readonly measured: MeasuredAnswer;
  readonly finding: Finding;
}

/** Holds a model's entropy production · k_B per time, against measured currents; null where none were given. */
export function judgeCurrents({ measured, level, files, model }: ThermoCall, modelRate: number): JudgedCurrents | null {
  if (!measured) return null;
  const least = leastEntropyProduction(measured, level);
  return { measured: { file: files[0]?.path ?? "", ...least, modelRate }, finding: judgeModel(least, modelRate, model.file) };
}

/** k_B per time in a volume from R per volume and time. @throws Refused when molecules or the volume are not known */
export function inMolecules(entropyProduction: number, network: Network, volume: number | null, file: string): number {
  const internal = speciesIds(network, "internal");
  const moved = network.species.filter(({ id }) => internal.includes(id));
  const counted = moleculesPerAmount(network, moved);
  if (counted.problems) throw new Refused(networkProblems(file, counted.problems).map(placeText));
  const places = [...new Set(moved.map(({ compartment }) => compartment))];
  const size = volume ?? (places.length === 1 ? (network.compartments.find(({ id }) => id === places[0])?.size ?? null) : null);
  if (size === null) throw new Refused([`${file}: the volume is not known, which currents in molecules need; give --volume V`]);
  return entropyProduction * size * counted.perAmount;
}
