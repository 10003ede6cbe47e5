import { distance } from "fastest-levenshtein";

/** The known id closest to a mistyped one, or null when none is close: more than a third of its letters differ, or the only one. */
export function nearest(id: string, known: Iterable<string>): string | null {
  let best: string | null = null;
  // One letter for another is a different name, not a slip; `K` for `k` is.
  let bestDistance = (id.length === 1 ? 0 : Math.max(1, Math.floor(id.length / 3))) + 1;
  for (const candidate of known) {
    const folded = candidate.toLowerCase() === id.toLowerCase() ? 0 : distance(id, candidate);
    if (folded < bestDistance) {
      best = candidate;
      bestDistance = folded;
    }
  }
  return best;
}

/** ` (did you mean "k_on"?)`, or nothing when no known id is close. */
export function suggestion(id: string, known: Iterable<string>): string {
  const found = nearest(id, known);
  return found === null ? "" : ` (did you mean "${found}"?)`;
}
