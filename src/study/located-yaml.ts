import { isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, type Node } from "yaml";
import { z } from "zod";
import type { StudyProblem } from "./kind.ts";
import { didYouMean } from "./nearest.ts";

type Path = readonly PropertyKey[];
type Issue = z.core.$ZodIssue;

/** A YAML file whose values remember where they stand. */
export interface LocatedYaml {
  /** Syntax errors; when there are any, `value` is undefined. */
  readonly problems: readonly StudyProblem[];
  readonly value: unknown;
  /** A problem at the value of a path (or at the nearest parent that is written). */
  problem(path: Path, message: string): StudyProblem;
  /** Checks against a schema; every problem with its place. */
  validate<S extends z.ZodType>(schema: S): { readonly value: z.output<S> } | { readonly problems: readonly StudyProblem[] };
}

/** Reads YAML 1.2 and keeps the source ranges of its values. */
export function readLocatedYaml(text: string, file: string): LocatedYaml {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const at = (offset: number, message: string): StudyProblem => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1), message };
  };
  const problem = (path: Path, message: string, atKey = false) => at(offsetOf(document.contents, path, atKey), message);
  const problems = document.errors.map((error) => at(error.pos[0], firstSentence(error.message)));
  const value: unknown = problems.length > 0 ? undefined : document.toJS();
  return {
    problems,
    value,
    problem,
    validate: (schema) => {
      const answer = schema.safeParse(value);
      if (answer.success) return { value: answer.data };
      const known = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
      const found = answer.error.issues.flatMap((issue) => describe(issue, [], value, known));
      return { problems: byPlace(found.map((each) => problem(each.path, each.message, each.atKey))) };
    },
  };
}

/** Problems in the order of the file, each once. */
export function byPlace(problems: readonly StudyProblem[]): readonly StudyProblem[] {
  const sorted = problems.toSorted((a, b) => a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column);
  const seen = new Set<string>();
  return sorted.filter((each) => {
    const key = `${each.file}:${each.line}:${each.column}:${each.message}`;
    return !seen.has(key) && seen.add(key) !== undefined;
  });
}

interface Described {
  readonly path: Path;
  readonly message: string;
  readonly atKey: boolean;
}

function describe(issue: Issue, above: Path, root: unknown, schema: unknown): readonly Described[] {
  const path = [...above, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    const known = knownKeys(schema, path);
    return issue.keys.map((key) => ({ path: [...path, key], message: `unknown key "${key}"${didYouMean(key, known)}`, atKey: true }));
  }
  if (issue.code === "invalid_union" && issue.errors.length > 0 && issue.message === "Invalid input") {
    return furthest(issue.errors).flatMap((inner) => describe(inner, path, root, schema));
  }
  const name = pathText(path);
  const cause = issue.message.replace(/^Invalid (input|option|string|key in record|element in \w+): /, "").replace(/^Too (small|big): /, "");
  if (path.length > 0 && valueAt(root, path) === undefined) {
    return [{ path, message: `"${name}" is missing${cause.includes("nonoptional") ? "" : `; ${cause.replace(", received undefined", "")}`}`, atKey: true }];
  }
  return [{ path, message: name === "" ? cause : `"${name}": ${cause}`, atKey: false }];
}

/** `splits[0].kind`, from the last key that is a name. */
function pathText(path: Path): string {
  const from = path.findLastIndex((key) => typeof key !== "number");
  return path.slice(Math.max(from, 0)).reduce<string>((text, key) => (typeof key === "number" ? `${text}[${key}]` : String(key)), "");
}

/** Of a union's branches, the one that got furthest: it is the one the writer meant. */
function furthest(errors: readonly (readonly Issue[])[]): readonly Issue[] {
  const depth = (issues: readonly Issue[]) => Math.max(...issues.map((issue) => issue.path.length + (issue.code === "unrecognized_keys" ? 1 : 0)));
  return errors.reduce((best, branch) => (depth(branch) > depth(best) || (depth(branch) === depth(best) && branch.length < best.length) ? branch : best));
}

function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => (typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined), root);
}

/** Keys a JSON Schema knows at a path, over all branches of its unions. */
function knownKeys(schema: unknown, path: Path): readonly string[] {
  let level: readonly Record<string, unknown>[] = branches(schema);
  for (const key of path) {
    level = level.flatMap((each) => {
      if (typeof key === "number") return branches(each["items"]);
      const properties = each["properties"] as Record<string, unknown> | undefined;
      return branches(properties?.[String(key)] ?? each["additionalProperties"]);
    });
  }
  return [...new Set(level.flatMap((each) => Object.keys((each["properties"] as object | undefined) ?? {})))];
}

function branches(schema: unknown): readonly Record<string, unknown>[] {
  if (typeof schema !== "object" || schema === null) return [];
  const one = schema as Record<string, unknown>;
  const inner = ["anyOf", "oneOf", "allOf"].flatMap((word) => (Array.isArray(one[word]) ? (one[word] as readonly unknown[]) : []));
  return [one, ...inner.flatMap(branches)];
}

/** Offset of the value (or key) at a path, else of the deepest parent that is written. */
function offsetOf(contents: Node | null, path: Path, atKey: boolean): number {
  let node: unknown = contents;
  let offset = contents?.range?.[0] ?? 0;
  for (const [depth, key] of path.entries()) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(key));
      if (!pair) return offset;
      const keyOffset = (pair.key as Node).range?.[0] ?? offset;
      const value = pair.value as Node | null;
      node = value;
      offset = (atKey && depth === path.length - 1) || isMap(value) || isSeq(value) ? keyOffset : (value?.range?.[0] ?? keyOffset);
    } else if (isSeq(node) && typeof key === "number") {
      const item = node.items[key] as Node | undefined;
      if (!item) return offset;
      node = item;
      offset = item.range?.[0] ?? offset;
    } else return offset;
  }
  return offset;
}

function firstSentence(message: string): string {
  const line = message.split("\n")[0] ?? message;
  return line.charAt(0).toLowerCase() + line.slice(1);
}
