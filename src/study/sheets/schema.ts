import { z } from "zod";

const id = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.-]*$/, { error: "expected letters, digits, dots and hyphens" });
const settings = z.record(z.string(), z.number());
const points = z.int().min(2);

/** One entry of `cases:`: constants and initial values to set, and what is looked at. */
export const sheetCase = z
  .strictObject({
    id,
    /** Parameters and initial concentrations that differ from the model's. */
    set: settings.optional(),
    /** Time 0 to `end`, in rows. */
    path: z.strictObject({ end: z.number().positive(), points }).optional(),
    /** One period of the limit cycle that the initial state leads to; `horizon` holds at least two periods. */
    cycle: z.strictObject({ horizon: z.number().positive(), points }).optional(),
    /** The steady state that the initial state leads to; an unstable one only from where it is. */
    steady: z.literal(true).optional(),
    /** The initial state itself, with these concentrations. */
    state: settings.optional(),
  })
  .refine((each) => [each.path, each.cycle, each.steady, each.state].filter((part) => part !== undefined).length === 1, {
    error: "give exactly one of path, cycle, steady and state",
  });

/** One entry of `sheets:`: a model, its observables, and the cases; the first case that is a path or a cycle is drawn. */
export const sheet = z.strictObject({
  id,
  title: z.string().min(1),
  /** What a reader should see, in a sentence or two. */
  about: z.string().min(1),
  /** A reaction text file of the folder. */
  model: z.string().min(1),
  /** Linear in species; the first is drawn with its bounds. */
  observables: z.array(z.string().min(1)).min(1),
  cases: z.array(sheetCase).min(1),
});

/** `scenario.yaml` of a scenario that shows a theory: sheets instead of splits. */
export const sheetsSchema = z.strictObject({
  semimech: z.literal(1),
  id: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, { error: "expected lower-case letters, digits and hyphens" }),
  title: z.string().min(1),
  /** What time and concentration are measured in; `1` for models without units. */
  units: z.strictObject({ time: z.string().min(1), concentration: z.string().min(1) }),
  sheets: z.array(sheet).min(1),
  numerics: z.strictObject({ method: z.string(), rtol: z.number().positive(), atol: z.number().positive() }),
});

export type SheetCase = Readonly<z.output<typeof sheetCase>>;
export type Sheet = Readonly<z.output<typeof sheet>>;
export type SheetsScenario = Readonly<z.output<typeof sheetsSchema>>;
