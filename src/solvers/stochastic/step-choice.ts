import type { LeapScene } from "./leap-method.ts";

/** Chooses the length of a leap at the molecules and propensities of the last evaluation. */
export interface StepChoice {
  /** Longest leap · time for which the marked channels [nChannel] are left out; Infinity where nothing bounds it. */
  longest(isLeftOut: Uint8Array): number;
}

/**
 * The longest leap in which no propensity is likely to change by more than a share `epsilon` of itself (or a molecule's worth),
 * judged by mean and variance of the change of every reactant.
 *
 * Deviation: (1) the paper has g for orders up to 3; here g = (n/m)(m + sum of b/(x - b) for b < m) for any, with n the total order
 * and m that of the species, which gives the paper's. (2) Where a rate is no mass action, the sum of the absolute elasticities
 * at the present state takes the place of n, and bounds g from below by 1.
 * @source Cao, Gillespie, Petzold 2006, doi:10.1063/1.2159468, eqs. 27, 32, 33
 */
export function stepChoice({ channels, reads, propensities, control }: LeapScene): StepChoice {
  const { molecules, values, entries, derivatives } = propensities;
  const { epsilon } = control;
  const isPlain = channels.map(({ rest }) => rest === null);
  const hasRates = isPlain.includes(false);
  const readStates = [...new Set(reads.flatMap((read) => [...read]))].toSorted((a, b) => a - b);
  /** Different (total order, own order) of each state among mass-action channels [nState]. */
  const orders: [number, number][][] = Array.from(molecules, () => []);
  channels.forEach((channel, index) => {
    if (!isPlain[index]) return;
    const total = channel.orders.reduce((sum, { order }) => sum + order, 0);
    for (const { state, order } of channel.orders) if (!orders[state].some(([n, m]) => n === total && m === order)) orders[state].push([total, order]);
  });
  const mean = new Float64Array(molecules.length);
  const variance = new Float64Array(molecules.length);
  const elasticity = new Float64Array(molecules.length);
  const total = new Float64Array(channels.length);

  const measureElasticities = (): void => {
    propensities.differentiate();
    total.fill(0);
    elasticity.fill(1);
    entries.forEach(({ channel, state }, at) => {
      if (!isPlain[channel] && values[channel] > 0) total[channel] += Math.abs((derivatives[at] * molecules[state]) / values[channel]);
    });
    channels.forEach((_, channel) => {
      if (!isPlain[channel]) for (const state of reads[channel]) elasticity[state] = Math.max(elasticity[state], total[channel]);
    });
  };
  return {
    longest(isLeftOut) {
      if (hasRates) measureElasticities();
      mean.fill(0);
      variance.fill(0);
      for (let channel = 0; channel < channels.length; channel++) {
        const value = values[channel];
        if (value === 0 || isLeftOut[channel] === 1) continue;
        for (const { state, change } of channels[channel].changes) {
          mean[state] += change * value;
          variance[state] += change * change * value;
        }
      }
      let step = Infinity;
      for (const state of readStates) {
        if (variance[state] === 0) continue;
        const x = molecules[state];
        let g = hasRates ? elasticity[state] : 1;
        for (const [n, m] of orders[state]) {
          let own = m;
          for (let below = 1; below < m; below++) own += x > below ? below / (x - below) : Infinity;
          g = Math.max(g, (n / m) * own);
        }
        const allowed = Math.max((epsilon * x) / g, 1);
        step = Math.min(step, allowed / Math.abs(mean[state]), (allowed * allowed) / variance[state]);
      }
      return step;
    },
  };
}

/**
 * Marks the channels [nChannel] that could use up a reactant in fewer than `criticalBelow` events; the sum of their propensities.
 * @source Cao, Gillespie, Petzold 2005, doi:10.1063/1.1992473
 */
export function markCritical(mark: Uint8Array, { channels, propensities: { molecules, values }, control: { criticalBelow } }: LeapScene): number {
  let total = 0;
  for (let channel = 0; channel < channels.length; channel++) {
    mark[channel] = 0;
    if (values[channel] === 0) continue;
    for (const { state, change } of channels[channel].changes) {
      if (change >= 0 || molecules[state] >= -change * criticalBelow) continue;
      mark[channel] = 1;
      total += values[channel];
      break;
    }
  }
  return total;
}
