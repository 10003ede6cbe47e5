import type { Network } from "../../models/network.ts";
import { revise } from "../../models/revise.ts";
import { readReactionText } from "../../models/text.ts";
import { oneStepMethods } from "../../solvers/index.ts";
import { readObservable } from "../../thermo/observable.ts";
import { canonicalJson, sha256 } from "../canonical.ts";
import type { StudyTexts } from "../files.ts";
import type { StudyProblem } from "../kind.ts";
import { byPlace } from "../located-yaml.ts";
import type { StudyFiles } from "../mechanism.ts";
import { didYouMean } from "../nearest.ts";
import type { Registration } from "../registration.ts";
import type { ReadSheets } from "./read.ts";
import type { Sheet, SheetCase, SheetsScenario } from "./schema.ts";

/** A case with the network it is about. */
export interface PreparedCase {
  readonly case: SheetCase;
  /** The sheet's model with the case's values in it. */
  readonly network: Network;
}

/** A sheet ready to be computed. */
export interface PreparedSheet {
  readonly sheet: Sheet;
  readonly cases: readonly PreparedCase[];
}

/** Reads the models of all sheets and puts the cases' values into them; every problem at its place. */
export async function prepareSheets({ values, problem }: ReadSheets, files: Pick<StudyFiles, "readText">): Promise<{ readonly prepared: readonly PreparedSheet[] } | { readonly problems: readonly StudyProblem[] }> {
  const problems: StudyProblem[] = [];
  const methods = Object.values(oneStepMethods).map(({ facts }) => facts.id as string);
  const { method } = values.numerics;
  if (!methods.includes(method)) problems.push(problem(["numerics", "method"], `there is no method "${method}"${didYouMean(method, methods)}; methods are ${methods.join(", ")}`));
  const prepared: PreparedSheet[] = [];
  for (const [index, sheet] of values.sheets.entries()) {
    const read = readReactionText(await files.readText(sheet.model), sheet.model);
    if (read.problems) {
      problems.push(...read.problems.map(({ line, column, message }) => ({ file: sheet.model, line, column, message })));
      continue;
    }
    const { network } = read;
    sheet.observables.forEach((text, place) => {
      const found = readObservable(network, text);
      if (found.problem !== undefined) problems.push(problem(["sheets", index, "observables", place], found.problem));
    });
    const cases = sheet.cases.flatMap((each, place): PreparedCase[] => {
      const revised = revise(network, { ...each.set, ...each.state });
      if (!revised.problems) return [{ case: each, network: revised.network }];
      problems.push(
        ...revised.problems.map(({ where, message }) => {
          const id = where.replace(/^value:/, "");
          return problem(["sheets", index, "cases", place, each.state && id in each.state ? "state" : "set", id], message);
        }),
      );
      return [];
    });
    prepared.push({ sheet, cases });
  }
  return problems.length > 0 ? { problems: byPlace(problems) } : { prepared };
}

/** The registration of a scenario of sheets: models, sheets and numerics; title, prose and `expected.json` are not part. */
export async function sheetsRegistration(values: SheetsScenario, texts: StudyTexts): Promise<Registration> {
  const content = {
    model: texts.folder,
    sheets: values.sheets.map(({ id, model, observables, cases }) => ({ id, model, observables, cases })),
    numerics: values.numerics,
  };
  const parts = Object.fromEntries(await Promise.all(Object.entries(content).map(async ([name, part]) => [name, await sha256(canonicalJson(part))] as const)));
  return { scenario: values.id, hash: await sha256(canonicalJson({ schema: "registration/1", parts })), parts };
}
