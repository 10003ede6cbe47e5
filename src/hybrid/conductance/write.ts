import type { Parameter, Rule } from "../../models/network.ts";
import type { RandomStream } from "../../numerics/random.ts";
import { assignment } from "../formula.ts";
import { type DenseOptions, dense } from "../residual/index.ts";

/** Learned logarithms of conductances, written as network parts. */
export interface WrittenLogConductances {
  readonly weights: readonly Parameter[];
  readonly rules: readonly Rule[];
  /** Id of gMax tanh NN by reaction. */
  readonly ids: Readonly<Record<string, string>>;
}

/** Writes gMax tanh NN(z) for every reaction: one dense network with an output for each, or one network each. */
export function writeLogConductances(
  term: { readonly id: string; readonly reactions: readonly string[]; readonly inputs: readonly string[]; readonly gMax: number; readonly networks: "shared" | "per reaction" },
  options: DenseOptions,
  stream: RandomStream,
): WrittenLogConductances {
  const { id, reactions, inputs, gMax } = term;
  const nets = term.networks === "shared" ? [dense.write(id, inputs, reactions.length, options, stream)] : reactions.map((reaction) => dense.write(`${id}_${reaction}`, inputs, 1, options, stream));
  const outputs = nets.flatMap((net) => net.outputs);
  const ids = Object.fromEntries(reactions.map((reaction) => [reaction, `${id}_g_${reaction}`]));
  return {
    weights: nets.flatMap((net) => net.weights),
    rules: [
      ...nets.flatMap((net) => net.units.map((unit) => assignment(unit.id, unit.formula))),
      ...reactions.map((reaction, index) => assignment(ids[reaction] ?? "", `${gMax}*tanh(${outputs[index] ?? "0"})`)),
    ],
    ids,
  };
}
