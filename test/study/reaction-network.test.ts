import { describe, expect, it } from "vitest";
import { type FitHooks, silentHooks } from "../../src/calibrate/hooks.ts";
import type { StudyProblem } from "../../src/study/kind.ts";
import type { FitJob, PreparedStudy } from "../../src/study/mechanism.ts";
import { mechanismKinds } from "../../src/study/mechanisms/index.ts";
import { readScenario } from "../../src/study/scenario.ts";
import { errorOf, modelText, scenarioText, truthText } from "./tiny-scenario.ts";

async function prepare(texts: { scenario?: string; model?: string; truth?: string } = {}): Promise<PreparedStudy | { readonly problems: readonly StudyProblem[] }> {
  const read = readScenario(texts.scenario ?? scenarioText, mechanismKinds);
  if ("problems" in read) return read;
  const files: Readonly<Record<string, string>> = { "model.ant": texts.model ?? modelText, "truth.ant": texts.truth ?? truthText };
  return read.scenario.kind.prepare(read.scenario.values, {
    readText: async (name) => files[name] ?? "",
    readData: async () => "",
  });
}

async function study(): Promise<PreparedStudy> {
  const made = await prepare();
  if ("problems" in made) throw new Error(made.problems.map((problem) => problem.message).join("\n"));
  return made;
}

const jobOf = (made: PreparedStudy, model: string): FitJob => {
  const job = made.jobs("quick", "1").find((each) => each.model === model);
  if (!job) throw new Error(`no job for ${model}`);
  return job;
};

describe("a reaction network with a learned flux", () => {
  it("holds out whole pairs and the unseen dose, per seed", async () => {
    const made = await study();
    expect(made.tasks.map((task) => task.id)).toEqual(["pairs@1", "doses@1", "pairs@2", "doses@2"]);
    for (const task of made.tasks) {
      const [fold] = task.folds;
      const ids = (rows: readonly number[] = []): string[] => rows.map((row) => task.table.conditions[row]?.id ?? "");
      expect(ids(fold?.train)).toEqual(expect.arrayContaining(["control", "a@4", "b@4", "c@4"]));
      expect(ids(fold?.train).filter((id) => id.includes("+"))).toHaveLength(1);
      expect(ids(fold?.test).every((id) => (task.kind === "unseen-dose" ? id.endsWith("@2") : id.includes("+")))).toBe(true);
    }
    const [first, , second] = made.tasks;
    expect([...(first?.table.values ?? [])]).not.toEqual([...(second?.table.values ?? [])]);
    expect([...(first?.table.truth ?? [])]).toEqual([...(second?.table.truth ?? [])]);
  });

  it("measures with the declared noise", async () => {
    const made = await study();
    const { values, truth, sd } = made.tasks[0]?.table ?? {};
    const z = Array.from(values ?? [], (value, index) => (value - (truth?.[index] ?? 0)) / (0.01 * (truth?.[index] ?? 1)));
    const spread = Math.sqrt(z.reduce((sum, each) => sum + each * each, 0) / z.length);
    // Five standard errors of a standard deviation of n draws: 5 / √(2n).
    expect(Math.abs(spread - 1)).toBeLessThan(5 / Math.sqrt(2 * z.length));
    expect(sd?.every((each, index) => each === Math.max(0.01 * Math.abs(values?.[index] ?? 0), 0.0005))).toBe(true);
  });

  it("finds the deleted flux, which the mechanism alone cannot replace", async () => {
    const made = await study();
    const hybrid = await made.run(jobOf(made, "hybrid"), silentHooks, null);
    const alone = await made.run(jobOf(made, "mechanism-only"), silentHooks, null);
    expect(hybrid.status).toBe("done");
    expect(errorOf(made, hybrid)).toBeLessThan(0.5 * errorOf(made, alone));
    const recovered = hybrid.findings.find((finding) => finding.check === "recovered flux");
    expect(recovered?.value).toBeGreaterThan(0.9);
    expect(hybrid.also?.["doses@1"]).toHaveLength(3 * 10);
    expect(hybrid.shares.find((share) => share.species === "B")?.share).toBe(1);
    expect(hybrid.shares.find((share) => share.species === "Ap")?.share).toBeLessThan(1);
    expect(hybrid.thermo.length).toBeGreaterThan(0);
    expect(alone.learnedFluxes).toEqual([]);
  });

  it("never reads a test response while it fits", async () => {
    const [made, blinded] = [await study(), await study()];
    for (const task of blinded.tasks) {
      const width = task.table.features.length;
      for (const row of task.folds[0]?.test ?? []) task.table.values.fill(Number.NaN, row * width, (row + 1) * width);
    }
    const [seen, blind] = [await made.run(jobOf(made, "mechanism-only"), silentHooks, null), await blinded.run(jobOf(blinded, "mechanism-only"), silentHooks, null)];
    expect(blind.test).toEqual(seen.test);
  });

  it("stops in the middle of a fit and goes on to the same bits", async () => {
    const made = await study();
    const job = jobOf(made, "hybrid");
    const whole = await made.run(job, silentHooks, null);
    let written: string | null = null;
    let parts = 0;
    for (;;) {
      let asked = 0;
      const hooks: FitHooks = { ...silentHooks, stop: () => ++asked > 90, checkpoint: (state) => void (written = JSON.stringify(state)) };
      const part = await made.run(job, hooks, written === null ? null : JSON.parse(written));
      parts++;
      if (part.status === "stopped") continue;
      expect({ ...part, seconds: 0 }).toEqual({ ...whole, seconds: 0 });
      break;
    }
    expect(parts).toBeGreaterThan(2);
  });

  it("names everything that does not fit together, with its file", async () => {
    const wrong = await prepare({
      scenario: scenarioText.replace("observables: [Ap, Bp]", "observables: [Ap, Q]").replace("target: on_A", "target: on_Z").replace("fit: [kA,", "fit: [kZ,"),
    });
    expect("problems" in wrong && wrong.problems.map((problem) => `${problem.file}: ${problem.message}`).join("\n")).toMatchSnapshot();
    const unreadable = await prepare({ model: "model tiny\n  A -> ; k*A)\nend" });
    expect("problems" in unreadable && unreadable.problems.map((problem) => `${problem.file}:${problem.line}:${problem.column}: ${problem.message}`).join("\n")).toMatchSnapshot();
  });
});
