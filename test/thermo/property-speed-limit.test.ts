import { describe, expect, it } from "vitest";
import { networkOf } from "../../src/models/build.ts";
import type { Network, Participant } from "../../src/models/network.ts";
import { massActionLaw } from "../../src/models/rate/index.ts";
import { stream, type RandomStream } from "../../src/numerics/random.ts";
import { compileSolver } from "../../src/solvers/compile.ts";
import { rodas5p, tsit5 } from "../../src/solvers/ode/index.ts";
import type { DensePath } from "../../src/thermo/dense-path.ts";
import { densePath } from "../../src/thermo/dense-path.ts";
import type { FluxPoint, Fluxes } from "../../src/thermo/fluxes.ts";
import { lyapunovFunction } from "../../src/thermo/free-energy.ts";
import { observableOf } from "../../src/thermo/observable.ts";
import { integrateAlong } from "../../src/thermo/path-integral.ts";
import { speedLimits } from "../../src/thermo/speed-limit.ts";
import { totalEntropyProduction } from "../../src/thermo/uncertainty.ts";
import { casesOf, judgedCase } from "./random-network.ts";
import { fluxesOfNetwork } from "./states.ts";

const rtol = 1e-10;

/** The shortest time in which the one-way fluxes could exchange all of a species. */
const exchangeTime = (fluxes: Fluxes, point: FluxPoint): number => {
  const turnover = point.species.map((x, species) =>
    fluxes.reactions.reduce((total, { changes }, reaction) => total + (changes.some((one) => one.species === species) ? (point.activity[reaction] ?? 0) : 0), 0) / x,
  );
  return 1 / Math.max(...turnover);
};

/** A path over a random part of, or a few times, the exchange time; stiff ones are followed for up to 100 times as long. */
async function randomPath(fluxes: Fluxes, state: readonly number[], random: RandomStream, isStiff: boolean): Promise<DensePath> {
  const parameters = Float64Array.from(fluxes.system.parameterValues);
  const point = fluxes.at(0, parameters, state);
  const endTime = exchangeTime(fluxes, point) * 10 ** (isStiff ? 2 * random.uniform() : 2 * random.uniform() - 1.5);
  const solver = await compileSolver(fluxes.system, { method: isStiff ? rodas5p : tsit5, target: "javascript", record: true, control: { rtol, atol: 1e-6 * rtol * Math.min(...state), maxSteps: 5000 } });
  return densePath(solver, { parameters, state: Float64Array.from(state), endTime });
}

const power = (x: readonly number[], side: readonly Participant[], network: Network): number =>
  side.reduce((product, { species, stoichiometry }) => product * (x[network.species.findIndex(({ id }) => id === species)] ?? NaN) ** stoichiometry, 1);
const asRecord = (side: readonly Participant[]): Record<string, number> => Object.fromEntries(side.map(({ species, stoichiometry }) => [species, stoichiometry]));

/** The same reactions with new constants that balance each of them at `balanced`. */
function detailedBalanced(network: Network, balanced: readonly number[], random: RandomStream): Network {
  const reactions = network.reactions.map((reaction) => {
    const flux = 10 ** (4 * random.uniform() - 2);
    const [reactants, products] = [asRecord(reaction.reactants), asRecord(reaction.products)];
    const rate = massActionLaw.build({ reactants, products, kPlus: flux / power(balanced, reaction.reactants, network), kMinus: flux / power(balanced, reaction.products, network) });
    return [reaction.id, { reactants, products, rate }] as const;
  });
  return networkOf({ id: "balanced", species: Object.fromEntries(network.species.map(({ id }, index) => [id, balanced[index] ?? NaN])), reactions: Object.fromEntries(reactions) });
}

describe("random trajectories", () => {
  it("11: no faster than entropy production, diffusion and activity allow", async () => {
    const count = casesOf(25);
    const broken: unknown[] = [];
    let cutShort = 0;
    for (let index = 0; index < count; index++) {
      const { network, fluxes, x, random } = judgedCase(index);
      const path = await randomPath(fluxes, x, random, index % 20 === 0);
      if (path.status.status !== "done") cutShort++;
      const observable = observableOf(network, "c", network.species.map(() => random.normal()));
      const anyWeights = { name: "g", perReaction: network.reactions.map(() => (random.uniform() < 0.25 ? 0 : random.normal())) };
      const limits = speedLimits(fluxes, path, [observable, anyWeights]);
      for (const { name, value, holds } of [...limits.limits, ...limits.observables.flatMap((one) => one.limits)]) if (holds !== true) broken.push({ index, name, value });
      const [along] = limits.observables;
      const moved = observable.weights.reduce((total, weight, species) => total + weight * ((path.final[species] ?? NaN) - (path.start[species] ?? NaN)), 0);
      // The two routes may differ by the solver's error: of the states at the ends, and, as states are off by rtol all the way, of the one-way fluxes.
      const scale = observable.weights.reduce((total, weight, species) => total + Math.abs(weight) * ((path.start[species] ?? NaN) + (path.final[species] ?? NaN)), along?.weightedActivity ?? NaN);
      if (!(Math.abs((along?.displacement ?? NaN) - moved) <= 10 * rtol * scale)) broken.push({ index, displacement: along?.displacement, moved });
      if (!(Math.abs(moved) - (along?.length ?? NaN) <= 10 * rtol * scale)) broken.push({ index, length: along?.length, moved });
    }
    expect(broken).toEqual([]);
    // What is said of a path holds up to where an explicit method gives up, too; but that must stay the exception.
    expect(cutShort).toBeLessThanOrEqual(count / 100);
  });

  it("13: a closed detailed balanced network loses as much of V as it produces entropy", async () => {
    const count = casesOf(25);
    const broken: unknown[] = [];
    let cutShort = 0;
    for (let index = 0; index < count; index++) {
      const random = stream(20_260_102n, "closed networks", index);
      const topology = judgedCase(index).network;
      const balanced = topology.species.map(() => 10 ** (4 * random.uniform() - 2));
      const network = detailedBalanced(topology, balanced, random);
      const fluxes = fluxesOfNetwork(network);
      const x = balanced.map((value) => value * 10 ** (2 * random.uniform() - 1));
      const path = await randomPath(fluxes, x, random, index % 20 === 0);
      if (path.status.status !== "done") cutShort++;
      const [produced = NaN] = integrateAlong(path, (time, state) => [totalEntropyProduction(fluxes, fluxes.at(time, path.parameters, state))]).integrals;
      const states = [path.start, ...path.pieces.map(({ final }) => final)];
      const V = states.map((state) => lyapunovFunction(state, balanced));
      const [first = NaN, last = NaN] = [V[0], V.at(-1)];
      const slack = 1e-8 * Math.max(first, produced);
      if (!(Math.abs(first - last - produced) <= slack)) broken.push({ index, drop: first - last, produced, first });
      if (V.some((value, step) => step > 0 && value - (V[step - 1] ?? NaN) > slack)) broken.push({ index, grows: V });
    }
    expect(broken).toEqual([]);
    // What is said of a path holds up to where an explicit method gives up, too; but that must stay the exception.
    expect(cutShort).toBeLessThanOrEqual(count / 100);
  });
});
