import { evaluateAll } from "../../kernel/evaluate.ts";
import type { OdeSystem } from "../../models/system.ts";
import type { Channel } from "./channel.ts";
import { countSymbol } from "./channel.ts";

/** A function that gives a channel's propensity · 1/time, by interpretation, at given parameters [nParameter] and molecule numbers [nState]. */
export function propensityReader(system: OdeSystem, parameters: ArrayLike<number>): (channel: Channel, molecules: ArrayLike<number>) => number {
  const parameterOf = new Map(system.parameters.map((id, index) => [id, index]));
  const stateOf = new Map(system.states.map((id, index) => [countSymbol(id), index]));
  return ({ coefficient, rest, orders }, molecules) => {
    const lookup = (name: string): number => {
      const parameter = parameterOf.get(name);
      return (parameter === undefined ? molecules[stateOf.get(name) ?? -1] : parameters[parameter]) ?? Number.NaN;
    };
    const [constant = Number.NaN, factor = 1] = evaluateAll(rest ? [coefficient, rest] : [coefficient], lookup);
    return orders.reduce((value, { state, order }) => {
      const n = molecules[state] ?? Number.NaN;
      return Array.from({ length: order }, (_, below) => n - below).reduce((product, left) => product * left, value);
    }, constant * factor);
  };
}
