import type { Network, Parameter, Rule } from "../models/network.ts";
import type { RandomStream } from "../numerics/random.ts";
import { canonicalFormula } from "./formula.ts";
import { type DenseOptions, dense } from "./residual/index.ts";

export interface NeuralOde {
  readonly network: Network;
  readonly weights: readonly string[];
}

/**
 * A differential equation without any mechanism: the time derivative of each observable is one output of a dense network
 * of all observables and the agents' doses. The baseline that a mechanism has to beat.
 *
 * `initial` maps each observable to its value at time 0; `agents` become parameters with value 0 (dose off).
 *
 * @source Chen et al. 2018, NeurIPS 31, arXiv:1806.07366
 */
export function neuralOde(id: string, initial: ReadonlyMap<string, number>, agents: readonly string[], options: DenseOptions, stream: RandomStream): NeuralOde {
  const observables = [...initial.keys()];
  const written = dense.write("nn", [...observables, ...agents], observables.length, options, stream);
  const rules: Rule[] = [
    ...written.units.map((unit): Rule => ({ kind: "assignment", target: unit.id, formula: canonicalFormula(unit.formula) })),
    ...observables.map((name, index): Rule => ({ kind: "rate", target: name, formula: canonicalFormula(written.outputs[index] ?? "0") })),
  ];
  return {
    network: {
      schema: "network/1",
      id,
      compartments: [],
      species: [],
      parameters: [
        ...agents.map((name) => quantity(name, 0, true)),
        ...written.weights,
        ...written.units.map((unit) => quantity(unit.id, null, false)),
        ...observables.map((name) => quantity(name, initial.get(name) ?? 0, false)),
      ],
      reactions: [],
      rules,
      initialAssignments: [],
      units: [],
    },
    weights: written.weights.map((weight) => weight.id),
  };
}

const quantity = (id: string, value: number | null, constant: boolean): Parameter => ({ id, value, constant, unit: null });

/** Width of one hidden layer that gives a neural ODE at least `parameters` weights. */
export function equalWidth(parameters: number, nObservable: number, nAgent: number): number {
  return Math.max(1, Math.ceil((parameters - nObservable) / (2 * nObservable + nAgent + 1)));
}
