import { describe, expect, it } from "vitest";
import { silentHooks } from "../../src/calibrate/hooks.ts";
import type { FitResult, PreparedStudy } from "../../src/study/mechanism.ts";
import { mechanismKinds } from "../../src/study/mechanisms/index.ts";
import { readScenario } from "../../src/study/scenario.ts";
import { errorOf, modelText, scenarioText, truthText } from "./tiny-scenario.ts";

/** In the true network Bp speeds off_A up, which the model does not know. */
const sped = truthText.replace(/^.*hidden:.*\n/m, "").replace("pA*Ap - pA*eps*A", "(1 + 8*Bp^2/(0.25 + Bp^2))*(pA*Ap - pA*eps*A)");
const entry = "  - { id: learned, kind: conductance, reactions: [off_A], inputs: [Bp], reference: { Bp: 0.1 } }\n";
const scenario = scenarioText.replace(/^ {2}- \{ id: unknown.*\n/m, entry);

async function prepare(text = scenario, truth = sped): Promise<PreparedStudy> {
  const read = readScenario(text, mechanismKinds);
  if ("problems" in read) throw new Error(read.problems.map(({ message }) => message).join("\n"));
  const files: Readonly<Record<string, string>> = { "model.ant": modelText, "truth.ant": truth };
  const made = await read.scenario.kind.prepare(read.scenario.values, { readText: async (name) => files[name] ?? "", readData: async () => "" });
  if ("problems" in made) throw new Error(made.problems.map(({ message }) => message).join("\n"));
  return made;
}

async function fit(made: PreparedStudy, model: string): Promise<FitResult> {
  const job = made.jobs("quick", "1").find((each) => each.model === model);
  if (!job) throw new Error(`no job for ${model}`);
  return made.run(job, silentHooks, null);
}

describe("a reaction network with a learned conductance", () => {
  it("finds what speeds a reaction up, and obeys the second law while it does", async () => {
    const made = await prepare();
    expect(made.models[0]?.title).toBe("mechanism with learned conductances");
    const [hybrid, alone] = [await fit(made, "hybrid"), await fit(made, "mechanism-only")];
    expect(hybrid.status).toBe("done");
    expect(errorOf(made, hybrid)).toBeLessThan(0.5 * errorOf(made, alone));
    const recovered = hybrid.findings.find((finding) => finding.check === "recovered flux");
    expect(recovered?.where).toContain("off_A");
    expect(recovered?.value).toBeGreaterThan(0.9);
    const checks = hybrid.findings.filter(({ topic }) => topic === "thermodynamics");
    expect(checks.find(({ where }) => where.startsWith("second law by construction"))?.verdict).toBe("ok");
    expect(checks.filter(({ check }) => check === "second-law").map(({ verdict }) => verdict)).toEqual(["ok"]);
    expect(checks.some(({ check }) => check === "non-thermodynamic")).toBe(false);
    expect(Object.keys(hybrid.thermo[0]?.perReaction ?? {})).toContain("off_A");
    expect(hybrid.shares.find(({ species }) => species === "A")?.share).toBeLessThan(1);
    expect(alone.learnedFluxes).toEqual([]);
  });

  it("takes doses as inputs, and says what does not fit", async () => {
    await expect(prepare(scenario.replace("inputs: [Bp], reference: { Bp: 0.1 }", "inputs: [inhibition_a, eps], shifts: { Bp: 1 }"))).resolves.toBeDefined();
    await expect(prepare(scenario.replace("reactions: [off_A], inputs: [Bp]", "reactions: [on_Z], inputs: [Bp, Q]"))).rejects.toThrow(/learned conductance learned: there is no reaction "on_Z"[^]*input "Q" is no species/);
    // Its chemostat stands in the forward rate alone, which is no mass action of the declared stoichiometry.
    await expect(prepare(scenario.replace("reactions: [off_A]", "reactions: [on_A]"))).rejects.toThrow('reaction "on_A" has no conductance: the forward term does not follow the stoichiometry');
    await expect(prepare(scenario.replace("kind: conductance", "kind: resistance"))).rejects.toThrow(/kind/);
    await expect(prepare(scenario, sped.replaceAll("Ap", "Aq"))).rejects.toThrow('learned conductance learned: no species "Ap"');
  });

  it("tags an additive learned flux, and no other term, as bound by no law", async () => {
    const made = await prepare(scenarioText.replace("together: 1500", "together: 20"), truthText);
    const hybrid = await fit(made, "hybrid");
    expect(hybrid.findings.find(({ check }) => check === "non-thermodynamic")?.where).toContain('reaction "unknown"');
    expect(hybrid.findings.some(({ where }) => where.startsWith("second law by construction"))).toBe(false);
  });
});
