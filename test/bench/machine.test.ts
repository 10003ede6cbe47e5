import { describe, expect, it } from "vitest";
import { load } from "./load.ts";

interface Machine {
  burdens(state: { load: number; cores: number; spread: number }): string[];
  calibrate(pieces?: number): { fastest: number; spread: number };
}
const { burdens, calibrate } = await load<Machine>("machine.mjs");

describe("a machine that is measured on", () => {
  it("is refused while others work on it, and told why", () => {
    expect(burdens({ load: 0.3, cores: 2, spread: 0.05 })).toEqual([]);
    expect(burdens({ load: 1.4, cores: 2, spread: 0.05 })).toEqual([]);
    expect(burdens({ load: 3, cores: 2, spread: 0.05 })).toEqual([expect.stringContaining("load average is 3.00 on 2 cores")]);
    expect(burdens({ load: 0.3, cores: 2, spread: 0.9 })).toEqual([expect.stringContaining("up to 90 % longer")]);
    expect(burdens({ load: 9, cores: 2, spread: 2 })).toHaveLength(2);
  });

  it("is calibrated by work that takes time", () => {
    const { fastest, spread } = calibrate(20);
    expect(fastest).toBeGreaterThan(0);
    expect(spread).toBeGreaterThanOrEqual(0);
  });
});
