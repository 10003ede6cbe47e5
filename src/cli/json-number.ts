import { z } from "zod";

/** A number in an output: JSON has no infinity, so three strings stand for what it lacks. */
export const jsonNumber = z.union([z.number(), z.enum(["Infinity", "-Infinity", "NaN"])]);

/** A number that may have no meaning. */
export const jsonNumberOrNull = jsonNumber.nullable();
