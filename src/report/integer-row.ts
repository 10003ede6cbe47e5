/** A conservation law or a cycle as people write it: `A + 2 B − C`. */
export function integerRowText(row: Readonly<Record<string, number>>): string {
  const terms = Object.entries(row).filter(([, factor]) => factor !== 0);
  if (terms.length === 0) return "0";
  return terms.map(([id, factor], index) => `${index === 0 ? (factor < 0 ? "−" : "") : factor < 0 ? " − " : " + "}${Math.abs(factor) === 1 ? "" : `${Math.abs(factor)} `}${id}`).join("");
}
