import type { StudyProblem } from "../kind.ts";
import { byPlace, readLocatedYaml } from "../located-yaml.ts";
import { sheetsSchema, type SheetsScenario } from "./schema.ts";

/** A scenario of sheets, read and validated. */
export interface ReadSheets {
  readonly values: SheetsScenario;
  /** A problem at a path of the file, for checks that come later. */
  problem(path: readonly PropertyKey[], message: string): StudyProblem;
}

/** Whether a `scenario.yaml` declares sheets, so that its problems are told in their terms; false where it cannot be read. */
export function declaresSheets(text: string): boolean {
  const { value } = readLocatedYaml(text, "scenario.yaml");
  return typeof value === "object" && value !== null && "sheets" in value;
}

/** Reads the `scenario.yaml` of a scenario of sheets; all problems at once, each with file, line and column. */
export function readSheets(text: string, file = "scenario.yaml"): { readonly sheets: ReadSheets } | { readonly problems: readonly StudyProblem[] } {
  const yaml = readLocatedYaml(text, file);
  if (yaml.problems.length > 0) return { problems: yaml.problems };
  const answer = yaml.validate(sheetsSchema);
  if ("problems" in answer) return answer;
  const values = answer.value;
  const problems = [
    ...repeated(values.sheets).map((index) => yaml.problem(["sheets", index, "id"], `there is another sheet "${values.sheets[index]?.id ?? ""}"; tables and figures are named by it`)),
    ...values.sheets.flatMap(({ id, cases }, index) =>
      repeated(cases).map((place) => yaml.problem(["sheets", index, "cases", place, "id"], `sheet "${id}" has another case "${cases[place]?.id ?? ""}"; expected.json names cases by it`)),
    ),
  ];
  return problems.length > 0 ? { problems: byPlace(problems) } : { sheets: { values, problem: yaml.problem } };
}

/** Places of entries whose id stood before. */
const repeated = (list: readonly { readonly id: string }[]): number[] => list.flatMap(({ id }, index) => (list.findIndex((each) => each.id === id) < index ? [index] : []));
