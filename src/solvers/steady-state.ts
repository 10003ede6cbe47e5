import { evaluateAll } from "../kernel/evaluate.ts";
import { symbolsOf } from "../kernel/substitute.ts";
import type { OdeSystem } from "../models/system.ts";
import type { Eigenvalues } from "../numerics/eigenvalues.ts";
import { eigenvalues } from "../numerics/eigenvalues.ts";
import { solveLinear } from "../numerics/linear.ts";
import type { LinearInvariant } from "./linear-invariants.ts";
import { linearInvariants } from "./linear-invariants.ts";
import type { LinearisedPoint } from "./linearisation.ts";
import { linearisation } from "./linearisation.ts";
import { reducedCoordinates, reducedJacobian } from "./reduced-coordinates.ts";

/** How a search for a steady state ended. */
export type SteadyStatus =
  | { readonly status: "done" }
  | {
      readonly status: "not-converged" | "singular" | "negative" | "non-finite" | "time-dependent" | "event";
      /** Id of the state that is furthest from rest, or that stops the search. */
      readonly worst: string;
      readonly hint: string;
    };

/** Where a system rests, or how far the search came. */
export interface SteadyState {
  readonly status: SteadyStatus;
  /** [nState] */
  readonly state: Float64Array;
  /** Of the Jacobian on the states with the same conserved totals [nState - nInvariant]; empty where the search failed. */
  readonly eigenvalues: Eigenvalues;
  /** Whether small disturbances with the same conserved totals die out; null where rounding cannot tell or the search failed. */
  readonly stable: boolean | null;
  /** Largest |rate| over the sum of the rate's absolute terms; dimensionless, 0 at rest, at most 1. */
  readonly residual: number;
  readonly iterations: number;
  readonly invariants: readonly LinearInvariant[];
}

export interface SteadyStateOptions {
  /** Parameter values [nParameter]. */
  readonly parameters: ArrayLike<number>;
  /** Where to start [nState], none negative; its conserved totals are kept. */
  readonly state: ArrayLike<number>;
  /** "newton" goes to a steady state near by, stable or not, and falls back on "pseudo-transient", which follows the system in ever larger implicit steps. */
  readonly method?: "newton" | "pseudo-transient";
  /** Newton's last step relative to the state; dimensionless. */
  readonly tolerance?: number;
  readonly maxIterations?: number;
}

export const steadyStateDefaults = { method: "newton", tolerance: 1e-11, maxIterations: 1000 } as const;

/**
 * A steady state by Newton's method with the conservation laws in the place of dependent rates, damped so that it neither
 * overshoots nor leaves the positive states; where that fails, by pseudo-transient continuation, which comes to an unstable state
 * only where it starts there.
 *
 * Of a system with events it is a state between two events, at which none happens: an event happens when its trigger turns true, and
 * where nothing moves no trigger turns, whether it holds there or not. The start counts as a moment within a run, at which events whose
 * trigger holds have happened already; what they assign stays as the start has it. The search executes no event, so it fails with
 * "event" where a trigger turns true between the start and the state found, or between two of the states that "pseudo-transient" passes
 * through, and with "time-dependent" where a trigger asks for time. A trigger that turns true and false again within one of its steps is not seen.
 * @status not-converged, singular, negative, non-finite, time-dependent, event
 * @source Deuflhard 2011, Newton Methods for Nonlinear Problems, sec. 3.3 (natural monotonicity test); Kelley & Keyes 1998, doi:10.1137/S0036142996304796 (continuation).
 */
export function steadyState(system: OdeSystem, options: SteadyStateOptions): SteadyState {
  const search = searchOf(system, options);
  const start = Float64Array.from(options.state);
  const refused = refuse(search, start);
  if (refused) return refused;
  const newton = (options.method ?? steadyStateDefaults.method) === "newton" ? byNewton(search, start, 60) : null;
  const ended = newton?.status.status === "done" ? newton : byContinuation(search, start, newton);
  return ended.status.status === "done" ? (triggered(search, start, ended.state, ended.iterations) ?? ended) : ended;
}

interface Search {
  readonly system: OdeSystem;
  readonly at: (state: Float64Array) => LinearisedPoint;
  /** Whether each trigger holds at a state [nEvent]. */
  readonly triggersAt: (state: Float64Array) => readonly boolean[];
  readonly invariants: readonly LinearInvariant[];
  readonly totals: readonly number[];
  readonly tolerance: number;
  readonly maxIterations: number;
  /** Changes below this are none · the states' unit. */
  readonly floor: number;
}

function searchOf(system: OdeSystem, { parameters, state, tolerance = steadyStateDefaults.tolerance, maxIterations = steadyStateDefaults.maxIterations }: SteadyStateOptions): Search {
  const evaluateAt = linearisation(system);
  const isUsable = Array.from(state).every((value) => value >= 0) && evaluateAt(parameters, state).rate.every(Number.isFinite);
  // Invariants are read from exact coefficients, which a system with NaN in it does not have.
  const invariants = isUsable ? linearInvariants(system, parameters) : [];
  const totals = invariants.map(({ weights }) => weights.reduce((total, weight, at) => total + weight * (state[at] ?? 0), 0));
  const triggers = (system.events ?? []).map(({ trigger }) => trigger);
  const parameterAt = new Map(system.parameters.map((id, index) => [id, index]));
  const stateAt = new Map(system.states.map((id, index) => [id, index]));
  const triggersAt = (at: Float64Array): boolean[] => evaluateAll(triggers, (name) => at[stateAt.get(name) ?? -1] ?? parameters[parameterAt.get(name) ?? -1] ?? Number.NaN).map((value) => value !== 0);
  return { system, at: (at) => evaluateAt(parameters, at), triggersAt, invariants, totals, tolerance, maxIterations, floor: 1e-14 * Math.max(...Array.from(state), Number.MIN_VALUE) };
}

function refuse(search: Search, start: Float64Array): SteadyState | null {
  const { system, at } = search;
  const name = (index: number): string => system.states[index] ?? "";
  const timed = system.rhs.findIndex((rate) => symbolsOf([rate]).has("time"));
  if (timed >= 0) return failed(search, start, 0, { status: "time-dependent", worst: name(timed), hint: "its rate depends on time, so nothing stays at rest; fix what changes with time" });
  const byTime = (system.events ?? []).find(({ trigger }) => symbolsOf([trigger]).has("time"));
  if (byTime) return failed(search, start, 0, { status: "time-dependent", worst: byTime.assignments[0]?.target ?? "", hint: `event "${byTime.id}" asks for time, so what rests need not stay so; leave the event out of the model, or simulate until nothing more happens` });
  const negative = start.findIndex((value) => !(value >= 0));
  if (negative >= 0) return failed(search, start, 0, { status: "negative", worst: name(negative), hint: `it starts at ${start[negative] ?? Number.NaN}; start from values of 0 or more` });
  const wrong = at(start).rate.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) return failed(search, start, 0, { status: "non-finite", worst: name(wrong), hint: "its rate is not a finite number at the start; give every parameter a value" });
  return null;
}

/** The failure of a search in which an event would have happened between two states; null = none would. */
function triggered(search: Search, from: Float64Array, to: Float64Array, iterations: number): SteadyState | null {
  const { events } = search.system;
  if (!events) return null;
  const [before, after] = [search.triggersAt(from), search.triggersAt(to)];
  const event = events.find((_, index) => after[index] === true && before[index] === false);
  if (!event) return null;
  const hint = `event "${event.id}" happens on the way from the start: its trigger turns true, and the search executes no event; simulate until it has happened and start from there, or leave the event out of the model`;
  return failed(search, to, iterations, { status: "event", worst: event.assignments[0]?.target ?? "", hint });
}

/** Newton's step at a state, or why there is none: rates as equations, invariants in the rows of their dependent states. */
function newtonStep({ system, invariants, totals }: Search, state: Float64Array, point: LinearisedPoint, jacobian: Float64Array = point.jacobian): Float64Array | null {
  const n = system.states.length;
  const matrix = jacobian.slice();
  const right = point.rate.map((rate) => -rate);
  invariants.forEach(({ weights, dependent }, law) => {
    matrix.set(weights, dependent * n);
    right[dependent] = weights.reduce((rest, weight, at) => rest - weight * (state[at] ?? 0), totals[law] ?? 0);
  });
  return solveScaled(matrix, right, n);
}

/** Solves with rows brought to like size, since rates of different speed are no measure of each other. */
function solveScaled(matrix: Float64Array, right: Float64Array, n: number): Float64Array | null {
  for (let i = 0; i < n; i++) {
    let largest = 0;
    for (let j = 0; j < n; j++) largest = Math.max(largest, Math.abs(matrix[i * n + j] ?? 0));
    if (!(largest > 0 && largest < Infinity)) return null;
    for (let j = 0; j < n; j++) matrix[i * n + j] = (matrix[i * n + j] ?? 0) / largest;
    right[i] = (right[i] ?? 0) / largest;
  }
  const solved = solveLinear(matrix, right, n);
  return "problem" in solved || !solved.solution.every(Number.isFinite) ? null : solved.solution;
}

/** Largest change of a step relative to the state, or to `floor` where the state has less. */
const stepSize = (step: Float64Array, state: Float64Array, floor: number): number => step.reduce((largest, change, at) => Math.max(largest, Math.abs(change) / Math.max(Math.abs(state[at] ?? 0), floor)), 0);

function byNewton(search: Search, start: Float64Array, maxIterations: number): SteadyState {
  const { tolerance } = search;
  let state = start;
  // Damping is judged against the size of all states, so that one that starts at 0 does not count without bound.
  const coarse = 1e-3 * Math.max(...start, Number.MIN_VALUE);
  for (let iteration = 0; iteration < maxIterations; iteration++) {
    const point = search.at(state);
    const step = newtonStep(search, state, point);
    if (!step) return failed(search, state, iteration, singularAt(search, state));
    const last = state.map((value, at) => value + (step[at] ?? 0));
    if (step.every((change, at) => Math.abs(change) <= tolerance * Math.abs(last[at] ?? 0) + search.floor) && last.every((value) => value >= -search.floor)) {
      const ended = polished(search, last);
      if (ended) return found(search, ended, iteration + 1);
    }
    const wanted = stepSize(step, state, coarse);
    let factor = largestInside(state, step);
    for (; factor > 1e-4; factor /= 2) {
      const next = state.map((value, at) => Math.max(0, value + factor * (step[at] ?? 0)));
      const again = newtonWith(search, point, next);
      if (again && stepSize(again, state, coarse) <= (1 - factor / 4) * wanted) {
        state = next;
        break;
      }
    }
    if (factor <= 1e-4) return failed(search, state, iteration + 1, notConverged(search, state));
  }
  return failed(search, state, maxIterations, notConverged(search, state));
}

/** What rates may be of their turnover at rest: far above rounding, far below a state that only creeps towards 0. */
const atRest = 1e-8;

/**
 * A state brought as near as Newton's steps come, so that scarce states have digits of their own; null where the rates do not
 * vanish against their turnover, as next to a state at the boundary that is approached by powers of time.
 */
function polished(search: Search, reached: Float64Array): Float64Array | null {
  let state = reached.map((value) => Math.max(0, value));
  let best = residualOf(search.at(state));
  for (let round = 0; round < 4 && best > Number.EPSILON; round++) {
    const step = newtonStep(search, state, search.at(state));
    const next = step?.map((change, at) => Math.max(0, (state[at] ?? 0) + change));
    const residual = next ? residualOf(search.at(next)) : Infinity;
    if (!next || !(residual < best)) break;
    [state, best] = [next, residual];
  }
  return best <= atRest ? state : null;
}

/** The step that the Jacobian of `point` would take at another state. */
function newtonWith(search: Search, point: LinearisedPoint, state: Float64Array): Float64Array | null {
  const { rate } = search.at(state);
  return rate.every(Number.isFinite) ? newtonStep(search, state, { ...point, rate }) : null;
}

/** The largest fraction of a step, up to 1, that leaves a tenth of every state that it lowers; a step down to 0 is let through whole. */
function largestInside(state: Float64Array, step: Float64Array): number {
  let factor = 1;
  const largest = Math.max(...state, 0);
  state.forEach((value, at) => {
    const change = step[at] ?? 0;
    if (value + change < -1e-12 * largest) factor = Math.min(factor, (0.9 * value) / -change);
  });
  return factor;
}

/** Implicit Euler steps of growing size: dx = (I/h - J)^-1 rate, with h the larger the less changes. */
function byContinuation(search: Search, start: Float64Array, newton: SteadyState | null): SteadyState {
  const { system, maxIterations, tolerance } = search;
  const n = system.states.length;
  let state = start;
  let point = search.at(state);
  // Whoever starts at rest asks about that state; whoever comes to rest where time would not has been misled by the steps.
  const startsAtRest = residualOf(point) <= tolerance;
  let h = firstStep(state, point);
  let worst = -1;
  for (let iteration = 0; iteration < maxIterations; iteration++) {
    const spent = iteration + (newton?.iterations ?? 0);
    // Beyond 1/eigenvalue an implicit step turns round where the system moves away: it would run into what time leaves.
    const growth = eigenvalues(point.jacobian, n).re[0] ?? 0;
    if (growth > 0) h = Math.min(h, 0.5 / growth);
    const step = newtonStep(search, state, point, point.jacobian.map((value, at) => (at % (n + 1) === 0 ? value - 1 / h : value)));
    const next = step && state.map((value, at) => value + (step[at] ?? 0));
    const below = next ? next.findIndex((value) => value < -1e-12 * Math.max(...state)) : -1;
    const reached = next && below < 0 ? search.at(next.map((value) => Math.max(0, value))) : null;
    // Steps are for following the system here: one that changes a state manyfold is not believed.
    const size = Math.max(...state) > 0 ? 0.1 * Math.max(...state) : Math.max(...(next ?? []));
    const change = step ? stepSize(step, state, size) : Infinity;
    if (!next || !reached || !reached.rate.every(Number.isFinite) || change > 2) {
      if (below >= 0) worst = below;
      h /= 4;
      if (!(h > Number.MIN_VALUE)) break;
      continue;
    }
    const before = state;
    state = next.map((value) => Math.max(0, value));
    const passed = triggered(search, before, state, spent + 1);
    if (passed) return passed;
    point = reached;
    h *= change < 0.5 ? Math.min(10, Math.max(1, 0.1 / Math.max(change, 1e-3))) : 1;
    if (!Number.isFinite(h)) return failed(search, state, spent + 1, singularAt(search, state));
    // Near rest Newton ends what would take many more steps; far from it, it would only get lost.
    if (change < 1e-3 && residualOf(point) < 1e-2) {
      const ended = byNewton(search, state, 20);
      const distance = stepSize(Float64Array.from(ended.state, (value, at) => value - (state[at] ?? 0)), state, 1e-3 * Math.max(...state));
      const iterations = ended.iterations + spent + 1;
      if (ended.status.status === "done" && ended.stable !== false && distance < 0.1) return triggered(search, state, ended.state, iterations) ?? { ...ended, iterations };
    }
    if (residualOf(point) <= tolerance * 1e-3) {
      const ended = found(search, state, spent + 1);
      return ended.stable === false && !startsAtRest ? failed(search, state, spent + 1, cameToUnstable(search, state)) : ended;
    }
  }
  const iterations = maxIterations + (newton?.iterations ?? 0);
  if (worst >= 0 && h < 1e-100) return failed(search, state, iterations, { status: "negative", worst: system.states[worst] ?? "", hint: "it would fall below 0: a rate takes from it when it is used up; let that rate vanish with it" });
  const singular = newtonStep(search, state, point) === null;
  return failed(search, state, iterations, singular ? singularAt(search, state) : notConverged(search, state));
}

/** A hundredth of the shortest time in which a state would change by what it has. */
function firstStep(state: Float64Array, { rate, jacobian }: LinearisedPoint): number {
  const n = state.length;
  const fastest = rate.reduce((most, value, at) => Math.max(most, Math.abs(jacobian[at * n + at] ?? 0), (state[at] ?? 0) > 0 ? Math.abs(value) / (state[at] ?? 1) : 0), 0);
  return fastest > 0 ? 0.01 / fastest : 1;
}

const residualOf = ({ rate, turnover }: LinearisedPoint): number => rate.reduce((largest, value, at) => (value === 0 ? largest : Math.max(largest, Math.abs(value) / (turnover[at] ?? 1))), 0);

function found(search: Search, reached: Float64Array, iterations: number): SteadyState {
  const state = reached.map((value) => Math.max(0, value));
  const point = search.at(state);
  const n = state.length;
  const reduced = reducedJacobian(reducedCoordinates(n, search.invariants), point.jacobian, n);
  const size = Math.round(Math.sqrt(reduced.length));
  const spectrum = eigenvalues(reduced, size);
  // Eigenvalues are known to some epsilon of the largest; within that nobody can tell growth from decay.
  const doubt = 100 * size * Number.EPSILON * spectrum.re.reduce((largest, re, at) => Math.max(largest, Math.hypot(re, spectrum.im[at] ?? 0)), 0);
  const top = spectrum.re[0] ?? Number.NEGATIVE_INFINITY;
  const stable = top < -doubt ? true : top > doubt ? false : null;
  return { status: { status: "done" }, state, eigenvalues: spectrum, stable, residual: residualOf(point), iterations, invariants: search.invariants };
}

function failed(search: Search, state: Float64Array, iterations: number, status: SteadyStatus): SteadyState {
  const none = { re: new Float64Array(0), im: new Float64Array(0) };
  return { status, state, eigenvalues: none, stable: null, residual: residualOf(search.at(state)), iterations, invariants: search.invariants };
}

function worstOf({ system }: Search, { rate, turnover }: LinearisedPoint): string {
  const parts = rate.map((value, at) => Math.abs(value) / (turnover[at] || 1));
  return system.states[parts.indexOf(Math.max(...parts))] ?? "";
}

const notConverged = (search: Search, state: Float64Array): SteadyStatus => ({
  status: "not-converged",
  worst: worstOf(search, search.at(state)),
  hint: "its rate stays furthest from 0: the system may oscillate or grow; look at a trajectory, and start from a state near the one that is wanted",
});

const cameToUnstable = (search: Search, state: Float64Array): SteadyStatus => ({
  status: "not-converged",
  worst: worstOf(search, search.at(state)),
  hint: "the state that the search came to is at rest but unstable, so time leads away from it, perhaps into an oscillation; follow a path, or a cycle of the oscillation, or start at that state to ask about it",
});

const singularAt = (search: Search, state: Float64Array): SteadyStatus => ({
  status: "singular",
  worst: worstOf(search, search.at(state)),
  hint: "the Jacobian is singular beyond the conservation laws: steady states are not isolated, none exists, or this is a bifurcation; change a parameter or add the missing way out",
});
