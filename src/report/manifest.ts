import { stringify } from "safe-stable-stringify";
import { z } from "zod";
import { shellWord } from "../study/shell-word.ts";

/** JSON as options hold it. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

const json: z.ZodType<Json> = z.lazy(() => z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(json), z.record(z.string(), json)]));
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "expected 64 lower-case hexadecimal digits");
const file = z.object({ path: z.string(), bytes: z.number().int().nonnegative(), sha256 });
const named = z.object({ name: z.string(), value: z.string() });

/** The one definition of a manifest: reading, writing and the shipped JSON Schema follow it. */
export const manifestSchema = z.object({
  schema: z.literal("manifest/1"),
  tool: z.object({ name: z.literal("semimech"), version: z.string(), commit: z.string().nullable() }),
  machine: z.object({ runtime: z.string(), os: z.string(), architecture: z.string(), cpu: z.string(), cores: z.number().int().positive() }),
  /** As typed: `semimech`, verb, arguments. */
  command: z.array(z.string()).readonly(),
  scenario: z.object({ id: z.string(), hash: z.string() }).nullable(),
  /** Every option as resolved, defaults included. */
  options: z.record(z.string(), json),
  inputs: z.array(file).readonly(),
  outputs: z.array(file).readonly(),
  /** 64-bit seeds are strings. */
  seeds: z.array(named).readonly(),
  tolerances: z.array(named).readonly(),
  /** ISO 8601, UTC. */
  start: z.iso.datetime(),
  end: z.iso.datetime(),
  warnings: z.array(z.string()).readonly(),
  data: z.array(z.object({ name: z.string(), license: z.string().nullable(), citation: z.string().nullable() })).readonly(),
});

/** What it takes to repeat a run: versions, machine, command, options, hashes of every file, seeds, times. */
export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestFile = Manifest["inputs"][number];
export type Machine = Manifest["machine"];

/** A manifest without what `manifestOf` adds itself. */
export type ManifestParts = Omit<Manifest, "schema">;

function byPath(list: readonly ManifestFile[]): readonly ManifestFile[] {
  return list.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** Infinities and NaN as the strings every output uses for them. */
function spelled(value: Json): Json {
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (Array.isArray(value)) return value.map(spelled);
  if (value !== null && typeof value === "object")
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, spelled(part as Json)]));
  return value;
}

/** A manifest in canonical form: files by path, numbers that JSON lacks spelled out. */
export function manifestOf(parts: ManifestParts): Manifest {
  return {
    schema: "manifest/1",
    ...parts,
    options: Object.fromEntries(Object.entries(parts.options).map(([name, value]) => [name, spelled(value)])),
    inputs: byPath(parts.inputs),
    outputs: byPath(parts.outputs),
  };
}

/** Canonical JSON text: keys in order, so equal manifests are equal text. */
export function writeManifest(manifest: Manifest): string {
  return `${stringify(manifest, null, 2) ?? ""}\n`;
}

/** Reads a manifest; every problem names the place it is about. */
export function readManifest(text: string): { readonly manifest: Manifest } | { readonly problems: readonly string[] } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { problems: [`manifest is not JSON: ${error instanceof Error ? error.message : String(error)}`] };
  }
  const read = manifestSchema.safeParse(value);
  if (read.success) return { manifest: read.data };
  return { problems: read.error.issues.map((issue) => `manifest, ${issue.path.length === 0 ? "top level" : issue.path.join(".")}: ${issue.message}`) };
}

/** The command that runs a run folder's manifest again and compares. */
export function reproduceLine(out: string): string {
  return `semimech reproduce ${shellWord(`${out.replace(/\/+$/, "")}/manifest.json`)}`;
}
