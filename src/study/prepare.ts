import { filesOf, type StudyTexts } from "./files.ts";
import type { MechanismKind } from "./kind.ts";
import type { PreparedStudy } from "./mechanism.ts";
import { mechanismKinds } from "./mechanisms/index.ts";
import { readScenario } from "./scenario.ts";

/**
 * A study from the texts the host read: how a worker gets its own copy, from the same bits.
 *
 * @throws when the texts do not prepare; the host prepared the same texts, so that would be a defect
 */
export async function prepareStudy(texts: StudyTexts, kinds: readonly MechanismKind[] = mechanismKinds): Promise<PreparedStudy> {
  const read = readScenario(texts.scenario, kinds);
  if ("problems" in read) throw new Error(read.problems.map((problem) => problem.message).join("; "));
  const study = await read.scenario.kind.prepare(read.scenario.values, filesOf(texts));
  if ("problems" in study) throw new Error(study.problems.map((problem) => problem.message).join("; "));
  return study;
}
