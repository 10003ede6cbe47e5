import { mkdir, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { sha256 } from "./canonical.ts";
import type { DataFile } from "./data-manifest.ts";
import { writeAtomically } from "./run-folder.node.ts";

/** Where measured data is looked for, in this order; the download goes to the cache. */
export interface DataPlaces {
  /** `--data DIR`. */
  readonly given: string | null;
  /** `SEMIMECH_DATA`. */
  readonly environment: string | null;
  readonly cache: string;
  /** False = never ask the network. */
  readonly download: boolean;
}

/** The places of this process: `--data`, `SEMIMECH_DATA`, the user's cache. */
export function dataPlaces(given: string | null, environment: NodeJS.ProcessEnv = process.env): DataPlaces {
  return { given, environment: nonEmpty(environment["SEMIMECH_DATA"]), cache: cacheFolder(environment), download: true };
}

/** The user's cache folder by the custom of the system. */
export function cacheFolder(environment: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): string {
  const named = nonEmpty(environment["XDG_CACHE_HOME"]);
  if (named !== null) return join(named, "semimech");
  if (platform === "darwin") return join(homedir(), "Library", "Caches", "semimech");
  const local = nonEmpty(environment["LOCALAPPDATA"]);
  if (platform === "win32" && local !== null) return join(local, "semimech", "cache");
  return join(homedir(), ".cache", "semimech");
}

/** Texts of the pinned files by name, every hash checked; all misses at once, each with what to do. */
export async function readPinnedData(
  files: readonly DataFile[],
  places: DataPlaces,
): Promise<{ readonly texts: ReadonlyMap<string, string> } | { readonly problems: readonly string[] }> {
  const found = await Promise.all(files.map(async (file) => ({ file, ...(await readPinned(file, places)) })));
  const problems = found.flatMap((each) => ("problem" in each ? [each.problem] : []));
  if (problems.length > 0) return { problems };
  return { texts: new Map(found.flatMap((each) => ("text" in each ? [[each.file.name, each.text] as const] : []))) };
}

type Read = { readonly text: string } | { readonly problem: string };

async function readPinned(file: DataFile, places: DataPlaces): Promise<Read> {
  const cached = join(places.cache, "data", file.sha256.slice(0, 16), file.name);
  const candidates = [
    ...(places.given === null ? [] : [{ path: join(places.given, file.name), place: "--data" }]),
    ...(places.environment === null ? [] : [{ path: join(places.environment, file.name), place: "SEMIMECH_DATA" }]),
    { path: cached, place: "the cache" },
  ];
  for (const { path, place } of candidates) {
    const bytes = await readFile(path).catch(() => null);
    if (bytes === null) continue;
    const wrong = await mismatch(file, bytes);
    // Never fall through to another copy: a file that is there and differs is something its owner must know.
    if (wrong !== null) return { problem: `${path} (${place}) is not the pinned ${file.name}: ${wrong}; replace or remove it` };
    return { text: new TextDecoder().decode(bytes) };
  }
  if (!places.download) return { problem: miss(file, places, "not downloaded") };
  const fetched = await download(file);
  if ("cause" in fetched) return { problem: miss(file, places, fetched.cause) };
  const wrong = await mismatch(file, fetched.bytes);
  if (wrong !== null) return { problem: miss(file, places, `what ${file.url} serves is not the pinned file: ${wrong}`) };
  await mkdir(dirname(cached), { recursive: true });
  await writeAtomically(cached, fetched.bytes);
  return { text: new TextDecoder().decode(fetched.bytes) };
}

async function mismatch(file: DataFile, bytes: Uint8Array): Promise<string | null> {
  const hash = await sha256(bytes);
  if (hash === file.sha256) return null;
  return bytes.byteLength === file.bytes
    ? `SHA-256 is ${hash.slice(0, 12)}…, expected ${file.sha256.slice(0, 12)}…`
    : `${bytes.byteLength} bytes, expected ${file.bytes}`;
}

async function download(file: DataFile): Promise<{ readonly bytes: Uint8Array } | { readonly cause: string }> {
  try {
    const response = await fetch(file.url, { signal: AbortSignal.timeout(60_000) });
    if (!response.ok) return { cause: `${file.url} answered ${response.status}` };
    return { bytes: new Uint8Array(await response.arrayBuffer()) };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return { cause: `cannot download ${file.url} (${cause instanceof Error ? cause.message : String(cause)})` };
  }
}

function miss(file: DataFile, places: DataPlaces, cause: string): string {
  const looked = [places.given, places.environment, places.cache].filter((place) => place !== null).join(", ");
  return `${file.name} is missing: looked in ${looked}; ${cause}. Put the file (${file.bytes} bytes, SHA-256 ${file.sha256}) at DIR/${file.name} and give --data DIR or set SEMIMECH_DATA=DIR`;
}

function nonEmpty(text: string | undefined): string | null {
  return text === undefined || text === "" ? null : text;
}
