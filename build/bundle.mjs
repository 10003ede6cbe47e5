// @ts-check
/**
 * Joins the modules of every public entry point into few files, `dist/bundle/`: a process that imports the package then opens a handful of
 * files in the place of hundreds. All entry points share their chunks, so that each module exists once. `tsc` has written the types, and
 * beside them each module as a file of its own: what workers load, and the files that paths in the package begin from.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { isAbsolute, join, relative, sep } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const root = fileURLToPath(new URL("../", import.meta.url));
const [dist = join(root, "dist")] = process.argv.slice(2);
const source = join(root, "src");
const folder = join(dist, "bundle");

/** Packages that most entry points need at once: they are many files, or slow to load as CommonJS, so they are taken in, their licences beside them. */
const takenIn = /^(?:fastest-levenshtein|ml-matrix|is-any-array|ml-array-\w+|zod|csv-parse)(?:\/|$)/;

/** Entry points by the name of their file in the bundle, from the package's `exports`. */
const { exports: entryPoints } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const input = Object.fromEntries(
  Object.values(entryPoints).flatMap((target) => {
    const name = /^\.\/dist\/bundle\/(.*)\.js$/.exec(target.default ?? "")?.[1];
    return name === undefined ? [] : [[name, join(root, target.types.replace("./dist/", "src/").replace(/\.d\.ts$/, ".ts"))]];
  }),
);

// The command line too: a short command is mostly the opening of its modules.
input["cli"] = join(source, "cli", "main.ts");

/** @param {string} id */
const isSource = (id) => id.startsWith(source + sep);

/** Every file of the bundle lies in one folder, so a module's own address is as far from each of them. @type {import("rolldown").Plugin} */
const ownAddresses = {
  name: "own-addresses",
  transform(code, id) {
    if (!isSource(id) || !code.includes("import.meta.url")) return null;
    const own = relative(folder, join(dist, relative(source, id))).replaceAll(sep, "/").replace(/\.ts$/, ".js");
    return { code: code.replaceAll("import.meta.url", `new URL(${JSON.stringify(own)}, import.meta.url).href`), map: null };
  },
};

/** Joins what begins at some files. @param {Readonly<Record<string, string>>} begins @param {import("rolldown").CodeSplittingOptions | undefined} codeSplitting @param {boolean} write */
async function bundle(begins, codeSplitting, write) {
  const built = await rolldown({
    input: begins,
    platform: "node",
    tsconfig: false,
    resolve: { mainFields: ["module", "main"] },
    external: (id) => /^[^./\\]/.test(id) && !isAbsolute(id) && !takenIn.test(id),
    treeshake: { moduleSideEffects: false },
    plugins: [ownAddresses],
    checks: { ineffectiveDynamicImport: false },
  });
  const output = {
    dir: folder,
    format: /** @type {const} */ ("esm"),
    sourcemap: true,
    // Short, because an engine reads every character before the first line runs. Functions keep their names, so that a stack trace says something.
    minify: { compress: true, mangle: { toplevel: true, keepNames: true }, codegen: { removeWhitespace: true } },
    comments: false,
    entryFileNames: "[name].js",
    chunkFileNames: "[name]-[hash].js",
    ...(codeSplitting ? { codeSplitting } : {}),
  };
  const result = await (write ? built.write(output) : built.generate(output));
  await built.close();
  return result.output.filter((one) => one.type === "chunk");
}

/** Modules that files need at once. @param {readonly string[]} files */
async function neededBy(files) {
  const begins = Object.fromEntries(files.map((file, index) => [`begin${index}`, file]));
  const chunks = new Map((await bundle(begins, undefined, false)).map((chunk) => [chunk.fileName, chunk]));
  const needed = new Set();
  const visit = (/** @type {string} */ fileName) => {
    const chunk = chunks.get(fileName);
    for (const id of chunk?.moduleIds ?? []) needed.add(id);
    for (const next of chunk?.imports ?? []) visit(next);
  };
  for (const begin of Object.keys(begins)) visit(`${begin}.js`);
  return needed;
}

/** What multistep formulas and the choice among methods open when they are used. */
const multistep = ["bdf-compile", "auto"].map((name) => join(source, "solvers", "ode", `${name}.ts`));

// Few files for the entry points that short scripts begin with; each opens those before it.
const groups = [];
for (const [name, ...files] of [["ode", input["ode"]], ["multistep", ...multistep], ["solvers", input["solvers"]], ["thermo", input["thermo"]], ["index", input["index"]]]) {
  const modules = await neededBy(files);
  groups.push({ name: `${name}-modules`, test: (/** @type {string} */ id) => modules.has(id) || id.startsWith("\0"), priority: 9 - groups.length });
}
rmSync(folder, { recursive: true, force: true });
const chunks = await bundle(input, { groups }, true);

const packages = new Set(chunks.flatMap(({ moduleIds }) => moduleIds.flatMap((id) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id)?.[1] ?? [])));
const licences = [...packages].toSorted().map((name) => {
  const at = join(root, "node_modules", name);
  const { version, license } = JSON.parse(readFileSync(join(at, "package.json"), "utf8"));
  const file = ["LICENSE", "LICENSE.md", "LICENCE", "license"].map((each) => join(at, each)).find((each) => existsSync(each));
  if (file === undefined) throw new Error(`the package "${name}" ships no licence text; it cannot be taken into the bundle`);
  return `${name} ${version} (${license})\n\n${readFileSync(file, "utf8").trim()}\n`;
});
writeFileSync(join(folder, "licences.txt"), licences.join(`\n${"-".repeat(80)}\n\n`));
for (const { fileName, code, imports, isEntry } of process.env["BUNDLE_VERBOSE"] ? chunks : []) console.log(fileName, code.length, isEntry, imports.join(" "));
