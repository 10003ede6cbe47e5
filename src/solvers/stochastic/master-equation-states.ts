import type { NetworkProblem } from "../../models/check.ts";
import type { SparseMatrix } from "../../numerics/sparse-matrix.ts";
import { sparseMatrix } from "../../numerics/sparse-matrix.ts";
import type { MasterEquation } from "./master-equation.ts";

/** A jump between two listed states. */
export interface Jump {
  readonly from: number;
  readonly to: number;
  readonly channel: number;
  /** 1/time */
  readonly rate: number;
}

/** The states of a master equation that are reachable inside a box of molecule numbers, numbered as they are found. */
export interface MasterEquationStates {
  readonly equation: MasterEquation;
  /** Largest molecule number of each state variable [nState]. */
  readonly upper: Float64Array;
  readonly count: number;
  /** What is wrong with the rates seen so far. */
  readonly problems: readonly NetworkProblem[];
  /** Molecule numbers of listed state `index` [nState]; a view. */
  molecules(index: number): Int32Array;
  /** Number of the state with these molecules, or -1. */
  indexOf(molecules: ArrayLike<number>): number;
  /** Every jump inside the box, channel by channel; jumps that change no count go from a state to itself. */
  jumps(): readonly Jump[];
  /** Rates out of the box [nState][count] · 1/time, by the first state variable that leaves it. */
  leaks(): readonly Float64Array[];
  /** Widens the box and lists what can now be reached; numbers that were given stay. Whether the list fits `limit`. */
  grow(upper: ArrayLike<number>, limit: number): boolean;
}

/**
 * Lists the states reachable from the start inside a box, breadth first.
 * @param upper largest molecule number of each state variable [nState]; Infinity where conservation keeps it finite.
 */
export function masterEquationStates(equation: MasterEquation, upper: ArrayLike<number>, limit: number): { readonly states: MasterEquationStates; readonly fits: boolean } {
  const width = equation.states.length;
  let counts = new Int32Array(64 * Math.max(1, width));
  let count = 0;
  const box = new Float64Array(width);
  const numbers = new Map<number | string, number>();
  // Two counts below 2^26 make one whole number; more go by text.
  const keyOf = (molecules: ArrayLike<number>): number | string =>
    width === 1 ? molecules[0] : width === 2 && molecules[0] < 2 ** 26 && molecules[1] < 2 ** 26 ? molecules[0] + 2 ** 26 * molecules[1] : Array.prototype.join.call(molecules, ",");
  const problems = new Map<string, NetworkProblem>();
  let jumps: Jump[] = [];
  let leaks: Float64Array[] = [];
  const molecules = (index: number): Int32Array => counts.subarray(index * width, (index + 1) * width);

  const list = (key: number | string, found: ArrayLike<number>): number => {
    if ((count + 1) * width > counts.length) {
      const larger = new Int32Array(2 * counts.length);
      larger.set(counts);
      counts = larger;
    }
    counts.set(found, count * width);
    numbers.set(key, count);
    return count++;
  };

  const explore = (most: number): boolean => {
    jumps = [];
    const leaking: { index: number; variable: number; rate: number }[] = [];
    const target = new Int32Array(width);
    for (let index = 0; index < count; index++) {
      for (let channel = 0; channel < equation.channels.length; channel++) {
        const here = molecules(index);
        const rate = equation.propensity(channel, here);
        if (rate === 0) continue;
        const { id, changes } = equation.channels[channel];
        if (!(rate > 0 && rate < Infinity)) {
          problems.set(id, { where: `reaction:${id}`, message: `the propensity of "${id}" is ${rate} at ${nameOf(equation, here)}; a propensity must be a finite number, 0 or more` });
          continue;
        }
        target.set(here);
        let outside = -1;
        let lacking = false;
        for (const { state, change } of changes) {
          target[state] += change;
          lacking ||= target[state] < 0;
          if (outside < 0 && target[state] > box[state]) outside = state;
        }
        if (lacking) {
          problems.set(id, { where: `reaction:${id}`, message: `"${id}" can fire at ${nameOf(equation, here)}, where it would use up more molecules than there are; its rate must be 0 there` });
        } else if (outside >= 0) leaking.push({ index, variable: outside, rate });
        else {
          const key = keyOf(target);
          const to = numbers.get(key) ?? list(key, target);
          jumps.push({ from: index, to, channel, rate });
          if (count > most) return false;
        }
      }
    }
    leaks = Array.from({ length: width }, () => new Float64Array(count));
    for (const { index, variable, rate } of leaking) leaks[variable][index] += rate;
    return true;
  };

  const grow = (wider: ArrayLike<number>, most: number): boolean => {
    for (let state = 0; state < width; state++) box[state] = Math.max(box[state], wider[state]);
    return explore(most);
  };
  for (let state = 0; state < width; state++) box[state] = equation.initial[state];
  list(keyOf(equation.initial), equation.initial);
  const states: MasterEquationStates = {
    equation,
    upper: box,
    get count() {
      return count;
    },
    get problems() {
      return [...problems.values()];
    },
    molecules,
    indexOf: (wanted) => numbers.get(keyOf(wanted)) ?? -1,
    jumps: () => jumps,
    leaks: () => leaks,
    grow,
  };
  return { states, fits: grow(upper, limit) };
}

/** Rates between the listed states, `rates[i, j]` from j to i, and behind them one row for each way out of the box. */
export function masterEquationRates(states: MasterEquationStates, sinks: boolean): SparseMatrix {
  const leaks = sinks ? states.leaks() : [];
  const moving = states.jumps().filter(({ from, to }) => from !== to);
  const lost = leaks.flatMap((rates, sink) => Array.from(rates, (rate, from) => ({ from, to: states.count + sink, rate })).filter(({ rate }) => rate > 0));
  const all = [...moving, ...lost];
  const size = states.count + leaks.length;
  return sparseMatrix(size, size, all.map(({ to }) => to), all.map(({ from }) => from), all.map(({ rate }) => rate));
}

const nameOf = ({ states }: MasterEquation, molecules: ArrayLike<number>): string => states.map((id, index) => `${id} = ${molecules[index]}`).join(", ");
