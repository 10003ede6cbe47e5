import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { silentHooks } from "../../src/calibrate/hooks.ts";
import { coordinateOf } from "../../src/calibrate/problem.ts";
import { initialState } from "../../src/models/initial-state.ts";
import { type GnwModule, type GnwStructure, readGnwParameters, readGnwStructure } from "../../src/formats/gnw-structure.ts";
import { odeSystem } from "../../src/models/compile.ts";
import { stream } from "../../src/numerics/random.ts";
import { compileSolver } from "../../src/solvers/compile.ts";
import { tsit5 } from "../../src/solvers/ode/index.ts";
import { type StartsState, fitStarts } from "../../src/study/gene-regulation/fit.ts";
import { ids, regulationNetwork } from "../../src/study/gene-regulation/network.ts";
import { noiseVariance, stabilised, stabilisedSlope } from "../../src/study/gene-regulation/noise.ts";
import { compileRegulationLeastSquares } from "../../src/study/gene-regulation/objective.ts";
import { type FittedRegulation, fittedRegulation } from "../../src/study/gene-regulation/predict.ts";
import { prepareGeneRegulation } from "../../src/study/gene-regulation/prepare.ts";
import { type RegulationStudy, regulationStudy, windowTimes } from "../../src/study/gene-regulation/problem.ts";
import { geneRegulationSchema } from "../../src/study/gene-regulation/schema.ts";
import { mechanismKinds } from "../../src/study/mechanisms/index.ts";
import { readScenario } from "../../src/study/scenario.ts";
import { dataText, hasData, needs } from "../measured-data.ts";

const enhancer = (activators: readonly number[]): GnwModule => ({ activators, deactivators: [], bindsAsComplex: false, represses: false });
const repressor = (activators: readonly number[]): GnwModule => ({ activators, deactivators: [], bindsAsComplex: true, represses: true });

/** A made-up network: G1 is free, G1 represses G2, and G3 needs G1 and is repressed by G2. */
const structure: GnwStructure = {
  name: "three_genes",
  regulation: [
    { gene: "G1", regulators: [], modules: [] },
    { gene: "G2", regulators: ["G1"], modules: [repressor([0])] },
    { gene: "G3", regulators: ["G1", "G2"], modules: [enhancer([0]), repressor([1])] },
  ],
};
const genes = ["G1", "G2", "G3"];

/** Its true rates; what is not named here is as the priors' middle. */
const truth: Readonly<Record<string, number>> = {
  scale: 0.72, delta_G1: 0.03, delta_G2: 0.022, delta_G3: 0.027, effect_G2_1: 0.9, k_G2_1: 0.5, n_G2_1: 3,
  basal_G3: 0.45, effect_G3_1: 0.6, effect_G3_2: 0.4, k_G3_1: 0.6, n_G3_1: 2.5, k_G3_2: 0.3, n_G3_2: 2,
  "shift_G1@series 1": -0.7, "shift_G2@series 1": 0, "shift_G3@series 1": 0.3, "shift_G1@series 2": 0, "shift_G2@series 2": -0.8, "shift_G3@series 2": 0,
};

const settings = {
  protocols: {
    timeUnit: "min",
    knockdown: 0.5,
    wildType: { from: 800, to: 1000, every: 100 },
    steady: { from: 600, to: 800, every: 100 },
    predicted: { from: 1000, to: 1200, every: 100 },
    series: { every: 50, released: 250, until: 500 },
    dualKnockouts: {},
    noise: { floor: 0.01, proportional: 0.0016, quadratic: 0.0004 },
  },
  budget: { rtol: 1e-5, atol: 1e-7, tolerance: 1e-5, quick: { members: 1, starts: 2, iterations: 40 }, full: { members: 1, starts: 2, iterations: 40 } },
} as const;

const nTime = 11;
const empty = { genes, knockouts: new Float64Array(9), knockdowns: new Float64Array(9), series: [new Float64Array(3 * nTime), new Float64Array(3 * nTime)] };

const coordinates = (study: RegulationStudy): number[] =>
  study.problem.free.map((parameter) => (parameter.id in truth ? coordinateOf(parameter, truth[parameter.id] ?? 0) : (parameter.prior?.mean ?? 0)));

async function mustFit(study: RegulationStudy, x: readonly number[]): Promise<FittedRegulation> {
  const fitted = await fittedRegulation(study, x);
  if (typeof fitted === "string") throw new Error(fitted);
  return fitted;
}

function levels(path: ReturnType<FittedRegulation["path"]>): readonly number[] {
  if (typeof path === "string") throw new Error(path);
  return [...path];
}

/** Data of the true rates with noise of the declared variance. */
async function syntheticStudy(): Promise<{ study: RegulationStudy; world: FittedRegulation }> {
  const silent = regulationStudy(settings, structure, empty);
  const x = coordinates(silent);
  const world = await mustFit(silent, x);
  const random = stream(7n, "noise of the synthetic network", 0);
  const noisy = (value: number): number => (value === 0 ? 0 : Math.max(0, value + Math.sqrt(noiseVariance(settings.protocols.noise, value)) * random.normal()));
  const steady = (index: number): readonly number[] => levels(world.path([{ controls: silent.problem.experiments[index]?.stretches[0]?.controls ?? {}, times: Float64Array.of(800) }], {}));
  const series = [0, 1].map((index) => {
    const experiment = silent.problem.experiments[6 + index];
    const own = Object.fromEntries(Object.entries(experiment?.own ?? {}).map(([id, free]) => [id, truth[free] ?? 0]));
    return Float64Array.from([...world.wildType.levels, ...levels(world.path(experiment?.stretches ?? [], own))], noisy);
  });
  const knockouts = Float64Array.from(genes.flatMap((_, gene) => steady(gene).map((value, at) => (at === gene ? 0 : noisy(value)))));
  const knockdowns = Float64Array.from(genes.flatMap((_, gene) => steady(3 + gene).map(noisy)));
  return { study: regulationStudy(settings, structure, { genes, knockouts, knockdowns, series }), world };
}

describe("noise", () => {
  it("has unit variance on the stabilised scale: its slope is one over the standard deviation", () => {
    const { noise } = settings.protocols;
    for (const x of [1e-4, 0.01, 0.1, 0.7, 1.2]) {
      const h = 1e-6 * x;
      const slope = (stabilised(noise, x + h) - stabilised(noise, x - h)) / (2 * h);
      expect(slope).toBeCloseTo(stabilisedSlope(noise, x), 3);
    }
    expect(stabilised(noise, 0)).toBe(0);
  });
});

describe("a gene network of known structure", () => {
  it("has residuals whose Jacobian is that of finite differences", async () => {
    const { study } = await syntheticStudy();
    // Step sizes are fixed by tight tolerances, so that differences see the same function.
    const leastSquares = await compileRegulationLeastSquares({ ...study.problem, rtol: 1e-9, atol: 1e-11 });
    const x = Float64Array.from(coordinates(study), (value) => value + 0.03);
    const nFree = x.length;
    const residuals = new Float64Array(leastSquares.nResidual);
    const jacobian = new Float64Array(leastSquares.nResidual * nFree);
    expect(leastSquares.jacobianInto(residuals, jacobian, x)).toBe(true);
    const h = 1e-5;
    for (let column = 0; column < nFree; column++) {
      const [up, down] = [h, -h].map((step) => {
        const at = new Float64Array(leastSquares.nResidual);
        expect(leastSquares.residualsInto(at, x.with(column, (x[column] ?? 0) + step))).toBe(true);
        return at;
      });
      for (let row = 0; row < leastSquares.nResidual; row++) {
        const difference = ((up?.[row] ?? 0) - (down?.[row] ?? 0)) / (2 * h);
        expect(Math.abs((jacobian[row * nFree + column] ?? 0) - difference), `${study.problem.free[column]?.id}, residual ${row}`).toBeLessThan(1e-5);
      }
    }
  });

  it("is calibrated on singles and series, and then predicts pairs it never saw", async () => {
    const { study, world } = await syntheticStudy();
    const options = { starts: 2, iterations: 40, tolerance: 1e-5, seed: 3n, purpose: "test" };
    const starts = await fitStarts(study.problem, options, silentHooks, null);
    expect(starts.status).toBe("done");
    // About 75 residuals of unit variance: 1 within four standard errors, less what 25 free parameters take up.
    expect(starts.meanSquare).toBeGreaterThan(0.3);
    expect(starts.meanSquare).toBeLessThan(1.7);
    const fitted = await mustFit(study, starts.best?.x ?? []);
    const times = windowTimes(settings.protocols.predicted);
    const errors = [["G1", "G2"], ["G1", "G3"], ["G2", "G3"]].flatMap((pair) => {
      const [asked, true_] = [fitted.knockedOut(pair, times), world.knockedOut(pair, times)];
      if (typeof asked === "string" || typeof true_ === "string") throw new Error("a knockout cannot be solved");
      pair.forEach((gene) => expect(asked.levels[genes.indexOf(gene)]).toBe(0));
      return asked.levels.map((level, gene) => level - (true_.levels[gene] ?? 0));
    });
    // The noise of one measured value of 0.7 is 0.036; a pair is predicted better than it could be measured once.
    expect(Math.sqrt(errors.reduce((sum, error) => sum + error * error, 0) / errors.length)).toBeLessThan(0.036);
  });

  it("goes on to the same bits after it was stopped", async () => {
    const { study } = await syntheticStudy();
    const options = { starts: 2, iterations: 6, tolerance: 0, seed: 3n, purpose: "test" };
    const whole = await fitStarts(study.problem, options, silentHooks, null);
    let saved: StartsState | null = null;
    let steps = 0;
    const interrupted = await fitStarts(study.problem, options, { ...silentHooks, stop: () => steps >= 8, progress: () => void steps++, checkpoint: (state) => (saved = JSON.parse(JSON.stringify(state)) as StartsState) }, null);
    expect(interrupted.status).toBe("stopped");
    const resumed = await fitStarts(study.problem, options, silentHooks, saved);
    expect(resumed).toStrictEqual(whole);
  });
});

describe("the dream4-size10 scenario", () => {
  const yaml = readFileSync(new URL("../../scenarios/dream4-size10/scenario.yaml", import.meta.url), "utf8");

  it("is valid, and a network without pairs or split is named", async () => {
    const read = readScenario(yaml, mechanismKinds);
    expect("problems" in read ? read.problems : []).toStrictEqual([]);
    const wrong = readScenario(yaml.replace("id: network-2\n", "id: network-9\n"), mechanismKinds);
    if ("problems" in wrong) throw new Error("the schema alone cannot see this");
    const study = await prepareGeneRegulation(wrong.scenario.values as Parameters<typeof prepareGeneRegulation>[0], { readText: async () => "", readData: async () => "" });
    const messages = "problems" in study ? study.problems.map((problem) => problem.message) : [];
    expect(messages).toContain('model.networks: no split has the id "network-9"');
    expect(messages).toContain('split "network-2": model.networks has no such network');
  });

  it("refuses a window that is not a whole number of steps", () => {
    const answer = geneRegulationSchema.protocols.shape.wildType.safeParse({ from: 0, to: 120, every: 50 });
    expect(answer.success).toBe(false);
  });

  it.skipIf(!hasData("dream4-insilico"))(needs("dream4-insilico", "gives the true simulator's dual knockouts at the true rates"), async () => {
    const read = readScenario(yaml, mechanismKinds);
    if ("problems" in read) throw new Error("the scenario is not valid");
    const { dualKnockouts } = (read.scenario.values as Parameters<typeof prepareGeneRegulation>[0]).protocols;
    // One number a network between simulation and published units.
    for (const [number, scale] of [[1, 0.70131], [2, 0.67268], [3, 0.70774]] as const) {
      const xml = dataText(`dream4-insilico/kinetic_models/insilico_size10_${number}.xml`);
      const [shape, rates] = [readGnwStructure(xml), readGnwParameters(xml)];
      if ("problems" in shape || "problems" in rates) throw new Error("the kinetic model cannot be read");
      const compiled = odeSystem(regulationNetwork(shape.structure, "independent"));
      if (compiled.problems) throw new Error("the network cannot be compiled");
      const { system } = compiled;
      const values = new Map<string, number>([[ids.scale, scale], [ids.shifting, 0]]);
      for (const each of rates.parameters) {
        values.set(ids.delta(each.gene), each.delta).set(ids.deltaProtein(each.gene), each.deltaProtein).set(ids.shift(each.gene), 0);
        each.a.forEach((weight, state) => values.set(ids.weight(each.gene, state), weight));
        each.k.forEach((k, place) => values.set(ids.k(each.gene, place), k));
        each.n.forEach((n, place) => values.set(ids.n(each.gene, place), n));
      }
      const genesOf = rates.parameters.map((each) => each.gene);
      const solver = await compileSolver(system, { method: tsit5, control: { rtol: 1e-7, atol: 1e-9 } });
      const times = Float64Array.of(2000);
      const at = (knockedOut: readonly string[]): Float64Array =>
        Float64Array.from(system.parameters, (id) => (knockedOut.some((gene) => id.startsWith(`a_${gene}_`)) ? 0 : (values.get(id) ?? Number.NaN)));
      const wildType = solver.solve({ parameters: at([]), state: initialState(system, at([])), times });
      const gold = dataText(`dream4-insilico/dualknockouts/gold_standards/10/insilico_size10_${number}_nonoise_dualknockouts.tsv`).trim().split("\n");
      (dualKnockouts[`network-${number}`] ?? []).forEach((pair, row) => {
        const knockedOut = pair.map((gene) => genesOf[gene - 1] ?? "");
        const end = solver.solve({ parameters: at(knockedOut), state: wildType.final, times }).final;
        const expected = (gold[row] ?? "").split("\t").map(Number);
        genesOf.forEach((gene, column) => {
          // GeneNetWeaver stops as soon as its own convergence test (relative 1e-3) is met.
          expect(Math.abs((end[system.states.indexOf(gene)] ?? Number.NaN) - (expected[column] ?? Number.NaN)), `network ${number}, ${knockedOut.join(" + ")}, ${gene}`).toBeLessThan(2e-3);
        });
      });
    }
  });
});
