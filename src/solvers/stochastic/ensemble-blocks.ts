/** Runs that a block has at most. */
const most = 256;
/** Runs at the start that stand alone in their blocks. */
const single = 128;
/** Blocks of each size after those. */
const alike = 64;

const sizes = Math.log2(most);
const growing = single + (sizes - 1) * alike;

/**
 * The runs of a block: single ones first, then more and more, so that few slow runs keep many threads busy and many fast ones need
 * few blocks. It depends on nothing else: an ensemble that is enlarged goes on with the blocks it would have had.
 */
export function blockRuns(block: number): { readonly first: number; readonly end: number } {
  if (block < single) return { first: block, end: block + 1 };
  const level = block < growing ? Math.floor((block - single) / alike) : sizes - 1;
  const size = 2 ** (level + 1);
  const first = single * 2 ** level + (block - single - level * alike) * size;
  return { first, end: first + size };
}

/** How many blocks hold `runs` runs. */
export function blockCount(runs: number): number {
  if (runs <= single) return runs;
  const level = Math.min(sizes - 1, Math.floor(Math.log2(runs / single)));
  return single + level * alike + Math.ceil((runs - single * 2 ** level) / 2 ** (level + 1));
}
