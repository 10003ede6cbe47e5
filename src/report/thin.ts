/** Indices of at most `limit` of `n` items, evenly spread, first and last kept. */
export function thinnedIndices(n: number, limit: number): readonly number[] {
  if (n <= limit) return Array.from({ length: n }, (_, index) => index);
  if (limit < 2) return limit === 1 ? [0] : [];
  return Array.from({ length: limit }, (_, index) => Math.round((index * (n - 1)) / (limit - 1)));
}

/** How a thinned table says so; empty when nothing was left out. */
export function thinnedNote(shown: number, all: number, noun: string): string {
  return shown < all ? ` ${shown} of ${all} ${noun} are listed, evenly spread.` : "";
}
