import type { MasterEquationStates } from "../../solvers/stochastic/master-equation-states.ts";
import type { Chain, Edge } from "./chain.ts";
import { chainOf } from "./chain.ts";

/**
 * The jumps between the listed states of a master equation, each paired with the jump of the channel that undoes it; channels
 * carry the ids of their reactions. Jumps out of the box are left out.
 */
export function chainOfMasterEquation(states: MasterEquationStates): Chain {
  const { equation } = states;
  const edges: Edge[] = [];
  for (const { from, to, channel, rate } of states.jumps()) {
    const { reaction, id } = equation.channels[channel];
    const undoing = equation.undoes[channel];
    const backward = undoing < 0 ? 0 : equation.propensity(undoing, states.molecules(to));
    const isReverse = undoing >= 0 && id !== reaction;
    // A way back is listed with its way out, unless that has rate 0.
    if (!isReverse) edges.push({ from, to, forward: rate, backward, channel: reaction });
    else if (backward === 0) edges.push({ from: to, to: from, forward: 0, backward: rate, channel: reaction });
  }
  return chainOf(states.count, edges);
}
