import { z } from "zod";
import type { KindSchema, MechanismKind, ScenarioOf, StudyProblem } from "./kind.ts";
import { byPlace, readLocatedYaml, type LocatedYaml } from "./located-yaml.ts";
import { didYouMean } from "./nearest.ts";
import { learnedTerm, scenarioHead } from "./scenario-schema.ts";

/** A scenario read and validated, with the kind of mechanism that will prepare it. */
export interface Scenario {
  readonly kind: MechanismKind;
  readonly values: ScenarioOf<KindSchema>;
  /** A problem at a path of the file, for checks that come later. */
  problem(path: readonly PropertyKey[], message: string): StudyProblem;
}

/** The whole schema of `scenario.yaml` for one kind of mechanism. */
export function scenarioSchema(kind: KindSchema): z.ZodType {
  return z.strictObject({
    ...scenarioHead,
    model: kind.model,
    ...(kind.truth ? { truth: kind.truth.optional() } : {}),
    ...(kind.data ? { data: kind.data.optional() } : {}),
    protocols: kind.protocols,
    learned: kind.learned ? z.array(kind.learned) : z.array(z.never({ error: "this kind of mechanism takes no learned fluxes" })),
    splits: z.array(kind.split).min(1),
    budget: kind.budget,
  });
}

/** What is still checked when the kind of mechanism cannot be told. */
const anyKind: KindSchema = {
  model: z.unknown(),
  protocols: z.unknown(),
  split: z.unknown(),
  budget: z.unknown(),
  truth: z.unknown(),
  data: z.unknown(),
  learned: learnedTerm,
};

/**
 * Reads `scenario.yaml`. `model` is a file name (a reaction network) or an object whose `kind` names another mechanism.
 *
 * All problems at once, each with file, line and column.
 */
export function readScenario(
  text: string,
  kinds: readonly MechanismKind[],
  file = "scenario.yaml",
): { readonly scenario: Scenario } | { readonly problems: readonly StudyProblem[] } {
  const yaml = readLocatedYaml(text, file);
  if (yaml.problems.length > 0) return { problems: yaml.problems };
  const found = kindOf(yaml, kinds);
  const answer = yaml.validate(scenarioSchema("kind" in found ? found.kind.schema : anyKind));
  const problems = [...("problem" in found ? [found.problem] : []), ...("problems" in answer ? answer.problems : [])];
  if (!("kind" in found) || "problems" in answer) return { problems: byPlace(problems) };
  const values = answer.value as ScenarioOf<KindSchema>;
  return { scenario: { kind: found.kind, values, problem: yaml.problem } };
}

function kindOf(yaml: LocatedYaml, kinds: readonly MechanismKind[]): { readonly kind: MechanismKind } | { readonly problem: StudyProblem } | { readonly absent: true } {
  const model = typeof yaml.value === "object" && yaml.value !== null ? (yaml.value as { model?: unknown }).model : undefined;
  if (model === undefined) return { absent: true };
  const declared = typeof model === "object" && model !== null ? (model as { kind?: unknown }).kind : undefined;
  const id = typeof model === "string" ? "reaction-network" : declared;
  const ids = kinds.map((kind) => kind.facts.id);
  if (typeof id !== "string") {
    return { problem: yaml.problem(["model"], `"model": expected the name of a reaction text file, or an object whose "kind" is one of ${ids.join(", ")}`) };
  }
  const kind = kinds.find((each) => each.facts.id === id);
  if (kind) return { kind };
  return { problem: yaml.problem(["model", "kind"], `unknown kind of mechanism "${id}"${didYouMean(id, ids)}`) };
}
