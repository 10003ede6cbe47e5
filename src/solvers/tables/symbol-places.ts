import { f64 } from "../../kernel/builder.ts";
import type { Value } from "../../kernel/program.ts";
import type { OdeSystem } from "../../models/system.ts";

/**
 * Resolves the symbols of a system when its expressions are lowered: time, states, parameters in memory, and whatever else `more` knows.
 * @throws Error when a symbol is none of these.
 */
export function symbolPlaces(system: OdeSystem, parametersAddress: number, more: (name: string) => Value | null = () => null): (time: Value, state: (index: number) => Value) => (name: string) => Value {
  const stateOf = new Map(system.states.map((id, index) => [id, index]));
  const parameterOf = new Map(system.parameters.map((id, index) => [id, index]));
  return (time, state) => (name) => {
    if (name === "time") return time;
    const index = stateOf.get(name);
    if (index !== undefined) return state(index);
    const parameter = parameterOf.get(name);
    if (parameter !== undefined) return f64.load(parametersAddress + 8 * parameter);
    const other = more(name);
    if (other) return other;
    throw new Error(`system "${system.id}": "${name}" is neither a state, a parameter nor time; declare it in the model`);
  };
}
