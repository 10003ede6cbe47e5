import { fireAll } from "./leap-draw.ts";
import type { LeapMethod, LeapScene } from "./leap-method.ts";
import { stepChoice } from "./step-choice.ts";
import { tauSteps } from "./tau-steps.ts";
import type { TauLeap } from "./tau-steps.ts";

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
    const { control } = scene;
    const choice = stepChoice(scene);
    return tauSteps(scene, {
      longest: (isCritical) => control.step ?? choice.longest(isCritical),
      leap: explicitLeap(scene),
      exactEvents: () => control.exactEvents,
    });
  },
};

/** One explicit leap in which the critical channels rest, except for one event of `critical` (-1 = none); false where it would fall below 0. */
export function explicitLeap(scene: LeapScene): TauLeap["leap"] {
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
