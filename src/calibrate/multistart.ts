import { type RandomStream, stream } from "../numerics/random.ts";
import type { FitHooks } from "./hooks.ts";
import { type FitCondition, type FitProblem, valueOf } from "./problem.ts";
import type { Recipe } from "./recipe.ts";
import { type TrainingResult, type TrainingState, train } from "./train.ts";

/** Where a multistart stands; plain JSON. */
export interface MultistartState {
  readonly finished: readonly {
    readonly loss: number | null;
    readonly values: Readonly<Record<string, number>>;
    readonly history: TrainingResult["history"];
  }[];
  readonly running: TrainingState | null;
}

export interface MultistartResult {
  readonly status: "done" | "stopped" | "failed";
  /** Loss of each start, in order; null = failed. The waterfall of these says whether the best was found by chance. */
  readonly losses: readonly (number | null)[];
  readonly best: Readonly<Record<string, number>> | null;
  readonly loss: number;
  readonly history: TrainingResult["history"];
  readonly state: MultistartState;
}

/**
 * Runs a recipe from several starts and keeps the best. The first start is the problem's own; the others are a Latin
 * hypercube over the priors' central 95 % (parameters without a prior keep their start).
 *
 * @source McKay, Beckman & Conover 1979, doi:10.2307/1268522 (Latin hypercube)
 */
export async function multistart(
  problem: FitProblem,
  validation: readonly FitCondition[],
  recipe: Recipe,
  options: { readonly starts: number; readonly seed: bigint; readonly purpose: string },
  hooks: FitHooks,
  resume: MultistartState | null,
): Promise<MultistartResult> {
  const starts = latinHypercube(problem, options.starts, stream(options.seed, `${options.purpose} starts`, 0));
  const finished = [...(resume?.finished ?? [])];
  let running = resume?.running ?? null;
  const bestLoss = (): number => finished.reduce((best, { loss }) => Math.min(best, loss ?? Number.MAX_VALUE), Number.MAX_VALUE);
  for (let index = finished.length; index < starts.length; index++) {
    const start = starts[index] ?? {};
    const free = problem.free.map((parameter) => ({ ...parameter, start: start[parameter.id] ?? parameter.start }));
    const result = await train(
      { ...problem, free },
      validation,
      recipe,
      {
        ...hooks,
        progress: (done, total, best) => hooks.progress(index * total + done, starts.length * total, Math.min(best, bestLoss())),
        checkpoint: (state) => hooks.checkpoint({ finished, running: state }),
      },
      running,
    );
    running = null;
    if (result.status === "stopped") {
      const state: MultistartState = { finished, running: result.state };
      // The losses of a start in its early stages have other penalties than the last stage's, so a finished start goes before it.
      const kept = finished.find((each) => each.loss !== null && each.loss === bestLoss());
      return { status: "stopped", losses: finished.map((each) => each.loss), best: (kept ?? result).values, loss: kept?.loss ?? result.loss, history: (kept ?? result).history, state };
    }
    const loss = result.status === "failed" || !Number.isFinite(result.loss) ? null : result.loss;
    finished.push({ loss, values: result.values, history: result.history });
  }
  const best = finished.find((each) => each.loss !== null && each.loss === bestLoss());
  return {
    status: best ? "done" : "failed",
    losses: finished.map((each) => each.loss),
    best: best?.values ?? null,
    loss: bestLoss(),
    history: best?.history ?? [],
    state: { finished, running: null },
  };
}

function latinHypercube(problem: FitProblem, count: number, random: RandomStream): Record<string, number>[] {
  const starts = Array.from({ length: count }, (): Record<string, number> => ({}));
  for (const parameter of problem.free) {
    const cells = random.shuffle(Array.from({ length: count }, (_, cell) => cell));
    starts.forEach((start, index) => {
      const fraction = ((cells[index] ?? 0) + random.uniform()) / count;
      const { prior } = parameter;
      start[parameter.id] = index === 0 || !prior || parameter.group === "residual" ? parameter.start : valueOf(parameter, prior.mean + 1.96 * prior.sd * (2 * fraction - 1));
    });
  }
  return starts;
}
