/**
 * Classes of nodes 0..count-1 that reach each other along the arrows, each ascending.
 * @source Tarjan 1972, doi:10.1137/0201010; here by Kosaraju's two sweeps, with stacks of our own so that long chains fit.
 */
export function strongClasses(count: number, arrows: readonly (readonly [from: number, to: number])[]): number[][] {
  const [next, previous] = [0, 1].map(() => Array.from({ length: count }, (): number[] => []));
  for (const [from, to] of arrows) {
    next?.[from]?.push(to);
    previous?.[to]?.push(from);
  }
  const finished: number[] = [];
  const seen = new Uint8Array(count);
  for (let node = 0; node < count; node += 1) sweep(node, next ?? [], seen, (left) => finished.push(left));
  const classes: number[][] = [];
  const taken = new Uint8Array(count);
  for (const node of finished.toReversed()) {
    const members: number[] = [];
    sweep(node, previous ?? [], taken, (left) => members.push(left));
    if (members.length > 0) classes.push(members.toSorted((a, b) => a - b));
  }
  return classes;
}

/** Visits what can be reached and has not been seen, calling `leave` once all that follows a node is done. */
function sweep(start: number, next: readonly (readonly number[])[], seen: Uint8Array, leave: (node: number) => void): void {
  if (seen[start]) return;
  seen[start] = 1;
  const stack = [{ node: start, at: 0 }];
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    const to = next[top.node]?.[top.at];
    top.at += 1;
    if (to === undefined) {
      stack.pop();
      leave(top.node);
    } else if (!seen[to]) {
      seen[to] = 1;
      stack.push({ node: to, at: 0 });
    }
  }
}
