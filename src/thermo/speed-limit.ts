import { bestObservableOf } from "./bounds/best-observable.ts";
import type { Bound, BoundFacts } from "./bounds/bound.ts";
import { boundOf } from "./bounds/bound.ts";
import { localSums } from "./bounds/local-sums.ts";
import { changeOf, internalStoichiometry } from "./decomposition/internal-stoichiometry.ts";
import type { DensePath } from "./dense-path.ts";
import type { Fluxes } from "./fluxes.ts";
import type { Observable } from "./observable.ts";
import { integrateAlong } from "./path-integral.ts";
import { totalEntropyProduction } from "./uncertainty.ts";

// The printed form is not compared: this one is integrated from the uncertainty relation.
const formAfter = "form after Yoshimura & Ito 2021, doi:10.1103/PhysRevLett.127.160601";
const limit = (name: string, equation: string, source: string): BoundFacts => ({ name, quantity: "time", sense: "at least", equation, source });
const facts = {
  whole: limit("speed-limit", "tau >= 2 L_c^2 / (Sig mean D_c)", formAfter),
  local: limit("local-speed-limit", "tau >= 2 L_c^2 / (Sig_c mean D_c)", `${formAfter}, over the reactions that change the observable`),
  tanh: limit("tanh-speed-limit", "tau >= L_c / (mean A_w tanh(max|g| Sig / (2 L_c)))", "the absolute-weights bound integrated; it is jointly convex: Cover & Thomas 2006, doi:10.1002/047174882X, theorem 2.7.2"),
  kinetic: limit("kinetic-speed-limit", "tau >= L_c / sqrt(mean D_c mean A_c)", "after Di Terlizzi & Baiesi 2019, doi:10.1088/1751-8121/aaee34: its deterministic analogue, integrated"),
  vector: limit("vector-speed-limit", "tau >= 2 (path length)^2 / (Sig mean tr D)", formAfter),
  geometric: limit("geometric-speed-limit", "tau >= 2 (int sqrt(xdot^T D^+ xdot) dt)^2 / Sig", "after Dechant 2019, doi:10.1088/1751-8121/aaf3ff: its deterministic analogue, integrated"),
} as const;

/** What an observable did along a path, and the least time that allows. */
export interface ObservableSpeedLimits {
  readonly name: string;
  /** ∫ f dt · concentration. */
  readonly displacement: number;
  /** L_c = ∫ |f| dt · concentration. */
  readonly length: number;
  /** ∫ D_c dt, ∫ A_w dt and ∫ A_c dt · concentration. */
  readonly diffusion: number;
  readonly weightedActivity: number;
  readonly activity: number;
  /** Sig_c · R per volume. */
  readonly entropyProduction: number;
  readonly limits: readonly Bound[];
}

/** Thermodynamic speed limits along a path; NaN where one-way fluxes are not known, Sig = Infinity where a reaction runs one way. */
export interface SpeedLimits {
  readonly duration: number;
  /** False where the integrals have not reached the path's tolerance. */
  readonly resolved: boolean;
  /** Sig = ∫ σ dt · R per volume. */
  readonly entropyProduction: number;
  /** ∫ |xdot| dt over the internal species, Euclidean · concentration. */
  readonly length: number;
  /** ∫ tr D dt over the internal species · concentration. */
  readonly diffusion: number;
  /** ∫ sqrt(xdotᵀ D⁺ xdot) dt · square root of concentration times time, over time. */
  readonly geometricLength: number;
  /** Of all internal species together. */
  readonly limits: readonly Bound[];
  readonly observables: readonly ObservableSpeedLimits[];
}

/**
 * The least time that entropy production, diffusion and activity along a path allow for what happened on it. `observables` may
 * be any weights g per reaction. A limit counts as kept within 10 times the path's relative tolerance.
 * @source form after Yoshimura & Ito 2021, doi:10.1103/PhysRevLett.127.160601 (speed limit from the uncertainty relation)
 */
export function speedLimits(fluxes: Fluxes, path: DensePath, observables: readonly Pick<Observable, "name" | "perReaction">[]): SpeedLimits {
  const best = bestObservableOf(fluxes);
  const stoichiometry = internalStoichiometry(fluxes.network);
  const speciesCount = stoichiometry.species.length;
  const traces = fluxes.reactions.map((_, reaction) => stoichiometry.perReaction.subarray(reaction * speciesCount, (reaction + 1) * speciesCount).reduce((total, change) => total + change * change, 0));
  const { integrals, absolute, resolved } = integrateAlong(path, (time, state) => {
    const point = fluxes.at(time, path.parameters, state);
    const trace = traces.reduce((total, squares, reaction) => (squares === 0 ? total : total + squares * (point.activity[reaction] ?? Number.NaN)), 0);
    const each = observables.flatMap(({ perReaction }) => {
      const sums = localSums(point, perReaction);
      return [sums.current, sums.diffusion, sums.weightedActivity, sums.activity, sums.entropyProduction];
    });
    return [totalEntropyProduction(fluxes, point), Math.hypot(...changeOf(stoichiometry, point.net)), trace, Math.sqrt(best(point).precision), ...each];
  });
  const [entropyProduction = 0, length = 0, diffusion = 0, geometricLength = 0] = integrals;
  const duration = path.endTime - path.startTime;
  const slack = 10 * path.rtol;
  const least = (one: BoundFacts, time: number): Bound => boundOf(one, time, duration, slack);

  return {
    duration,
    resolved,
    entropyProduction,
    length,
    diffusion,
    geometricLength,
    limits: [
      least(facts.vector, quotient(length, entropyProduction, length, diffusion / duration)),
      least(facts.geometric, quotient(geometricLength, entropyProduction, geometricLength, 1)),
    ],
    observables: observables.map(({ name, perReaction }, index): ObservableSpeedLimits => {
      const from = 4 + 5 * index;
      const [displacement = 0, ownDiffusion = 0, weightedActivity = 0, activity = 0, own = 0] = integrals.subarray(from, from + 5);
      const moved = absolute[from] ?? Number.NaN;
      const [meanDiffusion, meanActivity] = [ownDiffusion / duration, activity / duration];
      const largest = perReaction.reduce((top, weight) => Math.max(top, Math.abs(weight)), 0);
      const reach = Math.tanh((largest * entropyProduction) / (2 * moved));
      return {
        name,
        displacement,
        length: moved,
        diffusion: ownDiffusion,
        weightedActivity,
        activity,
        entropyProduction: own,
        limits: [
          least(facts.whole, quotient(moved, entropyProduction, moved, meanDiffusion)),
          least(facts.local, quotient(moved, own, moved, meanDiffusion)),
          least(facts.tanh, moved === 0 ? 0 : moved / ((weightedActivity / duration) * reach)),
          least(facts.kinetic, moved === 0 ? 0 : moved / (Math.sqrt(meanDiffusion) * Math.sqrt(meanActivity))),
        ],
      };
    }),
  };
}

/** 2 (a/b) (c/d), factor by factor so that squares do not underflow; 0 where nothing moved. */
const quotient = (a: number, b: number, c: number, d: number): number => (a === 0 ? 0 : 2 * (a / b) * (c / d));
