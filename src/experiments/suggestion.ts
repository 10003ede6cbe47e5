import { nearest } from "../models/nearest.ts";

/** Ends a message about an unknown name: `; did you mean "x"?` when one is near, else the known names. */
export function suggestion(name: string, known: readonly string[]): string {
  if (known.length === 0) return "; none is declared";
  // One letter replaced by another is not a typing error worth guessing at.
  const near = name.length < 2 ? null : nearest(name, known);
  if (near !== null) return `; did you mean "${near}"?`;
  return `; known: ${known.slice(0, 12).join(", ")}${known.length > 12 ? `, … (${known.length})` : ""}`;
}
