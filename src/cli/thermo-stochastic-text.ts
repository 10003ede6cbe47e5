import { applicabilityOf } from "../thermo/applicability.ts";
import type { Finding, StochasticThermo } from "../thermo/index.ts";
import type { MeasuredAnswer } from "./thermo-currents.ts";
import type { StochasticPhysical } from "./thermo-physical.ts";
import { applicabilityParts, findingsText, measuredParts, section, short, withError } from "./thermo-text-parts.ts";

/** What thermodynamics can say of the reactions of sampled runs. */
export const stochasticApplicability = ({ reactions }: Pick<StochasticThermo, "reactions">) =>
  applicabilityOf(reactions.map(({ id, kind, diffusionIsApproximate }) => ({ id, kind, elementary: !diffusionIsApproximate, reason: null })));

/** A report of sampled runs as text, each number with its standard error. */
export function thermoStochasticText(report: StochasticThermo, extras: { readonly physical: StochasticPhysical | null; readonly measured: MeasuredAnswer | null; readonly findings: readonly Finding[] }): string {
  const { runs, requestedRuns, seed, method, window, volume, steady, entropyProduction, counts, fromCurrents, fluctuationTheorem } = report;
  const { physical, measured, findings } = extras;
  const drift = `largest drift ${short(steady.largestDrift)} standard errors${steady.species === null ? "" : `, ${steady.species}`}`;
  return `${[
    `${runs} of ${requestedRuns} runs, seed ${seed}, ${method}; window ${short(window.start)} to ${short(window.end)} at ${window.points} times${volume === null ? "" : `, volume ${short(volume)}`}`,
    steady.applied ? `steady within the window (${drift})` : `not steady within the window (${drift}): steady relations are not applied`,
    ...applicabilityParts(stochasticApplicability(report)),
    ...section("entropy production, k_B per time", ["estimate", "value"], [
      ...(entropyProduction
        ? [
            ["from the jumps", withError(entropyProduction.jumps)],
            ["from the states", withError(entropyProduction.states)],
            ...(entropyProduction.perVolume ? [["the better one, per volume", withError(entropyProduction.perVolume)]] : []),
          ]
        : []),
      ["from the counts alone", `${withError(counts.plugIn.estimate)}, of which about ${counts.plugIn.bias.toPrecision(2)} is bias`],
      ["at least, from short times", withError(counts.shortTime)],
      ...(fromCurrents ? [["at least, from the currents", `${short(fromCurrents.rate)}; ${short(fromCurrents.unbiased)} less bias; more than ${short(fromCurrents.lower)} with ${100 * fromCurrents.level} % confidence`]] : []),
      ...(physical
        ? [
            ["from the jumps, W/K", withError(physical.entropyProduction as Numbers)],
            [`power at ${physical.temperature} K, W`, withError(physical.power as Numbers)],
          ]
        : []),
    ]),
    ...section("reactions, events per time", ["reaction", "net", "activity"], report.reactions.map(({ id, net, activity }) => [id, withError(net), withError(activity)])),
    ...section("currents; the last two are at least 1 in a steady state", ["current", "mean", "variance", "Var Sigma/(2 mean^2)", "Var N/mean^2"], report.currents.map(({ name, mean, variance, uncertainty, kinetic }) => [name, withError(mean), withError(variance), withError(uncertainty), withError(kinetic)])),
    ...(fluctuationTheorem
      ? section(`fluctuation theorem, ${fluctuationTheorem.runs} runs of ${short(fluctuationTheorem.duration)}`, ["quantity", "value"], [
          ["<Delta s>, k_B", short(fluctuationTheorem.meanEntropy)],
          ["<exp(-Delta s)>", withError(fluctuationTheorem.average)],
          ["expected", short(fluctuationTheorem.expected)],
        ])
      : []),
    ...measuredParts(measured),
    findingsText(findings),
  ].join("\n\n")}\n`;
}

interface Numbers {
  readonly value: number;
  readonly standardError: number;
}
