/** A name short enough for an axis; the full name stands in the table twin. */
export function shortName(name: string, longest: number = 32): string {
  return name.length > longest ? `${name.slice(0, longest - 1)}…` : name;
}
