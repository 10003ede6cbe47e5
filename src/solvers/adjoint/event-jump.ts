import { differentiator } from "../../kernel/derivative.ts";
import { evaluateAll } from "../../kernel/evaluate.ts";
import type { Expression } from "../../kernel/expression.ts";
import { symbolsOf } from "../../kernel/substitute.ts";
import type { OdeSystem } from "../../models/system.ts";
import { crossingSides, stateAfter } from "../sensitivity-events.ts";

/** A moment of events to be reversed. */
export interface JumpPoint {
  readonly time: number;
  /** State before the events [nState]. */
  readonly before: Float64Array;
  /** Indices of the events, in the order of their execution. */
  readonly events: readonly number[];
  readonly parameters: Float64Array;
  /** Whether the moment is the start of the run, which does not move. */
  readonly isStart: boolean;
}

/** An expression with its derivatives by each of the names that it reads. */
interface Differentiated {
  readonly value: Expression;
  readonly slopes: readonly { readonly name: string; readonly slope: Expression }[];
}

/**
 * Takes ∂L/∂state after events to ∂L/∂state before them (returned, [nState]) and adds to ∂L/∂parameters [nParameter]. With h
 * the events' assignments and g what crosses 0 in the trigger: λ⁻ = hᵧᵀ λ⁺ - (μ/ġ) gᵧ and ∂L/∂p += hₚᵀ λ⁺ - (μ/ġ) gₚ, where
 * μ = λ⁺ᵀ (∂h/∂t + hᵧ f⁻ - f⁺) is how L changes with the moment.
 *
 * @source Corner, Sandu & Sandu 2018, arXiv:1802.07188 (jump of the adjoint at an event)
 */
export function eventJump(system: OdeSystem): (point: JumpPoint, after: Float64Array, gradParameters: Float64Array) => Float64Array {
  const { graph, states, parameters: ids, rhs, events = [] } = system;
  const differentiators = new Map(["time", ...states, ...ids].map((name) => [name, differentiator(graph, name)]));
  const differentiated = (value: Expression): Differentiated => ({
    value,
    slopes: [...symbolsOf([value])].flatMap((name) => {
      const slope = differentiators.get(name)?.(value);
      return slope ? [{ name, slope }] : [];
    }),
  });
  const plans = events.map((event) => ({
    assigned: [...stateAfter(graph, event)].map(([target, value]) => ({ target: states.indexOf(target), ...differentiated(value) })),
    sides: crossingSides(graph, event.trigger).map(({ residual, moving }) => ({ residual, ...differentiated(moving) })),
  }));
  const stateIndex = new Map(states.map((id, index) => [id, index]));
  const parameterIndex = new Map(ids.map((id, index) => [id, index]));

  return ({ time, before, events: order, parameters, isStart }, after, gradParameters) => {
    const at = (state: Float64Array) => (name: string): number => (name === "time" ? time : (state[stateIndex.get(name) ?? -1] ?? parameters[parameterIndex.get(name) ?? -1] ?? Number.NaN));
    const passed = [before];
    for (const index of order) {
      const state = passed.at(-1) ?? before;
      const assigned = plans[index]?.assigned ?? [];
      const values = evaluateAll(assigned.map(({ value }) => value), at(state));
      const next = state.slice();
      assigned.forEach(({ target }, which) => {
        next[target] = values[which] ?? Number.NaN;
      });
      passed.push(next);
    }
    const rates = (state: Float64Array): number[] => evaluateAll(rhs, at(state));

    let lambda = after.slice();
    let push = -inner(lambda, rates(passed.at(-1) ?? before));
    /** Adds a weight times the derivatives of an expression; returns that by time. */
    const add = ({ slopes }: Differentiated, weight: number, state: Float64Array, byState: Float64Array): number => {
      const values = evaluateAll(slopes.map(({ slope }) => slope), at(state));
      let byTime = 0;
      slopes.forEach(({ name }, which) => {
        const part = weight * (values[which] ?? Number.NaN);
        const [own, parameter] = [stateIndex.get(name), parameterIndex.get(name)];
        if (own !== undefined) byState[own] += part;
        else if (parameter !== undefined) gradParameters[parameter] += part;
        else byTime += part;
      });
      return byTime;
    };
    for (let place = order.length - 1; place >= 0; place--) {
      const assigned = plans[order[place] ?? -1]?.assigned ?? [];
      const earlier = lambda.slice();
      for (const { target } of assigned) earlier[target] = 0;
      for (const one of assigned) push += add(one, lambda[one.target] ?? 0, passed[place] ?? before, earlier);
      lambda = earlier;
    }
    if (isStart) return lambda;
    const rate = rates(before);
    push += inner(lambda, rate);

    // What is crossed is what is nearest to its crossing in time.
    let nearest: { readonly side: Differentiated; readonly pace: number; readonly distance: number } | null = null;
    for (const side of plans[order[0] ?? -1]?.sides ?? []) {
      const [residual = Number.NaN, ...slopes] = evaluateAll([side.residual, ...side.slopes.map(({ slope }) => slope)], at(before));
      const pace = side.slopes.reduce((total, { name }, which) => total + (slopes[which] ?? 0) * (name === "time" ? 1 : (rate[stateIndex.get(name) ?? -1] ?? 0)), 0);
      const distance = Math.abs(residual / pace);
      if (distance < (nearest?.distance ?? Infinity)) nearest = { side, pace, distance };
    }
    if (!nearest) throw new Error(`adjoint of "${system.id}": nothing in the trigger of "${events[order[0] ?? -1]?.id ?? ""}" moves at time ${time}, where it was executed; take differences of two runs there`);
    add(nearest.side, -push / nearest.pace, before, lambda);
    return lambda;
  };
}

const inner = (a: ArrayLike<number>, b: ArrayLike<number>): number => Array.from(a).reduce((total, value, index) => total + value * (b[index] ?? 0), 0);
