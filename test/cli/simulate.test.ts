import { existsSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { simulateOutput, type SimulateOutput } from "../../src/cli/simulate-output.ts";
import { precisionOf, precisionText, roundedUp } from "../../src/cli/simulate-precision.ts";
import { runsProgress } from "../../src/cli/simulate-progress.ts";
import type { Terminal } from "../../src/cli/terminal.ts";
import { ensembleStatistics } from "../../src/solvers/stochastic/ensemble-statistics.ts";
import { leapMethods } from "../../src/solvers/stochastic/leap.ts";
import { solverOf } from "../solvers/stochastic/networks.ts";
import { freshFolder, semimech } from "./session.ts";

const models = mkdtempSync(join(tmpdir(), "semimech-simulate-"));
const file = (name: string, text: string): string => {
  writeFileSync(join(models, name), text);
  return join(models, name);
};
/** Molecules that die one by one: binomial at every time. */
const death = file("death.ant", "J1: A => ; k*A\nA = 100; k = 1\n");
const birthDeath = file("birth-death.ant", "J1: => X; b\nJ2: X => ; d*X\nX = 0; b = 40; d = 1\n");

async function answered(argv: readonly string[], code = 0): Promise<SimulateOutput> {
  const said = await semimech(["simulate", ...argv, "--json"]);
  expect([said.code, said.err.includes("defect")]).toEqual([code, false]);
  return simulateOutput.parse(JSON.parse(said.out));
}

async function dimerRow(epsilon: string) {
  const dimer = file("dimer.ant", "J1: A + A => B; k*A^2\nA = 20000; B = 0; k = 1e-4\n");
  return (await answered([dimer, "--method", "tau-leaping", "--times", "0,0.2", "--epsilon", epsilon])).rows[1];
}

const begin = (runs: string, out: string): readonly string[] => ["simulate", birthDeath, "--method", "cle", "--times", "0,1,5", "--runs", runs, "--quantiles", "0.1,0.9", "--paths", "2", "--seed", "11", "--json", "--out", out];
const eventful = (out: string): readonly string[] => ["simulate", birthDeath, "--method", "exact-events", "--times", "0,3", "--runs", "400", "--json", "--out", out];

async function wrong(...argv: string[]): Promise<string> {
  const said = await semimech(["simulate", ...argv]);
  expect([said.code, said.out]).toEqual([2, ""]);
  return said.err;
}

describe("simulate, many runs", () => {
  const manyErrors = 5;

  test.each(["direct", "ssa", ...Object.keys(leapMethods)])("%s: mean, sd and quantiles of a known law", async (method) => {
    const runs = 500;
    const output = await answered([birthDeath, "--method", method, "--times", "0,8", "--runs", String(runs), "--seed", "4", "--quantiles", "0.05,0.5,0.95"]);
    // Poisson with mean 40 (1 - e^-8). Leaps of 3 % change of rates are off by a few percent of the standard deviation, less than these bounds.
    const mean = 40 * -Math.expm1(-8);
    expect(output.runs).toBe(runs);
    expect(Math.abs(Number(output.mean?.[1]?.[1]) - mean)).toBeLessThan(manyErrors * Math.sqrt(mean / runs));
    // Var(s^2) of a Poisson law: (2 m^2 + m)/n nearly; the sd has half the relative error.
    expect(Math.abs(Number(output.sd?.[1]?.[1]) / Math.sqrt(mean) - 1)).toBeLessThan((manyErrors / 2) * Math.sqrt((2 + 1 / mean) / runs));
    // 5 %, 50 % and 95 % points of the law: 30, 40, 51; five standard errors of rank are about one molecule at each.
    for (const [index, exact] of [30, 40, 51].entries()) {
      const table = output.quantiles?.[index];
      expect(Math.abs(Number(table?.values[1]?.[1]) - exact)).toBeLessThanOrEqual(2);
      expect(Number(table?.lower[1]?.[1])).toBeLessThanOrEqual(Number(table?.upper[1]?.[1]));
    }
    expect(output.mean?.[0]).toEqual([0, 0]);
  });

  test("text has mean, sd and quantiles in the place of one run", async () => {
    const said = await semimech(["simulate", death, "--method", "direct", "--times", "0,1", "--runs", "20", "--quantiles", "0.5"]);
    const [header, units, start, end] = said.out.split("\n").map((line) => line.split("\t"));
    expect([header, units, start]).toEqual([["time", "A mean", "A sd", "A q0.5"], ["", "", "", ""], ["0", "100", "0", "100"]]);
    expect(end?.every((cell) => Number.isFinite(Number(cell)))).toBe(true);
    expect((await semimech(["simulate", death, "--method", "direct", "--times", "0,1", "--runs", "1"])).out).toMatch(/^time\tA\n\t\n0\t100\n1\t\d+\n$/);
  });

  test("--paths, --histogram and --firings say what single runs did", async () => {
    const output = await answered([death, "--method", "direct", "--times", "0,1,2", "--runs", "30", "--paths", "3", "--histogram", "A@2", "--histogram", "A@0", "--firings", "--seed", "9"]);
    expect(output.paths?.length).toBe(3);
    expect(output.paths?.[0]).toEqual(output.rows);
    for (const [index] of [1, 2].entries()) expect(output.paths?.[index + 1]).not.toEqual(output.rows);
    expect(output.histograms?.map(({ id, time }) => [id, time])).toEqual([["A", 2], ["A", 0]]);
    expect(output.histograms?.[1]).toMatchObject({ values: [100], counts: [30] });
    const { values, counts } = output.histograms?.[0] ?? { values: [], counts: [] };
    expect(counts.reduce((sum, one) => sum + one, 0)).toBe(30);
    // Every death is counted: what is left and what has fired make a hundred.
    expect(values.reduce<number>((sum, value, at) => sum + Number(value) * (counts[at] ?? 0), 0) / 30).toBeCloseTo(Number(output.mean?.[2]?.[1]), 12);
    expect(Number(output.firings?.["J1"])).toBeGreaterThanOrEqual(100 - Number(output.mean?.[2]?.[1]) - 1e-9);
  });

  test("--first-passage says in how many runs a condition held, and when", async () => {
    const argv = [death, "--method", "exact-events", "--times", "0,3", "--runs", "200", "--first-passage", "A <= 50", "--first-passage", "A < 0.5", "--seed", "2"];
    const said = await semimech(["simulate", ...argv, "--json"]);
    const [half, gone] = simulateOutput.parse(JSON.parse(said.out)).firstPassages ?? [];
    // Of a hundred exponential times the fiftieth: mean and variance are sums of 1/n and 1/n^2 from 51 to 100.
    const tail = Array.from({ length: 50 }, (_, n) => 1 / (51 + n));
    const [mean, variance] = [tail.reduce((sum, one) => sum + one, 0), tail.reduce((sum, one) => sum + one * one, 0)];
    expect(half).toMatchObject({ condition: "A <= 50", horizon: 3, reached: { value: 1, error: 0 } });
    expect(Math.abs(Number(half?.mean.value) - mean)).toBeLessThan(manyErrors * Math.sqrt(variance / 200));
    // All hundred are gone by 3 with probability (1 - e^-3)^100 = 0.6 %.
    expect(Number(gone?.reached.value)).toBeLessThan(0.05);
    expect(gone?.quantiles.at(-1)?.value).toBe(null);
    expect(said.err).toMatch(/A <= 50: reached by time 3 in 200 of 200 runs, all at 0\.6\d* ± 0\.00\d+ on average/);
    const out = join(freshFolder(), "passage");
    await semimech(["simulate", ...argv.slice(0, -2), "--out", out, "--json"]);
    const more = await semimech(["simulate", "--resume", out, "--runs", "260", "--json"]);
    expect(more.out).toBe((await semimech(["simulate", ...argv.slice(0, -2).map((one) => (one === "200" ? "260" : one)), "--json"])).out);
  });

  test("a failing run ends the ensemble: 3, and what is complete is told", async () => {
    const output = await answered([file("negative.ant", "J: A => ; 5\nA = 2\n"), "--method", "direct", "--times", "0,100", "--runs", "50"], 3);
    expect(output).toMatchObject({ status: "negative-propensity", failure: { worst: "J" }, runs: 0, mean: [], rows: [[0, 2]] });
  });

  test("--epsilon reaches the method, and a fine leap follows the exact mean", async () => {
    const fine = await dimerRow("0.003");
    expect(await dimerRow("0.3")).not.toEqual(fine);
    // dA/dt = -2 k A^2: A(0.2) = A0/(1 + 2 k A0 t) = 20000/1.8, with noise of less than the root of that.
    expect(Math.abs(Number(fine?.[1]) - 20000 / 1.8)).toBeLessThan(5 * Math.sqrt(20000 / 1.8));
  });
});

describe("simulate --precision", () => {
  test("says how many more runs it takes, and with those it is reached", async () => {
    const asked = [death, "--method", "direct", "--times", "1", "--seed", "3", "--precision", "0.004"];
    const few = (await answered([...asked, "--runs", "50"])).precision;
    // Relative standard error of the binomial mean: sqrt((1 - p)/(100 p n)).
    const p = Math.exp(-1);
    expect(few).toMatchObject({ asked: 0.004, of: "mean of A", time: 1 });
    expect(Number(few?.reached) / Math.sqrt((1 - p) / (100 * p * 50)) - 1).toBeLessThan(0.5);
    const enough = (await answered([...asked, "--runs", String(Math.ceil(1.3 * (50 + Number(few?.moreRuns))))])).precision;
    expect(enough?.moreRuns).toBe(0);
    expect(Number(enough?.reached)).toBeLessThanOrEqual(0.004);
  });

  test("judges quantiles that were asked for, and has nothing to say about columns of zeros", async () => {
    const solver = await solverOf("J1: => A; 10; J2: A => ; A; A = 0; B = 0; J3: B => ; B");
    const all = await ensembleStatistics(solver, { seed: 1n, runs: 200, times: Float64Array.of(3) });
    const [mean, both] = [precisionOf(all, 0.01, []), precisionOf(all, 0.01, [0.99])];
    expect(mean.of).toBe("mean of A");
    expect(Number(both.reached)).toBeGreaterThanOrEqual(Number(mean.reached));
    const nothing = precisionOf(await ensembleStatistics(await solverOf("J: B => ; B; B = 0"), { seed: 1n, runs: 5, times: Float64Array.of(3) }), 0.1, []);
    expect(precisionText(nothing, 5)).toContain("nothing to judge");
    expect([1, 9, 10, 99, 101, 5315].map(roundedUp)).toEqual([1, 9, 10, 99, 110, 5400]);
  });
});

describe("simulate --out and --resume", () => {
  test("more runs later are the same bits as all at once", async () => {
    const [whole, part] = [join(freshFolder(), "whole"), join(freshFolder(), "part")];
    const once = await semimech(begin("300", whole));
    expect((await semimech(begin("150", part))).code).toBe(0);
    expect((await semimech(["simulate", "--resume", part, "--runs", "221", "--json", "--quiet"])).code).toBe(0);
    const twice = await semimech(["simulate", "--resume", part, "--runs", "300", "--json"]);
    expect(twice.out).toBe(once.out);
    expect(readFileSync(join(part, "state.json"), "utf8")).toBe(readFileSync(join(whole, "state.json"), "utf8"));
    expect(readFileSync(join(part, "simulate.json"), "utf8")).toBe(once.out);
    // Done: it says the same again.
    expect((await semimech(["simulate", "--resume", part, "--json"])).out).toBe(once.out);
  });

  test("stopped in the middle: 130, what is done is told and kept, and it goes on to the same bits", async () => {
    const out = join(freshFolder(), "stopped");
    let asked = 0;
    // Stops where it is asked for the three hundredth time, which comes once or more a run.
    const stop = Object.defineProperty(new AbortController().signal, "aborted", { get: () => ++asked > 300 });
    const stopped = await semimech(eventful(out), { stop });
    expect(stopped.code).toBe(130);
    const before = simulateOutput.parse(JSON.parse(stopped.out));
    expect(before.status).toBe("paused");
    expect(before.runs).toBeGreaterThan(0);
    expect(before.runs).toBeLessThan(400);
    expect(stopped.err).toContain(`stopped after ${before.runs} of 400 runs; semimech simulate --resume ${out} goes on`);
    const after = await semimech(["simulate", "--resume", out, "--json"]);
    expect(after.code).toBe(0);
    expect(after.out).toBe((await semimech(eventful(join(freshFolder(), "whole")))).out);
  });

  test("an ensemble is not overwritten, and what was settled is not changed", async () => {
    const out = join(freshFolder(), "kept");
    await semimech(begin("20", out));
    const again = await semimech(begin("30", out));
    expect(again).toMatchObject({ code: 2, err: `semimech simulate: ${out} holds another simulation; semimech simulate --resume ${out} goes on with it, or give another --out\n` });
    const changed = await semimech(["simulate", death, "--resume", out, "--seed", "3", "--times", "0,1", "--out", "elsewhere"]);
    expect(changed.code).toBe(2);
    expect(changed.err).toContain(`--seed has no place beside --resume: ${out} goes on as it was begun`);
    expect(changed.err).toContain("--out has no place beside --resume");
    expect((await semimech(["simulate", death, "--resume", out])).err).toContain(`is a simulation of ${birthDeath}, not of ${death}`);
    expect((await semimech(["simulate", "--resume", out, "--runs", "3"])).err).toContain("holds 20 runs already");
    expect((await semimech(["simulate", "--resume", freshFolder()])).err).toContain("has no plan.json");
    writeFileSync(join(out, "state.json"), "{");
    expect((await semimech(["simulate", "--resume", out])).err).toContain("state.json is broken");
  });
});

describe("simulate --report", () => {
  test("writes page, answer, model, plan and state of an ensemble, beside what is there", async () => {
    const out = join(freshFolder(), "report");
    const argv = ["simulate", birthDeath, "--method", "direct", "--runs", "60", "--end", "3", "--points", "7", "--report", "--quiet", "--out", out];
    const said = await semimech(argv);
    expect([said.code, said.err]).toEqual([0, ""]);
    await semimech(argv);
    expect(readdirSync(dirname(out)).toSorted()).toEqual(["report", "report-2"]);
    expect(readdirSync(out).toSorted()).toEqual(["manifest.json", "model.ant", "plan.json", "simulate.html", "simulate.json", "state.json"]);
    const page = readFileSync(join(out, "simulate.html"), "utf8");
    for (const part of ["60 runs to time 3", "5 % to 95 % of runs", "Gillespie&#39;s direct method", "--method=direct --runs=60 --end=3 --points=7 --report", "X at time 3", "run 8"]) expect(page).toContain(part);
    expect(simulateOutput.parse(JSON.parse(readFileSync(join(out, "simulate.json"), "utf8"))).quantiles?.map(({ probability }) => probability)).toEqual([0.05, 0.5, 0.95]);
  });

  test.each([
    ["one run", ["--method", "implicit-tau"], ["approximate sampling", "epsilon"]],
    ["differential equations", [], ["differential equations", "Rodas5P"]],
  ])("draws %s too", async (_, more, parts) => {
    const out = join(freshFolder(), "report");
    expect((await semimech(["simulate", birthDeath, "--end", "3", ...more, "--report", "--quiet", "--out", out])).code).toBe(0);
    const page = readFileSync(join(out, "simulate.html"), "utf8");
    for (const part of parts) expect(page).toContain(part);
    expect(existsSync(join(out, "plan.json"))).toBe(false);
  });
});

describe("simulate, wrong calls", () => {
  test("are refused with what was expected, all at once", async () => {
    expect(await wrong()).toContain("MODEL is missing");
    expect(await wrong(death, "--runs", "0")).toContain("--runs 0: expected at least 1");
    expect(await wrong(death, "--runs", "1.5")).toContain("--runs 1.5: expected a whole number");
    expect(await wrong(death, "--threads", "x")).toContain("--threads x: expected a whole number");
    const many = await wrong(death, "--method", "direct", "--runs", "9", "--quantiles", "2,0.5,,0.5", "--histogram", "A", "--histogram", "A@3.21", "--precision", "0", "--epsilon", "0");
    for (const part of [
      "--epsilon has no meaning for direct; leave it out, or choose --method tau-leaping",
      "--quantiles: entry 1 of 2,0.5,,0.5 must be a probability between 0 and 1",
      "--quantiles: entry 3 of 2,0.5,,0.5 must be a probability",
      "--quantiles: entry 4 of 2,0.5,,0.5 is given twice",
      "--histogram A: expected ID@TIME, such as X@10",
      "--histogram A@3.21: 3.21 is no time of the rows",
      "--precision 0: expected more than 0",
    ]) expect(many).toContain(part);
  });

  test("options that mean nothing for a method are named", async () => {
    expect(await wrong(death, "--runs", "3", "--epsilon", "0.1", "--report")).toBe("semimech simulate: --runs has no meaning for rodas5p; leave it out, or choose --method ssa, tau-leaping or hybrid\nsemimech simulate: --epsilon has no meaning for rodas5p; leave it out, or choose --method tau-leaping\n");
    expect(await wrong(death, "--method", "tau-leaping", "--rtol", "1e-3")).toContain("--rtol has no meaning for tau-leaping");
    expect(await wrong(death, "--method", "exact-events", "--step", "1")).toContain("--step has no meaning for exact-events");
    expect(await wrong(death, "--method", "cle", "--step", "0")).toContain("--step 0: expected more than 0");
    expect(await wrong(death, "--method", "cle", "--step", "1", "--epsilon", "0.1")).toContain("give either --epsilon or --step");
    expect(await wrong(death, "--method", "direct", "--first-passage", "A < 3")).toContain("--first-passage has no meaning for direct, which does not look at every event; choose one of tau-leaping");
    expect(await wrong(death, "--method", "cle", "--first-passage", "A")).toContain('condition "A": expected a comparison');
    expect(await wrong(death, "--method", "direct", "--quantiles", "0.5")).toContain("--quantiles needs several runs; give --runs too");
    expect(await wrong(birthDeath, "--method", "direct", "--runs", "5", "--times", "0,1", "--histogram", "x@1")).toContain('there is no column "x"; did you mean "X"?');
    expect(await wrong(file("half.ant", "J: A => ; k*A\nA = 1.5; k = 1\n"), "--method", "tau-leaping")).toContain("no whole number");
    expect(await wrong(birthDeath, "--method", "direct", "--runs", "5", "--points", "300000", "--quantiles", "0.5")).toContain("fit in memory; ask for fewer rows");
  });
});

test("progress counts from where an ensemble was taken up", () => {
  const lines: string[] = [];
  let now = 0;
  const terminal = { isTerminal: true, redraw: (text: string) => void lines.push(text) } as unknown as Terminal;
  const progress = runsProgress(terminal, 100, 1000, () => now);
  progress(100);
  now = 2000;
  progress(300);
  now = 2050;
  progress(301);
  // 200 runs in 2 s: 700 more take 7 s.
  expect(lines).toEqual(["100 of 1000 runs, 10 %", "300 of 1000 runs, 30 %, 7 s left"]);
});

const lowest = ({ rows }: SimulateOutput): number => Math.min(...rows.flat().map(Number));

test("simulate --non-negative gives no negative amount, and names what is no amount", async () => {
  const sink = file("sink.ant", "R1: A -> B; k1*A; R2: B + C -> D; k2*B*C; k1 = 50; k2 = 1000; A = 1; B = 0; C = 0.5; D = 0\n");
  const rough = [sink, "--method", "tsit5", "--end", "2", "--points", "200", "--rtol", "1e-2", "--atol", "1e-3"];
  expect(lowest(await answered(rough))).toBeLessThan(0);
  expect(lowest(await answered([...rough, "--non-negative"]))).toBe(0);
  const rule = file("rule.ant", "A -> ; k*A; k = 1; A = 1; v = 0; v' = A - 2\n");
  expect(await wrong(rule, "--non-negative")).toContain('--non-negative: "v" follows a rule or an event and may be negative; leave the option out');
  expect(await wrong(sink, "--method", "ssa", "--non-negative")).toContain("--non-negative has no meaning for ssa");
});

test("simulate --independent keeps totals to rounding, tells what is a small difference, and where there is nothing to find", async () => {
  const argv = ["robertson", "--times", "0,1,100,1e4", "--rtol", "1e-4", "--atol", "1e-8"];
  const [whole, reduced] = [await answered(argv), await answered([...argv, "--independent"])];
  expect(reduced.columns).toEqual(whole.columns);
  // A sum of three numbers at most 1: at most one rounding each.
  for (const row of reduced.rows) expect(Math.abs(row.slice(1).reduce<number>((sum, value) => sum + Number(value), 0) - 1)).toBeLessThanOrEqual(3 * Number.EPSILON);
  expect(reduced.rows).not.toEqual(whole.rows);
  // Ten times the tolerance of each of the two.
  reduced.rows.forEach((row, at) => row.forEach((value, column) => expect(Math.abs(Number(value) - Number(whole.rows[at]?.[column]))).toBeLessThan(20 * (1e-8 + 1e-4 * Math.abs(Number(value))))));
  const said = await semimech(["simulate", "robertson", "--times", "0,1e11", "--independent", "--verbose"]);
  expect(said.err).toContain("--independent: A found from what is conserved; 2 of 3 states are solved for");
  expect(said.err).toMatch(/--independent: A is a small difference at time 100000000000 and may be \d+ times less exact there than --rtol and --atol ask; leave --independent out/);
  expect((await semimech(["simulate", "robertson", "--times", "0,1", "--independent"])).err).toBe("");
  expect((await semimech(["simulate", "lotka-volterra", "--times", "0,1", "--independent"])).err).toContain("no state follows from what is conserved, so that all are solved for");
  for (const method of ["ssa", "tau-leaping", "hybrid"]) expect(await wrong("robertson", "--method", method, "--independent")).toContain(`--independent has no meaning for ${method}`);
});

test("simulate --reproducible refuses what has other bits elsewhere: in rates, initial values, columns and methods", async () => {
  const own = file("own.ant", "J1: => X; exp(-X) + tanh(X)\nX = 1\nY := log(X)\n");
  expect((await answered([own, "--times", "0,1", "--reproducible"])).status).toBe("done");
  expect(await wrong(own, "--method", "odex", "--reproducible")).toContain("--reproducible: the steps of odex are taken by a package");
  expect(await wrong(file("rate.ant", "J1: => X; 2 + sin(X)\nX = 1\n"), "--reproducible")).toContain("--reproducible: the program calls sin");
  const all = await wrong(file("host.ant", "J1: => X; 2\nX = cos(1)\nY := arctan(X)\n"), "--reproducible");
  for (const place of ['the initial value of "X"', 'column "Y"']) expect(all).toContain(`--reproducible: ${place} takes a trigonometric function`);
});

test("tolerances that choose no steps are refused before anything is solved", async () => {
  expect(await wrong(death, "--rtol", "1")).toContain("--rtol 1: expected less than 1, such as");
  for (const method of ["bdf", "hybrid"]) expect(await wrong(death, "--method", method, "--rtol", "0", "--atol", "0")).toContain("--rtol 0 and --atol 0 leave nothing to choose steps by");
});
