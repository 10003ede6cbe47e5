import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { simulateOutput } from "../../src/cli/simulate-output.ts";
import { freshFolder, semimech } from "./session.ts";

const models = mkdtempSync(join(tmpdir(), "semimech-hybrid-"));
const file = (name: string, text: string): string => {
  writeFileSync(join(models, name), text);
  return join(models, name);
};
const [on, off, make, decay] = [0.5, 1, 3000, 1];
/** A gene that switches slowly, with a product of many molecules. */
const gene = file("gene.ant", `On: G => H; ${on}*G; Off: H => G; ${off}*H; P: => X; ${make}*H; D: X => ; ${decay}*X\nG = 1; H = 0; X = 1000\n`);
const constant = file("constant.ant", "J1: => X; 40\nJ2: X => ; X\nX = 40\n");

async function refused(...argv: string[]): Promise<string> {
  const said = await semimech(["simulate", ...argv]);
  expect([said.code, said.out]).toEqual([2, ""]);
  return said.err;
}

describe("simulate --method hybrid", () => {
  test("means, quantiles and paths of many runs, and which reactions were fast", async () => {
    const runs = 50;
    const said = await semimech(["simulate", gene, "--method", "hybrid", "--times", "0,5", "--interval", "0.1", "--runs", String(runs), "--quantiles", "0.5", "--paths", "2", "--firings", "--seed", "5", "--json"]);
    const output = simulateOutput.parse(JSON.parse(said.out));
    expect([said.code, output.status, output.method, output.runs, output.paths?.length]).toEqual([0, "done", "hybrid", runs, 2]);
    // Stationary moments of the telegraph process, reached but for e^-5 of the start; the sd of a mean of so many runs follows.
    const p = on / (on + off);
    const variance = (make / decay) ** 2 * p * (1 - p) * (decay / (decay + on + off));
    expect(Math.abs(Number(output.mean?.[1]?.[3]) - (make / decay) * p)).toBeLessThan(5 * Math.sqrt(variance / runs) + 1000 * Math.exp(-5));
    expect(output.quantiles?.length).toBe(1);
    const { fast = {}, refused: left, ...control } = output.partition ?? {};
    expect(control).toEqual({ interval: 0.1, firings: 10, molecules: 100, method: "tsit5" });
    // Single genes are never fast; births can be while the gene is on, and there is much to be changed.
    expect([fast["On"], fast["Off"], left]).toEqual([0, 0, 0]);
    expect(Number(fast["P"])).toBeGreaterThan(0.1);
    expect(Number(fast["D"])).toBeGreaterThan(Number(fast["P"]));
    expect(said.err).toMatch(/fast: P for [\d.]+ % of the time, D for [\d.]+ % of the time; slow: On, Off/);
    // What is made and not there any more has decayed, run by run and so in the mean.
    expect(Math.abs(1000 + Number(output.firings?.["P"]) - Number(output.firings?.["D"]) - Number(output.mean?.[1]?.[3]))).toBeLessThan(1e-3);
    // Events are those drawn one by one, far fewer than the molecules.
    expect(output.steps / runs).toBeLessThan(Number(output.firings?.["P"]) / 5);
  });

  test("thresholds and the solver of fast reactions are what was asked", async () => {
    const all = simulateOutput.parse(JSON.parse((await semimech(["simulate", gene, "--method", "hybrid", "--times", "0,2", "--fast-molecules", "1e9", "--fast-method", "rodas5p", "--json"])).out));
    expect(Object.values(all.partition?.fast ?? {})).toEqual([0, 0, 0, 0]);
    expect(all.partition).toMatchObject({ interval: 0.02, molecules: 1e9, method: "rodas5p" });
    expect(all.rows.flat().every((value) => Number.isInteger(value))).toBe(true);
  });

  test("a report names the fast reactions, and is reproduced to the last bit", async () => {
    const out = join(freshFolder(), "report");
    expect((await semimech(["simulate", gene, "--method", "hybrid", "--end", "2", "--points", "3", "--runs", "4", "--rtol", "1e-7", "--report", "--quiet", "--out", out])).code).toBe(0);
    const page = readFileSync(join(out, "simulate.html"), "utf8");
    for (const part of ["fast reactions", "On, Off", "slow events of all runs", "relative tolerance"]) expect(page).toContain(part);
    expect(JSON.parse((await semimech(["reproduce", join(out, "manifest.json"), "--out", `${out}-again`, "--json"])).out)).toMatchObject({ reproduced: true, notes: [] });
  });

  test("what it cannot do is refused by name", async () => {
    expect(await refused(file("event.ant", "J1: => X; b\nX = 4; b = 4\nE1: at time > 3: b = 1\n"), "--method", "hybrid")).toContain('event "E1": the hybrid method does not follow events');
    const wrong = await refused(gene, "--method", "hybrid", "--epsilon", "0.1", "--reproducible", "--first-passage", "X > 3", "--interval", "0", "--fast-firings", "0");
    for (const part of ["--epsilon has no meaning for hybrid", "--reproducible has no meaning for hybrid", "--first-passage has no meaning for hybrid, which does not look at every event", "--interval 0: expected more than 0", "--fast-firings 0: expected more than 0"]) expect(wrong).toContain(part);
    expect(await refused(gene, "--method", "direct", "--interval", "1")).toContain("--interval has no meaning for direct");
    expect(await refused(gene, "--method", "hybrid", "--fast-method", "bdf")).toContain("--fast-method bdf: expected one of tsit5");
  });
});

describe("simulate --first-passage without a method of its own", () => {
  const argv = [constant, "--first-passage", "X >= 50", "--times", "0,10", "--runs", "100", "--json"];

  test.each([["no method", []], ["ssa, which only chooses", ["--method", "ssa"]]])("%s: exact events, and it says so", async (_, method) => {
    const said = await semimech(["simulate", ...argv, ...method]);
    expect(said.err).toContain("method exact-events: first passages need a look at every event");
    const output = simulateOutput.parse(JSON.parse(said.out));
    expect(output.method).toBe("exact-events");
    const asked = await semimech(["simulate", ...argv, "--method", "exact-events"]);
    expect(asked.err).not.toContain("need a look");
    expect(said.out).toBe(asked.out);
  });

  test("models that no such method follows are refused by what they have", async () => {
    const timed = file("timed.ant", "J1: => X; 40*(1 + sin(time))\nX = 40\n");
    for (const method of [[], ["--method", "ssa"]]) expect(await refused(timed, "--first-passage", "X >= 50", ...method)).toContain("first passages are not looked for in models with events or rates that depend on time");
    expect(await refused(constant, "--method", "next-reaction", "--first-passage", "X >= 50")).toContain("choose one of tau-leaping, implicit-tau, cle, exact-events, ssa");
  });
});
