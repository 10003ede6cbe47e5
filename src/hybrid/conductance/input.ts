import type { Network, Rule } from "../../models/network.ts";
import type { NetworkProblem } from "../../models/check.ts";
import { assignment } from "../formula.ts";

/** Inputs of a learned function as quantities of the network: ln(1 + x/x_ref), which is 0 where x is and differs from ln(x + x_ref) by a constant. */
export interface WrittenInputs {
  /** Ids of the transformed inputs [nInput]. */
  readonly ids: readonly string[];
  readonly rules: readonly Rule[];
}

/** Writes the transformed inputs; `reference` gives x_ref by input, 1 where it names none. */
export function writeInputs(id: string, inputs: readonly string[], reference: Readonly<Record<string, number>>): WrittenInputs {
  const ids = inputs.map((input) => `${id}_z_${input}`);
  const rules = inputs.map((input, index) => assignment(ids[index] ?? "", `log(1 + ${input}/${reference[input] ?? 1})`));
  return { ids, rules };
}

/** What keeps inputs from being read: unknown or repeated ids, reference values that are not positive. */
export function inputProblems(network: Network, where: string, inputs: readonly string[], reference: Readonly<Record<string, number>>): NetworkProblem[] {
  const known = new Set([...network.species, ...network.parameters].map((entity) => entity.id));
  return [
    ...(inputs.length === 0 ? [{ where, message: "no inputs are given; name species, parameters or doses that the conductance may depend on" }] : []),
    ...inputs.flatMap((input, index) => [
      ...(known.has(input) ? [] : [{ where, message: `input "${input}" is no species or parameter of the model ${network.id}` }]),
      ...(inputs.indexOf(input) < index ? [{ where, message: `input "${input}" is listed twice` }] : []),
    ]),
    ...Object.entries(reference).flatMap(([input, value]) => [
      ...(inputs.includes(input) ? [] : [{ where, message: `a reference value is given for "${input}", which is no input` }]),
      ...(value > 0 && Number.isFinite(value) ? [] : [{ where, message: `the reference value of "${input}" is ${value}; it must be positive` }]),
    ]),
  ];
}
