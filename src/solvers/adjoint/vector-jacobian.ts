import { f64 } from "../../kernel/builder.ts";
import type { Expression } from "../../kernel/expression.ts";
import { lowerEach } from "../../kernel/lower.ts";
import type { Value } from "../../kernel/program.ts";
import { vectorJacobian } from "../../kernel/reverse.ts";
import type { ExtendContext } from "../compile.ts";
import type { AdjointMemory } from "./memory.ts";

/**
 * Writes `name(time: f64, cotangent: i32)`: at the state in memory, `pulled` [nState] = the outputs' transposed derivatives
 * by the states times their cotangents [nOutput], and gradient += those by the parameters `wrt` times the same.
 */
export function writeVectorJacobian({ program, system, resolve }: ExtendContext, at: AdjointMemory, wrt: readonly string[], name: string, outputs: readonly Expression[], state: number): void {
  const { graph } = system;
  // Names with a colon cannot be ids of a model.
  const cotangentNames = outputs.map((_, index) => `cotangent:${index}`);
  const pulled = vectorJacobian(graph, outputs, cotangentNames.map((id) => graph.symbol(id)), [...system.states, ...wrt]);
  const nState = system.states.length;
  const addresses = wrt.map((id) => at.gradient + 8 * system.parameters.indexOf(id));
  program.function(name, { parameters: { time: "f64", cotangent: "i32" } }, (b, { time, cotangent }) => {
    if (!time || !cotangent) return;
    const model = resolve(time, (index) => f64.load(state + 8 * index));
    const cotangentIndex = new Map(cotangentNames.map((id, index) => [id, index]));
    const value = (id: string): Value => {
      const index = cotangentIndex.get(id);
      return index === undefined ? model(id) : f64.load(cotangent, 8 * index);
    };
    lowerEach(b, pulled, value, (index, derivative) => {
      if (index < nState) return b.store(at.pulled + 8 * index, derivative);
      const address = addresses[index - nState] ?? 0;
      b.store(address, f64.add(f64.load(address), derivative));
    });
  });
}
