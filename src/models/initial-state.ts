import { evaluateAll } from "../kernel/evaluate.ts";
import type { OdeSystem } from "./system.ts";

/** State at time 0 at given parameter values [nState]: initial assignments read the parameters. */
export function initialState(system: OdeSystem, parameters: Float64Array = Float64Array.from(system.parameterValues)): Float64Array {
  const index = new Map(system.parameters.map((id, position) => [id, position]));
  const valueOf = (name: string): number => (name === "time" ? 0 : (parameters[index.get(name) ?? -1] ?? Number.NaN));
  return Float64Array.from(evaluateAll(system.initialState, valueOf));
}
