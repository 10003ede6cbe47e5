import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { thermoOutput } from "../../src/cli/thermo-output.ts";
import type { ThermoOutput } from "../../src/cli/thermo-output.ts";
import { thermoRepairOutput } from "../../src/cli/thermo-repair.ts";
import { readReactionText } from "../../src/models/index.ts";
import { thermoDefaults } from "../../src/thermo/index.ts";
import { steadyStateDefaults } from "../../src/solvers/steady-state.ts";
import { gasConstant } from "../../src/thermo/units.ts";
import { freshFolder, semimech } from "./session.ts";

function file(name: string, content: string): string {
  const path = join(freshFolder(), name);
  writeFileSync(path, content);
  return path;
}

/** Runs the verb with --json; what it prints is what its schema says, and nothing more. */
async function thermo(argv: readonly string[], code = 0): Promise<ThermoOutput> {
  const said = await semimech(["thermo", ...argv, "--json"]);
  expect([said.code, said.err]).toEqual([code, ""]);
  const printed: unknown = JSON.parse(said.out);
  const output = thermoOutput.parse(printed);
  expect(output).toEqual(printed);
  return output;
}

/** Relative error of a steady quantity: the search's tolerance, amplified at most as the condition numbers of these small systems. */
const steadyTolerance = 100 * steadyStateDefaults.tolerance;
const near = (value: unknown, expected: number, relative = steadyTolerance): void => expect(Math.abs(Number(value) / expected - 1)).toBeLessThan(relative);
/** Half a unit of the last digit that the reference value is given with. */
const digits = (value: unknown, expected: number, decimals: number): void => expect(Math.abs(Number(value) - expected)).toBeLessThanOrEqual(0.5000001 * 10 ** -decimals);

const boundOf = (output: ThermoOutput, observable: number, name: string) => output.at[0]?.observables[observable]?.bounds.find((bound) => bound.name === name);

describe("a steady state", () => {
  test.each([
    { start: 0.9, x: 1, flux: 5, diffusion: 24, variance: 6, stable: true },
    { start: 2, x: 2, flux: 16, diffusion: 60, variance: null, stable: false },
    { start: 3.1, x: 3, flux: 27, diffusion: 120, variance: 30, stable: true },
  ])("schlogl at x = $x: entropy production is flux times ln 11", async ({ start, x, flux, diffusion, variance, stable }) => {
    const output = await thermo(["schlogl", "--steady", "--set", `X=${start}`]);
    expect(output.at.map(({ time }) => time)).toEqual(["Infinity"]);
    const [row] = output.at;
    near(output.steady?.state["X"], x);
    near(row?.entropyProduction, flux * Math.log(11));
    near(row?.fluxes["Autocatalysis"], flux);
    near(row?.observables[0]?.diffusion, diffusion);
    near(output.steady?.cycles.cycles[0]?.affinity, Math.log(11));
    near(output.steady?.cycles.entropyProduction, flux * Math.log(11));
    expect(output.steady?.stable).toBe(stable);
    if (variance === null) expect(output.steady?.noise).toBeNull();
    else near(output.steady?.noise?.["X"]?.variance, variance);
  });

  test("michaelis-menten: flux 3/7, driven by ln 4; the product's bounds", async () => {
    const output = await thermo(["michaelis-menten", "--steady", "--observable", "P"]);
    near(output.steady?.state["E"], 2 / 7);
    near(output.steady?.state["ES"], 5 / 7);
    near(output.at[0]?.entropyProduction, (3 / 7) * Math.log(4));
    const [product] = output.at[0]?.observables ?? [];
    near(product?.current, 3 / 7);
    near(product?.diffusion, 1);
    digits(2 * Number(product?.tightness), 3.234687, 6);
    digits(2 * Number(boundOf(output, 0, "local-uncertainty-relation")?.tightness), 2.138012, 6);
    expect(output.structure.brokenLaws).toEqual([{ ES: 1, S: 1, P: 1 }]);
    expect(output.physical).toBeNull();
  });

  test("hopfield-proofreading, berg-purcell-receptor and uniform-ring: affinity, equilibrium, a clock", async () => {
    const proofreading = await thermo(["hopfield-proofreading", "--steady"]);
    // k m l_R / (l_R m_back k_direct) = 1e8
    for (const { affinity } of proofreading.steady?.cycles.cycles ?? []) near(affinity, Math.log(1e8));
    near(Number(proofreading.steady?.state["ERs"]) / Number(proofreading.steady?.state["EWs"]), 9010, 1e-4);
    const receptor = await thermo(["berg-purcell-receptor", "--steady"]);
    near(receptor.steady?.state["Bound"], 0.5);
    expect(Math.abs(Number(receptor.at[0]?.entropyProduction))).toBeLessThan(steadyTolerance);
    const ring = await thermo(["uniform-ring", "--steady"]);
    near(ring.at[0]?.entropyProduction, Math.LN2);
    // 2 and 1 round a ring of three: -9/2 ± i sqrt(3)/2
    expect(ring.steady?.eigenvalues.map(([re]) => Math.round(Number(re) * 1e9) / 1e9)).toEqual([-4.5, -4.5]);
    near(Math.abs(Number(ring.steady?.eigenvalues[0]?.[1])), Math.sqrt(3) / 2);
  });

  test("brusselator: an unstable fixed point", async () => {
    const output = await thermo(["brusselator", "--steady", "--set", "X=1", "--set", "Y=2.8181818181818183"]);
    near(output.steady?.state["Y"], 3.1 / 1.1);
    expect(output.steady?.stable).toBe(false);
  });

  test("none: 3 with the reason, and no answer", async () => {
    const said = await semimech(["thermo", file("grow.ant", "-> X; 1\nX = 1\n"), "--steady"]);
    expect([said.code, said.out]).toEqual([3, ""]);
    expect(said.err).toContain("no steady state was found from the initial state");
    expect((await semimech(["thermo", "robertson", "--steady", "--json"])).code).toBe(3);
  });

  test("as text: stability, eigenvalues, cycles, noise, and what flows", async () => {
    const said = await semimech(["thermo", "michaelis-menten", "--steady"]);
    for (const each of ["steady state: stable", "Fano factor", "eigenvalues at constant conserved totals, 1/time: -7", "1 Binding, 1 Catalysis  yes", "--observable S"]) expect(said.out).toContain(each);
    expect(said.out).not.toContain("speed limits");
  });
});

describe("--pair", () => {
  const apart = "R1: A => B; k1*A\nR2: B => A; k2*B\nk1 = 2; k2 = 1; A = 1; B = 1\n";

  test("joins what reverses each other: entropy production is finite, and the answer says what was joined", async () => {
    const path = file("apart.ant", apart);
    expect((await thermo([path, "--times", "0"])).at[0]?.entropyProduction).toBe("Infinity");
    const output = await thermo([path, "--times", "0", "--pair", "--quiet"]);
    digits(output.at[0]?.entropyProduction, Math.LN2, 12);
    expect(output.pairs).toEqual([{ reaction: "R1", reverse: "R2" }]);
    expect(output.findings.filter(({ check }) => check === "one-way")).toEqual([]);
    expect((await semimech(["thermo", path, "--times", "0", "--pair"])).err).toBe("joined R1 with R2\n");
  });

  test("what is joined counts with --set, and at a steady state, sampled and repaired alike", async () => {
    const path = file("apart.ant", apart);
    const steady = await thermo([path, "--steady", "--pair", "--quiet", "--set", "k1=3"]);
    near(steady.steady?.state["B"], 1.5);
    expect(Math.abs(Number(steady.at[0]?.entropyProduction))).toBeLessThan(steadyTolerance);
    const sampled = await semimech(["thermo", path, "--stochastic", "--pair", "--quiet", "--runs", "100", "--times", "0,1", "--volume", "10", "--json"]);
    expect([sampled.code, sampled.err]).toEqual([0, ""]);
    expect(JSON.parse(sampled.out)).toMatchObject({ pairs: [{ reaction: "R1", reverse: "R2" }], reactions: [{ id: "R1", kind: "reversible" }] });
    const repair = thermoRepairOutput.parse(JSON.parse((await semimech(["thermo", path, "--repair", "--pair", "--quiet", "--json"])).out));
    expect([repair.pairs, repair.leftOut]).toEqual([[{ reaction: "R1", reverse: "R2" }], []]);
  });

  test("says so where there is nothing to join", async () => {
    const said = await semimech(["thermo", "schlogl", "--times", "0", "--pair"]);
    expect([said.code, said.err]).toEqual([0, "--pair: no two one-way mass-action reactions reverse each other\n"]);
  });

  test("is in the manifest, and reproduce joins again", async () => {
    const folder = join(freshFolder(), "paired");
    expect((await semimech(["thermo", file("apart.ant", apart), "--times", "0,1", "--pair", "--report", "--quiet", "--out", folder])).code).toBe(0);
    const manifest: unknown = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));
    expect(manifest).toMatchObject({ options: { pair: true } });
    const again = await semimech(["reproduce", join(folder, "manifest.json"), "--out", join(freshFolder(), "again"), "--quiet"]);
    expect([again.code, again.err]).toEqual([0, ""]);
  });
});

describe("along a trajectory", () => {
  test("the reference values of a state: refinements of the uncertainty relation and the excess", async () => {
    const schlogl = await thermo(["schlogl", "--times", "0"]);
    const [row] = schlogl.at;
    digits(row?.observables[0]?.current, -0.375, 12);
    digits(row?.entropyProduction, 24.65803998, 8);
    digits(row?.onsager?.excess, 0.00795245, 8);
    digits(boundOf(schlogl, 0, "uncertainty-relation")?.value, 0.00714286, 8);
    const brusselator = await thermo(["brusselator", "--set", "eps=0.01", "--times", "0"]);
    digits(brusselator.at[0]?.entropyProduction, 10.88694849, 8);
    digits(brusselator.at[0]?.onsager?.excess, 1.40214956, 8);
    digits(boundOf(brusselator, 0, "pseudo-entropy-production")?.value, 4.65055585, 8);
    digits(boundOf(brusselator, 0, "best-observable")?.value, 0.78940046, 8);
    digits(2 * Number(brusselator.at[0]?.observables[0]?.tightness), 840.95935, 5);
    digits(2 * Number(brusselator.at[0]?.observables[1]?.tightness), 47.742746, 6);
  });

  test("speed limits of a relaxation: the reference times, and all hold", async () => {
    const relaxing = file("relax.ant", "A -> B; 2*A - B\nA = 0.9; B = 0.1\n");
    const output = await thermo([relaxing, "--times", "0,0.1", "--observable", "B"]);
    const limits = output.speedLimits;
    const limit = (name: string) => limits?.observables[0]?.limits.find((one) => one.name === name);
    digits(limits?.entropyProduction, 0.33558926, 8);
    digits(limits?.observables[0]?.length, 0.14686967, 8);
    digits(limits?.observables[0]?.diffusion, 0.18228989, 8);
    digits(limit("speed-limit")?.value, 0.07052184, 8);
    digits(limit("tanh-speed-limit")?.value, 0.0988283, 8);
    for (const each of [...(limits?.limits ?? []), ...(limits?.observables.flatMap((one) => one.limits) ?? [])]) expect(each.holds).toBe(true);
  });

  test("one-way reactions: what is lost, and what still holds", async () => {
    const output = await thermo(["robertson", "--times", "0,1"]);
    expect(output.applicability.isThermodynamic).toBe(false);
    expect(output.at[1]?.entropyProduction).toBe("Infinity");
    expect(boundOf(output, 2, "kinetic")?.holds).toBe(true);
    const said = await semimech(["thermo", "robertson", "--times", "0,1"]);
    expect(said.out).toContain('not thermodynamic: reaction "Decay" is one-way');
    expect(said.out).toContain("still holds: f^2 <= sigma_c D_c/2");
    expect(said.code).toBe(0);
    expect((await semimech(["thermo", "schlogl", "--times", "0,1"])).out).not.toContain("not thermodynamic");
  });

  test("as text: a table to cut, then the last time, then findings with equation, number and source", async () => {
    const said = await semimech(["thermo", "schlogl", "--end", "1", "--points", "3"]);
    const [header, ...rows] = said.out.split("\n\n")[0]?.split("\n") ?? [];
    expect(header?.split("\t").slice(0, 2)).toEqual(["time", "entropy production"]);
    expect(rows.map((row) => row.split("\t")[0])).toEqual(["0", "0.5", "1"]);
    const places = ["structure", "reactions at time 1", "dissipation at time 1", "bounds at time 1", "speed limits", "findings"].map((each) => said.out.indexOf(each));
    expect(places.every((place, index) => place > (places[index - 1] ?? 0))).toBe(true);
    expect(said.out).toMatch(/ok +second-law: [\d.]+ against 0; .*\n +\[sigma = .*\] Kondepudi/);
  });

  test("a run that cannot go on prints what it has and ends with 3", async () => {
    const said = await semimech(["thermo", file("blowup.ant", "-> X; X^2 - 1e-9*X\nX = 1\n"), "--times", "0,0.5,2", "--json"]);
    expect(said.code).toBe(3);
    const output = thermoOutput.parse(JSON.parse(said.out));
    expect(output.at.length).toBe(2);
    expect(output.status).not.toBe("done");
    expect(output.failure?.worst).toBe("X");
  });
});

const inUnits = (more = "") => file("units.ant", `unit mM = 1e-3 mole/litre; unit time_unit = 60 second\nJ1: A -> B; 2*A - B\nJ2: B -> C; 2*B - C\nJ3: C -> A; k*C - q*A\nA = 1; B = 1; C = 1; k = 2; q = 1\nA has mM; B has mM; C has mM\n${more}`);

describe("physical units", () => {
  test("R and RT times the entropy production, in the units declared or given", async () => {
    const declared = await thermo([inUnits(), "--steady", "--temperature", "310"]);
    // sigma = 3 ln 2 mM per minute
    const expected = (gasConstant * 3 * Math.LN2 * 1e-3) / 60;
    near(declared.physical?.at[0]?.entropyProduction, expected);
    near(declared.physical?.at[0]?.power, 310 * expected);
    const given = await thermo(["uniform-ring", "--times", "1,2", "--concentration-unit", "uM", "--time-unit", "s"]);
    for (const [index, row] of given.at.entries()) near(given.physical?.at[index]?.entropyProduction, gasConstant * 1e-6 * Number(row.entropyProduction), 10 * Number.EPSILON);
    expect((await semimech(["thermo", inUnits(), "--times", "0,1"])).out).toMatch(/\tentropy production, J\/\(K L s\)\tpower, W\/L\n/);
  });

  test("units that are missing or none are named with the option that gives them", async () => {
    const said = await semimech(["thermo", "schlogl", "--temperature", "310"]);
    expect(said.code).toBe(2);
    expect(said.err).toContain("--concentration-unit mM");
    expect(said.err).toContain("--time-unit s");
    expect((await semimech(["thermo", "schlogl", "--concentration-unit", "min", "--time-unit", "s"])).err).toContain('--concentration-unit: the unit "min" is no unit of concentration');
  });
});

const currents = (variance: number, n = 200) => file("currents.tsv", `current\tmean\tvariance\tduration\tn\nturns\t33.3\t${variance}\t100\t${n}\n`);
const needed = (variance: number): number => (2 * 33.3 ** 2) / (variance * 100);

describe("measured currents", () => {
  test("what they need at least, against what the model makes: 0 when explained, 1 when violated", async () => {
    const explained = await thermo(["uniform-ring", "--currents", currents(60)]);
    near(explained.measured?.rate, needed(60), 1e-12);
    // One molecule of the ring: k_B ln 2 per time.
    near(explained.measured?.modelRate, Math.LN2);
    expect(Number(explained.measured?.lower)).toBeLessThan(needed(60));
    const violated = await thermo(["uniform-ring", "--steady", "--currents", currents(6)], 1);
    expect(violated.findings.filter(({ verdict }) => verdict === "violated").map(({ check, bound }) => [check, bound])).toEqual([["measured-currents", violated.measured?.lower]]);
    // Ten molecules make ten times as much.
    near((await thermo(["uniform-ring", "--currents", currents(6), "--volume", "10"])).measured?.modelRate, 10 * Math.LN2);
    const sure = await thermo(["uniform-ring", "--currents", currents(60), "--level", "0.999"]);
    expect(Number(sure.measured?.lower)).toBeLessThan(Number(explained.measured?.lower));
  });

  test("a covariance is used; wrong cells are named with line and column", async () => {
    const two = file("two.tsv", "current\tmean\tvariance\tduration\tn\na\t10\t8\t50\t100\nb\t10\t8\t50\t100\n");
    const together = file("together.tsv", "current\ta\tb\na\t8\t-6\nb\t-6\t8\n");
    const output = await thermo(["uniform-ring", "--currents", two, "--covariance", together], 1);
    expect(output.measured?.combined).toBe(true);
    // a + b has mean 20 and variance 4.
    near(output.measured?.rate, (2 * 20 ** 2) / (4 * 50), 1e-9);
    const wrong = await semimech(["thermo", "uniform-ring", "--currents", file("bad.tsv", "current\tmean\tvariance\tduration\na\tx\t8\t50\n")]);
    expect(wrong.code).toBe(2);
    expect(wrong.err).toMatch(/bad\.tsv:2:\d+: mean "x" is not a finite number/);
  });
});

describe("mass balance", () => {
  test("formulas are checked: 1 when a reaction makes atoms out of nothing", async () => {
    const output = await thermo([inUnits(), "--times", "0", "--formulas", "A=C6H12O6", "--formulas", "B=C6H12O6", "--formulas", "C=C6H12O7"], 1);
    expect(output.findings.filter(({ check, verdict }) => check === "mass-balance" && verdict === "violated").length).toBe(2);
  });
});

describe("repair", () => {
  test("the least change in log constants, written as a model that needs none", async () => {
    const model = file("ring.ant", "R1: A -> B; k1*A - k2*B\nR2: B -> C; k3*B - k4*C\nR3: C -> A; k5*C - k6*A\nA=1;B=1;C=1;k1=2;k2=1;k3=1;k4=1;k5=1;k6=1\n");
    const out = freshFolder();
    const said = await semimech(["thermo", model, "--repair", "--out", out, "--json"]);
    expect(said.code).toBe(0);
    const printed: unknown = JSON.parse(said.out);
    const output = thermoRepairOutput.parse(printed);
    expect(output).toEqual(printed);
    // ln 2 of affinity, shared by three.
    for (const { change, forwardFactor } of output.changes) {
      near(change, -Math.LN2 / 3, 1e-12);
      near(forwardFactor, 2 ** (-1 / 6), 1e-12);
    }
    const path = join(out, "repaired.ant");
    expect(readFileSync(path, "utf8")).toBe(output.model);
    expect(readReactionText(output.model ?? "", "repaired").problems).toBeUndefined();
    const again = thermoRepairOutput.parse(JSON.parse((await semimech(["thermo", path, "--repair", "--json"])).out));
    expect([again.changes, again.model]).toEqual([[], null]);
  });

  test("weights hold a reaction; what cannot be written down says why", async () => {
    const model = file("ring.ant", "R1: A -> B; k*A - k*B\nR2: B -> C; p*B - k*C\nR3: C -> A; C - A\nA=1;B=1;C=1;k=1;p=2\n");
    const out = freshFolder();
    const said = await semimech(["thermo", model, "--repair", "--weight", "R3=Infinity", "--out", out]);
    expect(said.code).toBe(0);
    expect(said.out).toContain("no model is written");
    expect(said.out).not.toMatch(/^ {2}R3 +-?\d/m);
    expect(existsSync(join(out, "repaired.ant"))).toBe(false);
    expect((await semimech(["thermo", model, "--repair", "--weight", "R9=1"])).err).toContain('"R9"');
  });
});

describe("wrong use", () => {
  test("every wrong option, unknown id and unknown species is named at once", async () => {
    const said = await semimech([
      "thermo", "schlogl", "--steady", "--times", "1,2", "--seed", "3", "--threads", "2", "--runs", "5", "--observable", "Q", "--formulas", "Z=H2O", "--formulas", "bad", "--set", "zz=1", "--level", "0.9",
    ]);
    expect([said.code, said.out]).toEqual([2, ""]);
    for (const each of ["--times has no meaning with --steady", "--seed has no meaning", "--threads has no meaning", "--runs has no meaning", "--level has no meaning without --currents", "--formulas bad", '"zz"', 'observable "Q"', '"Z"']) expect(said.err).toContain(each);
    expect(said.err.trimEnd().split("\n").length).toBe(9);
  });

  test.each([
    [["--steady", "--stochastic"], "--steady and --stochastic ask for different things"],
    [["--stochastic", "--end", "3"], "--end has no meaning with --stochastic: give the window with --times START,END"],
    [["--stochastic", "--times", "5"], "the window is empty"],
    [["--stochastic", "--method", "tsit5"], "--method tsit5 solves a trajectory"],
    [["--stochastic", "--runs", "3"], "standard errors need at least 20"],
    [["--method", "direct"], "--method direct samples jumps; add --stochastic"],
    [["--seed", "1"], "--seed has no meaning along a trajectory"],
    [["--volume", "3"], "--volume has no meaning along a trajectory"],
    [["--steady", "--volume", "3"], "give --currents too"],
    [["--repair", "--report"], "--report has no meaning with --repair"],
    [["--covariance", "none.tsv"], "--covariance has no meaning"],
    [["--currents", "none.tsv"], "none.tsv: no such file"],
    [["--temperature", "0"], "--temperature 0: expected more than 0"],
    [["--weight", "a=1"], "--weight has no meaning along a trajectory"],
  ])("%j", async (options, message) => {
    const said = await semimech(["thermo", "schlogl", ...options]);
    expect([said.code, said.out]).toEqual([2, ""]);
    expect(said.err).toContain(message);
    const unknown = await semimech(["thermo", "schlgl", ...options]);
    expect(unknown.err).toContain('did you mean "schlogl"?');
  });

  test("defaults of the help are those of the library", async () => {
    const { out } = await semimech(["thermo", "--help"]);
    expect(out).toContain(`(default ${thermoDefaults.method}, with --stochastic direct)`);
    expect(out).toContain("semimech thermo schlogl --end 10 --report");
  });
});
