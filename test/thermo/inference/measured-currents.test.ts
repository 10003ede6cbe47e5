import { describe, expect, it } from "vitest";
import { judgeModel, leastEntropyProduction } from "../../../src/thermo/inference/least-entropy-production.ts";
import { readMeasuredCurrents } from "../../../src/thermo/inference/measured-currents.ts";
import type { MeasuredCurrents } from "../../../src/thermo/inference/measured-currents.ts";

const table = (...rows: readonly string[]): string => rows.map((row) => row.replaceAll(" ", "\t")).join("\n");

function measuredOf(text: string, covariance?: string): MeasuredCurrents {
  const { measured, problems } = readMeasuredCurrents(text, covariance);
  if (!measured) throw new Error(problems.map(({ line, column, message }) => `${line}:${column}: ${message}`).join("\n"));
  return measured;
}

const places = (text: string, covariance?: string): string[] => readMeasuredCurrents(text, covariance).problems?.map((one) => `${one.text} ${one.line}:${one.column} ${one.message.slice(0, 60)}`) ?? [];

const two = table("current mean variance n duration", "P 4.3 7 40 10", "Q -2 3 40 10");
const covariance = table("current P Q", "P 7 1.5", "Q 1.5 3");

describe("measured currents as text", () => {
  it("are read in any order of columns, with comments, with and without n", () => {
    expect(measuredOf(`# totals of 10 min\r\n${two.replaceAll("\n", "\r\n")}\r\n`).currents).toEqual([
      { name: "P", mean: 4.3, variance: 7, samples: 40, duration: 10 },
      { name: "Q", mean: -2, variance: 3, samples: 40, duration: 10 },
    ]);
    expect(measuredOf(table("duration variance mean current", "10 7 -4.3e0 P"))).toEqual({ currents: [{ name: "P", mean: -4.3, variance: 7, samples: null, duration: 10 }], covariance: null });
    expect(measuredOf(two, covariance).covariance).toEqual([7, 1.5, 1.5, 3]);
    expect(measuredOf(two, table("current Q P", "P 1.5 7", "Q 3 1.5")).covariance).toEqual([7, 1.5, 1.5, 3]);
  });
  it("are refused with every problem and its place", () => {
    expect(places(table("current mean varianc n duration", "P x 1 2.5 0", "P 1 -1 9 4", "Q 1 2 3"))).toEqual([
      '1:14 unknown column "varianc"',
      '1:1 column "variance" is missing; the columns',
      '2:3 mean "x" is not a finite number',
      "2:11 duration is 0; it must be above 0",
      "2:7 n is 2.5; it must be a whole number, at",
      '3:1 current "P" repeats line 2',
      "4:1 the row has 4 cells, the header 5; cells",
    ].map((place) => expect.stringContaining(`currents ${place.slice(0, 30)}`)));
    expect(places(table("current mean variance n duration", "P 1 -1 1 4", " 1 0 9 4"))).toHaveLength(4);
    expect(places("")).toHaveLength(1);
    expect(places("current\tmean\tvariance\tduration\n")).toHaveLength(1);
  });
  it("need a covariance that fits", () => {
    expect(places(two, table("current P R", "P 7 y", "R 1 1"))).toEqual([
      expect.stringContaining("covariance 1:11 there is no current \"R\""),
      expect.stringContaining("covariance 2:5 covariance \"y\""),
      expect.stringContaining("covariance 3:1 there is no current \"R\""),
      expect.stringContaining("covariance 1:1 current \"Q\" has no column"),
      expect.stringContaining("covariance 1:1 current \"Q\" has no row"),
    ]);
    expect(places(two, table("current P Q", "P 7.5 1.5", "Q 1.4 3"))).toEqual([expect.stringContaining("covariance 2:3 the variance of"), expect.stringContaining("covariance 3:3 the covariance of")]);
    expect(places(two, table("current P Q", "P 7 6", "Q 6 3"))).toEqual([expect.stringContaining("negative variance")]);
    expect(places(two.replace("40\t10", "41\t10"), covariance)).toEqual([expect.stringContaining("currents 1:1 currents with a covariance")]);
  });
});

describe("a model against measured currents", () => {
  it("needs 2 <J>² / (tau Var) of one current: a walk with rates 2 and 1 needs 2/3", () => {
    const least = leastEntropyProduction(measuredOf(table("current mean variance duration", "J 50 150 50")));
    expect(least.rate).toBeCloseTo(2 / 3, 13);
    expect(least).toMatchObject({ lower: null, unbiased: null, combined: false });
    expect(judgeModel(least, Math.LN2).verdict).toBe("ok");
    expect(judgeModel(least, 0.6)).toMatchObject({ verdict: "note", value: 0.6, topic: "thermodynamics" });
  });
  it("is violated below the confidence bound, a note between it and the estimate, ok above", () => {
    const least = leastEntropyProduction(measuredOf(two, covariance));
    const [lower, middle] = [least.lower ?? Number.NaN, least.unbiased ?? Number.NaN];
    expect(0 < lower && lower < middle && middle < least.rate).toBe(true);
    expect(judgeModel(least, 0.9 * lower)).toMatchObject({ verdict: "violated", value: 0.9 * lower, bound: lower });
    expect(judgeModel(least, (lower + middle) / 2).verdict).toBe("note");
    expect(judgeModel(least, 1.01 * middle).verdict).toBe("ok");
    expect(judgeModel(least, Infinity).verdict).toBe("ok");
    expect(judgeModel(least, Number.NaN).verdict).toBe("not applicable");
    expect(judgeModel(least, 0, 'model "M"')).toMatchObject({ where: expect.stringContaining('model "M" makes 0'), equation: expect.stringContaining("sigma >="), source: expect.stringContaining("Dechant") });
  });
  it("uses combinations only where the covariance is known, and pays for choosing among currents", () => {
    const [joint, apart] = [leastEntropyProduction(measuredOf(two, covariance)), leastEntropyProduction(measuredOf(two))];
    expect(joint.rate).toBeGreaterThan(apart.rate);
    expect(apart.rate).toBeCloseTo(Math.max((2 * 4.3 ** 2) / 70, (2 * 4) / 30), 13);
    const alone = leastEntropyProduction(measuredOf(table("current mean variance n duration", "P 4.3 7 40 10")));
    expect(apart.lower).toBeLessThan(alone.lower ?? Number.NaN);
    expect(apart.lower).toBeCloseTo(leastEntropyProduction(measuredOf(table("current mean variance n duration", "P 4.3 7 40 10")), 0.975).lower ?? Number.NaN, 12);
  });
});
