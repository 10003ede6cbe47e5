import { describe, expect, it } from "vitest";
import { checkLeakage } from "../../src/experiments/leakage.ts";
import type { PredictionTask } from "../../src/experiments/task.ts";
import { readReactionText } from "../../src/models/text.ts";
import { designConditions } from "../../src/study/reaction-network/design.ts";
import { fittedPaths, fluxFinding, mechanismShares } from "../../src/study/reaction-network/describe.ts";
import { prepareReactionNetwork } from "../../src/study/reaction-network/prepare.ts";
import type { ReactionNetworkScenario } from "../../src/study/reaction-network/schema.ts";
import { mechanisticSetup } from "../../src/study/reaction-network/setup.ts";
import type { LearnedFluxCurve } from "../../src/study/result.ts";
import { mechanismKinds } from "../../src/study/mechanisms/index.ts";
import { readScenario } from "../../src/study/scenario.ts";
import { modelText, scenarioText, truthText } from "./tiny-scenario.ts";

function scenarioOf(text = scenarioText): ReactionNetworkScenario {
  const read = readScenario(text, mechanismKinds);
  if ("problems" in read) throw new Error(read.problems.map(({ message }) => message).join("\n"));
  return read.scenario.values as unknown as ReactionNetworkScenario;
}

const problemsOf = (text: string): string[] => {
  const read = readScenario(text, mechanismKinds);
  return "problems" in read ? read.problems.map(({ message }) => message) : [];
};

const curve = (learned: readonly number[], truth: readonly number[], role: "train" | "test" = "test"): LearnedFluxCurve => ({ flux: "v", condition: "c", role, unit: "", times: learned.map((_, index) => index), learned, truth });

describe("the recovered flux", () => {
  it("is said pooled and per trajectory, which differ when levels are wrong", () => {
    const [pooled, each] = fluxFinding([curve([0, 1, 2], [0, 1, 2]), curve([10, 11, 12], [0, 1, 2]), curve([9, 9, 9], [1, 2, 3]), curve([5, 1, 3], [0, 1, 2], "train")]);
    expect(pooled?.verdict).toBe("violated");
    expect(each?.value).toBeCloseTo(1, 12);
    expect(each?.verdict).toBe("ok");
    expect(each?.where).toContain("1 left out because a flux does not vary there");
  });
  it("that nowhere varies is not recovered", () => {
    for (const finding of fluxFinding([curve([0, 0, 0], [0, 1, 2])])) expect([finding.verdict, finding.value]).toEqual(["violated", Number.NaN]);
    expect(fluxFinding([curve([0, 1], [0, 1], "train")])).toEqual([]);
  });
});

/** Shares of the tiny model in a compartment of the given size, every rate and the last layer scaled so that concentrations move alike. */
async function sharesIn(size: number): Promise<readonly number[]> {
  const scenario = scenarioOf();
  const scaled = modelText.replace("species A, Ap, B, Bp, $S;", `compartment c = ${size}; species A in c, Ap in c, B in c, Bp in c, $S in c;`).replace(/(on_.|off_.): ([^;]+); ([^;]+);/g, "$1: $2; c*($3);");
  const read = readReactionText(scaled, "tiny");
  if (read.problems) throw new Error(read.problems.map(({ message }) => message).join("\n"));
  const setup = mechanisticSetup(scenario, read.network, true, scenario.budget.quick, "1");
  const last = setup.learned?.weights.filter((id) => /_(w|b)2_/.test(id)) ?? [];
  const weights = Object.fromEntries(last.map((id, index) => [id, size * (0.3 + 0.2 * index)]));
  const fitted = await fittedPaths(scenario, setup, weights);
  return mechanismShares(scenario, "pairs", setup, fitted, designConditions(scenario).slice(0, 2)).map(({ share }) => share);
}

describe("the mechanism's share", () => {
  it("does not depend on the size of the compartment that concentrations are measured in", async () => {
    const [one, four] = [await sharesIn(1), await sharesIn(4)];
    expect(Math.min(...one)).toBeLessThan(0.99);
    // Two solutions at the scenario's rtol.
    one.forEach((share, index) => expect(Math.abs(share - (four[index] ?? Number.NaN))).toBeLessThan(100 * 1e-6));
  });
});

const filesOf = (model: string) => ({ readText: async (name: string) => (name === "model.ant" ? model : truthText), readData: async () => "" });

const messages = async (scenario: string, model = modelText): Promise<string> => {
  const made = await prepareReactionNetwork(scenarioOf(scenario), filesOf(model));
  return "problems" in made ? made.problems.map(({ message }) => message).join("\n") : "";
};

describe("what a run would trip over", () => {
  it("in the protocols is refused by name", () => {
    expect(problemsOf(scenarioText.replace("[0.5, 1, 2, 4, 6]", "[0.5, 2, 1, 4, 7]")).join("\n")).toMatch(/time 1 comes after 2[^]*time 7 lies after the protocol's end at 6/);
    expect(problemsOf(scenarioText.replace("unseenDose: 2", "unseenDose: 4")).join()).toContain("4 is the dose that training sees");
    expect(problemsOf(scenarioText.replace("[Ap, Bp]\n  agents", "[Ap, Ap]\n  agents")).join()).toContain('"Ap" is listed twice');
  });

  it("in learned fluxes and fitted constants is refused by name", async () => {
    expect(await messages(scenarioText, modelText.replace("kA = 1;", "kA = 0;"))).toContain('"kA" is 0 in the model');
    expect(await messages(scenarioText.replace("id: unknown", "id: on_A"))).toContain("already has something of this name");
    expect(await messages(scenarioText.replace("A: 1 }, inputs", "A: 1, B: 0 }, inputs"))).toContain('the stoichiometry of "B" is 0');
    const line = "  - { id: unknown, stoichiometry: { Ap: -1, A: 1 }, inputs: [Ap, Bp] }\n";
    expect(await messages(scenarioText.replace(line, line + line.replace("unknown", "other")))).toContain("one at a time is supported");
  });
});

const declared = (task: PredictionTask) => checkLeakage(task).find(({ check }) => check === "held out as declared");

describe("the unseen dose", () => {
  it("is checked as a dose: no agent is asked for at a dose that was seen", async () => {
    const made = await prepareReactionNetwork(scenarioOf(), filesOf(modelText));
    if ("problems" in made) throw new Error(made.problems.map(({ message }) => message).join("\n"));
    const task = made.tasks.find(({ kind }) => kind === "unseen-dose");
    if (!task) throw new Error("no such task");
    expect([declared(task)?.verdict, declared(task)?.equation]).toEqual(["ok", "every asked condition holds an agent at a dose that is not seen"]);
    const conditions = task.table.conditions.map((condition) => ({ ...condition, perturbations: condition.perturbations.map(({ agent }) => ({ agent, dose: 4 })) }));
    expect(declared({ ...task, table: { ...task.table, conditions } })?.verdict).toBe("violated");
  });
});
