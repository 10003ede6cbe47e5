import { describe, expect, it } from "vitest";
import { load } from "./load.ts";

interface Setting {
  readonly variant: string;
  readonly rtol: number;
  readonly atol: number;
}
interface Point extends Setting {
  readonly error: number;
  readonly seconds: number;
}
interface Precision {
  sweep(contender: object, reference: Float64Array, nState: number, options: object): Promise<{ points: Point[]; failures: string[] }>;
  bestOf(contender: object, points: readonly Point[], target: number, seconds: number): Promise<Point | null>;
  frontier(points: readonly Point[]): Point[];
}
interface Interleave {
  interleave(contenders: readonly { key: string; time: () => number }[], options: { blocks: number }): Promise<Map<string, { median: number; minimum: number; samples: number[] }>>;
}
const { sweep, bestOf, frontier } = await load<Precision>("precision.mjs");
const { interleave } = await load<Interleave>("interleave.mjs");

/** A solver that errs by `factor` tolerances and takes rtol^(-1/order) steps of a microsecond; "broken" fails. */
const pretend = (variants: Readonly<Record<string, { factor: number; order: number }>>) => {
  const costOf = ({ variant, rtol }: Setting): number => 1e-6 * rtol ** (-1 / (variants[variant]?.order ?? 1));
  return {
    key: "pretend",
    variants: Object.keys(variants),
    async run(setting: Setting) {
      const { variant, rtol } = setting;
      if (variant === "broken") throw new Error("always");
      return { seconds: costOf(setting), values: Float64Array.of(1 + (variants[variant]?.factor ?? 1) * rtol) };
    },
    time: async (setting: Setting) => costOf(setting),
    close() {},
  };
};
const point = (error: number, seconds: number): Point => ({ variant: "v", rtol: 1, atol: 1, error, seconds });
const reference = Float64Array.of(1);
const options = { target: 1e-6, quick: false };

describe("the best tolerance of a contender", () => {
  it("is the loosest that meets the error asked, of the cheapest method", async () => {
    const contender = pretend({ low: { factor: 1, order: 2 }, broken: { factor: 1, order: 9 }, high: { factor: 30, order: 5 } });
    const { points, failures } = await sweep(contender, reference, 1, options);
    const best = await bestOf(contender, points, options.target, 0);
    expect(best?.variant).toBe("high");
    // On a grid of a quarter of a decade.
    expect(best?.rtol).toBeLessThanOrEqual(1e-6 / 30);
    expect(best?.rtol).toBeGreaterThan(10 ** -0.26 * (1e-6 / 30));
    expect(best?.error).toBeLessThanOrEqual(1e-6);
    expect(failures).toEqual(["broken: always"]);
  });

  it("is null when no tolerance gets there", async () => {
    const contender = pretend({ coarse: { factor: 1e9, order: 5 } });
    const { points } = await sweep(contender, reference, 1, options);
    expect(points.length).toBeGreaterThan(10);
    expect(await bestOf(contender, points, options.target, 0)).toBeNull();
  });

  it("takes a slow contender through few settings, to the first that meets the error", async () => {
    const slow = { ...pretend({ only: { factor: 10, order: 5 } }), run: async ({ rtol }: Setting) => ({ seconds: 1 / rtol, values: Float64Array.of(1 + 10 * rtol) }) };
    const { points } = await sweep(slow, reference, 1, options);
    expect(points.map(({ rtol }) => rtol)).toEqual([1e-6, 1e-7, 10 ** -6.5]);
    expect(await bestOf(slow, points, options.target, 0)).toMatchObject({ rtol: 1e-7 });
  });

  it("draws only what nothing beats in both error and time", () => {
    const kept = frontier([point(1e-3, 1), point(1e-5, 3), point(1e-4, 4), point(1e-6, 9), point(Infinity, 0.1)]);
    expect(kept.map(({ error }) => error)).toEqual([1e-3, 1e-5, 1e-6]);
  });
});

describe("interleaved blocks", () => {
  it("times every contender once a block, in an order that turns", async () => {
    const order: string[] = [];
    const contender = (key: string, seconds: readonly number[]) => {
      let at = 0;
      return {
        key,
        time: () => {
          order.push(key);
          return seconds[at++] ?? Number.NaN;
        },
      };
    };
    const timings = await interleave([contender("a", [5, 1, 3]), contender("b", [2, 2, 8])], { blocks: 3 });
    expect(order.join("")).toBe("abbaab");
    expect(timings.get("a")).toEqual({ median: 3, minimum: 1, samples: [5, 1, 3] });
    expect(timings.get("b")).toMatchObject({ median: 2, minimum: 2 });
  });
});
