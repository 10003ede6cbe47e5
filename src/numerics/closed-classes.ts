import type { SparseMatrix } from "./sparse-matrix.ts";

/**
 * The closed classes of a Markov chain: sets of states that reach each other and nothing else, each in rising order.
 * `rates[i, j]` is the rate from state j to state i; entries that are 0 are no way.
 * @source Tarjan 1972, doi:10.1137/0201010
 */
export function closedClasses(rates: SparseMatrix): number[][] {
  const n = rates.rows;
  const { starts, indices, values } = rates;
  // Walks against the arrows: rows list where a state can be entered from. Components are the same either way.
  const order = new Int32Array(n).fill(-1);
  const low = new Int32Array(n);
  const component = new Int32Array(n).fill(-1);
  const cursor = starts.slice(0, n);
  const open: number[] = [];
  let [count, components] = [0, 0];
  for (let root = 0; root < n; root++) {
    if (order[root] >= 0) continue;
    const path = [root];
    order[root] = low[root] = count++;
    open.push(root);
    while (path.length > 0) {
      const state = path[path.length - 1];
      if (cursor[state] < starts[state + 1]) {
        const k = cursor[state]++;
        const other = indices[k];
        if (values[k] === 0 || other === state) continue;
        if (order[other] < 0) {
          order[other] = low[other] = count++;
          open.push(other);
          path.push(other);
        } else if (component[other] < 0) low[state] = Math.min(low[state], order[other]);
        continue;
      }
      path.pop();
      const parent = path.at(-1);
      if (parent !== undefined) low[parent] = Math.min(low[parent], low[state]);
      if (low[state] !== order[state]) continue;
      for (;;) {
        const member = open.pop() ?? state;
        component[member] = components;
        if (member === state) break;
      }
      components += 1;
    }
  }
  const leaves = new Uint8Array(components);
  for (let to = 0; to < n; to++) for (let k = starts[to]; k < starts[to + 1]; k++) if (values[k] !== 0 && component[indices[k]] !== component[to]) leaves[component[indices[k]]] = 1;
  const classes: number[][] = Array.from({ length: components }, () => []);
  for (let state = 0; state < n; state++) classes[component[state]].push(state);
  return classes.filter((_, index) => leaves[index] === 0);
}
