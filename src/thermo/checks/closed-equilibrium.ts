import type { CheckFacts, ThermoCheck } from "./check.ts";
import { finding, nothing, placesInTime } from "./check.ts";

const facts: CheckFacts = {
  id: "closed-equilibrium",
  title: "A closed system only comes closer to its equilibrium",
  equation: "V = sum x ln(x/x_eq) - x + x_eq, dV/dt = -sigma <= 0",
  source: "Horn & Jackson 1972, doi:10.1007/BF00251225; Rao & Esposito 2016, doi:10.1103/PhysRevX.6.041064",
};

/** Relative error of concentrations along a path that still counts as rounding of the solver; dimensionless. */
const stateError = 1e-8;

const example = (last: number) => ({ ...nothing, times: [0, 1], closedEquilibrium: { distance: [0.5, last], total: 1 } });

/** Free energy of a closed network above its one equilibrium never rises; something outside the mechanism would be pushing. */
export const closedEquilibrium: ThermoCheck = {
  facts,
  check({ times, closedEquilibrium: evidence }) {
    const distance = Array.from(evidence?.distance ?? []);
    if (!evidence || distance.length === 0) return [];
    const highest = distance.reduce((most, value) => Math.max(most, value), 0);
    const rises = distance.slice(1).map((value, index) => value - (distance[index] ?? Number.NaN));
    // V is a square near equilibrium: an error of the state moves it by the root of V, and by itself squared.
    const slackAt = (value: number): number => stateError * (highest + Math.sqrt(2 * value * evidence.total)) + stateError ** 2 * evidence.total;
    const off = rises.flatMap((rise, index) => (rise <= slackAt(distance[index] ?? 0) ? [] : [index + 1]));
    const last = distance.at(-1) ?? Number.NaN;
    if (off.length === 0) return [finding(facts, "ok", `free energy above equilibrium, from ${distance[0]} at the start; at the end`, last, 0)];
    return [finding(facts, "violated", `free energy above equilibrium rises ${placesInTime(times, off)}; a term outside the mechanism drives the system, or a chemostat is missing`, Math.max(...rises), 0)];
  },
  passing: example(0.1),
  failing: example(0.6),
};
