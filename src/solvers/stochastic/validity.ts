import type { NetworkProblem } from "../../models/check.ts";
import type { OdeSystem } from "../../models/system.ts";
import type { Channel } from "./channel.ts";
import { statesRead } from "./channel.ts";
import { propensityReader } from "./propensity-value.ts";

/** Molecule numbers that rates are tried at, besides those at the start. */
const trials = [0, 1, 10, 100];

/**
 * Warnings about rates that are no valid propensities, found before any run: above 0 where a reactant is used up, or below 0.
 * Mass action is valid by its form. Other rates are tried at the molecule numbers of the start and with every species they
 * read at 0, 1, 10 and 100; what shows only elsewhere ends the run in which it happens.
 */
export function propensityWarnings(system: OdeSystem, channels: readonly Channel[], start: Float64Array): NetworkProblem[] {
  const propensityOf = propensityReader(system, system.parameterValues);
  return channels.filter(({ isMassAction }) => !isMassAction).flatMap((channel): NetworkProblem[] => {
    const read = statesRead(channel, system);
    const where = `reaction:${channel.reaction}`;
    const taken = channel.changes.filter(({ change }) => change < 0);
    const tried = [start, ...trials.map((number) => start.map((n, state) => (read.has(state) ? number : n)))];
    const problems = new Map<string, string>();
    const note = (key: string, message: string): void => void (problems.has(key) || problems.set(key, message));
    for (const molecules of tried) {
      const value = propensityOf(channel, molecules);
      if (value < 0) note("negative", `the rate of "${channel.id}" is ${value} at ${described(system, read, molecules)}; a run that comes there ends. Write it as a difference of two positive terms, or as two reactions`);
      for (const { state, change } of taken) {
        const short = molecules.with(state, -change - 1);
        const left = propensityOf(channel, short);
        const id = system.states[state];
        if (left > 0) note(`used up ${id}`, `the rate of "${channel.id}" is ${left} though only ${-change - 1} of "${id}" is left and ${-change} are taken; a run that comes there ends. The rate must vanish with its reactants`);
      }
    }
    return [...problems.values()].map((message) => ({ where, message }));
  });
}

const described = (system: OdeSystem, read: ReadonlySet<number>, molecules: Float64Array): string =>
  [...read].map((state) => `${system.states[state]} = ${molecules[state]}`).join(", ") || "any state";
