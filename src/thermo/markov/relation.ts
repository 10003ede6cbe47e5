import { inverseXTanh } from "../../numerics/inverse-x-tanh.ts";

/** An inequality `left >= right` with its numbers. */
export interface UncertaintyRelation {
  readonly id: string;
  readonly left: number;
  readonly right: number;
  readonly holds: boolean;
  /** left / right, at least 1 where the relation holds; Infinity where only the right side is 0, null where both are. */
  readonly tightness: number | null;
  readonly equation: string;
  /** What must be true of the process and the counter. */
  readonly needs: string;
  readonly source: string;
}

/** How far rounding of the moments may push left below right, relative to both. */
export const relationTolerance = 1e-9;

type Facts = Pick<UncertaintyRelation, "id" | "equation" | "needs" | "source">;

function relation(facts: Facts, left: number, right: number): UncertaintyRelation {
  const holds = left === right || right - left <= relationTolerance * (Math.abs(left) + Math.abs(right));
  return { ...facts, left, right, holds, tightness: right === 0 ? (left === 0 ? null : Infinity) : left / right };
}

/** 0 x Infinity counts as Infinity: a bound that says nothing. */
const times = (finite: number, factor: number): number => (factor === Infinity ? Infinity : finite * factor);

/** Mean and variance of a current over a duration, and the mean total entropy production in that time (k_B). */
export interface CurrentMoments {
  readonly mean: number;
  readonly variance: number;
  readonly entropyProduction: number;
}

/** The thermodynamic uncertainty relation of a stationary process, at any finite duration. */
export function steadyUncertainty({ mean, variance, entropyProduction }: CurrentMoments): UncertaintyRelation {
  return relation(
    {
      id: "steady",
      equation: "Var(J) Sigma >= 2 <J>^2",
      needs: "a current, a stationary start, constant rates",
      source: "Barato & Seifert 2015, doi:10.1103/PhysRevLett.114.158101; Gingrich et al. 2016, doi:10.1103/PhysRevLett.116.120601; finite time: Horowitz & Gingrich 2017, doi:10.1103/PhysRevE.96.020103",
    },
    times(variance, entropyProduction),
    2 * mean ** 2,
  );
}

/** The relation for any start: the current at the end takes the place of the mean. `finalRate` · 1/time. */
export function transientUncertainty({ variance, entropyProduction, finalRate, duration }: Omit<CurrentMoments, "mean"> & { readonly finalRate: number; readonly duration: number }): UncertaintyRelation {
  return relation(
    {
      id: "transient",
      equation: "Var(J) Sigma >= 2 (tau j(tau))^2",
      needs: "a current, any start, constant rates; Sigma with the change of the system's own entropy",
      source: "Liu, Gong, Ueda 2020, doi:10.1103/PhysRevLett.125.140602",
    },
    times(variance, entropyProduction),
    2 * (duration * finalRate) ** 2,
  );
}

/** The relation that follows from a fluctuation theorem of entropy production and current together. */
export function fluctuationTheoremUncertainty({ mean, variance, entropyProduction }: CurrentMoments): UncertaintyRelation {
  return relation(
    {
      id: "fluctuation-theorem",
      equation: "Var(J) (exp(Sigma) - 1) >= 2 <J>^2",
      needs: "a current, and a joint fluctuation theorem of Sigma and J: a stationary start, or driving that is symmetric in time with the same law at both ends; false for relaxation from any other law",
      source: "Hasegawa & Van Vu 2019, doi:10.1103/PhysRevLett.123.110602",
    },
    times(variance, Math.expm1(entropyProduction)),
    2 * mean ** 2,
  );
}

/** Mean and variance of any counter over a duration, and the mean number of jumps in that time. */
export interface CounterMoments {
  readonly mean: number;
  readonly variance: number;
  readonly jumps: number;
}

/** The kinetic uncertainty relation of a stationary process: counters of jumps, currents or not. */
export function kineticUncertainty({ mean, variance, jumps }: CounterMoments): UncertaintyRelation {
  return relation(
    { id: "kinetic", equation: "Var(O) <jumps> >= <O>^2", needs: "a counter of jumps, a stationary start, constant rates", source: "Di Terlizzi & Baiesi 2019, doi:10.1088/1751-8121/aaee34" },
    variance * jumps,
    mean ** 2,
  );
}

/** The kinetic relation for any start. */
export function transientKineticUncertainty({ variance, jumps, finalRate, duration }: Omit<CounterMoments, "mean"> & { readonly finalRate: number; readonly duration: number }): UncertaintyRelation {
  return relation(
    { id: "transient-kinetic", equation: "Var(O) <jumps> >= (tau d<O>/dtau)^2", needs: "a counter of jumps, any start, constant rates", source: "Di Terlizzi & Baiesi 2019, doi:10.1088/1751-8121/aaee34" },
    variance * jumps,
    (duration * finalRate) ** 2,
  );
}

/**
 * The relation between both costs: Phi is the inverse of x tanh x, and (Sigma^2 / 4 N) / Phi^2 is evaluated as N tanh(Phi)^2,
 * which is at most Sigma / 2 and at most N.
 */
export function thermokineticUncertainty({ mean, variance, entropyProduction, jumps }: CurrentMoments & CounterMoments): UncertaintyRelation {
  const bound = jumps === 0 ? 0 : jumps * Math.tanh(inverseXTanh(entropyProduction / (2 * jumps))) ** 2;
  return relation(
    {
      id: "thermokinetic",
      equation: "Var(J) (Sigma^2 / 4 N) Phi(Sigma / 2 N)^-2 >= <J>^2",
      needs: "a current, a stationary start, constant rates",
      source: "Vo, Van Vu, Hasegawa 2022, doi:10.1088/1751-8121/ac9099",
    },
    variance * bound,
    mean ** 2,
  );
}

/** The bound of a ring of `states` states driven by `affinity` per turn, on the current of turns in the long run. Rates · 1/time. */
export function cycleAffinityBound({ meanRate, varianceRate, states, affinity }: { readonly meanRate: number; readonly varianceRate: number; readonly states: number; readonly affinity: number }): UncertaintyRelation {
  const x = affinity / (2 * states);
  return relation(
    {
      id: "cycle-affinity",
      equation: "Var(J) / |<J>| >= coth(A / 2 N) / N",
      needs: "one cycle of N states, the current of turns, long times, constant rates",
      source: "Barato & Seifert 2015, doi:10.1103/PhysRevLett.114.158101; Pietzonka, Barato, Seifert 2016, doi:10.1088/1751-8113/49/34/34LT01",
    },
    varianceRate / Math.abs(meanRate),
    1 / (states * Math.tanh(Math.abs(x))),
  );
}
