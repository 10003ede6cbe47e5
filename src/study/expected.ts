import { z } from "zod";
import type { Score } from "./result.ts";

/** `expected.json`: scores a run must reproduce, each within its own tolerance; never part of the hash. */
export const expectedScores = z.array(
  z.strictObject({ split: z.string(), model: z.string(), metric: z.string(), value: z.number(), tolerance: z.number().min(0) }),
);

export type ExpectedScore = Readonly<z.output<typeof expectedScores>[number]>;

/** An expected score that was not met; `found` is null when there is no such score. */
export interface Mismatch extends ExpectedScore {
  readonly found: number | null;
}

/** Reads `expected.json`; all problems at once. */
export function readExpected(text: string, file: string): { readonly expected: readonly ExpectedScore[] } | { readonly problems: readonly string[] } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { problems: [`${file}: not JSON (${error instanceof Error ? error.message : String(error)})`] };
  }
  const answer = expectedScores.safeParse(value);
  if (answer.success) return { expected: answer.data };
  return { problems: answer.error.issues.map((issue) => `${file}: [${issue.path.join(".")}] ${issue.message}`) };
}

/** Expected scores that the found ones miss; `notAsked` are splits that the budget or the seed left out, which nothing is expected of. */
export function mismatches(expected: readonly ExpectedScore[], scores: readonly Pick<Score, "split" | "model" | "metric" | "value">[], notAsked: readonly string[] = []): readonly Mismatch[] {
  return expected.flatMap((each) => {
    if (notAsked.includes(each.split)) return [];
    const found = scores.find((score) => score.split === each.split && score.model === each.model && score.metric === each.metric)?.value ?? null;
    return found !== null && Math.abs(found - each.value) <= each.tolerance ? [] : [{ ...each, found }];
  });
}
