import { z } from "zod";
import type { ScenarioOf } from "../kind.ts";

const positive = z.number().positive();
const count = z.int().min(1);

/** A stretch of time over which a steady state is read, from its start · the time unit. */
const window = z
  .strictObject({ from: z.number().min(0), to: positive, every: positive })
  .refine(({ from, to, every }) => to > from && Number.isInteger((to - from) / every), { error: "expected from < to, a whole number of steps of `every` apart" });

const pair = z.tuple([count, count]).refine(([first, second]) => first !== second, { error: "expected two different genes" });

/** Files of one network, by their names in `data.yaml`. */
const network = z.strictObject({
  id: z.string().regex(/^[A-Za-z0-9-]+$/, { error: "expected letters, digits and hyphens" }),
  /** Kinetic model of which the structure alone is read. */
  structure: z.string(),
  knockouts: z.string(),
  knockdowns: z.string(),
  timeSeries: z.string(),
  /** Noise-free test data, one row a pair. */
  dualKnockouts: z.string(),
});

const iterations = z.strictObject({
  /** Fits whose predictions are averaged. */
  members: count,
  /** Starts of each, of which the best is kept. */
  starts: count,
  /** Most iterations of a start. */
  iterations: count,
});

/** Sections of `scenario.yaml` for GeneNetWeaver networks of known structure and unknown rates. */
export const geneRegulationSchema = {
  model: z.strictObject({
    kind: z.literal("gene-regulation"),
    layout: z.literal("gnw"),
    networks: z.array(network).min(1),
  }),
  protocols: z.strictObject({
    timeUnit: z.string(),
    /** Share of its production that a gene knocked down keeps. */
    knockdown: z.number().min(0).max(1),
    wildType: window,
    /** After a knockout or knockdown: as fitted, and as predicted for unseen conditions. */
    steady: window,
    predicted: window,
    /** Every series: sampled from 0 to `until`, its unknown change of basal activations in force until `released`. */
    series: z
      .strictObject({ every: positive, released: positive, until: positive })
      .refine(({ every, released, until }) => released < until && Number.isInteger(released / every) && Number.isInteger(until / every), {
        error: "expected released < until, both multiples of `every`",
      }),
    /** By network: the genes (1-based) knocked out in each row of its test data. */
    dualKnockouts: z.record(z.string(), z.array(pair).min(1)),
    noise: z.strictObject({ floor: positive, proportional: positive, quadratic: positive }),
  }),
  split: z.strictObject({
    /** The network's id. */
    id: z.string(),
    kind: z.literal("held-out-combination"),
  }),
  budget: z.strictObject({
    rtol: positive,
    atol: positive,
    /** A start has converged when a step lowers its value by less than this fraction. */
    tolerance: positive,
    quick: iterations,
    full: iterations,
  }),
} as const;

export type GeneRegulationScenario = ScenarioOf<typeof geneRegulationSchema>;
export type TimeWindow = z.output<typeof window>;
