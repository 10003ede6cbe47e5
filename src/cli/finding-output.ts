import { z } from "zod";
import { jsonNumberOrNull } from "./json-number.ts";

/** A finding as every verb prints it. */
export const findingOutput = z.looseObject({
  check: z.string(),
  verdict: z.enum(["ok", "violated", "note", "not applicable"]),
  value: jsonNumberOrNull,
  bound: jsonNumberOrNull,
  equation: z.string(),
  source: z.string(),
  where: z.string(),
});

/** Values of `expected.json` that were missed. */
export const mismatchesOutput = z.array(z.object({ split: z.string(), model: z.string(), metric: z.string(), value: z.number(), tolerance: z.number(), found: jsonNumberOrNull }));
