import { z } from "zod";
import { jsonNumber, jsonNumberOrNull } from "./json-number.ts";
import { findingOutput } from "./finding-output.ts";
import { applicabilityOutput, measuredOutput, pairsOutput, statusOutput } from "./thermo-output.ts";
import { stochasticPhysicalOutput } from "./thermo-physical.ts";

/** A number from samples with its standard error from batches. */
const estimate = z.object({ value: jsonNumber, standardError: jsonNumber, batches: z.int() });

/** What `thermo --stochastic --json` prints; entropies · k_B, currents in molecules. */
export const thermoStochasticOutput = z.object({
  schema: z.literal("thermo-stochastic/1"),
  ...statusOutput,
  pairs: pairsOutput,
  runs: z.int(),
  requestedRuns: z.int(),
  seed: z.string(),
  method: z.string(),
  window: z.object({ start: z.number(), end: z.number(), duration: z.number(), points: z.int() }),
  volume: jsonNumberOrNull,
  steady: z.object({ applied: z.boolean(), largestDrift: jsonNumber, species: z.string().nullable() }),
  /** k_B per time */
  entropyProduction: z.object({ jumps: estimate, states: estimate, perVolume: estimate.nullable() }).nullable(),
  counts: z.object({ plugIn: z.object({ rate: jsonNumber, bias: jsonNumber, oneDirection: z.array(z.int()), estimate }), shortTime: estimate }),
  reactions: z.array(z.object({ id: z.string(), kind: z.string(), diffusionIsApproximate: z.boolean(), net: estimate, activity: estimate })),
  currents: z.array(z.object({ name: z.string(), mean: estimate, variance: estimate, uncertainty: estimate.nullable(), kinetic: estimate.nullable() })),
  fromCurrents: z
    .object({ rate: jsonNumber, unbiased: jsonNumberOrNull, bias: jsonNumberOrNull, lower: jsonNumberOrNull, level: z.number(), weights: z.array(jsonNumber), rank: z.int() })
    .nullable(),
  fluctuationTheorem: z
    .object({ meanEntropy: jsonNumber, average: estimate.nullable(), expected: jsonNumberOrNull, finding: findingOutput, runs: z.int(), duration: jsonNumber, starts: z.int() })
    .nullable(),
  applicability: applicabilityOutput,
  physical: stochasticPhysicalOutput.nullable(),
  measured: measuredOutput.nullable(),
  findings: z.array(findingOutput),
  warnings: z.array(z.object({ where: z.string(), message: z.string() })),
});

export type ThermoStochasticOutput = z.output<typeof thermoStochasticOutput>;
