import { chooseChannel, cutAt, singleEvent, totalPropensity } from "./leap-draw.ts";
import type { LeapScene, LeapStepper } from "./leap-method.ts";
import { markCritical } from "./step-choice.ts";

/** What a kind of tau-leaping decides; the rest is the same for all. */
export interface TauLeap {
  /** The longest leap from here, with the requested time `horizon` away · time. */
  longest(isCritical: Uint8Array, horizon: number): number;
  /** One leap in which the critical channels [nChannel] rest, except for one event of `critical` (-1 = none); false where it would fall below 0. */
  leap(step: number, isCritical: Uint8Array, critical: number): boolean;
  /** Exact events in a row in the place of leaps that are too short. */
  exactEvents(): number;
  reset?(): void;
}

/**
 * Steps of tau-leaping: a leap as long as may be, cut where a critical channel fires and halved while it would fall below 0; exact events
 * where leaps are hardly longer than those.
 *
 * @source Cao, Gillespie, Petzold 2006, doi:10.1063/1.2159468; critical channels: Cao, Gillespie, Petzold 2005, doi:10.1063/1.1992473
 */
export function tauSteps(scene: LeapScene, tau: TauLeap): LeapStepper {
  const { channels, control } = scene;
  const isCritical = new Uint8Array(channels.length);
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
    let longest = tau.longest(isCritical, horizon);
    let isShort = control.step === null && longest * total < control.shortestLeap;
    while (!isShort) {
      const untilCritical = criticalTotal > 0 ? scene.random.exponential() / criticalTotal : Infinity;
      const whole = cutAt(horizon, longest);
      const fires = untilCritical <= whole;
      const taken = fires ? untilCritical : whole;
      if (tau.leap(taken, isCritical, fires ? chooseChannel(scene, criticalTotal, isCritical) : -1)) return taken;
      longest = whole / 2;
      isShort = longest * total < control.shortestLeap;
    }
    exactLeft = tau.exactEvents() - 1;
    return singleEvent(scene, total, horizon);
  };
  return {
    step,
    reset() {
      exactLeft = 0;
      tau.reset?.();
    },
  };
}
