import { z } from "zod";
import type { StudyProblem } from "./kind.ts";
import { readLocatedYaml } from "./located-yaml.ts";

const dataFile = z.strictObject({
  /** Path under the data folder, such as `cellbox-skmel133/expr.csv`. */
  name: z
    .string()
    .regex(/^[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)*$/, { error: "expected a relative path of letters, digits, . _ - and /" })
    .refine((name) => !name.split("/").includes(".."), { error: "expected a path without .." }),
  url: z.url({ protocol: /^https?$/, error: "expected an http or https address" }),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, { error: "expected 64 lower-case hexadecimal digits" }),
  bytes: z.int().min(0),
  license: z.string().min(1),
  citation: z.string().min(1),
});

/** `data.yaml`: measured files pinned by public address and SHA-256; no transforms. */
export const dataManifestSchema = z.strictObject({ files: z.array(dataFile).min(1) });

/** One pinned file of measured data. */
export type DataFile = Readonly<z.output<typeof dataFile>>;

/** Reads `data.yaml`; all problems at once. */
export function readDataManifest(text: string, file: string): { readonly files: readonly DataFile[] } | { readonly problems: readonly StudyProblem[] } {
  const yaml = readLocatedYaml(text, file);
  if (yaml.problems.length > 0) return { problems: yaml.problems };
  const answer = yaml.validate(dataManifestSchema);
  if ("problems" in answer) return answer;
  const names = answer.value.files.map((entry) => entry.name);
  const problems = names.flatMap((name, index) =>
    names.indexOf(name) < index ? [yaml.problem(["files", index, "name"], `"${name}" is listed twice`)] : [],
  );
  return problems.length > 0 ? { problems } : { files: answer.value.files };
}
