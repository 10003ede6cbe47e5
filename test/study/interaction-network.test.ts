import { beforeAll, describe, expect, it } from "vitest";
import { silentHooks, type Checkpoint } from "../../src/calibrate/hooks.ts";
import { readScenario } from "../../src/study/scenario.ts";
import type { PreparedStudy, StudyFiles } from "../../src/study/mechanism.ts";
import { interactionNetwork } from "../../src/study/mechanisms/interaction-network.ts";
import { dataText, hasData, needs } from "../measured-data.ts";

const folder = "cellbox-skmel133";

const yaml = (changes: Readonly<Record<string, string>> = {}): string => {
  const sections: Readonly<Record<string, string>> = {
    model: "{ kind: interaction-network, layout: cellbox, folder: tiny, phenotypes: [growth] }",
    protocols: "{ start: zero, input: constant, step: 0.1 }",
    splits: `
  - { id: random, kind: random, seed: 1, train: 4, validation: 2, test: 2, repeats: 5 }
  - { id: unseen-drug, kind: held-out-perturbation, seed: 1, validation: 2, repeats: 3 }`,
    budget: `
  stages: [{ steps: 20, learningRate: 0.05, l1: 0.001, l2: 0.0001, patience: 100, iterations: 40 }]
  window: 5
  batch: { random: 2, unseen-drug: 4 }
  quick: { random: 2, unseen-drug: 4 }
  full: { random: 5, unseen-drug: 9 }`,
    ...changes,
  };
  const head = "semimech: 1\nid: tiny\ntitle: a tiny table\nlearned: []\nbaselines: all\nprimary: { metric: r, direction: higher }\nsecondary: []\nseeds: [1]\n";
  return head + Object.entries(sections).map(([key, text]) => `${key}: ${text}`).join("\n");
};

/** Three drugs alone at two doses and in pairs, on four proteins and one phenotype. */
const doses: readonly (readonly [string, readonly number[]])[] = [
  ["A|1", [-0.5, 0, 0]], ["A|2", [-1, 0, 0]], ["B|1", [0, -0.4, 0]], ["B|2", [0, -0.9, 0]],
  ["C|1", [0, 0, -0.7]], ["A|2,B|2", [-1, -0.9, 0]], ["A|2,C|1", [-1, 0, -0.7]], ["B|2,C|1", [0, -0.9, -0.7]],
];
const effects = [[0.5, 0.1, 0], [0.2, -0.6, 0.1], [0, 0.3, 0.4], [-0.3, 0, 0.2], [0.1, 0.4, -0.5]];
const texts: Readonly<Record<string, string>> = {
  "pert.csv": doses.map(([, dose]) => [0, 0, 0, 0, 0, ...dose].join(",")).join("\n"),
  "expr.csv": doses.map(([, dose]) => [...effects.map((row) => Math.tanh(row.reduce((sum, each, drug) => sum + each * (dose[drug] ?? 0), 0))), ...dose].map((value) => value.toFixed(3)).join(",")).join("\n"),
  "expr_index.txt": doses.map(([id]) => `${id} 1 0`).join("\n"),
  "node_Index.csv": "P1\nP2\nP3\nP4\ngrowth\naA\naB\naC",
};
const tinyFiles: StudyFiles = {
  readText: (name) => Promise.reject(new Error(name)),
  readData: async (name) => texts[name.replace("tiny/", "")] ?? "",
};

async function prepared(text: string, files: StudyFiles): Promise<PreparedStudy | { readonly problems: readonly { readonly message: string }[] }> {
  const read = readScenario(text, [interactionNetwork]);
  if ("problems" in read) return read;
  return read.scenario.kind.prepare(read.scenario.values, files);
}

async function study(text: string, files: StudyFiles): Promise<PreparedStudy> {
  const answer = await prepared(text, files);
  if ("problems" in answer) throw new Error(answer.problems.map((problem) => problem.message).join("\n"));
  return answer;
}

describe("the interaction-network kind on a tiny table", () => {
  it("takes one model a fold, agents in turn, long fits first", async () => {
    const { jobs, tasks, models } = await study(yaml(), tinyFiles);
    expect(tasks.map((task) => [task.id, task.folds.length])).toEqual([["random", 5], ["unseen-drug", 9]]);
    expect(models.map((model) => [model.id, model.role])).toEqual([["cellbox", "subject"]]);
    expect(jobs("quick", "1").map((job) => [job.split, job.fold])).toEqual([["unseen-drug", 0], ["unseen-drug", 3], ["unseen-drug", 6], ["unseen-drug", 1], ["random", 0], ["random", 1]]);
    expect(jobs("full", "1").length).toBe(14);
    expect(new Set(jobs("full", "1").map((job) => job.key)).size).toBe(14);
    expect(new Set(jobs("full", "1").map((job) => job.seed)).size).toBe(14);
    expect(jobs("quick", "2")[0]?.seed).not.toBe(jobs("quick", "1")[0]?.seed);
  });

  it("fits a fold: predictions of every row asked for, the same bits again and after a stop", async () => {
    const { jobs, run, tasks } = await study(yaml(), tinyFiles);
    const [job] = jobs("quick", "1");
    if (!job) throw new Error("no job");
    const fit = await run(job, silentHooks, null);
    const fold = tasks[1]?.folds[job.fold];
    expect(fit.status).toBe("done");
    expect(fit.test.length).toBe((fold?.test.length ?? 0) * 8);
    expect(fit.train.length).toBe((fold?.train.length ?? 0) * 8);
    expect(fit.test.every(Number.isFinite)).toBe(true);
    expect(fit.numerics.find((fact) => fact.name === "cellbox on unseen-drug: models")?.value).toBe("4 of 9 folds, batches of 4; left out: A, B, C (3 of 3)");
    expect(fit.training?.iteration).toEqual([25]);
    expect(JSON.parse(JSON.stringify(fit))).toEqual(fit);

    let asked = 0;
    const kept: { state: Checkpoint } = { state: null };
    const stopped = await run(job, { ...silentHooks, stop: () => ++asked > 10, checkpoint: (state) => void (kept.state = JSON.parse(JSON.stringify(state))) }, null);
    expect([stopped.status, stopped.test]).toEqual(["stopped", []]);
    const resumed = await run(job, silentHooks, kept.state);
    expect([resumed.test, resumed.train, resumed.training]).toEqual([fit.test, fit.train, fit.training]);
  });

  it("a test row's responses change nothing of what is predicted for it", async () => {
    const { jobs, run, tasks } = await study(yaml(), tinyFiles);
    const job = jobs("quick", "1").find((each) => each.split === "random");
    if (!job) throw new Error("no job");
    const [held = 0] = tasks[0]?.folds[job.fold]?.test ?? [];
    const lines = (texts["expr.csv"] ?? "").split("\n");
    const spoiled = lines.map((line, row) => (row === held ? line.split(",").map(() => "9").join(",") : line)).join("\n");
    const other = await study(yaml(), { ...tinyFiles, readData: async (name) => (name === "tiny/expr.csv" ? spoiled : tinyFiles.readData(name)) });
    expect((await other.run(job, silentHooks, null)).test).toEqual((await run(job, silentHooks, null)).test);
  });

  it.each([
    [{ model: "{ kind: interaction-network, layout: cellbox, folder: tiny, phenotypes: [grwth] }" }, 'the data have no node "grwth"'],
    [{ model: "{ kind: interaction-network, layout: cellbox, folder: tiny, phenotypes: [aA] }" }, 'a drug acts on node "aA"'],
    [{ model: "{ kind: interaction-network, layout: cellbocks, folder: tiny, phenotypes: [] }" }, "cellbox"],
    [{ protocols: "{ start: zero, input: pulsed, step: 0.1 }" }, "constant"],
    [{ splits: "\n  - { id: random, kind: random, seed: 1, train: 4, validation: 2, test: 2, repeats: 5 }" }, 'names a split "unseen-drug" that is not declared'],
    [{ splits: "\n  - { id: other, kind: random, seed: 1, train: 4, validation: 2, test: 2, repeats: 5 }" }, 'budget.batch says nothing about split "other"'],
  ])("says what is wrong: %j", async (changes, message) => {
    const answer = await prepared(yaml(changes), tinyFiles);
    expect("problems" in answer ? answer.problems.map((problem) => problem.message).join("\n") : "no problem").toContain(message);
  });

  it("names the file and line of malformed data", async () => {
    const answer = await prepared(yaml(), { ...tinyFiles, readData: async (name) => (name === "tiny/pert.csv" ? "0,x\n" : tinyFiles.readData(name)) });
    expect("problems" in answer ? answer.problems : []).toContainEqual(expect.objectContaining({ file: "tiny/pert.csv", line: 1 }));
  });
});

describe.skipIf(!hasData(folder))(needs(folder, "the CellBox scenario"), () => {
  let real: PreparedStudy;
  beforeAll(async () => {
    const { readFileSync } = await import("node:fs");
    const text = readFileSync(new URL("../../scenarios/cellbox-skmel133/scenario.yaml", import.meta.url), "utf8");
    real = await study(text, { readText: (name) => Promise.reject(new Error(name)), readData: async (name) => dataText(name) });
  });

  it("makes the four published splits, with the published scores beside them", () => {
    expect(real.tasks.map((task) => [task.id, task.folds.length, task.folds[0]?.train.length])).toEqual([["random", 200, 49], ["single-to-combo", 100, 18], ["singles-seen", 240, 62], ["unseen-drug", 240, 61]]);
    expect(real.jobs("full", "1").length).toBe(780);
    expect(real.published.filter((score) => score.metric === "r99").map((score) => score.value)).toEqual([0.926, 0.924, 0.935, 0.78]);
  });

  it("leaves out another drug with each model of the quick budget", () => {
    const groups = real.jobs("quick", "1").filter((job) => job.split === "unseen-drug").map((job) => real.tasks.find((task) => task.id === job.split)?.folds[job.fold]?.group);
    expect(groups.length).toBeGreaterThan(0);
    expect(new Set(groups).size).toBe(groups.length);
  });
});
