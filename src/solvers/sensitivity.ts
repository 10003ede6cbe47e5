import { add, multiply, sum } from "../kernel/arithmetic.ts";
import { differentiator } from "../kernel/derivative.ts";
import type { Expression } from "../kernel/expression.ts";
import { symbolsOf } from "../kernel/substitute.ts";
import type { OdeSystem } from "../models/system.ts";
import { eventSensitivities } from "./sensitivity-events.ts";
import { sensitivityName } from "./sensitivity-name.ts";

/**
 * The system together with the forward sensitivities S_j = ∂y/∂p_j of its states: dS_j/dt = J S_j + ∂f/∂p_j; where p_j is a state,
 * those by its initial value.
 *
 * States are the system's own [nState], then one block of nState per name in the order of `wrt`; with events, then the
 * derivative of the last event's time by each. Solved with `errorStates: nState`, the steps are those of the plain system, so
 * without events the result is the exact derivative of its numbers. At an event sensitivities jump as the exact solution's do,
 * so they are as exact as the continuous output that the event is found on.
 *
 * @throws when a name is unknown, or an event is delayed
 * @source Dickinson & Gelinas 1976, doi:10.1016/0021-9991(76)90007-3, eq. 5
 */
export function sensitivitySystem(system: OdeSystem, wrt: readonly string[]): OdeSystem {
  const { graph, states, parameters } = system;
  const unknown = wrt.filter((id) => !parameters.includes(id) && !states.includes(id));
  if (unknown.length > 0) throw new Error(`sensitivities of "${system.id}": no parameter called ${unknown.join(", ")}`);
  const depends = system.rhs.map((rate) => symbolsOf([rate]));
  const byState = states.map((id) => differentiator(graph, id));
  const jacobian = system.rhs.map((rate, row) => states.flatMap((id, column) => (depends[row]?.has(id) ? [{ column, slope: byState[column]?.(rate) ?? graph.constant(0) }] : [])));
  const zero = graph.constant(0);
  const own = wrt.map((id) => (parameters.includes(id) ? differentiator(graph, id) : null));
  const blocks = wrt.map((id, index) => {
    const symbols = states.map((state) => graph.symbol(sensitivityName(state, id)));
    return system.rhs.map((rate, row): Expression => {
      const terms = (jacobian[row] ?? []).map(({ column, slope }) => multiply(graph, slope, symbols[column] ?? zero));
      return add(graph, terms.length > 0 ? sum(graph, terms) : zero, depends[row]?.has(id) ? (own[index]?.(rate) ?? zero) : zero);
    });
  });
  const starts = wrt.map((id, index) => system.initialState.map((start, row) => own[index]?.(start) ?? graph.constant(states[row] === id ? 1 : 0)));
  const jumps = eventSensitivities(system, wrt);
  return {
    ...system,
    id: `${system.id} with sensitivities`,
    states: [...states, ...wrt.flatMap((id) => states.map((state) => sensitivityName(state, id))), ...jumps.states],
    rhs: [...system.rhs, ...blocks.flat(), ...jumps.states.map(() => zero)],
    initialState: [...system.initialState, ...starts.flat(), ...jumps.initialState],
    ...(jumps.events ? { events: jumps.events } : {}),
  };
}
