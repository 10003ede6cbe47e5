import { z } from "zod";
import { thermoQuantities } from "../thermo/applicability.ts";
import { findingOutput } from "./finding-output.ts";
import { jsonNumber, jsonNumberOrNull } from "./json-number.ts";
import { physicalOutput } from "./thermo-physical.ts";

const row = z.record(z.string(), z.int());

/** How a compiled loop ended. */
export const statusOutput = {
  status: z.enum(["done", "paused", "step-too-small", "too-many-steps", "non-finite", "negative-propensity", "out-of-memory"]),
  failure: z.object({ time: jsonNumber, worst: z.string(), hint: z.string() }).nullable(),
};

/** One-way reactions that --pair joined under the first's id; only with --pair. */
export const pairsOutput = z.array(z.object({ reaction: z.string(), reverse: z.string() })).optional();

const standing = z.enum(["holds", "approximate", "local", "infinite", "vacuous", "undefined"]);
const quantity = z.enum(Object.keys(thermoQuantities) as (keyof typeof thermoQuantities)[]);

/** Which quantity means what, reaction by reaction. */
export const applicabilityOutput = z.object({
  isThermodynamic: z.boolean(),
  reactions: z.array(
    z.object({
      reaction: z.string(),
      kind: z.string(),
      elementary: z.boolean(),
      statement: z.string().nullable(),
      reason: z.string().nullable(),
      quantities: z.array(z.object({ quantity, standing, meaning: z.string() })),
    }),
  ),
  quantities: z.array(z.object({ quantity, title: z.string(), standing, because: z.array(z.string()), meaning: z.array(z.string()), stillHolds: z.array(z.string()) })),
});

/** What measured currents need at least · k_B per time, and what the model makes. */
export const measuredOutput = z.object({
  file: z.string(),
  currents: z.array(z.string()),
  rate: jsonNumber,
  unbiased: jsonNumberOrNull,
  lower: jsonNumberOrNull,
  level: z.number(),
  combined: z.boolean(),
  weights: z.record(z.string(), jsonNumber),
  /** k_B per time in the volume; NaN where it is not defined. */
  modelRate: jsonNumber,
});

const boundFacts = { name: z.string(), quantity: z.enum(["entropy production", "activity", "precision", "time"]), sense: z.enum(["at least", "at most"]), equation: z.string(), source: z.string() };
const sides = { holds: z.boolean().nullable(), tightness: jsonNumberOrNull };
const limit = z.object({ ...boundFacts, value: jsonNumber, actual: jsonNumber, ...sides });
const dissipation = z.object({ housekeeping: jsonNumberOrNull, excess: jsonNumber }).nullable();

const speedLimits = z.object({
  duration: z.number(),
  /** False where the integrals have not reached the path's tolerance. */
  resolved: z.boolean(),
  entropyProduction: jsonNumber,
  length: jsonNumber,
  diffusion: jsonNumber,
  geometricLength: jsonNumber,
  limits: z.array(limit),
  observables: z.array(
    z.object({
      name: z.string(),
      displacement: jsonNumber,
      length: jsonNumber,
      diffusion: jsonNumber,
      weightedActivity: jsonNumber,
      activity: jsonNumber,
      entropyProduction: jsonNumber,
      limits: z.array(limit),
    }),
  ),
});

const steady = z.object({
  state: z.record(z.string(), jsonNumber),
  stable: z.boolean().nullable(),
  /** [real, imaginary] · 1/time */
  eigenvalues: z.array(z.tuple([jsonNumber, jsonNumber])),
  cycles: z.object({
    cycles: z.array(z.object({ cycle: row, isEmergent: z.boolean(), affinity: jsonNumber, current: jsonNumber, entropyProduction: jsonNumber })),
    entropyProduction: jsonNumber,
    emergent: jsonNumber,
    distance: jsonNumber,
  }),
  noise: z.record(z.string(), z.object({ variance: jsonNumber, fano: jsonNumberOrNull })).nullable(),
  noNoise: z.string().nullable(),
});

/** What `thermo --json` prints, along a trajectory and with --steady. */
export const thermoOutput = z.object({
  schema: z.literal("thermo/1"),
  ...statusOutput,
  pairs: pairsOutput,
  structure: z.object({
    conservationLaws: z.array(row),
    cycles: z.array(row),
    emergentCycles: z.array(row),
    deficiency: z.int(),
    wegscheider: z.array(z.looseObject({ cycle: row, affinity: jsonNumberOrNull })),
    brokenLaws: z.array(row),
    theorems: z.array(z.object({ theorem: z.enum(["deficiency zero", "deficiency one"]), applies: z.boolean(), conclusion: z.string(), because: z.array(z.string()), deficiency: z.int(), sumOfClasses: z.int() })),
  }),
  applicability: applicabilityOutput,
  at: z.array(
    z.object({
      /** Infinity at a steady state that was searched for. */
      time: jsonNumber,
      /** R per volume and time. */
      entropyProduction: jsonNumber,
      perReaction: z.record(z.string(), jsonNumber),
      fluxes: z.record(z.string(), jsonNumber),
      forces: z.record(z.string(), jsonNumberOrNull),
      onsager: dissipation,
      informationGeometric: dissipation,
      observables: z.array(
        z.object({
          name: z.string(),
          current: jsonNumber,
          diffusion: jsonNumberOrNull,
          tightness: jsonNumberOrNull,
          bounds: z.array(z.object({ name: z.string(), value: jsonNumberOrNull, actual: jsonNumberOrNull, ...sides })),
        }),
      ),
    }),
  ),
  /** What the bounds in `at` stand on. */
  bounds: z.array(z.object(boundFacts)),
  speedLimits: speedLimits.nullable(),
  steady: steady.nullable(),
  physical: physicalOutput.nullable(),
  measured: measuredOutput.nullable(),
  findings: z.array(findingOutput),
});

export type ThermoOutput = z.output<typeof thermoOutput>;
