import { closest, distance } from "fastest-levenshtein";

/** The known word nearest to a mistyped one, or null when none is near (more than a third of its letters differ). */
export function nearest(word: string, known: readonly string[]): string | null {
  if (known.length === 0) return null;
  const candidate = closest(word, known);
  return distance(word, candidate) <= Math.max(1, Math.ceil(Math.max(word.length, candidate.length) / 3)) ? candidate : null;
}

/** `, did you mean "near"?`, or the list of what is known when nothing is near. */
export function didYouMean(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  return near === null ? `; known are ${known.join(", ")}` : `; did you mean "${near}"?`;
}
