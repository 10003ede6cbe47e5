import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const { exports: entryPoints } = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as { readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>> };
const built = Object.entries(entryPoints).flatMap(([id, target]) => (typeof target === "string" ? [] : [{ id, ...target }]));
const isBuilt = existsSync(`${root}dist/bundle/index.js`);
if (!isBuilt) console.warn("bundle.test: dist/bundle/ is missing, so the files of the package are not tried; run npm run build first");

const run = (text: string): string => execFileSync(process.execPath, ["--input-type=module", "-e", text], { cwd: root, encoding: "utf8" });
const moduleOf = (path: string): string => pathToFileURL(`${root}dist/${path}`).href;
/** Names that each address gives, in one process. */
const namesOf = (addresses: readonly string[]): string[][] =>
  JSON.parse(run(`const all = []; for (const address of ${JSON.stringify(addresses)}) all.push(Object.keys(await import(address))); console.log(JSON.stringify(all));`)) as string[][];

/** How long a worker may take to come, on a machine that does much else. */
const workerMs = 20_000;
/** Prints whether a worker came, and the bits of an ensemble that it then has a share in, on threads and in one. */
const ensembleProgram = (models: string, solvers: string, threads: string): string => `
  import { createHash } from "node:crypto";
  import { Worker } from "node:worker_threads";
  import { odeSystem, readReactionText } from ${JSON.stringify(models)};
  import { compileEnsemble, rodas5p } from ${JSON.stringify(solvers)};
  import { ensembleThreads } from ${JSON.stringify(threads)};
  const { system } = odeSystem(readReactionText("A -> B; k*A; A = 100; B = 0; k = 1").network);
  const solver = await compileEnsemble(system, { method: rodas5p, lanes: "f64x2" });
  let heard = 0;
  const { emit } = Worker.prototype;
  Worker.prototype.emit = function (name, ...rest) {
    if (name === "message") heard += 1;
    return emit.call(this, name, ...rest);
  };
  const pool = ensembleThreads(solver, { threads: 2 });
  const problem = { parameters: Float64Array.from({ length: 20_000 }, (_, run) => 1 + run / 20_000), states: Float64Array.of(100, 0), times: Float64Array.of(0.5, 1) };
  const bitsOf = ({ values }) => createHash("sha256").update(new Uint8Array(values.buffer)).digest("hex");
  await pool.run(problem);
  for (const end = Date.now() + ${workerMs}; heard === 0 && Date.now() < end; ) await new Promise((resolve) => setTimeout(resolve, 5));
  const shared = bitsOf(await pool.run(problem));
  await pool.close();
  console.log(JSON.stringify({ came: heard > 0, shared, alone: bitsOf(solver.run(problem)) }));`;
/** Workers take the options of their process, and none for text on the command line: a file, within the package so that its name is known. */
function runFile(text: string): string {
  const file = `${root}dist/bundle-example.mjs`;
  writeFileSync(file, text);
  return execFileSync(process.execPath, [file], { encoding: "utf8" });
}

describe.skipIf(!isBuilt)("the bundle", () => {
  it("gives at every entry point of the package what its module gives", () => {
    const names = namesOf(built.map(({ id }) => `semimech${id.slice(1)}`));
    const modules = namesOf(built.map(({ types }) => pathToFileURL(root + types.replace(/\.d\.ts$/, ".js")).href));
    built.forEach(({ id, types, default: file }, index) => {
      expect(file, id).toMatch(/^\.\/dist\/bundle\//);
      expect(existsSync(root + types), id).toBe(true);
      expect(names[index]?.length, id).toBeGreaterThan(0);
      expect(names[index], id).toEqual(modules[index]);
    });
  });

  it("holds each module once, so that what one entry point notes about a system another finds", () => {
    const same = `
      import * as all from "semimech"; import * as ode from "semimech/ode"; import * as models from "semimech/models"; import * as solvers from "semimech/solvers";
      console.log([all.odeSystem === ode.odeSystem, ode.odeSystem === models.odeSystem, all.compileSolver === solvers.compileSolver].join());`;
    expect(run(same).trim()).toBe("true,true,true");
  });

  it("finds its workers, whose bits are those of the modules", () => {
    const bundled = JSON.parse(runFile(ensembleProgram("semimech/models", "semimech/solvers", "semimech/threads"))) as { readonly shared: string };
    expect(bundled).toEqual({ came: true, shared: bundled.shared, alone: bundled.shared });
    expect(JSON.parse(runFile(ensembleProgram(moduleOf("models/index.js"), moduleOf("solvers/index.js"), moduleOf("solvers/lanes/threads.node.js"))))).toEqual(bundled);
  });

  it("names source files in stack traces", () => {
    const text = `import { compileSolver, odeSystem, readReactionText, rodas5p } from "semimech/ode"; const { system } = odeSystem(readReactionText("A -> B; A").network); await compileSolver(system, { method: rodas5p, errorStates: -1 });`;
    const { stderr, status } = spawnSync(process.execPath, ["--enable-source-maps", "--input-type=module", "-e", text], { cwd: root, encoding: "utf8" });
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/src\/solvers\/compile\.ts:\d+/);
  });

  it("brings the licences of the packages it has taken in", () => {
    const licences = readFileSync(`${root}dist/bundle/licences.txt`, "utf8");
    for (const name of ["fastest-levenshtein", "ml-matrix"]) expect(licences).toMatch(new RegExp(`^${name} \\d`, "m"));
  });
});
