import { differentiator } from "../kernel/derivative.ts";
import { evaluateAll } from "../kernel/evaluate.ts";
import { symbolsOf } from "../kernel/substitute.ts";
import type { OdeSystem } from "../models/system.ts";
import { product } from "../numerics/linear.ts";
import type { LinearInvariant } from "./linear-invariants.ts";
import { linearInvariants } from "./linear-invariants.ts";
import { linearTerms } from "./linear-terms.ts";
import { linearisation } from "./linearisation.ts";
import type { SteadyState } from "./steady-state.ts";
import { steadyStateInverse } from "./steady-state-inverse.ts";

/** How a steady state x moves with the parameters and with what is conserved. */
export interface SteadyStateGradient {
  /** ∂x/∂parameter at a fixed start, row-major [nState, nWrt]; add `byState` times ∂start/∂parameter where the start depends on it. */
  readonly byParameter: Float64Array;
  /** ∂x/∂total of each invariant, row-major [nState, nInvariant]. */
  readonly byTotal: Float64Array;
  /** ∂x/∂start: through the conserved totals alone, row-major [nState, nState]. */
  readonly byState: Float64Array;
  /**
   * Derivatives of a scalar L from `cotangent` = ∂L/∂x [nState]: adds ∂L/∂parameters to `gradParameters` [nParameter] and
   * writes ∂L/∂start into `gradState` [nState].
   * @throws RangeError when a length does not fit
   */
  pullBack(cotangent: ArrayLike<number>, gradParameters: Float64Array, gradState: Float64Array): void;
}

export interface SteadyStateGradientProblem {
  /** "steady-state", "start", or "parameter:ID". */
  readonly where: string;
  readonly message: string;
}

export type SteadyStateGradientResult = { readonly gradient: SteadyStateGradient; readonly problems?: undefined } | { readonly problems: readonly SteadyStateGradientProblem[]; readonly gradient?: undefined };

/** Where a steady state was looked for: what was given to `steadyState`. */
export interface SteadyStateStart {
  /** Parameter values [nParameter]. */
  readonly parameters: ArrayLike<number>;
  /** State that the search started at [nState]. */
  readonly state: ArrayLike<number>;
}

/** Gradients of the steady states of one system, differentiated once and evaluated at any number of them. */
export type SteadyStateGradients = (found: SteadyState, start: SteadyStateStart) => SteadyStateGradientResult;

/** Below this a rate's imbalance, relative to its terms, is rounding. */
const imbalance = 1e-9;

/**
 * Gradients of steady states by the implicit-function theorem: where f(x, p) = 0 and W x = W start,
 * [J; W] ∂x = -[∂f/∂p; ∂W (x - start)] ∂p + [0; W] ∂start, the laws in the rows of their dependent states.
 *
 * Problems, as values: the search failed; the Jacobian is singular beyond the conservation laws, as at a fold or where steady
 * states are not isolated; a parameter at 0 whose reaction would break a law.
 * @throws Error when a parameter of `wrt` (default all) is unknown
 * @source Deuflhard 2011, Newton Methods for Nonlinear Problems, section 4.1 (implicit-function theorem and its Newton-Kantorovich bound)
 */
export function steadyStateGradients(system: OdeSystem, wrt: readonly string[] = system.parameters): SteadyStateGradients {
  const unknown = wrt.filter((id) => !system.parameters.includes(id));
  if (unknown.length > 0) throw new Error(`steady-state gradient of "${system.id}": no parameter called ${unknown.join(", ")}`);
  const columns = new Map(wrt.map((id) => [id, differentiator(system.graph, id)]));
  const entries = system.rhs.flatMap((rate, row) => [...symbolsOf([rate])].flatMap((id) => (columns.has(id) ? [{ row, column: wrt.indexOf(id), expression: columns.get(id)?.(rate) ?? rate }] : [])));
  const sizes = symbolsOf(system.rhs.flatMap((rate) => linearTerms(rate).flatMap(({ divisors }) => divisors)));
  const evaluateAt = linearisation(system);
  const [n, nWrt] = [system.states.length, wrt.length];
  const wrtIndex = wrt.map((id) => system.parameters.indexOf(id));
  const states = new Map(system.states.map((id, index) => [id, index]));
  const parameterOf = new Map(system.parameters.map((id, index) => [id, index]));

  return ({ status, state, invariants }, start) => {
    if (status.status !== "done") return refused("steady-state", `there is no steady state to differentiate: the search ended ${status.status} at "${status.worst}"; ${status.hint}`);
    const { parameters } = start;
    const point = evaluateAt(parameters, state);
    const inverse = steadyStateInverse(system, point, state, invariants, (at) => evaluateAt(parameters, at));
    if (typeof inverse === "string") return refused("steady-state", inverse);

    const lookup = (name: string): number => state[states.get(name) ?? -1] ?? parameters[parameterOf.get(name) ?? -1] ?? 0;
    const slopes = evaluateAll(entries.map(({ expression }) => expression), lookup);
    /** What moves the equations, negated [nState, nWrt]. */
    const push = new Float64Array(n * nWrt);
    entries.forEach(({ row, column }, at) => {
      push[row * nWrt + column] = -(slopes[at] ?? Number.NaN);
    });
    const problems = wrt.flatMap((id, column) => (parameters[wrtIndex[column] ?? -1] === 0 ? problemOf(id, column, push, nWrt, invariants) : []));
    invariants.forEach(({ dependent }, law) => {
      wrt.forEach((id, column) => {
        const weightSlopes = sizes.has(id) ? weightDerivatives(system, parameters, wrtIndex[column] ?? -1, invariants)?.[law] : null;
        push[dependent * nWrt + column] = weightSlopes ? -weightSlopes.reduce((total, slope, at) => total + slope * ((state[at] ?? 0) - (start.state[at] ?? 0)), 0) : 0;
      });
    });
    const infinite = wrt.filter((_, column) => !state.every((_value, row) => Number.isFinite(push[row * nWrt + column])));
    problems.push(...infinite.map((id) => ({ where: `parameter:${id}`, message: `a rate has no finite derivative by "${id}" at the steady state; leave "${id}" out of what is differentiated by` })));
    if (start.state.length !== n) problems.push({ where: "start", message: `the start has ${start.state.length} values for ${n} states; give what the search started at` });
    if (problems.length > 0) return { problems };

    const nLaw = invariants.length;
    const byParameter = product(inverse, push, n, n, nWrt);
    const byTotal = new Float64Array(n * nLaw);
    invariants.forEach(({ dependent }, law) => {
      for (let row = 0; row < n; row++) byTotal[row * nLaw + law] = inverse[row * n + dependent] ?? 0;
    });
    const laws = Float64Array.from(invariants.flatMap(({ weights }) => [...weights]));
    const byState = product(byTotal, laws, n, nLaw, n);
    return {
      gradient: {
        byParameter,
        byTotal,
        byState,
        pullBack(cotangent, gradParameters, gradState) {
          if (cotangent.length !== n || gradState.length !== n || gradParameters.length !== system.parameters.length) {
            throw new RangeError(`steady-state gradient of "${system.id}": ${cotangent.length} cotangents, room for ${gradParameters.length} parameters and ${gradState.length} states; the system has ${system.parameters.length} and ${n}`);
          }
          const left = Float64Array.from(cotangent);
          const moved = product(left, inverse, 1, n, n);
          product(moved, push, 1, n, nWrt).forEach((slope, column) => {
            gradParameters[wrtIndex[column] ?? 0] += slope;
          });
          gradState.set(product(left, byState, 1, n, n));
        },
      },
    };
  };
}

const refused = (where: string, message: string): SteadyStateGradientResult => ({ problems: [{ where, message }] });

/** A parameter under which a law does not go on: at 0 its reaction is not there. */
function problemOf(id: string, column: number, push: Float64Array, nWrt: number, invariants: readonly LinearInvariant[]): SteadyStateGradientProblem[] {
  const isBroken = invariants.some(({ weights }) => {
    const terms = Array.from(weights, (weight, row) => (weight === 0 ? 0 : weight * (push[row * nWrt + column] ?? 0)));
    return Math.abs(terms.reduce((total, term) => total + term, 0)) > imbalance * terms.reduce((total, term) => total + Math.abs(term), 0);
  });
  return isBroken ? [{ where: `parameter:${id}`, message: `a total is conserved at this value of "${id}" and at no other, so the steady state has no derivative by it; give "${id}" another value, or leave it out` }] : [];
}

/** How the weights of the laws change with a compartment's size, by differences: exact for polynomials up to degree 4. */
function weightDerivatives(system: OdeSystem, parameters: ArrayLike<number>, index: number, invariants: readonly LinearInvariant[]): Float64Array[] | null {
  const value = parameters[index] ?? 0;
  if (value === 0) return null;
  const h = value / 16;
  const [down2, down, up, up2] = [-2, -1, 1, 2].map((shift) => linearInvariants(system, Array.from(parameters, (other, at) => (at === index ? value + shift * h : other))));
  if (![down2, down, up, up2].every((laws) => laws?.length === invariants.length)) return null;
  return invariants.map(({ weights }, law) =>
    weights.map((_, at) => {
      const weightOf = (laws: readonly LinearInvariant[] | undefined): number => laws?.[law]?.weights[at] ?? 0;
      return (8 * (weightOf(up) - weightOf(down)) - (weightOf(up2) - weightOf(down2))) / (12 * h);
    }),
  );
}
