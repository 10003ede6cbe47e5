import { solveLinear } from "../../numerics/linear.ts";
import { fireAll } from "./leap-draw.ts";
import type { LeapMethod, LeapScene } from "./leap-method.ts";
import { stepChoice } from "./step-choice.ts";
import { explicitLeap } from "./tau-leaping.ts";
import { tauSteps } from "./tau-steps.ts";
import type { TauLeap } from "./tau-steps.ts";

/** Tau-leaping whose leaps take the mean number of firings from the leap's end where the network is stiff, so that fast reactions in balance do not hold it up. */
export const implicitTau: LeapMethod = {
  facts: {
    id: "implicit-tau",
    title: "implicit tau-leaping",
    exact: false,
    wholeNumbers: true,
    runsIn: "JavaScript over compiled propensities and their Jacobian, dense linear algebra; leaps are cut at requested times",
    boundary: "as explicit tau-leaping; firings are rounded to whole numbers, and a number below 0 becomes 0",
    use: "fast reversible pairs beside slow reactions; leaps damp the noise of what relaxes at rate l faster than a leap t, to 2/(2 + l t) of its variance at rest, so leaps become shorter before a requested time",
    source: "Rathinam, Petzold, Cao, Gillespie 2003, doi:10.1063/1.1627296; choice between explicit and implicit: Cao, Gillespie, Petzold 2007, doi:10.1063/1.2745299",
  },
  needsDerivatives: true,
  prepare(scene) {
    const { channels, control } = scene;
    const isLeftOut = new Uint8Array(channels.length);
    const choice = stepChoice(scene);
    const pairs = equilibria(scene);
    const explicit = explicitLeap(scene);
    const implicit = implicitLeap(scene);
    let [explicitStep, isStiff, wasImplicit] = [0, false, false];
    return tauSteps(scene, {
      longest(isCritical, horizon) {
        explicitStep = control.step ?? choice.longest(isCritical);
        isStiff = control.step !== null;
        if (isStiff) return explicitStep;
        isLeftOut.set(isCritical);
        const { slowest, fastest } = pairs.leaveOut(isLeftOut);
        explicitStep = Math.min(explicitStep, control.resolved / fastest);
        const unobserved = horizon - control.downshift / slowest;
        const restored = Math.max(horizon / 10, control.resolved / fastest);
        // Fast noise that implicit leaps have damped comes back before it is looked at: the nearer, the shorter the leaps.
        const implicitStep = Math.min(choice.longest(isLeftOut), Math.max(unobserved, restored));
        isStiff = implicitStep > explicitStep && (unobserved < implicitStep || implicitStep > control.stiffRatio * explicitStep);
        return isStiff ? implicitStep : explicitStep;
      },
      leap(step, isCritical, critical) {
        const isImplicit = isStiff && (control.step !== null || step > explicitStep);
        const isDone = (isImplicit ? implicit : explicit)(step, isCritical, critical);
        if (isDone) wasImplicit = isImplicit;
        return isDone;
      },
      exactEvents() {
        const count = wasImplicit ? control.exactEventsAfterImplicit : control.exactEvents;
        wasImplicit = false;
        return count;
      },
      reset() {
        wasImplicit = false;
      },
    });
  },
};

/** Pairs of channels that undo each other. */
function equilibria({ channels, propensities: { values, entries, derivatives, differentiate }, control }: LeapScene) {
  const key = (channel: number, sign: number): string => channels[channel].changes.map(({ state, change }) => `${state}:${sign * change}`).join(" ");
  const open = new Map<string, number[]>();
  const pairs: [number, number][] = [];
  channels.forEach(({ changes }, channel) => {
    const partner = changes.length > 0 ? open.get(key(channel, -1))?.shift() : undefined;
    if (partner !== undefined) pairs.push([partner, channel]);
    else open.set(key(channel, 1), [...(open.get(key(channel, 1)) ?? []), channel]);
  });
  const entriesOf = channels.map((_, channel) => entries.flatMap((entry, at) => (entry.channel === channel ? [{ at, state: entry.state }] : [])));
  const slopeAlong = (channel: number, along: number): number =>
    entriesOf[channel].reduce((sum, { at, state }) => sum + derivatives[at] * (channels[along].changes.find((one) => one.state === state)?.change ?? 0), 0);
  return {
    /**
     * Marks the channels of pairs in equilibrium, besides what is marked; how slow the slowest of those pairs relaxes and how fast
     * the fastest of all · 1/time (Infinity and 0 without one). All, since fluctuations take pairs out of equilibrium and back.
     */
    leaveOut(isLeftOut: Uint8Array): { readonly slowest: number; readonly fastest: number } {
      let [slowest, fastest] = [Infinity, 0];
      if (pairs.length > 0) differentiate();
      for (const [one, other] of pairs) {
        const [a, b] = [values[one], values[other]];
        if (isLeftOut[one] === 1 || isLeftOut[other] === 1 || (a === 0 && b === 0)) continue;
        const rate = slopeAlong(other, one) - slopeAlong(one, one);
        fastest = Math.max(fastest, rate);
        if (Math.abs(a - b) > control.equilibriumWithin * Math.min(a, b)) continue;
        isLeftOut[one] = 1;
        isLeftOut[other] = 1;
        if (rate > 0) slowest = Math.min(slowest, rate);
      }
      return { slowest, fastest };
    },
  };
}

const newtonSteps = 20;
/** Newton stops below this · molecules, relative above one molecule; firings are rounded to whole ones. */
const newtonTolerance = 1e-6;

/**
 * One implicit leap in which the critical channels rest, except for one event of `critical` (-1 = none): the firings are
 * P(a(x) t) - a(x) t + a(x') t, with x' from Newton's method, rounded up or down at random so that their mean stays.
 *
 * Deviation: (1) the paper rounds to the nearest whole number, which loses, leap by leap, every change of a propensity that is worth
 * less than half an event.
 * @source Rathinam, Petzold, Cao, Gillespie 2003, doi:10.1063/1.1627296, eqs. 27 and 28
 */
function implicitLeap(scene: LeapScene): TauLeap["leap"] {
  const { channels, propensities, tally } = scene;
  const { molecules, values, entries, derivatives } = propensities;
  const n = molecules.length;
  const noise = new Float64Array(channels.length);
  const times = new Float64Array(channels.length);
  const [before, fixed, next] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)];
  const matrix = new Float64Array(n * n);
  const minusResidual = new Float64Array(n);

  /** The end of the leap in the molecules' place; false where Newton does not come to rest. */
  const solveEnd = (step: number, isCritical: Uint8Array): boolean => {
    for (let iteration = 0; iteration < newtonSteps; iteration++) {
      if (Number.isNaN(propensities.evaluate())) return false;
      propensities.differentiate();
      matrix.fill(0);
      for (let state = 0; state < n; state++) {
        matrix[state * n + state] = 1;
        minusResidual[state] = fixed[state] - molecules[state];
      }
      for (let channel = 0; channel < channels.length; channel++) {
        if (isCritical[channel] === 0) for (const { state, change } of channels[channel].changes) minusResidual[state] += change * step * values[channel];
      }
      for (let at = 0; at < entries.length; at++) {
        const { channel, state: column } = entries[at];
        if (isCritical[channel] === 0) for (const { state, change } of channels[channel].changes) matrix[state * n + column] -= change * step * derivatives[at];
      }
      const solved = solveLinear(matrix, minusResidual, n);
      if ("problem" in solved) return false;
      let isAtRest = true;
      for (let state = 0; state < n; state++) {
        const move = solved.solution[state];
        if (!(Math.abs(move) <= newtonTolerance * Math.max(1, Math.abs(molecules[state])))) isAtRest = false;
        molecules[state] += move;
      }
      if (isAtRest) return !Number.isNaN(propensities.evaluate());
    }
    return false;
  };

  return (step, isCritical, critical) => {
    const { random } = scene;
    before.set(molecules);
    fixed.set(molecules);
    for (let channel = 0; channel < channels.length; channel++) {
      noise[channel] = 0;
      if (isCritical[channel] === 1 || values[channel] === 0) continue;
      const mean = values[channel] * step;
      noise[channel] = random.poisson(mean) - mean;
      for (const { state, change } of channels[channel].changes) fixed[state] += change * noise[channel];
    }
    const isSolved = solveEnd(step, isCritical);
    for (let channel = 0; channel < channels.length; channel++) times[channel] = isCritical[channel] === 1 ? 0 : Math.max(0, Math.floor(noise[channel] + step * values[channel] + random.uniform()));
    if (critical >= 0) times[critical] = 1;
    molecules.set(before);
    const fits = isSolved && fireAll(scene, times, next);
    if (fits) {
      tally.leaps += 1;
      tally.implicitLeaps += 1;
      return true;
    }
    tally.rejected += 1;
    // Another attempt draws from the propensities at the leap's start.
    propensities.evaluate();
    return false;
  };
}
