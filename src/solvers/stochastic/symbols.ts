import { f64 } from "../../kernel/builder.ts";
import type { Value } from "../../kernel/program.ts";
import { countSymbol } from "./channel.ts";
import type { StochasticScene } from "./scene.ts";

/** Where a program reads parameters, molecule numbers (from memory, unless `molecules` says otherwise [nState]) and time. */
export function symbolResolver({ system, memory }: StochasticScene, time: Value | null, molecules?: readonly (Value | undefined)[]): (name: string) => Value {
  const places = new Map<string, Value>();
  system.parameters.forEach((id, index) => places.set(id, f64.load(memory.parameters + 8 * index)));
  system.states.forEach((id, index) => places.set(countSymbol(id), molecules?.[index] ?? f64.load(memory.molecules + 8 * index)));
  if (time) places.set("time", time);
  return (name) => {
    const value = places.get(name);
    if (!value) throw new Error(`stochastic solver of "${system.id}": "${name}" is neither a parameter nor a counted species`);
    return value;
  };
}
