import { z } from "zod";
import { splitSchema } from "../../experiments/split.ts";
import type { ScenarioOf } from "../kind.ts";

const positive = z.number().positive();
const count = z.int().min(1);

const stage = z.strictObject({
  /** Steps of Heun's method to the answer. */
  steps: count,
  learningRate: positive,
  /** Penalty on weights: l1 Σ|w| + l2 Σ w². */
  l1: z.number().min(0),
  l2: z.number().min(0),
  /** Iterations in a row without a better validation loss. */
  patience: count,
  /** Most iterations. */
  iterations: count,
});

/** By split: a whole number. */
const bySplit = z.record(z.string(), count);

/** Sections of `scenario.yaml` for a network of interactions whose weights are all learned. */
export const interactionNetworkSchema = {
  model: z.strictObject({
    kind: z.literal("interaction-network"),
    layout: z.literal("cellbox"),
    /** Folder of the four data files, as `data.yaml` names them. */
    folder: z.string(),
    /** Nodes that only receive; the nodes that drugs act on are read from the data. */
    phenotypes: z.array(z.string()),
  }),
  protocols: z.strictObject({
    /** Every condition starts from state 0 and is driven by its inputs, held constant, to the end. */
    start: z.literal("zero"),
    input: z.literal("constant"),
    /** Step of Heun's method · the network's own unit of time. */
    step: positive,
  }),
  split: splitSchema,
  budget: z.strictObject({
    stages: z.array(stage).min(1),
    /** Validation losses in the moving average. */
    window: count,
    /** Conditions of one gradient, by split. */
    batch: bySplit,
    /** Models trained, by split: one a fold, agents in turn where the split leaves agents out. */
    quick: bySplit,
    full: bySplit,
  }),
} as const;

export type InteractionNetworkScenario = ScenarioOf<typeof interactionNetworkSchema>;
