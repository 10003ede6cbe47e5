import { chooseChannel, cutAt, fireAll, singleEvent, totalPropensity } from "./leap-draw.ts";
import type { LeapMethod, LeapScene } from "./leap-method.ts";
import { markCritical, stepChoice } from "./step-choice.ts";

/** Explicit tau-leaping: in each leap every channel fires a Poisson number of times at the propensity it had at the leap's start. */
export const tauLeaping: LeapMethod = {
  facts: {
    id: "tau-leaping",
    title: "explicit tau-leaping",
    exact: false,
    wholeNumbers: true,
    runsIn: "JavaScript over compiled propensities; leaps are cut at requested times",
    boundary: "channels near the end of a reactant fire one event at a time; a leap that would fall below 0 is drawn again, half as long, which favours short leaps by a bias of the chance that this happens",
    use: "large numbers without stiffness (a fast pair at rest has 2/(2 - l t) of its variance at relaxation rate l and leap t); where leaps are no longer than a few waiting times it goes on by exact events",
    source: "Cao, Gillespie, Petzold 2006, doi:10.1063/1.2159468; critical channels: Cao, Gillespie, Petzold 2005, doi:10.1063/1.1992473",
  },
  needsDerivatives: false,
  prepare(scene) {
    const { channels, control } = scene;
    const isCritical = new Uint8Array(channels.length);
    const choice = stepChoice(scene);
    const leap = explicitLeap(scene);
    let exactLeft = 0;
    const step = (horizon: number): number => {
      const total = totalPropensity(scene);
      if (Number.isNaN(total)) return 0;
      if (total === 0) return horizon;
      if (exactLeft > 0) {
        exactLeft -= 1;
        return singleEvent(scene, total, horizon);
      }
      const criticalTotal = markCritical(isCritical, scene);
      let longest = control.step ?? choice.longest(isCritical);
      let isShort = control.step === null && longest * total < control.shortestLeap;
      while (!isShort) {
        const untilCritical = criticalTotal > 0 ? scene.random.exponential() / criticalTotal : Infinity;
        const whole = cutAt(horizon, longest);
        const fires = untilCritical <= whole;
        const taken = fires ? untilCritical : whole;
        if (leap(taken, isCritical, fires ? chooseChannel(scene, criticalTotal, isCritical) : -1)) return taken;
        longest = whole / 2;
        isShort = longest * total < control.shortestLeap;
      }
      exactLeft = control.exactEvents - 1;
      return singleEvent(scene, total, horizon);
    };
    const reset = (): void => {
      exactLeft = 0;
    };
    return { reset, step };
  },
};

/** One explicit leap in which the critical channels rest, except for one event of `critical` (-1 = none); false where it would fall below 0. */
export function explicitLeap(scene: LeapScene): (step: number, isCritical: Uint8Array, critical: number) => boolean {
  const { channels, propensities: { molecules, values }, tally } = scene;
  const times = new Float64Array(channels.length);
  const next = new Float64Array(molecules.length);
  return (step, isCritical, critical) => {
    const { random } = scene;
    for (let channel = 0; channel < channels.length; channel++) times[channel] = values[channel] === 0 || isCritical[channel] === 1 ? 0 : random.poisson(values[channel] * step);
    if (critical >= 0) times[critical] = 1;
    const fits = fireAll(scene, times, next);
    if (!fits) tally.rejected += 1;
    // A critical channel that lacks its reactants can never fire: the rate is to blame, not the leap.
    if (!fits && critical >= 0 && channels[critical].changes.some(({ state, change }) => molecules[state] + change < 0)) {
      tally.failure = { kind: "used up", channel: critical };
      return true;
    }
    if (fits) tally.leaps += 1;
    return fits;
  };
}
