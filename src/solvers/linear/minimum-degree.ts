import type { RowPattern } from "../tables/index.ts";

/**
 * Orders the pivots of a sparse square matrix so that elimination on the diagonal fills in little [n]: approximate minimum
 * degree on the union of the pattern and its transpose, in time near the number of entries.
 *
 * @source Amestoy, Davis & Duff 1996, doi:10.1137/S0895479894278952 (quotient graph, approximate external degree, supervariables, aggressive absorption)
 */
export function minimumDegreeOrdering({ rowStart, column }: RowPattern): Int32Array {
  const size = rowStart.length - 1;
  const neighbours = symmetricNeighbours(rowStart, column, size);
  /** Elements (eliminated pivots) next to each variable, and the variables of each element. */
  const elements: number[][] = Array.from({ length: size }, () => []);
  const members = Array.from({ length: size }, (): number[] | undefined => undefined);
  /** How many variables a supervariable stands for; 0 once it is eliminated or merged. */
  const weight = new Int32Array(size).fill(1);
  const merged: number[][] = Array.from({ length: size }, (_, variable) => [variable]);
  const degree = Int32Array.from(neighbours, (list) => list.length);
  const queue = degreeQueue(size, degree);
  const mark = new Int32Array(size).fill(-1);
  /** Variables of an element outside the current pivot's, valid where `seen` is the pivot. */
  const outside = new Int32Array(size);
  const seen = new Int32Array(size).fill(-1);
  const order = new Int32Array(size);
  let eliminated = 0;

  while (eliminated < size) {
    const pivot = queue.smallest();
    for (const variable of merged[pivot] ?? []) order[eliminated++] = variable;
    weight[pivot] = 0;
    mark[pivot] = pivot;
    const front: number[] = [];
    let frontWeight = 0;
    const gather = (variable: number): void => {
      if (weight[variable] === 0 || mark[variable] === pivot) return;
      mark[variable] = pivot;
      front.push(variable);
      frontWeight += weight[variable] ?? 0;
      queue.remove(variable);
    };
    for (const variable of neighbours[pivot] ?? []) gather(variable);
    for (const element of elements[pivot] ?? []) {
      for (const variable of members[element] ?? []) gather(variable);
      members[element] = undefined;
    }
    members[pivot] = front;

    for (const variable of front) {
      for (const element of elements[variable] ?? []) {
        const list = members[element];
        if (!list) continue;
        if (seen[element] !== pivot) {
          seen[element] = pivot;
          let total = 0;
          for (const other of list) total += weight[other] ?? 0;
          outside[element] = total;
        }
        outside[element] = (outside[element] ?? 0) - (weight[variable] ?? 0);
      }
    }
    const remaining = size - eliminated;
    const hashed = new Map<number, number[]>();
    for (const variable of front) {
      const own = weight[variable] ?? 0;
      let bound = frontWeight - own;
      const adjacent = [pivot];
      let hash = pivot;
      for (const element of elements[variable] ?? []) {
        if (!members[element]) continue;
        const beyond = outside[element] ?? 0;
        // An element inside the new one says nothing more.
        if (beyond === 0) members[element] = undefined;
        else {
          adjacent.push(element);
          bound += beyond;
          hash += element;
        }
      }
      const kept: number[] = [];
      for (const other of neighbours[variable] ?? []) {
        if (weight[other] === 0 || mark[other] === pivot) continue;
        kept.push(other);
        bound += weight[other] ?? 0;
        hash += other;
      }
      elements[variable] = adjacent;
      neighbours[variable] = kept;
      degree[variable] = Math.min(remaining - own, (degree[variable] ?? 0) + frontWeight - own, bound);
      const bucket = hashed.get(hash);
      if (bucket) bucket.push(variable);
      else hashed.set(hash, [variable]);
    }
    for (const bucket of hashed.values()) mergeEqual(bucket, { elements, neighbours, weight, merged, degree });
    members[pivot] = front.filter((variable) => weight[variable] !== 0);
    for (const variable of members[pivot] ?? []) queue.insert(variable, degree[variable] ?? 0);
  }
  return order;
}

interface QuotientGraph {
  readonly elements: number[][];
  readonly neighbours: number[][];
  readonly weight: Int32Array;
  readonly merged: number[][];
  readonly degree: Int32Array;
}

/** Variables with the same neighbours and elements are eliminated together: one stands for both from now on. */
function mergeEqual(bucket: readonly number[], { elements, neighbours, weight, merged, degree }: QuotientGraph): void {
  bucket.forEach((first, position) => {
    if (weight[first] === 0) return;
    const own = new Set([...(elements[first] ?? []), ...(neighbours[first] ?? []).map((other) => -1 - other)]);
    for (const second of bucket.slice(position + 1)) {
      if (weight[second] === 0) continue;
      const near = elements[second] ?? [];
      const far = neighbours[second] ?? [];
      if (near.length + far.length !== own.size || !near.every((each) => own.has(each)) || !far.every((each) => own.has(-1 - each))) continue;
      weight[first] = (weight[first] ?? 0) + (weight[second] ?? 0);
      degree[first] = (degree[first] ?? 0) - (weight[second] ?? 0);
      weight[second] = 0;
      merged[first]?.push(...(merged[second] ?? []));
    }
  });
}

function symmetricNeighbours(rowStart: Int32Array, column: Int32Array, size: number): number[][] {
  const neighbours = Array.from({ length: size }, () => new Set<number>());
  for (let row = 0; row < size; row++) {
    for (let at = rowStart[row] ?? 0; at < (rowStart[row + 1] ?? 0); at++) {
      const other = column[at] ?? row;
      if (other === row) continue;
      neighbours[row]?.add(other);
      neighbours[other]?.add(row);
    }
  }
  return neighbours.map((set) => [...set]);
}

/** Variables in buckets by degree; the first of the smallest bucket is next. */
function degreeQueue(size: number, degree: Int32Array) {
  const head = new Int32Array(size + 1).fill(-1);
  const next = new Int32Array(size).fill(-1);
  const previous = new Int32Array(size).fill(-1);
  const bucketOf = new Int32Array(size).fill(-1);
  let lowest = 0;
  const insert = (variable: number, at: number): void => {
    const first = head[at] ?? -1;
    next[variable] = first;
    previous[variable] = -1;
    if (first >= 0) previous[first] = variable;
    head[at] = variable;
    bucketOf[variable] = at;
    lowest = Math.min(lowest, at);
  };
  const remove = (variable: number): void => {
    const bucket = bucketOf[variable] ?? -1;
    if (bucket < 0) return;
    const after = next[variable] ?? -1;
    const before = previous[variable] ?? -1;
    if (before >= 0) next[before] = after;
    else head[bucket] = after;
    if (after >= 0) previous[after] = before;
    bucketOf[variable] = -1;
  };
  for (let variable = size - 1; variable >= 0; variable--) insert(variable, degree[variable] ?? 0);
  return {
    insert,
    remove,
    /** Takes out a variable of smallest degree. */
    smallest(): number {
      while (head[lowest] === -1) lowest++;
      const variable = head[lowest] ?? 0;
      remove(variable);
      return variable;
    },
  };
}
