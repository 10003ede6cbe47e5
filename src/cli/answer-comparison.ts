import { canonicalJson } from "../study/canonical.ts";

type Shown = number | "Infinity" | "-Infinity" | "NaN" | null;

/** Two answers of a verb, value by value. */
export interface AnswerComparison {
  /** Values that are the same to the last bit, of all. */
  readonly sameBits: number;
  readonly scores: number;
  readonly differences: { split: string; model: string; metric: string; before: Shown; now: Shown; tolerance: number }[];
}

/** What running a manifest of a verb again came to. */
export interface AnswerReproduction extends AnswerComparison {
  readonly notes: string[];
  readonly out: string;
}

type Leaf = number | string | boolean | null;

/** Compares two JSON texts of a verb, each value by its place. */
export function comparedAnswers(before: unknown, now: unknown, about: { readonly verb: string; readonly model: string }): AnswerComparison {
  const [old, fresh] = [leavesOf(before), leavesOf(now)];
  const places = [...new Set([...old.keys(), ...fresh.keys()])];
  const wrong = places.filter((place) => canonicalJson(old.get(place)) !== canonicalJson(fresh.get(place)) || old.has(place) !== fresh.has(place));
  return {
    sameBits: places.length - wrong.length,
    scores: places.length,
    differences: wrong.map((place) => ({ split: about.verb, model: about.model, metric: place, before: numberOf(old.get(place)), now: numberOf(fresh.get(place)), tolerance: 0 })),
  };
}

/** Every value of a JSON text by its place, such as `at.3.entropyProduction`. */
function leavesOf(value: unknown): Map<string, Leaf> {
  const leaves = new Map<string, Leaf>();
  const visit = (part: unknown, place: string): void => {
    if (part === null || typeof part !== "object") leaves.set(place, part as Leaf);
    else for (const [key, inner] of Object.entries(part)) visit(inner, place === "" ? key : `${place}.${key}`);
  };
  visit(value, "");
  return leaves;
}

const numberOf = (leaf: Leaf | undefined): Shown => (typeof leaf === "number" || leaf === "Infinity" || leaf === "-Infinity" || leaf === "NaN" ? leaf : null);
