/** A 64-bit root seed from text: decimal or `0x` hexadecimal. */
export function parseSeed(text: string): { readonly seed: bigint } | { readonly problem: string } {
  const trimmed = text.trim();
  if (!/^(\d+|0x[0-9a-f]+)$/i.test(trimmed)) {
    return { problem: `seed "${text}" is not a number: give a whole number such as 42, or hexadecimal such as 0x2a` };
  }
  const seed = BigInt(trimmed);
  if (seed >= 1n << 64n) return { problem: `seed "${text}" has more than 64 bits: give a number below 2^64` };
  return { seed };
}

/** A root seed as `parseSeed` reads it: hexadecimal with `0x`. */
export function formatSeed(seed: bigint): string {
  return `0x${seed.toString(16)}`;
}

/** A 64-bit number, given as two unsigned 32-bit words, as 16 hexadecimal digits after `0x`. */
export function formatWords(low: number, high: number): string {
  return `0x${((BigInt(high) << 32n) | BigInt(low)).toString(16).padStart(16, "0")}`;
}
