import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { dispatch } from "../../src/cli/dispatch.ts";
import { verbs } from "../../src/cli/index.ts";
import { thermoStochasticOutput } from "../../src/cli/thermo-stochastic-output.ts";
import type { ThermoStochasticOutput } from "../../src/cli/thermo-stochastic-output.ts";
import { estimateDefaults } from "../../src/thermo/index.ts";
import { boltzmannConstant } from "../../src/thermo/units.ts";
import { freshFolder, semimech } from "./session.ts";

/** Runs the verb with --stochastic --json; what it prints is what its schema says, and nothing more. */
async function sampled(argv: readonly string[], code = 0): Promise<ThermoStochasticOutput> {
  const said = await semimech(["thermo", ...argv, "--stochastic", "--json"]);
  expect(said.code).toBe(code);
  const printed: unknown = JSON.parse(said.out);
  const output = thermoStochasticOutput.parse(printed);
  expect(output).toEqual(printed);
  return output;
}

/** At a fixed seed. */
const standardErrors = 5;
const within = (estimate: { readonly value: unknown; readonly standardError: unknown } | null | undefined, expected: number): void =>
  expect(Math.abs(Number(estimate?.value) - expected)).toBeLessThan(standardErrors * Number(estimate?.standardError));

const ring = (seed: string, ...more: string[]) => sampled(["uniform-ring", "--runs", "60", "--times", "2,6", "--seed", seed, ...more]);

describe("sampled runs", () => {
  test("one enzyme makes (3/7) ln 4 and turns 3/7 over per time; the uncertainty relation holds", async () => {
    const output = await sampled(["michaelis-menten", "--runs", "400", "--seed", "7", "--times", "5,10,15", "--observable", "P"]);
    expect([output.status, output.runs, output.seed, output.window.points]).toEqual(["done", 400, "0x7", 3]);
    within(output.entropyProduction?.jumps, (3 / 7) * Math.log(4));
    within(output.entropyProduction?.states, (3 / 7) * Math.log(4));
    const [product] = output.currents;
    within(product?.mean, 3 / 7);
    expect(Number(product?.uncertainty?.value) + standardErrors * Number(product?.uncertainty?.standardError)).toBeGreaterThan(1);
    expect(output.findings.every(({ verdict }) => verdict !== "violated")).toBe(true);
  });

  test("same seed, same numbers; another seed, others; a volume scales molecules and entropy production", async () => {
    const [once, again, other] = [await ring("7"), await ring("0x7"), await ring("8")];
    expect(again).toEqual(once);
    expect(other.entropyProduction).not.toEqual(once.entropyProduction);
    const large = await ring("7", "--volume", "50");
    expect(large.volume).toBe(50);
    within(large.entropyProduction?.states, 50 * Math.LN2);
    within(large.entropyProduction?.perVolume, Math.LN2);
  });

  test("physical units are k_B per second in the volume", async () => {
    const output = await sampled(["uniform-ring", "--runs", "40", "--times", "2,6", "--time-unit", "min", "--temperature", "310"]);
    const jumps = Number(output.entropyProduction?.jumps.value);
    expect(Math.abs(Number(output.physical?.power.value) / ((310 * boltzmannConstant * jumps) / 60) - 1)).toBeLessThan(10 * Number.EPSILON);
  });

  test("one-way reactions: infinite, said in words, and the kinetic relation stays", async () => {
    const path = join(freshFolder(), "oneway.ant");
    writeFileSync(path, "J1: A -> B; 2*A\nJ2: B -> A; B\nA = 30; B = 0\n");
    const output = await sampled([path, "--runs", "60", "--times", "5,8", "--observable", "A"]);
    expect(output.applicability.isThermodynamic).toBe(false);
    expect(output.entropyProduction?.jumps.value).toBe("Infinity");
    expect((await semimech(["thermo", path, "--stochastic", "--runs", "60", "--times", "5,8"])).out).toContain('not thermodynamic: reaction "J1" is one-way');
  });

  test("measured currents are held against what was sampled", async () => {
    const path = join(freshFolder(), "currents.tsv");
    writeFileSync(path, "current\tmean\tvariance\tduration\tn\nturns\t33.3\t6\t100\t200\n");
    const output = await sampled(["uniform-ring", "--runs", "60", "--times", "2,6", "--currents", path], 1);
    within({ value: output.measured?.modelRate, standardError: output.entropyProduction?.jumps.standardError }, Math.LN2);
    expect(output.findings.some(({ check, verdict }) => check === "measured-currents" && verdict === "violated")).toBe(true);
  });

  test("as text: numbers with standard errors, and the seed that was used", async () => {
    const said = await semimech(["thermo", "uniform-ring", "--stochastic", "--runs", "40", "--times", "2,6"]);
    expect(said.err).toBe("seed 1\n");
    expect(said.out).toMatch(/from the jumps +[\d.]+ ± [\d.]+/);
    for (const each of ["40 of 40 runs, seed 0x1, direct; window 2 to 6", "fluctuation theorem", "findings"]) expect(said.out).toContain(each);
  });

  test("Ctrl-C: progress is shown, what is complete is printed, 130", { timeout: 60_000 }, async () => {
    const controller = new AbortController();
    const text = { out: "", err: "" };
    const stream = (key: "out" | "err", isTTY: boolean) => ({
      isTTY,
      columns: 80,
      write: (part: string | Uint8Array) => {
        text[key] += String(part);
        const done = /(\d+) of 200000000 runs/.exec(String(part))?.[1];
        if (Number(done) >= estimateDefaults.batches) setTimeout(() => controller.abort(), 0);
        return true;
      },
    });
    // Runs of a few events each, so that none alone is long enough to let the signal in.
    const code = await dispatch(["thermo", "uniform-ring", "--stochastic", "--runs", "100000000", "--times", "1,2", "--json"], verbs, {
      stdout: stream("out", false) as unknown as NodeJS.WriteStream,
      stderr: stream("err", true) as unknown as NodeJS.WriteStream,
      environment: {},
      stop: controller.signal,
      kinds: () => Promise.resolve([]),
      version: () => Promise.resolve("1.2.3"),
    });
    expect(code).toBe(130);
    const output = thermoStochasticOutput.parse(JSON.parse(text.out));
    expect(output.status).toBe("paused");
    expect(output.runs).toBeGreaterThanOrEqual(estimateDefaults.batches);
    expect(output.fluctuationTheorem).toBeNull();
    expect(text.err).toContain("interrupted; what is complete is printed");
  });
});
