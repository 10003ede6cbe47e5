import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { availableParallelism, cpus, release, type } from "node:os";
import type { Machine, Manifest, ManifestFile } from "./manifest.ts";

/** Facts about this machine and this Node. */
export function machineFacts(): Machine {
  return {
    runtime: `node ${process.versions.node}`,
    os: `${type()} ${release()}`,
    architecture: process.arch,
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
  };
}

/** SHA-256 and size of a file, read as a stream; `name` is the path the manifest shows. Throws what `fs` throws. */
export async function fileFacts(path: string, name: string = path): Promise<ManifestFile> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of createReadStream(path)) {
    const data = chunk as Uint8Array;
    hash.update(data);
    bytes += data.length;
  }
  return { path: name, bytes, sha256: hash.digest("hex") };
}

async function textOrNull(url: URL): Promise<string | null> {
  try {
    return await readFile(url, "utf8");
  } catch {
    return null;
  }
}

/** The commit of a source checkout, where this package is one. */
async function commitOf(root: URL): Promise<string | null> {
  const head = (await textOrNull(new URL(".git/HEAD", root)))?.trim() ?? null;
  if (head === null || !head.startsWith("ref: ")) return head;
  return (await textOrNull(new URL(`.git/${head.slice("ref: ".length)}`, root)))?.trim() ?? null;
}

/** Version of this package and, in a source checkout, its commit. */
export async function toolFacts(): Promise<Manifest["tool"]> {
  // src/report/ and dist/report/ lie equally deep in the package.
  const root = new URL("../../", import.meta.url);
  const text = await readFile(new URL("package.json", root), "utf8");
  const parsed: unknown = JSON.parse(text);
  const version = typeof parsed === "object" && parsed !== null && "version" in parsed && typeof parsed.version === "string" ? parsed.version : "unknown";
  return { name: "semimech", version, commit: await commitOf(root) };
}
