import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { endOfName, endOfNumber, isSpace } from "../../src/kernel/scan.ts";

/** Texts that are mostly made of what numbers and names are made of. */
const text = fc.string({ unit: fc.constantFrom(..."0123456789.eE+-_aZz k(*\n"), maxLength: 12 });

const endBy = (pattern: RegExp, of: string, at: number): number => {
  pattern.lastIndex = at;
  return at + (pattern.exec(of)?.[0].length ?? 0);
};

describe("ends of words", () => {
  it("are where the patterns of Antimony's numbers and names end, from any place", () => {
    fc.assert(
      fc.property(text, fc.nat(12), (given, at) => {
        expect(endOfNumber(given, at)).toBe(endBy(/(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y, given, at));
        expect(endOfName(given, at)).toBe(endBy(/[A-Za-z_][A-Za-z0-9_]*/y, given, at));
      }),
      { numRuns: 2000 },
    );
  });

  it("know every white space", () => {
    for (let code = 0; code < 0x10000; code++) if (isSpace(code) !== /\s/.test(String.fromCharCode(code))) throw new Error(`U+${code.toString(16)}`);
  });
});
