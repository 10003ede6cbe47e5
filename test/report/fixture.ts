import { manifestOf } from "../../src/report/manifest.ts";
import type { Manifest } from "../../src/report/manifest.ts";
import type { FitCurve, LearnedFluxCurve, ParityPoint, RunResult, Score, ThermoCurve, TrainingCurve } from "../../src/study/result.ts";

/** A run as the missing-reaction scenario would leave it: damped responses, three splits, one verdict of each kind. */

const agents = ["MEKi", "AKTi", "PI3Ki", "EGFRi"] as const;
const pairs = agents.flatMap((a, i) => agents.slice(i + 1).map((b) => `${a} + ${b}`));
const observables = ["pERK", "pAKT", "pS6"] as const;
const times = Array.from({ length: 61 }, (_, index) => index);
const measuredAt = [0, 5, 10, 20, 30, 45, 60];

/** Errors by model, largest for what knows least. */
const spread = { hybrid: 0.015, "mechanism-only": 0.08, "pure-neural-ode": 0.06, additive: 0.05, "ridge-dose": 0.045, "no-change": 0.2, "label-permuted": 0.19 } as const;
type Model = keyof typeof spread;
const models = Object.keys(spread) as Model[];

/** A cheap repeatable wobble in (-1, 1): fixtures need no real random numbers. */
function wobble(seed: number): number {
  const value = Math.sin(seed * 12.9898 + 4.1) * 43758.5453;
  return 2 * (value - Math.floor(value)) - 1;
}

function response(condition: string, observable: number, time: number): number {
  const strength = [...condition].reduce((sum, character) => sum + character.charCodeAt(0), 0) % 7;
  return 0.05 + (1 + observable) * 0.4 * (1 - Math.exp(-time / (6 + strength))) * Math.exp(-time / (50 + 8 * strength));
}

function curve(condition: string, role: "train" | "test", observable: number, key: number): FitCurve {
  const truth = times.map((time) => response(condition, observable, time));
  const line = (model: Model, phase: number): readonly number[] => truth.map((value, index) => value * (1 + 2.5 * spread[model] * Math.sin(phase + index / 14)));
  const hybrid = line("hybrid", key);
  return {
    condition,
    observable: observables[observable] ?? "pERK",
    unit: "nM",
    timeUnit: "min",
    role,
    times,
    lines: { hybrid, "mechanism-only": line("mechanism-only", key + 1), additive: line("additive", key + 2) },
    band: { kind: role === "test" ? "ensemble" : "noise", low: hybrid.map((value) => value * 0.9), high: hybrid.map((value) => value * 1.1) },
    data: measuredAt.map((time, index) => {
      const value = response(condition, observable, time);
      return { time, value: value * (1 + 0.06 * wobble(key * 31 + index)), sd: 0.05 * value };
    }),
  };
}

const splits = [
  { id: "held-out pairs", n: pairs.length },
  { id: "unseen dose", n: 4 },
  { id: "random", n: 9 },
] as const;

function scoreOf(split: string, model: Model, n: number): readonly Score[] {
  const hard = split === "unseen dose" && model === "hybrid" ? 6 : split === "random" && model === "hybrid" ? 2.9 : 1;
  const rmse = spread[model] * hard;
  return [
    { split, model, metric: "rmse", value: rmse, se: rmse * 0.11, n },
    { split, model, metric: "rmse_noisy", value: Math.hypot(rmse, 0.04), se: rmse * 0.08, n },
    { split, model, metric: "r", value: 1 - 4 * rmse * rmse, se: model === "no-change" ? null : 0.004, n },
  ];
}

function parityPoints(): readonly ParityPoint[] {
  const points: ParityPoint[] = [];
  for (const split of splits)
    for (const model of models)
      [...agents, ...pairs].forEach((condition, c) =>
        observables.forEach((feature, o) =>
          [10, 30, 60].forEach((time, t) => {
            const observed = response(condition, o, time);
            points.push({
              split: split.id,
              model,
              condition,
              feature: `${feature} at ${time} min`,
              role: c < agents.length ? "train" : "test",
              observed,
              predicted: observed + spread[model] * 1.4 * wobble(c * 97 + o * 13 + t * 5 + model.length),
            });
          }),
        ),
      );
  return points;
}

function trainingCurves(): readonly TrainingCurve[] {
  return splits.flatMap((split) =>
    (["hybrid", "mechanism-only", "pure-neural-ode"] as const).flatMap((model) =>
      [0, 1, 2].map((start): TrainingCurve => {
        const iteration = Array.from({ length: 120 }, (_, index) => index * 10);
        const floor = spread[model] ** 2 * (1 + 0.2 * start);
        const rate = model === "pure-neural-ode" ? 500 : 60 + 25 * start;
        return {
          split: split.id,
          model,
          iteration,
          loss: iteration.map((i) => floor + 2 * Math.exp(-i / rate)),
          validation: iteration.map((i, index) => (index % 5 === 0 ? 1.3 * floor + 2.2 * Math.exp(-i / rate) : null)),
        };
      }),
    ),
  );
}

function learned(condition: string, role: "train" | "test", key: number): LearnedFluxCurve {
  const truth = times.map((time) => (0.2 + 0.05 * key) * (1 - Math.exp(-time / 12)) * Math.exp(-time / 70));
  return { flux: "v_feedback", condition, role, unit: "nM/min", times, learned: truth.map((value, index) => value * (1 + 0.09 * Math.sin(key + index / 9))), truth };
}

function thermo(condition: string, key: number): ThermoCurve {
  const perReaction = {
    phosphorylation: times.map((time) => 40 * Math.exp(-time / (4 + key)) + 0.4),
    dephosphorylation: times.map((time) => 12 * Math.exp(-time / 9) + 0.3),
    transport: times.map((time) => 0.8 * (1 - Math.exp(-time / 20)) + 0.01),
    // The degradation is one-way: infinite once there is something to degrade.
    degradation: times.map((time) => (key === 1 && time > 40 ? Infinity : 0.05)),
  };
  const entropyProduction = times.map((_, index) => Object.values(perReaction).reduce((sum, values) => sum + (values[index] ?? 0), 0));
  return {
    condition,
    times,
    entropyProduction,
    perReaction,
    tightness: {
      pERK: times.map((time) => 1.05 + 30 * Math.exp(-time / 8)),
      pAKT: times.map((time) => (key === 1 && time > 40 ? Infinity : 1.6 + time / 9)),
    },
    unit: "R·nM/min",
  };
}

/** The fixture run; every field filled. */
export function exampleRun(): RunResult {
  return {
    schema: "run/1",
    scenario: "missing-reaction",
    title: "A signalling network with one reaction missing",
    hash: "3f9a61c2".repeat(8),
    seed: "20261122",
    budget: "quick",
    status: "done",
    primary: { metric: "rmse", direction: "lower" },
    scores: splits.flatMap((split) => models.flatMap((model) => scoreOf(split.id, model, split.n))),
    verdicts: [
      { split: "held-out pairs", model: "hybrid", metric: "rmse", verdict: "advantage", rival: "simple", against: "ridge-dose", difference: -0.03, se: 0.0041 },
      { split: "unseen dose", model: "hybrid", metric: "rmse", verdict: "loses", rival: "simple", against: "ridge-dose", difference: 0.045, se: 0.011 },
      { split: "random", model: "hybrid", metric: "rmse", verdict: "no advantage", rival: "simple", against: "ridge-dose", difference: -0.0015, se: 0.0038 },
    ],
    findings: [
      { check: "second law", verdict: "ok", value: 0.76, bound: 0, equation: "σ ≥ 0", source: "Schnakenberg 1976", where: "all trajectories" },
      { check: "one-way reaction", verdict: "note", value: Infinity, bound: null, equation: "σ = (J⁺ − J⁻) ln(J⁺/J⁻)", source: "Schnakenberg 1976", where: "degradation" },
      { check: "uncertainty relation", verdict: "ok", value: 1.05, bound: 1, equation: "σD/(2f²) ≥ 1", source: "Barato and Seifert 2015", where: "pERK, control" },
      { check: "replicate of a test condition in training", verdict: "ok", value: 0, bound: 0, equation: "", source: "", where: "held-out pairs" },
      { check: "Wegscheider", verdict: "not applicable", value: null, bound: null, equation: "Σ w ln(k⁺/k⁻) = 0", source: "Wegscheider 1901", where: "the network has no cycle" },
    ],
    notApplicable: splits.flatMap((split) => [
      { split: split.id, model: "bliss", reason: "responses are no fractions" },
      { split: split.id, model: "replicate-ceiling", reason: "the data hold no replicates" },
    ]),
    accesses: { "held-out pairs": 3, "unseen dose": 3, random: 1 },
    curves: [
      ...["control", ...agents].flatMap((condition, c) => observables.map((_, o) => curve(condition, "train", o, c * 3 + o))),
      ...pairs.flatMap((condition, c) => observables.map((_, o) => curve(condition, "test", o, 40 + c * 3 + o))),
    ],
    parity: parityPoints(),
    training: trainingCurves(),
    learnedFluxes: [...agents.map((agent, key) => learned(agent, "train", key)), ...pairs.map((pair, key) => learned(pair, "test", key))],
    shares: splits.slice(0, 2).flatMap((split, s) =>
      ["EGFR", "RAS", "pERK", "pAKT", "pS6", "feedback_phosphatase"].map((species, index) => ({ split: split.id, species, share: 0.995 - 0.07 * index - 0.05 * s })),
    ),
    thermo: [thermo("control", 0), thermo("MEKi", 1)],
    numerics: [
      { name: "solver", value: "tsit5, WebAssembly" },
      { name: "steps, accepted / rejected", value: "48 210 / 1 934" },
      { name: "threads", value: "2" },
      { name: "models trained", value: "27" },
    ],
    published: [{ split: "held-out pairs", model: "CellBox", metric: "r", value: 0.926, source: "Yuan 2021, doi:10.1016/j.cels.2020.11.013" }],
    models: models.map((id) => ({
      id,
      title: id.replaceAll("-", " "),
      role: id === "hybrid" ? ("subject" as const) : id === "label-permuted" ? ("control" as const) : ("baseline" as const),
    })),
    responseUnit: "nM",
    next: "Measure MEKi and AKTi at a third dose: there the hybrid extrapolates worst.",
    out: "runs/2026-11-22-3f9a61c2",
  };
}

/** The same run with nothing recorded: what a run leaves that stops before its first fit. */
export function emptyRun(): RunResult {
  return {
    ...exampleRun(),
    status: "interrupted",
    scores: [],
    verdicts: [],
    findings: [],
    notApplicable: [],
    accesses: {},
    curves: [],
    parity: [],
    training: [],
    learnedFluxes: [],
    shares: [],
    thermo: [],
    numerics: [],
    published: [],
    next: "",
  };
}

export function exampleManifest(): Manifest {
  return manifestOf({
    tool: { name: "semimech", version: "0.1.0", commit: "0123456789abcdef0123456789abcdef01234567" },
    machine: { runtime: "node 20.20.2", os: "Linux 6.1.0", architecture: "x64", cpu: "Example CPU @ 2.10GHz", cores: 2 },
    command: ["semimech", "run", "missing-reaction", "--budget", "quick"],
    scenario: { id: "missing-reaction", hash: "3f9a61c2".repeat(8) },
    options: { budget: "quick", threads: 2, solver: { method: "tsit5", rtol: 1e-6, atol: 1e-9, maxStep: Infinity }, resume: null },
    inputs: [
      { path: "scenario.yaml", bytes: 2310, sha256: "b".repeat(64) },
      { path: "model.ant", bytes: 1203, sha256: "a".repeat(64) },
    ],
    outputs: [{ path: "results/scores.json", bytes: 9120, sha256: "c".repeat(64) }],
    seeds: [{ name: "root", value: "20261122" }, { name: "data", value: "7" }],
    tolerances: [{ name: "relative tolerance", value: "1e-6" }, { name: "absolute tolerance", value: "1e-9 nM" }],
    start: "2026-11-22T09:00:00Z",
    end: "2026-11-22T09:01:12Z",
    warnings: ["fit hybrid/unseen dose/2 stopped at the bound of k_cat"],
    data: [{ name: "made by the scenario", license: "Apache-2.0", citation: null }],
  });
}
