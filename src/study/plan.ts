import { z } from "zod";
import { canonicalJson, sha256 } from "./canonical.ts";

/** `plan.json` of a run folder: what is run, so that it can be resumed. */
export const runPlan = z.strictObject({
  schema: z.literal("plan/1"),
  /** As the user named it, and where it was found. */
  name: z.string(),
  folder: z.string(),
  scenario: z.string(),
  hash: z.string(),
  /** Null = a scenario of sheets, which has neither. */
  budget: z.enum(["quick", "full"]).nullable(),
  seed: z.string().nullable(),
  /** When the run was first started, ISO 8601. */
  start: z.iso.datetime(),
});

export type RunPlan = Readonly<z.output<typeof runPlan>>;

/** Reads `plan.json`. */
export function readPlan(text: string, file: string): { readonly plan: RunPlan } | { readonly problems: readonly string[] } {
  try {
    const answer = runPlan.safeParse(JSON.parse(text));
    if (answer.success) return { plan: answer.data };
    return { problems: answer.error.issues.map((issue) => `${file}: ${issue.path.join(".")}: ${issue.message}`) };
  } catch (error) {
    return { problems: [`${file}: not JSON (${error instanceof Error ? error.message : String(error)})`] };
  }
}

/** `<date>-<hash8>`: the day, and eight digits over inputs and resolved options that can change an answer. */
export async function runName(plan: Pick<RunPlan, "hash" | "budget" | "seed" | "start">): Promise<string> {
  const { hash, budget, seed } = plan;
  return `${plan.start.slice(0, 10)}-${(await sha256(canonicalJson({ hash, budget, seed }))).slice(0, 8)}`;
}
