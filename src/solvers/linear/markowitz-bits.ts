import type { RowPattern } from "../tables/index.ts";

/** Matrices up to this size are ordered on bit matrices, which then take 10 MB. */
export const LARGEST_BIT_MATRIX = 6400;

/**
 * A greedy order as `markowitzOrdering` finds it, on rows and columns kept as bits: filled matrices cost a thirty-second of
 * what sets cost [n]. Null as soon as the factorisation would take more than `mostProducts` multiplications.
 *
 * @source Markowitz 1957, doi:10.1287/mnsc.3.3.255, restricted to diagonal pivots
 */
export function markowitzBits(pattern: RowPattern, mostProducts: number): Int32Array | null {
  const size = pattern.rowStart.length - 1;
  // Bits stand in an order in which full lines are neighbours: what is left in the end then fills few words.
  const variables = sparsestFirst(pattern);
  const rows = bitLines(size);
  const columns = bitLines(size);
  const place = new Int32Array(size);
  variables.forEach((variable, index) => (place[variable] = index));
  for (let row = 0; row < size; row++) {
    for (let entry = pattern.rowStart[row] ?? 0; entry < (pattern.rowStart[row + 1] ?? 0); entry++) {
      const column = pattern.column[entry] ?? row;
      if (column === row) continue;
      rows.put(place[row] ?? 0, place[column] ?? 0);
      columns.put(place[column] ?? 0, place[row] ?? 0);
    }
  }

  const remaining = Int32Array.from({ length: size }, (_, index) => index);
  const order = new Int32Array(size);
  let products = 0;
  for (let step = 0; step < size; step++) {
    let best = step;
    let bestCost = Infinity;
    for (let at = step; at < size && bestCost > 0; at++) {
      const candidate = remaining[at] ?? 0;
      const cost = (rows.counts[candidate] ?? 0) * (columns.counts[candidate] ?? 0);
      if (cost < bestCost) [best, bestCost] = [at, cost];
    }
    const pivot = remaining[best] ?? 0;
    remaining[best] = remaining[step] ?? 0;
    remaining[step] = pivot;
    order[step] = variables[pivot] ?? 0;
    products += (columns.counts[pivot] ?? 0) * (1 + (rows.counts[pivot] ?? 0));
    if (products > mostProducts) return null;
    const down = columns.members(pivot);
    const across = rows.members(pivot);
    rows.absorb(pivot, down);
    columns.absorb(pivot, across);
  }
  return order;
}

/** Variables by the product of the entries in their row and column, smallest first: hubs, which couple what comes after them, stand last [n]. */
export function sparsestFirst({ rowStart, column }: RowPattern): Int32Array {
  const size = rowStart.length - 1;
  const inColumn = new Int32Array(size);
  for (let entry = 0; entry < column.length; entry++) {
    const at = column[entry] ?? 0;
    inColumn[at] = (inColumn[at] ?? 0) + 1;
  }
  // Cost and place in one number each: those are sorted without a comparison of ours.
  const keys = new Float64Array(size);
  for (let row = 0; row < size; row++) keys[row] = ((rowStart[row + 1] ?? 0) - (rowStart[row] ?? 0)) * (inColumn[row] ?? 0) * size + row;
  // oxlint-disable-next-line no-array-sort -- `toSorted` of typed arrays is newer than the oldest Node we run on
  keys.sort();
  const order = new Int32Array(size);
  for (let place = 0; place < size; place++) order[place] = (keys[place] ?? 0) % size;
  return order;
}

/** Square matrix of bits with the number of bits in each line. */
function bitLines(size: number) {
  const words = (size + 31) >>> 5;
  const bits = new Int32Array(size * words);
  const counts = new Int32Array(size);
  const filled = new Int32Array(words);
  return {
    counts,
    put(line: number, at: number): void {
      const word = line * words + (at >>> 5);
      bits[word] = (bits[word] ?? 0) | (1 << (at & 31));
      counts[line] = (counts[line] ?? 0) + 1;
    },
    /** Places of a line's bits, ascending. */
    members(line: number): Int32Array {
      const found = new Int32Array(counts[line] ?? 0);
      let count = 0;
      for (let word = 0; word < words; word++) {
        for (let left = bits[line * words + word] ?? 0; left !== 0; left &= left - 1) found[count++] = 32 * word + 31 - Math.clz32(left & -left);
      }
      return found;
    },
    /** Each of `lines` ∪= the pivot's line, without the pivot and its own place. */
    absorb(pivot: number, lines: Int32Array): void {
      let fills = 0;
      for (let word = 0; word < words; word++) if (bits[pivot * words + word] !== 0) filled[fills++] = word;
      const pivotWord = pivot >>> 5;
      const pivotBit = 1 << (pivot & 31);
      for (const line of lines) {
        const from = line * words;
        const own = from + (line >>> 5);
        const ownBit = 1 << (line & 31);
        let change = -1;
        bits[from + pivotWord] = (bits[from + pivotWord] ?? 0) & ~pivotBit;
        for (let at = 0; at < fills; at++) {
          const word = filled[at] ?? 0;
          const before = bits[from + word] ?? 0;
          const added = (bits[pivot * words + word] ?? 0) & ~before;
          if (added === 0) continue;
          bits[from + word] = before | added;
          change += bitCount(added);
        }
        if (((bits[own] ?? 0) & ownBit) !== 0) {
          bits[own] = (bits[own] ?? 0) & ~ownBit;
          change--;
        }
        counts[line] = (counts[line] ?? 0) + change;
      }
    },
  };
}

/** @source Warren 2012, Hacker's Delight, section 5-1 */
function bitCount(word: number): number {
  let value = word - ((word >>> 1) & 0x55555555);
  value = (value & 0x33333333) + ((value >>> 2) & 0x33333333);
  return Math.imul((value + (value >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
