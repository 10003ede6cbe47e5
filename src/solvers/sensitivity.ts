import { add, multiply, sum } from "../kernel/arithmetic.ts";
import { differentiate } from "../kernel/derivative.ts";
import type { Expression } from "../kernel/expression.ts";
import { symbolsOf } from "../kernel/substitute.ts";
import type { OdeSystem } from "../models/system.ts";

/**
 * The system together with the forward sensitivities S_j = ∂y/∂p_j of its states: dS_j/dt = J S_j + ∂f/∂p_j.
 *
 * States are the system's own [nState], then one block of nState per parameter in the order of `wrt`. Solved with
 * `errorStates: nState`, the steps are those of the plain system, so the result is the exact derivative of its numbers.
 *
 * @throws when a parameter is unknown
 * @source Dickinson & Gelinas 1976, doi:10.1016/0021-9991(76)90007-3, eq. 5
 */
export function sensitivitySystem(system: OdeSystem, wrt: readonly string[]): OdeSystem {
  const { graph, states } = system;
  const unknown = wrt.filter((id) => !system.parameters.includes(id));
  if (unknown.length > 0) throw new Error(`sensitivities of "${system.id}": no parameter called ${unknown.join(", ")}`);
  const depends = system.rhs.map((rate) => symbolsOf([rate]));
  const jacobian = system.rhs.map((rate, row) =>
    states.flatMap((id, column) => (depends[row]?.has(id) ? [{ column, slope: differentiate(graph, rate, id) }] : [])),
  );
  const zero = graph.constant(0);
  const blocks = wrt.map((parameter) => {
    const symbols = states.map((state) => graph.symbol(name(state, parameter)));
    return system.rhs.map((rate, row): Expression => {
      const terms = (jacobian[row] ?? []).map(({ column, slope }) => multiply(graph, slope, symbols[column] ?? zero));
      const own = depends[row]?.has(parameter) ? differentiate(graph, rate, parameter) : zero;
      return add(graph, terms.length > 0 ? sum(graph, terms) : zero, own);
    });
  });
  const starts = wrt.map((parameter) => system.initialState.map((start) => differentiate(graph, start, parameter)));
  return {
    ...system,
    id: `${system.id} with sensitivities`,
    states: [...states, ...wrt.flatMap((parameter) => states.map((state) => name(state, parameter)))],
    rhs: [...system.rhs, ...blocks.flat()],
    initialState: [...system.initialState, ...starts.flat()],
  };
}

const name = (state: string, parameter: string): string => `d(${state})/d(${parameter})`;
