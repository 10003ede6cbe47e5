import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folderOf = (files: Readonly<Record<string, string>>): string => {
  const folder = mkdtempSync(join(tmpdir(), "semimech-build-"));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
};
const run = (file: string, argv: readonly string[] = [], environment: Readonly<Record<string, string>> = {}) => {
  const { npm_command: _, npm_execpath: __, ...others } = process.env;
  return spawnSync(process.execPath, [file, ...argv], { encoding: "utf8", env: { ...others, ...environment } });
};

const made = (name: string): string[] => [".js", ".js.map", ".d.ts"].map((ending) => `dist/${name}${ending}`);

describe("the end of a build", () => {
  it("removes what no module gives any more, and nothing else", () => {
    const kept = [...made("index"), ...made("cli/main"), "dist/bundle/index-modules-Bc12.js", "dist/bundle/index.js.map", "dist/bundle/licences.txt", "dist/readme-example.mjs"];
    const stale = [...made("cli/moved"), ...made("room/gone")];
    const folder = folderOf(Object.fromEntries([...kept, ...stale, "src/index.ts", "src/cli/main.ts"].map((name) => [name, name])));
    expect(run(join(root, "build/clean.mjs"), [join(folder, "dist"), join(folder, "src")])).toMatchObject({ status: 0, stderr: "" });
    const left = readdirSync(join(folder, "dist"), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1).replaceAll("\\", "/"));
    expect(left.toSorted()).toEqual(kept.toSorted());
    expect(existsSync(join(folder, "dist/room"))).toBe(false);
  });

  it("takes the text of our modules, which are packed, out of the bundle's maps, and leaves that of packages", () => {
    const folder = folderOf({});
    const sources = [join(root, "src/index.ts"), join(root, "node_modules/zod/index.js")];
    mkdirSync(join(folder, "bundle"));
    const file = join(folder, "bundle/index.js.map");
    writeFileSync(file, JSON.stringify({ version: 3, sources, sourcesContent: ["ours", "theirs"], mappings: "AAAA" }));
    expect(run(join(root, "build/maps.mjs"), [folder])).toMatchObject({ status: 0, stderr: "" });
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({ version: 3, sources, sourcesContent: [null, "theirs"], mappings: "AAAA" });
    expect(readdirSync(join(folder, "bundle"))).toEqual(["index.js.map"]);
  });
});

/** A checkout in which some packages are installed. */
const checkout = (packages: readonly string[]): string => {
  const folder = folderOf(Object.fromEntries([["package.json", '{"type":"module"}'], ...packages.map((name) => [`node_modules/${name}/package.json`, `{"name":"${name}"}`])]));
  mkdirSync(join(folder, "build"));
  copyFileSync(join(root, "build/prepare.mjs"), join(folder, "build/prepare.mjs"));
  return folder;
};

describe("an install without the compiler", () => {
  it.each(["ci", "install"])("npm %s goes on, and says that nothing was built", (command) => {
    const said = run(join(checkout([]), "build/prepare.mjs"), [], { npm_command: command });
    expect(said).toMatchObject({ status: 0, stdout: "", stderr: "semimech: typescript and rolldown are not installed, so dist/ is not built; npm ci without --omit=dev builds it\n" });
  });

  it.each(["pack", "publish"])("npm %s fails: a package without what was not built would be wrong", (command) => {
    const said = run(join(checkout(["typescript"]), "build/prepare.mjs"), [], { npm_command: command });
    expect(said).toMatchObject({ status: 1, stderr: "semimech: rolldown is not installed, so dist/ is not built and nothing can be packed; run npm ci without --omit=dev first\n" });
  });

  it.each([0, 3])("with the compiler it builds, and ends as the build does: %i", (code) => {
    const folder = checkout(["typescript", "rolldown"]);
    writeFileSync(join(folder, "npm.cjs"), `console.log(process.argv.slice(2).join(" ")); process.exitCode = ${code};`);
    expect(run(join(folder, "build/prepare.mjs"), [], { npm_command: "ci", npm_execpath: join(folder, "npm.cjs") })).toMatchObject({ status: code, stdout: "run -s build\n" });
  });
});
