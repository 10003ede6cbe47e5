import { cutAt, totalPropensity } from "./leap-draw.ts";
import type { LeapMethod, LeapScene } from "./leap-method.ts";
import { stepChoice } from "./step-choice.ts";

/** A step below this share of the time to the next requested one cannot go on. */
const shortestShare = 1e-12;

/** The chemical Langevin equation by Euler-Maruyama steps: every channel fires a normal number of times with the mean and variance of the Poisson number of a leap. */
export const langevin: LeapMethod = {
  facts: {
    id: "cle",
    title: "chemical Langevin equation, Euler-Maruyama",
    exact: false,
    wholeNumbers: false,
    runsIn: "JavaScript over compiled propensities; steps are cut at requested times",
    boundary:
      "where a step would fall below 0, the noise of the channels that lower that species is cut to what takes it to 0, and a step whose mean alone would is halved: conserved totals stay, and where numbers are of the order of 1 the mean of the noise is above 0",
    use: "large numbers of molecules, as real numbers; wrong where few molecules matter",
    source: "Gillespie 2000, doi:10.1063/1.481811, eq. 23; the treatment at 0 is ours",
  },
  needsDerivatives: false,
  prepare(scene) {
    const { channels, propensities: { molecules, values }, firings, control, tally } = scene;
    const all = new Uint8Array(channels.length);
    const choice = stepChoice(scene);
    const tame = tamer(scene);
    const drift = new Float64Array(molecules.length);
    const noise = new Float64Array(channels.length);
    const leap = (horizon: number): number => {
      const total = totalPropensity(scene);
      if (Number.isNaN(total)) return 0;
      if (total === 0) return horizon;
      let step = cutAt(horizon, control.step ?? choice.longest(all));
      let lowest = driftInto(drift, scene, step);
      while (lowest >= 0) {
        if (step < shortestShare * horizon) {
          const channel = channels.findIndex(({ changes }, index) => values[index] > 0 && changes.some(({ state, change }) => state === lowest && change < 0));
          tally.failure = { kind: "step too small", channel };
          return 0;
        }
        tally.rejected += 1;
        step /= 2;
        lowest = driftInto(drift, scene, step);
      }
      for (let channel = 0; channel < channels.length; channel++) noise[channel] = values[channel] === 0 ? 0 : Math.sqrt(values[channel] * step) * scene.random.normal();
      tame(drift, noise);
      for (let channel = 0; channel < channels.length; channel++) firings[channel] += values[channel] * step + noise[channel];
      molecules.set(drift);
      tally.leaps += 1;
      return step;
    };
    return { reset() {}, step: leap };
  },
};

/** Molecules at the end of a step without noise, into `target` [nState]; a state that falls below 0, or -1. */
function driftInto(target: Float64Array, { channels, propensities: { molecules, values } }: LeapScene, step: number): number {
  target.set(molecules);
  for (let channel = 0; channel < channels.length; channel++) {
    const count = values[channel] * step;
    if (count > 0) for (const { state, change } of channels[channel].changes) target[state] += change * count;
  }
  return target.findIndex((count) => count < 0);
}

/** How far below 0 a sum that is 0 may come by rounding, relative. */
const rounding = 1e-12;

/** Adds the noise of all channels [nChannel] to the molecules [nState], cut where it would take a species below 0. */
function tamer({ channels }: LeapScene): (molecules: Float64Array, noise: Float64Array) => void {
  let next = new Float64Array(0);
  /** Puts the sums into `next`; a state that is below 0 by more than rounding, or -1. */
  const add = (molecules: Float64Array, noise: Float64Array): number => {
    next.set(molecules);
    for (let channel = 0; channel < channels.length; channel++) {
      if (noise[channel] !== 0) for (const { state, change } of channels[channel].changes) next[state] += change * noise[channel];
    }
    return next.findIndex((count, state) => count < -rounding * Math.max(1, molecules[state]));
  };
  return (molecules, noise) => {
    if (next.length !== molecules.length) next = new Float64Array(molecules.length);
    let low = add(molecules, noise);
    // Cutting the noise that lowers one species may lower another that it raised; if that goes round in circles, all noise is cut alike.
    for (let pass = 0; pass < 20 + 2 * molecules.length && low >= 0; pass++) {
      const lowest = low;
      const isLowering = (channel: number): boolean => channels[channel].changes.some(({ state, change }) => state === lowest && change * noise[channel] < 0);
      let [raised, lowered] = [molecules[low], 0];
      for (let channel = 0; channel < channels.length; channel++) {
        for (const { state, change } of channels[channel].changes) {
          if (state !== low) continue;
          if (change * noise[channel] < 0) lowered -= change * noise[channel];
          else raised += change * noise[channel];
        }
      }
      for (let channel = 0; channel < channels.length; channel++) if (isLowering(channel)) noise[channel] *= raised / lowered;
      low = add(molecules, noise);
    }
    if (low >= 0) {
      const share = next.reduce((least, count, state) => (count < 0 ? Math.min(least, molecules[state] / (molecules[state] - count)) : least), 1);
      for (let channel = 0; channel < channels.length; channel++) noise[channel] *= share;
      add(molecules, noise);
    }
    // What rounding leaves below 0 is put to 0.
    for (let state = 0; state < molecules.length; state++) molecules[state] = Math.max(0, next[state]);
  };
}
