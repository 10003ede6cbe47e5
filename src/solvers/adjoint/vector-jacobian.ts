import { f64 } from "../../kernel/builder.ts";
import type { Expression } from "../../kernel/expression.ts";
import { lowerFunction } from "../../kernel/lower-function.ts";
import type { Local, Value } from "../../kernel/program.ts";
import { vectorJacobian } from "../../kernel/reverse.ts";
import type { ExtendContext } from "../compile.ts";
import { type KeptNodes, noneKept } from "./kept.ts";
import type { AdjointMemory } from "./memory.ts";

/**
 * Writes `name(time: f64, state: i32, kept: i32, cotangent: i32, pulled: i32)`: with `cotangent` [nOutput] of the outputs at
 * `state` [nState], where the kept nodes had the values `kept` [nKept], `pulled` [nState] = their transposed derivatives by the
 * states times that, and gradient += those by the parameters `wrt` times the same.
 */
export function writeVectorJacobian({ layout, program, system, resolve }: Pick<ExtendContext, "layout" | "program" | "system" | "resolve">, at: AdjointMemory, wrt: readonly string[], name: string, outputs: readonly Expression[], kept: KeptNodes = noneKept): void {
  const { graph } = system;
  // Names with a colon cannot be ids of a model.
  const cotangentNames = outputs.map((_, index) => `cotangent:${index}`);
  const derivatives = kept.read(vectorJacobian(graph, outputs, cotangentNames.map((id) => graph.symbol(id)), [...system.states, ...wrt]));
  const nState = system.states.length;
  const addresses = wrt.map((id) => at.gradient + 8 * system.parameters.indexOf(id));
  const cotangentIndex = new Map(cotangentNames.map((id, index) => [id, index]));
  const scene = ({ time, state, kept: values, cotangent, pulled }: Readonly<Record<"time" | "state" | "kept" | "cotangent" | "pulled", Local>>) => {
    const model = resolve(time, (index) => f64.load(state, 8 * index));
    return {
      resolve(id: string): Value {
        const index = cotangentIndex.get(id);
        if (index !== undefined) return f64.load(cotangent, 8 * index);
        const place = kept.index.get(id);
        return place === undefined ? model(id) : f64.load(values, 8 * place);
      },
      target: (index: number) => (index < nState ? { address: pulled, offset: 8 * index } : { address: addresses[index - nState] ?? 0, add: true }),
    };
  };
  lowerFunction(program, name, { time: "f64", state: "i32", kept: "i32", cotangent: "i32", pulled: "i32" }, derivatives, scene, layout);
}
