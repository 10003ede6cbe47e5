import { z } from "zod";

const largestSeed = 2n ** 64n;
const seedText = /^(0x[0-9a-fA-F]{1,16}|[0-9]{1,20})$/;
const expectedSeed = "expected a 64-bit seed: a whole number, or in quotes beyond 2^53 (decimal or 0x)";

/** A 64-bit seed, given out as decimal text; beyond 2^53 it must be quoted. */
export const seed = z
  .union([z.int().min(0), z.string().regex(seedText, { error: expectedSeed })], { error: expectedSeed })
  // Zod refines what the string's pattern has already turned down, and BigInt throws on it.
  .refine((value) => !seedText.test(String(value)) || BigInt(value) < largestSeed, { error: "expected a seed below 2^64" })
  .transform((value) => BigInt(value).toString());

const learnedId = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/);

/** One entry of `learned:`: a flux whose stoichiometry and inputs are declared and whose rate law is not known. */
export const learnedFlux = z.strictObject({
  kind: z.literal("flux").optional(),
  id: learnedId,
  /** Net change per unit of flux, by species. */
  stoichiometry: z.record(z.string(), z.number()),
  inputs: z.array(z.string()).min(1),
});

/** One entry of `learned:`: reactions whose equilibrium is known and whose speed, the same factor both ways, is learned. */
export const learnedConductance = z.strictObject({
  kind: z.literal("conductance"),
  id: learnedId,
  /** Reversible mass-action reactions. */
  reactions: z.array(z.string()).min(1),
  /** Species, parameters, or the control parameters of agents. */
  inputs: z.array(z.string()).min(1),
  /** x_ref of ln(1 + x/x_ref) by input. */
  reference: z.record(z.string(), z.number().positive()).optional(),
  /** Largest change of a conductance in natural logarithm. */
  gMax: z.number().positive().optional(),
  networks: z.enum(["shared", "per reaction"]).optional(),
  /** Prior standard deviations of learned shifts of standard potentials over RT, by species. */
  shifts: z.record(z.string(), z.number().positive()).optional(),
});

/** One entry of `learned:`; without a kind it is a flux. */
export const learnedTerm = z.discriminatedUnion("kind", [learnedFlux, learnedConductance]);

export type LearnedFluxTerm = Readonly<z.output<typeof learnedFlux>>;
export type LearnedConductanceTerm = Readonly<z.output<typeof learnedConductance>>;

const direction = z.enum(["lower", "higher"]);

/** The keys every scenario has, whatever its kind of mechanism. */
export const scenarioHead = {
  semimech: z.literal(1),
  id: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, { error: "expected lower-case letters, digits and hyphens" }),
  title: z.string().min(1),
  baselines: z.union([z.literal("all"), z.array(z.string()).min(1)], { error: 'expected "all" or a list of baseline ids' }),
  primary: z.strictObject({ metric: z.string(), direction }),
  secondary: z.array(z.strictObject({ metric: z.string(), direction })),
  seeds: z.array(seed).min(1),
} as const;

const head = z.strictObject(scenarioHead);

/** The common part of a scenario, validated. */
export type ScenarioHead = Readonly<z.output<typeof head>>;
