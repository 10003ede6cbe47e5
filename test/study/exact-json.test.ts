import * as fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalJson, outputJson, sha256 } from "../../src/study/canonical.ts";
import { readExactJson, writeExactJson } from "../../src/study/exact-json.ts";

const bitsOf = (value: number) => new BigUint64Array(Float64Array.of(value).buffer)[0];

test("exact JSON gives every double back bit by bit", () => {
  fc.assert(
    fc.property(fc.array(fc.double()), (values) => {
      const back = readExactJson(writeExactJson({ values: Float64Array.from(values), inner: { list: values } })) as { values: number[]; inner: { list: number[] } };
      expect(back.values.map(bitsOf)).toEqual(values.map(bitsOf));
      expect(back.inner.list.map(bitsOf)).toEqual(values.map(bitsOf));
    }),
  );
});

test("canonical JSON does not depend on the order of keys, and changes with any value", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const turned = Object.fromEntries(Object.entries(value).toReversed());
      expect(canonicalJson(turned)).toBe(canonicalJson(value));
      expect(canonicalJson({ ...value, extra: 1 })).not.toBe(canonicalJson({ ...value, extra: 2 }));
    }),
  );
});

test("JSON has no infinity: every output spells it", () => {
  const value = { b: Number.POSITIVE_INFINITY, a: [Number.NEGATIVE_INFINITY, Number.NaN], c: Float64Array.of(1, Number.NaN), seed: 2n ** 63n };
  expect(canonicalJson(value)).toBe('{"a":["-Infinity","NaN"],"b":"Infinity","c":[1,"NaN"],"seed":"9223372036854775808"}');
  expect(outputJson(value)).toBe('{"b":"Infinity","a":["-Infinity","NaN"],"c":[1,"NaN"],"seed":"9223372036854775808"}');
});

test("sha256 of the empty text and of abc (FIPS 180-4)", async () => {
  expect(await sha256("")).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  expect(await sha256("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});
