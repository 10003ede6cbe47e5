import { levenbergMarquardt } from "../../calibrate/fit/index.ts";
import type { OptimiserState } from "../../calibrate/fit/optimiser.ts";
import type { FitHooks } from "../../calibrate/hooks.ts";
import type { Objective } from "../../calibrate/objective.ts";
import { stream } from "../../numerics/random.ts";
import { type RegulationLeastSquares, type RegulationProblem, compileRegulationLeastSquares } from "./objective.ts";

/** A finished start; `value` null = the model could not be solved from there. */
interface FinishedStart {
  readonly value: number | null;
  readonly x: readonly number[];
  readonly history: readonly number[];
}

/** Where the starts of one fit stand; plain JSON. */
export interface StartsState {
  readonly finished: readonly FinishedStart[];
  readonly running: { readonly optimiser: OptimiserState; readonly history: readonly number[] } | null;
}

export interface StartsResult {
  readonly status: "done" | "stopped" | "failed";
  /** Best start; null when none could be solved. */
  readonly best: { readonly value: number; readonly x: readonly number[]; readonly history: readonly number[] } | null;
  /** Value of every start, in order. */
  readonly values: readonly (number | null)[];
  /** Mean square of the standardised residuals at the best start, without the priors. */
  readonly meanSquare: number;
}

export interface StartsOptions {
  readonly starts: number;
  readonly iterations: number;
  readonly tolerance: number;
  readonly seed: bigint;
  readonly purpose: string;
}

/** Milliseconds of work between two breaths, and between two checkpoints. */
const breath = 40;
const checkpointEvery = 2000;

/** Levenberg-Marquardt from draws of the prior; the best start is kept. A stopped fit goes on to the same bits. */
export async function fitStarts(problem: RegulationProblem, options: StartsOptions, hooks: FitHooks, resume: StartsState | null): Promise<StartsResult> {
  const leastSquares = await compileRegulationLeastSquares(problem);
  const settings = { ...levenbergMarquardt.defaults, iterations: options.iterations, tolerance: options.tolerance };
  const objective = objectiveOf(problem, leastSquares);
  const finished = [...(resume?.finished ?? [])];
  let running = resume?.running ?? null;
  let lastBreath = performance.now();
  let lastCheckpoint = lastBreath;
  const pause = async (): Promise<void> => {
    if (performance.now() - lastBreath < breath) return;
    await hooks.breathe();
    lastBreath = performance.now();
  };
  const bestValue = (): number => finished.reduce((best, { value }) => Math.min(best, value ?? Number.MAX_VALUE), Number.MAX_VALUE);
  while (finished.length < options.starts) {
    const index = finished.length;
    let { optimiser, history }: NonNullable<StartsState["running"]> = running ?? { optimiser: levenbergMarquardt.begin(drawStart(problem, options, index), objective, settings), history: [] };
    while (!optimiser.converged && optimiser.iteration < options.iterations) {
      if (hooks.stop()) {
        hooks.checkpoint({ finished, running: { optimiser, history } } satisfies StartsState);
        return { status: "stopped", best: null, values: finished.map((each) => each.value), meanSquare: Number.NaN };
      }
      await leastSquares.prepare(Float64Array.from(optimiser.x), pause, hooks.stop);
      if (hooks.stop()) continue;
      optimiser = levenbergMarquardt.step(optimiser, objective, settings);
      history = [...history, optimiser.value];
      hooks.progress(index * options.iterations + optimiser.iteration, options.starts * options.iterations, Math.min(bestValue(), optimiser.value));
      if (performance.now() - lastCheckpoint > checkpointEvery) {
        hooks.checkpoint({ finished, running: { optimiser, history } } satisfies StartsState);
        lastCheckpoint = performance.now();
      }
    }
    finished.push({ value: optimiser.value < Number.MAX_VALUE ? optimiser.value : null, x: optimiser.x, history });
    running = null;
  }
  const values = finished.map((each) => each.value);
  const best = finished.find((each) => each.value !== null && each.value === bestValue());
  if (!best || best.value === null) return { status: "failed", best: null, values, meanSquare: Number.NaN };
  return { status: "done", best: { ...best, value: best.value }, values, meanSquare: meanSquareAt(leastSquares, best.x) };
}

function objectiveOf(problem: RegulationProblem, leastSquares: RegulationLeastSquares): Objective {
  const halfSquares = (x: Float64Array): number => {
    const residuals = new Float64Array(leastSquares.nResidual);
    return leastSquares.residualsInto(residuals, x) ? residuals.reduce((sum, each) => sum + 0.5 * each * each, 0) : Number.NaN;
  };
  return {
    names: problem.free.map((parameter) => parameter.id),
    value: halfSquares,
    gradientInto: () => {
      throw new Error("gene regulation: this objective is a sum of squares; use levenberg-marquardt");
    },
    leastSquares,
  };
}

/** Rates drawn from their priors; what belongs to single experiments starts at the middle of its prior. */
function drawStart({ free, system }: RegulationProblem, { seed, purpose }: StartsOptions, index: number): readonly number[] {
  const random = stream(seed, `${purpose} starts`, index);
  return free.map(({ id, prior }) => {
    const z = random.normal();
    return prior === null ? 0 : prior.mean + (system.parameters.includes(id) ? prior.sd * z : 0);
  });
}

function meanSquareAt(leastSquares: RegulationLeastSquares, x: readonly number[]): number {
  const residuals = new Float64Array(leastSquares.nResidual);
  leastSquares.residualsInto(residuals, Float64Array.from(x));
  return residuals.subarray(0, leastSquares.nMeasured).reduce((sum, each) => sum + each * each, 0);
}
