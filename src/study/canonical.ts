import { configure } from "safe-stable-stringify";

const stringify = configure({ deterministic: true, circularValue: Error, bigint: false, strict: false });

const words = new Map<number, string>([
  [Number.POSITIVE_INFINITY, "Infinity"],
  [Number.NEGATIVE_INFINITY, "-Infinity"],
]);

/** A number as JSON can hold it: itself, or "Infinity", "-Infinity", "NaN". */
export function jsonNumber(value: number): number | string {
  return Number.isNaN(value) ? "NaN" : (words.get(value) ?? value);
}

function jsonReady(_key: string, value: unknown): unknown {
  if (typeof value === "number") return jsonNumber(value);
  if (typeof value === "bigint") return value.toString();
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return Array.from(value as unknown as ArrayLike<number>);
  return value;
}

/** Canonical JSON: keys sorted, no spaces, non-finite numbers as strings, 64-bit integers as strings. */
export function canonicalJson(value: unknown): string {
  return stringify(value, jsonReady) ?? "null";
}

/** JSON as this program prints it: keys as given, non-finite numbers as strings, typed arrays as arrays. */
export function outputJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, jsonReady, indent);
}

/** SHA-256 of UTF-8 text or bytes as 64 lower-case hexadecimal digits. */
export async function sha256(content: string | Uint8Array): Promise<string> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : new Uint8Array(content);
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
