import { describe, expect, it } from "vitest";
import { load } from "./load.ts";

interface Row {
  readonly problem: string;
  readonly peer: string;
  readonly ours: number;
  readonly theirs: number;
  readonly unit: string;
  readonly ratio: number;
  readonly oursMinimum?: number;
}
interface Timing {
  readonly median: number;
  readonly minimum: number;
}
interface Score {
  median(values: readonly number[]): number;
  geomean(values: readonly number[]): number;
  geomeanByPeer(rows: readonly Row[]): Record<string, number>;
  rowOf(given: { problem: string; peer: string; ours: Timing; theirs: Timing; unit: string }, more?: object): Row;
  relativeError(values: Float64Array, reference: Float64Array, nState: number, trace?: number): number;
  readonly relativeFloor: number;
}

const { median, geomean, geomeanByPeer, rowOf, relativeError, relativeFloor } = await load<Score>("score.mjs");

const rowWith = (peer: string, ratio: number): Row => ({ problem: "p", peer, ours: 1, theirs: ratio, unit: "s", ratio });

describe("scores of a benchmark", () => {
  it("takes middles and geometric means", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(geomean([1, 100])).toBeCloseTo(10, 12);
    expect(geomean([])).toBeNaN();
  });

  it("tells times in the unit asked, and a ratio above 1 where ours is faster", () => {
    const row = rowOf({ problem: "HIRES", peer: "cvode-klu", ours: { median: 1e-4, minimum: 8e-5 }, theirs: { median: 2e-3, minimum: 1e-3 }, unit: "us" }, { error: 1e-7 });
    expect(row).toMatchObject({ problem: "HIRES", peer: "cvode-klu", ours: 100, theirs: 2000, unit: "us", ratio: 20, oursMinimum: 80, theirsMinimum: 1000, error: 1e-7 });
    expect(rowOf({ ...row, ours: { median: 2, minimum: 2 }, theirs: { median: 1, minimum: 1 }, unit: "s" }).ratio).toBe(0.5);
  });

  it("averages the ratios of each peer by itself", () => {
    expect(geomeanByPeer([rowWith("scipy", 4), rowWith("copasi", 2), rowWith("scipy", 9)])).toEqual({ scipy: expect.closeTo(6, 12), copasi: expect.closeTo(2, 12) });
  });

  it("measures relative errors over all outputs, with a floor for traces", () => {
    // Two states, two outputs; the second state falls to a trace of its largest value.
    const reference = Float64Array.of(2, 1, 4, 0);
    expect(relativeError(Float64Array.of(2, 1, 4, 0), reference, 2)).toBe(0);
    expect(relativeError(Float64Array.of(2.2, 1, 4, 0), reference, 2)).toBeCloseTo(Math.sqrt(0.1 ** 2 / 4), 12);
    expect(relativeError(Float64Array.of(2, 1, 4, relativeFloor), reference, 2)).toBeCloseTo(0.5, 12);
    expect(relativeError(Float64Array.of(2, 1, 4, 0.1), reference, 2, 1)).toBeCloseTo(Math.sqrt(0.1 ** 2 / 4), 12);
  });

  it("calls what is missing or not finite infinitely wrong, and leaves out what is 0 throughout", () => {
    const reference = Float64Array.of(1, 0, 1, 0);
    expect(relativeError(Float64Array.of(1, 5, 1, 5), reference, 2)).toBe(0);
    expect(relativeError(Float64Array.of(1, 0), reference, 2)).toBe(Infinity);
    expect(relativeError(Float64Array.of(1, 0, Number.NaN, 0), reference, 2)).toBe(Infinity);
  });
});
