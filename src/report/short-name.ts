const longest = 32;

/** A name short enough for an axis; the full name stands in the table twin. */
export function shortName(name: string): string {
  return name.length > longest ? `${name.slice(0, longest - 1)}…` : name;
}
