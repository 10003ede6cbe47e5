// @ts-check
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** How every C program is built, peers and our own alike. */
export const nativeFlags = ["-O3", "-march=native"];

/** Whether there is a C compiler. */
export const hasCompiler = () => spawnSync("gcc", ["--version"]).status === 0;

/**
 * Compiles C files once per content, and gives the path of the executable.
 *
 * @param {string} home
 * @param {{ readonly name: string, readonly files?: readonly string[], readonly text?: Readonly<Record<string, string>>,
 *   readonly flags?: readonly string[], readonly libraries?: readonly string[] }} program `files`: paths of C files; `text`: more files by name (headers are
 *   found by #include); `flags` beside or instead of `-O3 -march=native`
 * @throws Error with the compiler's first complaints
 */
export function buildNative(home, { name, files = [], text = {}, flags = nativeFlags, libraries = [] }) {
  const hash = createHash("sha256").update(JSON.stringify([files.map((file) => readFileSync(file, "utf8")), text, flags, libraries]));
  const folder = join(home, "native", `${name.replaceAll(/[^\w.-]/g, "_")}-${hash.digest("hex").slice(0, 12)}`);
  const executable = join(folder, "program");
  if (existsSync(executable)) return executable;
  mkdirSync(folder, { recursive: true });
  for (const [file, content] of Object.entries(text)) writeFileSync(join(folder, file), content);
  const sources = [...files, ...Object.keys(text).filter((file) => file.endsWith(".c")).map((file) => join(folder, file))];
  const built = spawnSync("gcc", [...flags, "-I", folder, "-I", "/usr/include/suitesparse", "-o", executable, ...sources, ...libraries, "-lm"], { encoding: "utf8", maxBuffer: 2 ** 26 });
  if (built.status !== 0) throw new Error(`gcc could not build ${name}: ${(built.stderr ?? String(built.error)).split("\n").slice(0, 3).join("; ")}`);
  return executable;
}
