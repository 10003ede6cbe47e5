import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { z } from "zod";
import { verbs } from "../../src/cli/index.ts";
import { infoOutput } from "../../src/cli/info.ts";
import { simulateOutput } from "../../src/cli/simulate-output.ts";
import { thermoOutput } from "../../src/cli/thermo.ts";
import { thermoDefaults } from "../../src/thermo/index.ts";
import { validateOutput } from "../../src/cli/validate.ts";
import { jsonSchemaOf, schemaNames } from "../../src/cli/schemas.ts";
import { odeControlDefaults } from "../../src/solvers/index.ts";
import { toyScenario } from "../study/toy-kind.ts";
import { freshFolder, semimech, toyFolder } from "./session.ts";

function file(name: string, content: string): string {
  const path = join(freshFolder(), name);
  writeFileSync(path, content);
  return path;
}

async function json<S extends z.ZodType>(schema: S, argv: readonly string[], code = 0): Promise<z.output<S>> {
  const said = await semimech([...argv, "--json"]);
  expect(said.code).toBe(code);
  return schema.parse(JSON.parse(said.out));
}

describe("the dispatcher", () => {
  test("help lists every verb; each verb's help has an example and every common option", async () => {
    const general = await semimech(["--help"]);
    expect(general.code).toBe(0);
    for (const name of Object.keys(verbs)) {
      expect(general.out).toContain(`\n  ${name} `);
      const own = await semimech([name, "--help"]);
      expect(own.code).toBe(0);
      for (const each of ["Example", `semimech ${name}`, "--json", "--quiet", "--verbose", "--seed", "--threads", "--out"]) expect(own.out).toContain(each);
    }
  });

  test("no verb is bad usage; --version is the version", async () => {
    expect((await semimech([])).code).toBe(2);
    expect(await semimech(["--version"])).toEqual({ code: 0, out: "1.2.3\n", err: "" });
  });

  test("an unknown verb and every wrong flag get their cause and what was meant", async () => {
    expect(await semimech(["simulte"])).toEqual({ code: 2, out: "", err: 'semimech: unknown verb simulte; did you mean "simulate"?\n' });
    const said = await semimech(["simulate", "a", "b", "--tims", "3", "--end", "--points", "1.5", "--method", "tsit", "--seed", "-1", "--json=yes", "--rtol", "1", "--rtol", "2"]);
    expect(said.code).toBe(2);
    expect(said.err).toMatchInlineSnapshot(`
      "semimech simulate: unknown option --tims; did you mean --times?
      semimech simulate: --end needs a value: --end T
      semimech simulate: --method tsit: expected one of auto, tsit5, dop853, vern7, odex, rosenbrock23, rodas4, rodas5, rodas5p, kvaerno5, bdf, direct, next-reaction, composition-rejection, rejection, ssa, tau-leaping, implicit-tau, cle, exact-events, hybrid; did you mean "tsit5"?
      semimech simulate: --seed -1: seed "-1" is not a number: give a whole number such as 42, or hexadecimal such as 0x2a
      semimech simulate: --json takes no value
      semimech simulate: --rtol is given twice
      semimech simulate --help shows how it is used
      "
    `);
  });
});

describe("what a user gets wrong", () => {
  test("a scenario and a data table are no models, and the verb that reads them is named", async () => {
    const folder = toyFolder();
    for (const target of [folder, join(folder, "scenario.yaml")]) {
      const said = await semimech(["info", target]);
      expect([said.code, said.out]).toEqual([2, ""]);
      expect(said.err).toContain(`a scenario is no model; semimech validate ${folder}`);
    }
    expect((await semimech(["simulate", "d.tsv"])).err).toContain("d.tsv: a data table is no model; semimech validate d.tsv");
  });

  test("empty text is no model", async () => {
    const empty = file("empty.ant", "# nothing yet\n");
    expect((await semimech(["simulate", empty, "--times", "0"])).code).toBe(2);
    expect((await json(validateOutput, ["validate", empty], 1)).problems[0]).toMatchObject({ line: 1, column: 1 });
  });

  test("more rows than memory holds are refused before anything is solved", async () => {
    const said = await semimech(["simulate", "robertson", "--points", "1e9"]);
    expect(said).toMatchObject({ code: 2, out: "" });
    expect(said.err).toContain("--points 1e9: expected at most 1000000");
  });

  test("a place that cannot be written is bad input with its path and cause, no defect", async () => {
    const blocked = file("blocked", "");
    const said = await semimech(["simulate", "robertson", "--times", "0", "--out", blocked]);
    expect(said).toMatchObject({ code: 2, err: `semimech simulate: ${blocked}: a file stands where a folder is needed\n` });
    const folder = freshFolder();
    const book = await semimech(["register", toyFolder(), "--ledger", folder]);
    expect(book).toMatchObject({ code: 2, err: `semimech register: ${folder}: it is a folder, not a file\n` });
  });

  test("a problem names its file and its place once", async () => {
    const model = file("open.ant", "A -> B; rate*A\nA = 1\n");
    expect((await semimech(["simulate", model])).err).toContain(`${model}: reaction "_J0": "rate" is not defined`);
    expect((await semimech(["thermo", "schlogl", "--observable", "X^2"])).err).toMatch(/^semimech thermo: schlogl: observable "X\^2": it is not linear/);
  });
});

describe("simulate", () => {
  const decay = file("decay.ant", "A -> B; k*A\nA = 2; B = 0; k = 0.5\n");

  test.each(["tsit5", "rodas5p"])("%s follows the closed form, and the rows asked for are the rows printed", async (method) => {
    const output = await json(simulateOutput, ["simulate", decay, "--end", "4", "--points", "5", "--method", method]);
    expect(output.columns).toEqual(["time", "A", "B"]);
    expect(output.rows.map((row) => row[0])).toEqual([0, 1, 2, 3, 4]);
    for (const [time, a, b] of output.rows) {
      const exact = 2 * Math.exp(-0.5 * Number(time));
      expect(Math.abs(Number(a) - exact)).toBeLessThan(tolerance);
      expect(Math.abs(Number(b) - (2 - exact))).toBeLessThan(tolerance);
    }
  });
  // Each step keeps its error below rtol times the value; ten of them cannot add up to more than 100 rtol here.
  const tolerance = 100 * odeControlDefaults.rtol;

  test("--set reaches parameters and initial values; --times may be uneven; --out leaves a copy", async () => {
    const out = join(freshFolder(), "copy");
    const said = await semimech(["simulate", decay, "--times", "0,1,10", "--set", "k=0", "--set", "A=7", "--out", out]);
    expect(said.out).toBe("time\tA\tB\n\t\t\n0\t7\t0\n1\t7\t0\n10\t7\t0\n");
    expect(readFileSync(join(out, "simulate.tsv"), "utf8")).toBe(said.out);
  });

  test("units stand under the columns, amounts are molecules: concentration times volume times what the unit holds", async () => {
    const model = file("units.ant", "unit uM = 1e-6 mole/litre; compartment c = 2; species A in c; A -> ; k*A\nA = 3; k = 0\nA has uM\n");
    const concentration = await json(simulateOutput, ["simulate", model, "--times", "0"]);
    const amounts = await json(simulateOutput, ["simulate", model, "--times", "0", "--amounts"]);
    const at = concentration.columns.indexOf("A");
    expect([concentration.rows[0]?.[at], concentration.units[at]]).toEqual([3, "uM"]);
    // 3 uM in 2 litre are 6e-6 mole; products of a few doubles round a few times.
    expect(Math.abs(Number(amounts.rows[0]?.[at]) / (6e-6 * 6.02214076e23) - 1)).toBeLessThan(10 * Number.EPSILON);
    expect(amounts.units[at]).toBe("item");
  });

  test("direct: same seed same path, another seed another; mean and sd are those of the closed form", async () => {
    // n0 = 100 molecules decay independently: mean n0 e^-kt, variance n0 e^-kt (1 - e^-kt).
    const model = file("death.ant", "A -> ; k*A\nA = 100; k = 1\n");
    const run = (seed: string, more: readonly string[] = []) => json(simulateOutput, ["simulate", model, "--method", "direct", "--times", "0,1", "--seed", seed, ...more]);
    const runs = 2000;
    const output = await run("7", ["--runs", String(runs), "--amounts"]);
    expect(output.units).toEqual([null, "item"]);
    expect(output.runs).toBe(runs);
    const p = Math.exp(-1);
    const sd = Math.sqrt(100 * p * (1 - p));
    expect(Math.abs(Number(output.mean?.[1]?.[1]) - 100 * p)).toBeLessThan((fiveErrors * sd) / Math.sqrt(runs));
    expect(Math.abs(Number(output.sd?.[1]?.[1]) / sd - 1)).toBeLessThan(fiveErrors / Math.sqrt(2 * runs));
    expect((await run("7")).rows).toEqual((await run("0x7")).rows);
    expect((await run("7")).rows).toEqual(output.rows);
    expect((await run("7")).rows).not.toEqual((await run("8")).rows);
    const wrong = await semimech(["simulate", model, "--method", "direct", "--rtol", "1e-3"]);
    expect(wrong).toMatchObject({ code: 2, err: "semimech simulate: --rtol has no meaning for direct; leave it out, or choose --method rodas5p or hybrid\n" });
    expect((await semimech(["simulate", model, "--runs", "3"])).code).toBe(2);
  });
  const fiveErrors = 5;

  test("a run that cannot go on says when, where and what to try, prints the rows so far, and ends with 3", async () => {
    const model = file("blowup.ant", "-> X; X^2\nX = 1\n");
    const said = await semimech(["simulate", model, "--times", "0,0.5,2"]);
    expect(said.code).toBe(3);
    // x = 1 / (1 - t)
    expect(Math.abs(Number(said.out.split("\n")[3]?.split("\t")[1]) - 2)).toBeLessThan(tolerance);
    expect(said.out.trimEnd().split("\n").length).toBe(4);
    expect(said.err).toMatch(/semimech simulate: [a-z-]+ at time 1\.?\d*, worst X: /);
  });

  test("bad input is named, all of it at once", async () => {
    expect((await semimech(["simulate", "robertsn"])).err).toContain('did you mean "robertson"?');
    expect((await semimech(["simulate", file("a.xml", "<?xml version='1.0'?><sbml/>")])).err).toContain("SBML is not read yet");
    expect((await semimech(["simulate", file("a.txt", "<?xml version='1.0'?><sbml/>")])).err).toContain("SBML is not read yet");
    expect((await semimech(["simulate", file("a.net", "begin parameters\n")])).err).toContain(`a.net:1:1: the block "parameters" has no end`);
    expect((await semimech(["simulate", file("a.bngl", "begin model\nbegin parameters\n")])).err).toContain("BioNetGen's language is not read yet");
    expect((await semimech(["simulate", file("b.net", "begin species\n 1 A() 4\nend species\nbegin reactions\n 1 1 0 0.5\nend reactions\n"), "--end", "2", "--points", "2"])).out).toMatch(/S1/);
    const text = await semimech(["simulate", file("bad.ant", "A -> B; k*A)\nX := ; 3\n")]);
    expect(text.code).toBe(2);
    expect(text.err).toMatch(/bad\.ant:1:\d+: /);
    expect(text.err).toMatch(/bad\.ant:2:\d+: /);
    const sets = await semimech(["simulate", decay, "--set", "q", "--set", "k=x"]);
    expect(sets.err.trimEnd().split("\n").length).toBe(2);
    expect((await semimech(["simulate", decay, "--set", "kk=1"])).err).toContain('did you mean "k"?');
    expect((await semimech(["simulate", decay, "--times", "0,2,1"])).err).toContain("entry 3 of 0,2,1");
    expect((await semimech(["simulate", file("open.ant", "A -> B; k*A\nA = 1")])).err).toContain("k");
  });
});

describe("info", () => {
  test("tells species, kinetics and conservation laws", async () => {
    const output = await json(infoOutput, ["info", file("m.ant", "J1: E + S -> ES; kf*E*S - kr*ES\nJ2: ES => E + P; kc*ES\nE = 1; S = 5; kf = 1; kr = 2; kc = 3\n")]);
    expect(output.species.map((species) => species.id)).toEqual(["E", "S", "ES", "P"]);
    expect(output.reactions.map(({ id, kinetics, equation }) => [id, kinetics, equation])).toEqual([
      ["J1", "reversible", "E + S -> ES"],
      ["J2", "one-way", "ES => E + P"],
    ]);
    expect(output.conservationLaws).toEqual([
      { E: 1, ES: 1 },
      { S: 1, ES: 1, P: 1 },
    ]);
    expect((await semimech(["info", "robertson"])).out).toContain("A + B + C = constant");
  });
});

describe("validate", () => {
  test("a model: 0 when valid, 1 with places when not, 2 when there is none", async () => {
    expect((await json(validateOutput, ["validate", "oregonator"])).valid).toBe(true);
    const bad = await json(validateOutput, ["validate", file("bad.ant", "A -> B; k*A\n\n  delete A\n")], 1);
    expect(bad.problems.map(({ line, column }) => [line, column])).toEqual([[3, 3]]);
    expect((await semimech(["validate", "nothing.ant"])).code).toBe(2);
  });

  test("a data table: row and column", async () => {
    const table = file("t.tsv", "condition\treplicate\ttime\tobservable\tvalue\na\t1\t0\tx\t1\na\t1\t0\ty\t\nb\t1\tsoon\tx\t2\n");
    const output = await json(validateOutput, ["validate", table], 1);
    expect(output.kind).toBe("data table");
    expect(output.problems.map(({ line, column }) => [line, column])).toEqual([[3, "value"], [4, "time"]]);
  });

  test("a scenario: positions, and data that is not at hand is said, not blamed", async () => {
    expect((await json(validateOutput, ["validate", toyFolder()])).kind).toBe("scenario");
    const bad = await json(validateOutput, ["validate", toyFolder(toyScenario.replace("primary:", "primry:"))], 1);
    expect(bad.problems.map(({ line }) => line)).toEqual([1, 10]);
    const pinned = `files:\n  - { name: toy-data/a.tsv, url: "https://example.org/a.tsv", sha256: ${"a".repeat(64)}, bytes: 1, license: CC0, citation: none }\n`;
    const missing = await json(validateOutput, ["validate", toyFolder(toyScenario, { "data.yaml": pinned }), "--data", freshFolder()]);
    expect(missing.notes.join(" ")).toContain("toy-data/a.tsv is missing");
    const data = freshFolder();
    mkdirSync(join(data, "toy-data"));
    writeFileSync(join(data, "toy-data", "a.tsv"), "x");
    const wrong = await json(validateOutput, ["validate", toyFolder(toyScenario, { "data.yaml": pinned }), "--data", data], 1);
    expect(wrong.problems[0]?.message).toContain("is not the pinned toy-data/a.tsv: SHA-256 is");
  });
});

describe("thermo", () => {
  test("a driven three-state ring at steady rates: entropy production is current times affinity", async () => {
    const ring = file("ring.ant", "J1: A -> B; 2*A - B\nJ2: B -> C; 2*B - C\nJ3: C -> A; 2*C - A\nA = 1; B = 1; C = 1\n");
    const said = await semimech(["thermo", ring, "--times", "0,1", "--observable", "A", "--json"]);
    const output = thermoOutput.parse(JSON.parse(said.out));
    // Every reaction carries 2 - 1 = 1 with affinity ln 2: sigma = 3 ln 2; it stays there. Relative tolerance of the default control times 100.
    for (const row of output.at) expect(Math.abs(row.entropyProduction as number / (3 * Math.LN2) - 1)).toBeLessThan(100 * thermoDefaults.control.rtol);
    expect(output.structure.cycles).toEqual([{ J1: 1, J2: 1, J3: 1 }]);
    expect(said.code).toBe(0);
  });

  test("one-way reactions say Infinity in words, and problems are named", async () => {
    const said = await semimech(["thermo", "robertson", "--times", "1", "--json"]);
    expect(said.out).toContain('"entropyProduction":"Infinity"');
    expect(thermoOutput.safeParse(JSON.parse(said.out)).success).toBe(true);
    const bad = await semimech(["thermo", "robertson", "--observable", "A*B", "--set", "k1=x"]);
    expect(bad.code).toBe(2);
    const two = await semimech(["thermo", file("two.ant", "compartment c = 1, d = 2; species A in c, B in d; A -> B; A - B\nA = 1; B = 2\n")]);
    expect(two.code).toBe(2);
    expect(two.err).toContain("compartment");
  });
});

describe("schema", () => {
  test("every shape has a JSON Schema of its own name", async () => {
    expect(schemaNames).toEqual(expect.arrayContaining(["run", "simulate", "info", "validate", "thermo", "register", "reproduce", "manifest", "ledger", "data", "expected"]));
    for (const name of schemaNames) expect(jsonSchemaOf(name)).toHaveProperty("$schema");
    const said = await semimech(["schema", "simulate"]);
    expect((JSON.parse(said.out) as { properties: { schema: { const: string } } }).properties.schema.const).toBe("simulate/1");
    expect((await semimech(["schema", "simulat"])).err).toContain('did you mean "simulate"?');
  });
});
