import { z } from "zod";
import { jsonNumber, jsonNumberOrNull } from "./json-number.ts";

const rows = z.array(z.array(jsonNumber));

const estimate = z.object({ value: jsonNumber, error: jsonNumber });

/** What `simulate --json` prints. Tables have a row each time, the time in column 0, and the columns of `columns`. */
export const simulateOutput = z.object({
  schema: z.literal("simulate/1"),
  status: z.enum(["done", "paused", "step-too-small", "too-many-steps", "non-finite", "negative-propensity", "out-of-memory"]),
  failure: z.object({ time: jsonNumber, worst: z.string(), hint: z.string() }).nullable(),
  method: z.string(),
  /** Accepted steps, or events of all runs; of a method that divides reactions, slow events. */
  steps: z.int(),
  columns: z.array(z.string()),
  units: z.array(z.string().nullable()),
  /** Of stochastic methods the first run. */
  rows,
  /** Runs that reached all times, with --runs. */
  runs: z.int().optional(),
  mean: rows.optional(),
  sd: z.array(z.array(jsonNumberOrNull)).optional(),
  /** With --quantiles; `lower` and `upper` are the quantiles one standard error of the rank away, `relativeError` is how far all may be off by the way values are kept. */
  quantiles: z.array(z.object({ probability: z.number(), values: rows, lower: rows, upper: rows, relativeError: z.number() })).optional(),
  /** With --histogram: values in ascending order, and in how many runs each was seen. */
  histograms: z.array(z.object({ id: z.string(), time: jsonNumber, values: z.array(jsonNumber), counts: z.array(z.int()), relativeError: z.number() })).optional(),
  /** With --first-passage: share of runs that came there up to the last time, mean of those that did, and mean of the smaller of passage and last time; quantiles beyond the last time are null. */
  firstPassages: z
    .array(z.object({ condition: z.string(), horizon: jsonNumber, reached: estimate, mean: estimate, restrictedMean: estimate, quantiles: z.array(z.object({ probability: z.number(), value: jsonNumberOrNull })) }))
    .optional(),
  /** With --autocorrelation: correlation with itself some time later, about the mean of the runs, and its standard errors; the integrated correlation time is null where the lags are too short, values are null for what does not vary. */
  autocorrelations: z
    .array(z.object({ id: z.string(), from: jsonNumber, lags: z.array(jsonNumber), values: z.array(jsonNumberOrNull), errors: z.array(jsonNumberOrNull), time: estimate.nullable(), window: jsonNumberOrNull }))
    .optional(),
  /** Of a method that divides reactions into fast and slow ones: when one counted as fast, the share of the time it did, and slow events left out for want of molecules. */
  partition: z
    .object({ interval: jsonNumber, firings: jsonNumber, molecules: jsonNumber, method: z.string(), fast: z.record(z.string(), jsonNumber), refused: z.int() })
    .optional(),
  /** With --precision: the largest standard error of what was asked, over the largest mean of its column, and over 1 for an autocorrelation, whose time is its lag; null where nothing can be judged. */
  precision: z
    .object({ asked: z.number(), reached: jsonNumberOrNull, of: z.string().nullable(), time: jsonNumberOrNull, moreRuns: z.union([z.int(), jsonNumber]).nullable() })
    .optional(),
  /** With --paths: the first runs, each with its rows. */
  paths: z.array(rows).optional(),
  /** With --firings: how often each reaction (and its reverse) fired, mean of the runs; of fast reactions of a method that divides them, what their rates integrate to. */
  firings: z.record(z.string(), jsonNumber).optional(),
});

export type SimulateOutput = z.output<typeof simulateOutput>;
