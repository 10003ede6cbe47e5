import * as fc from "fast-check";
import { expect, test } from "vitest";
import { formatNumber, formatPercent, formatWithError, inWords, plainNumber, tickText } from "../../src/report/number.ts";

test("what is no finite number is said in words", () => {
  for (const print of [formatNumber, plainNumber, formatPercent, (value: number) => formatWithError(value, 1)]) {
    expect(print(Number.NaN)).toBe("not a number");
    expect(print(Infinity)).toBe("infinite");
    expect(print(-Infinity)).toBe("minus infinity");
  }
  expect(inWords(0)).toBeNull();
});

test("numbers for people", () => {
  expect(formatNumber(0.0213456)).toBe("0.0213");
  expect(formatNumber(-1.5)).toBe("−1.50");
  expect(formatNumber(1.23e-7)).toBe("1.23×10⁻⁷");
  expect(formatNumber(6.022e23)).toBe("6.02×10²³");
  expect(formatNumber(1234.5)).toBe("1235");
  expect(formatNumber(48210)).toBe("48210");
  expect(formatNumber(0)).toBe("0");
});

test("plain numbers are read back within half a unit of the last digit kept", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e300, max: 1e300 }), (value) => {
      // Four significant digits: relative error at most half of the fourth digit.
      const halfLastDigit = 0.5e-3 * Math.abs(value);
      expect(Math.abs(Number(plainNumber(value, 4)) - value)).toBeLessThanOrEqual(halfLastDigit * (1 + 1e-9) + Number.MIN_VALUE);
    }),
  );
});

test("a value is printed to the second digit of its error", () => {
  expect(formatWithError(0.02134, 0.0021)).toBe("0.0213 ± 0.0021");
  expect(formatWithError(-0.03, 0.0041)).toBe("−0.0300 ± 0.0041");
  expect(formatWithError(0.94986, null)).toBe("0.9499");
  expect(formatWithError(123.4, 12.3)).toBe("123 ± 12");
  expect(formatWithError(1e-12, 1e-13)).toBe("1.000×10⁻¹² ± 1.0×10⁻¹³");
  // An error far below the value does not add digits nobody asked for.
  expect(formatWithError(0.9991, 0.0000123)).toBe("0.99910 ± 0.00001");
});

test("ticks are as short as they can be", () => {
  expect(tickText(0.1 + 0.2)).toBe("0.3");
  expect(tickText(1e-6)).toBe("10⁻⁶");
  expect(tickText(-2e7)).toBe("−2×10⁷");
  expect(tickText(60)).toBe("60");
});

test("percentages", () => {
  expect(formatPercent(0.9726)).toBe("97.3 %");
  expect(formatPercent(1)).toBe("100 %");
  expect(formatPercent(-0.2)).toBe("−20 %");
});
