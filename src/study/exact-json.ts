/**
 * JSON that gives every double back bit by bit, for states and results that a resumed run continues from.
 *
 * Numbers JSON cannot hold (NaN, ±Infinity) or would change (-0) travel as `{"#": "NaN"}`.
 */

function encode(_key: string, value: unknown): unknown {
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return Array.from(value as unknown as ArrayLike<number>);
  if (typeof value !== "number") return value;
  if (Object.is(value, -0)) return { "#": "-0" };
  return Number.isFinite(value) ? value : { "#": String(value) };
}

function decode(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || !("#" in value)) return value;
  return Number(value["#"]);
}

/** Text from which `readExactJson` restores the same bits; typed arrays come back as plain arrays. */
export function writeExactJson(value: unknown): string {
  return JSON.stringify(value, encode);
}

/** Reads what `writeExactJson` wrote. @throws SyntaxError when the text is not JSON */
export function readExactJson(text: string): unknown {
  return JSON.parse(text, decode);
}
