import { describe, expect, it } from "vitest";
import { perronRoot } from "../../src/numerics/perron-root.ts";
import type { RandomStream } from "../../src/numerics/random.ts";
import { stream } from "../../src/numerics/random.ts";
import type { Network } from "../../src/models/network.ts";
import type { Chain, UncertaintyRelation } from "../../src/thermo/markov/index.ts";
import {
  chainEntropyProduction,
  chainMultidimensional,
  chainOf,
  chainRelations,
  countingMoments,
  currentOf,
  entropyGeneratingFunction,
  fluctuationTheoremUncertainty,
  integralFluctuationTheorem,
  jumpsOf,
  longTimeMoments,
  steadyUncertainty,
  thermokineticUncertainty,
  tiltedGenerator,
  transientEntropyProduction,
} from "../../src/thermo/markov/index.ts";
import { totalEntropyProduction } from "../../src/thermo/uncertainty.ts";
import { chainOfNetwork, known, printedEntropyProduction, printedMoments, randomChain, randomLaw, restOf } from "./markov/chains.ts";
import { casesOf } from "./random-network.ts";
import { fluxesOfNetwork, networkOfText } from "./states.ts";

const cases = casesOf(25, 500);
const drawn = Array.from({ length: cases }, (_, index) => {
  const random: RandomStream = stream(20_260_304n, "random chains", index);
  const chain = randomChain(random);
  return { random, chain, law: randomLaw(random, chain.states), duration: 10 ** (2 * random.uniform() - 1) };
});
const eigenvalue = (matrix: Float64Array, n: number): number => known(perronRoot(matrix, n)).value;
const scaleOf = (matrix: Float64Array): number => matrix.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
const reversed = (chain: Chain): Chain => chainOf(chain.states, chain.edges.map(({ from, to, forward, backward, channel }) => ({ from: to, to: from, forward: backward, backward: forward, channel })));

describe("23: fluctuation theorems", () => {
  it("the mean of exp(-total entropy) is 1 for any start and duration", () => {
    for (const { chain, law, duration } of drawn) expect(Math.abs(integralFluctuationTheorem(chain, law, duration) - 1)).toBeLessThan(1e-10);
  });
  it("the top eigenvalue is symmetric under l -> 1 - l, and 0 at both ends", () => {
    for (const { chain, random } of drawn) {
      const n = chain.states;
      for (const l of [0, random.uniform(), 2 * random.uniform() - 1]) {
        const here = tiltedGenerator(chain, l);
        const scale = scaleOf(here);
        const value = eigenvalue(here, n);
        expect(Math.abs(value - eigenvalue(tiltedGenerator(chain, 1 - l), n))).toBeLessThan(1e-10 * scale);
        if (l === 0) expect(Math.abs(value)).toBeLessThan(1e-10 * scale);
        // Between the ends the function is convex, hence not positive; beyond them not negative.
        else expect(l > 0 ? value : -value).toBeLessThan(1e-10 * scale);
      }
    }
  });
  it("steady: the whole distribution of entropy is symmetric, P(s) = e^s P(-s)", () => {
    for (const { chain, duration, random } of drawn) {
      const { law } = restOf(chain);
      const l = random.uniform();
      const [here, there] = [l, 1 - l].map((value) => entropyGeneratingFunction(chain, law, duration, value));
      expect(Math.abs(here / there - 1)).toBeLessThan(1e-10);
    }
  });
  it("the mean of the same distribution is the total entropy production", () => {
    for (const { chain, law, duration } of drawn) {
      const { total, medium } = transientEntropyProduction(chain, law, duration);
      expect(total).toBeGreaterThan(0);
      const heat = currentOf(chain, chain.edges.map(({ forward, backward }) => Math.log(forward / backward)));
      const { mean, covariance } = countingMoments(chain, [heat], law, duration);
      expect(Math.abs(mean[0] - medium)).toBeLessThan(1e-11 * (1 + Math.abs(medium)));
      // A central difference: its error is the third derivative, of the order of the third power of the entropy's spread.
      const step = 1e-4;
      const slope = (entropyGeneratingFunction(chain, law, duration, -step) - entropyGeneratingFunction(chain, law, duration, step)) / (2 * step);
      const spread = Math.sqrt(covariance[0]) + Math.abs(total) + 20;
      expect(Math.abs(slope - total)).toBeLessThan(step ** 2 * spread ** 3 + 1e-9);
    }
  });
  it("fail as they must: with a one-way jump, and with the entropy of one channel left out", () => {
    let [oneWayFails, partialFails, tried] = [0, 0, 0];
    for (const { chain, law, duration } of drawn) {
      const oneWay = chainOf(chain.states, chain.edges.map((edge, index) => (index === 0 ? { ...edge, backward: 0 } : edge)));
      const value = integralFluctuationTheorem(oneWay, law, duration);
      expect(value).toBeLessThan(1 + 1e-10);
      if (value < 1 - 1e-6) oneWayFails += 1;
      // The generator of a counter that misses one channel's entropy has no such symmetry.
      const kept = chainOf(chain.states, chain.edges.slice(1));
      const missed = chainOf(chain.states, chain.edges.slice(0, 1));
      const partial = (l: number): number => eigenvalue(tiltedGenerator(kept, l).map((entry, k) => entry + tiltedGenerator(missed, 0)[k]), chain.states);
      tried += 1;
      if (Math.abs(partial(0.3) - partial(0.7)) > 1e-6 * scaleOf(tiltedGenerator(chain, 0))) partialFails += 1;
    }
    expect(oneWayFails).toBeGreaterThan(tried / 2);
    expect(partialFails).toBeGreaterThan(tried / 2);
  });
});

const all = (relations: readonly UncertaintyRelation[]): void => {
  for (const { id, holds, left, right } of relations) expect([id, holds, left, right]).toEqual([id, true, left, right]);
};

describe("24: uncertainty relations on random chains", () => {
  it("steady: currents and counters keep theirs", () => {
    let near = 0;
    for (const { chain, duration, random } of drawn) {
      const sigma = duration * chainEntropyProduction(chain, restOf(chain));
      if (sigma < 1e-9) continue;
      const current = known(chainRelations(chain, currentOf(chain, chain.edges.map(() => random.normal())), duration));
      expect(current.relations).toHaveLength(6);
      all(current.relations);
      const thermokinetic = current.relations.find(({ id }) => id === "thermokinetic");
      const steady = current.relations.find(({ id }) => id === "steady");
      const kinetic = current.relations.find(({ id }) => id === "kinetic");
      // The relation between both costs is the tighter of the three.
      expect(thermokinetic?.tightness ?? NaN).toBeLessThanOrEqual(Math.min(steady?.tightness ?? NaN, kinetic?.tightness ?? NaN) * (1 + 1e-12));
      if ((thermokinetic?.tightness ?? NaN) < 2) near += 1;
      const weights = { forward: chain.edges.map(() => random.normal()), backward: chain.edges.map(() => random.normal()) };
      const counter = known(chainRelations(chain, weights, duration));
      expect(counter.relations.map(({ id }) => id)).toEqual(["transient-kinetic", "kinetic"]);
      all(counter.relations);
      all(known(chainRelations(chain, jumpsOf(chain), duration)).relations);
    }
    expect(near).toBeGreaterThan(0);
  });
  it("several currents together bound the entropy production better than one", () => {
    for (const { chain, duration } of drawn) {
      const sigma = duration * chainEntropyProduction(chain, restOf(chain));
      if (sigma < 1e-9) continue;
      const currents = chain.edges.map((_, edge) => currentOf(chain, chain.edges.map((__, other) => (edge === other ? 1 : 0))));
      const together = known(chainMultidimensional(chain, currents, duration));
      expect([together.holds, together.leftOut]).toEqual([true, 0]);
      for (const current of currents.slice(0, 2)) {
        const { mean, variance } = known(chainRelations(chain, current, duration));
        expect(mean ** 2 / variance).toBeLessThanOrEqual(together.right * (1 + 1e-7) + 1e-9);
      }
    }
  });
  it("any start: the current at the end, and the kinetic relation", () => {
    for (const { chain, law, duration, random } of drawn) {
      const found = known(chainRelations(chain, currentOf(chain, chain.edges.map(() => random.normal())), duration, law));
      if (found.entropyProduction < 1e-9) continue;
      expect(found.relations.map(({ id }) => id)).toEqual(["transient", "transient-kinetic"]);
      all(found.relations);
    }
  });
  it("the steady relations fail for some other start, as they must", () => {
    const fails = { steady: 0, "fluctuation-theorem": 0, thermokinetic: 0 };
    for (const { chain, law, duration, random } of drawn) {
      const found = known(chainRelations(chain, currentOf(chain, chain.edges.map(() => random.normal())), duration, law));
      for (const { id, holds } of [steadyUncertainty(found), fluctuationTheoremUncertainty(found), thermokineticUncertainty(found)]) if (!holds) fails[id as keyof typeof fails] += 1;
    }
    for (const count of Object.values(fails)) expect(count).toBeGreaterThan(0);
  });
  it("the steady relation is no law for counters that are no currents (a control)", () => {
    let fails = 0;
    for (const { chain, duration, random } of drawn) {
      const weights = chain.edges.map(() => 1 + 0.1 * random.normal());
      const found = known(chainRelations(chain, { forward: weights, backward: weights }, duration));
      if (!steadyUncertainty(found).holds) fails += 1;
    }
    expect(fails).toBeGreaterThan(0);
  });
});

describe("counting statistics on random chains", () => {
  it("mean and variance are those of the printed augmented generator", () => {
    for (const { chain, law, duration, random } of drawn) {
      const counter = { forward: chain.edges.map(() => random.normal()), backward: chain.edges.map(() => random.normal()) };
      const { mean, covariance } = countingMoments(chain, [counter], law, duration);
      const printed = printedMoments(chain, counter, law, duration);
      const norm = duration * scaleOf(tiltedGenerator(chain, 0)) * 4;
      const rounding = Number.EPSILON * (100 + norm);
      // Entries of the printed exponential grow as the square of the number of jumps, and its rounding with them.
      expect(Math.abs(mean[0] - printed.mean)).toBeLessThan(rounding * (1 + norm) ** 2);
      expect(Math.abs(covariance[0] - printed.variance)).toBeLessThan(rounding * (1 + norm) ** 2 * (1 + 2 * Math.abs(printed.mean)));
    }
  });
  it("covariances are those of sums of counters", () => {
    for (const { chain, law, duration, random } of drawn) {
      const [a, b] = [0, 1].map(() => chain.edges.map(() => random.normal()));
      const sum = a.map((weight, edge) => weight + b[edge]);
      const [pair, both] = [countingMoments(chain, [currentOf(chain, a), currentOf(chain, b)], law, duration).covariance, countingMoments(chain, [currentOf(chain, sum)], law, duration).covariance];
      expect(pair[1]).toBe(pair[2]);
      expect(Math.abs(pair[0] + 2 * pair[1] + pair[3] - both[0])).toBeLessThan(1e-11 * (pair[0] + pair[3]));
    }
  });
  it("long-time rates are the derivatives of the tilted eigenvalue", () => {
    for (const { chain, random } of drawn) {
      const weights = chain.edges.map(() => random.normal());
      const { mean, covariance } = known(longTimeMoments(chain, [currentOf(chain, weights)]));
      const n = chain.states;
      const at = (u: number): number => {
        const t = tiltedGenerator(chain, 0);
        chain.edges.forEach(({ from, to, forward, backward }, edge) => {
          t[to * n + from] += forward * Math.expm1(u * weights[edge]);
          t[from * n + to] += backward * Math.expm1(-u * weights[edge]);
        });
        return eigenvalue(t, n);
      };
      const step = 1e-3;
      const scale = scaleOf(tiltedGenerator(chain, 0));
      const [up, down] = [at(step), at(-step)];
      // Central differences: rounding of the eigenvalue over the step, and its higher derivatives times the step squared.
      const largest = Math.max(1, ...weights.map(Math.abs));
      expect(Math.abs((up - down) / (2 * step) - mean[0])).toBeLessThan(scale * (1e-11 + 100 * (step * largest) ** 2));
      expect(Math.abs((up + down) / step ** 2 - covariance[0])).toBeLessThan(scale * (1e-7 + 1000 * (step * largest) ** 2));
    }
  });
  it("entropy production does not care which way edges are written, and is its printed sum", () => {
    for (const { chain, law } of drawn) {
      const sigma = chainEntropyProduction(chain, { law });
      expect(Math.abs(chainEntropyProduction(reversed(chain), { law }) - sigma)).toBeLessThan(1e-13 * sigma);
      expect(Math.abs(printedEntropyProduction(chain, law) - sigma)).toBeLessThan(1e-12 * sigma);
    }
  });
});

/** Entropy production of the rate equations at their steady state on the line start + s direction, 0 < s < length; exactly one there. */
function deterministic(network: Network, start: readonly number[], direction: readonly number[], length: number): { readonly sigma: number; readonly x: number[] } {
  const fluxes = fluxesOfNetwork(network);
  const stateAt = (s: number): number[] => start.map((value, i) => value + s * (direction[i] ?? 0));
  const speed = (s: number): number => {
    const { net } = fluxes.at(0, fluxes.system.parameterValues, stateAt(s));
    return fluxes.reactions.reduce((total, { changes }, index) => total + (net[index] ?? NaN) * (changes.find(({ species }) => species === 0)?.change ?? 0), 0) * Math.sign(direction[0] ?? 1);
  };
  const crossings = Array.from({ length: 300 }, (_, k) => (length * (k + 1)) / 301).filter((s) => speed(s) > 0 !== speed(s + length / 301) > 0);
  expect(crossings).toHaveLength(1);
  let [low, high] = [crossings[0] ?? NaN, (crossings[0] ?? NaN) + length / 301];
  for (let k = 0; k < 60; k++) {
    const middle = (low + high) / 2;
    if (speed(middle) > 0) low = middle;
    else high = middle;
  }
  const x = stateAt((low + high) / 2);
  return { sigma: totalEntropyProduction(fluxes, fluxes.at(0, fluxes.system.parameterValues, x)), x };
}

describe("26: entropy production of the master equation per volume", () => {
  /** Species that feed on themselves, with a^2 well below 3 b c (next to two steady states, far larger volumes are needed), and two forms that share a fixed total. */
  const alone = [
    [3, 1, 4, 4], [2, 1, 3, 2], [1, 1, 2, 3], [4, 1, 8, 3], [1, 2, 1, 5], [5, 1, 12, 6], [2, 2, 5, 1], [1, 1, 3, 1],
  ].map(([a, b, c, d]) => ({ text: `J1: 2 X -> 3 X; ${a}*X^2 - ${b}*X^3; J2: X -> ; ${c}*X - ${d}`, start: [0], direction: [1], length: 20 }));
  const breeding = [[3, 1, 1, 2], [1, 2, 1, 4], [5, 1, 2, 1], [2, 1, 0.5, 0.2]].map(([a, b, c, d]) => ({ text: `J1: X -> 2 X; ${a}*X - ${b}*X^2; J2: X -> ; ${c}*X - ${d}`, start: [0], direction: [1], length: 20 }));
  const pairing = [[1, 1, 3, 1], [2, 1, 1, 4], [1, 3, 5, 1], [0.5, 1, 2, 3]].map(([a, b, c, d]) => ({ text: `J1: 2 X -> ; ${a}*X^2 - ${b}; J2: X -> ; ${c}*X - ${d}; `, start: [0], direction: [1], length: 20 }));
  const shared = [[1, 2, 3, 1], [3, 1, 1, 2], [2, 1, 0.3, 1], [1, 0.2, 1, 3]].map(([a, b, c, d]) => ({ text: `J1: A -> B; ${a}*A - ${b}*B; J2: A + B -> 2 B; ${c}*A*B - ${d}*B^2`, start: [0, 4], direction: [1, -1], length: 4 }));
  const networks = [...alone, ...breeding, ...pairing, ...shared];
  const errorsOf = ({ text, start, direction, length }: (typeof networks)[number], least = 100): { readonly ratio: number; readonly relative: number } => {
    const { sigma, x } = deterministic(networkOfText(text), start, direction, length);
    // Every count is at least this, and the total is whole where one is kept.
    const volume = Math.ceil(least / Math.min(...x));
    const errors = [volume, 2 * volume].map((v) => {
      const molecules = Object.fromEntries(fluxesOfNetwork(networkOfText(text)).system.states.map((id, i) => [id, Math.round(v * (start[i] ?? 0) + (start.length === 1 ? v * (x[0] ?? 1) : 0))]));
      const { chain, rest } = chainOfNetwork(networkOfText(text), { moleculesPerUnit: v, molecules });
      return chainEntropyProduction(chain, rest) / v - sigma;
    });
    return { ratio: (errors[0] ?? NaN) / (errors[1] ?? NaN), relative: (errors[0] ?? NaN) / sigma };
  };
  it("has an error that halves as the volume doubles, on twenty networks", () => {
    expect(networks).toHaveLength(20);
    for (const network of networks) {
      const { ratio } = errorsOf(network);
      expect([network.text, ratio > 1.8 && ratio < 2.2, ratio]).toEqual([network.text, true, ratio]);
    }
  });
  it("falls by four where the first order vanishes: the steady state at the inflection of the rate", () => {
    const { ratio } = errorsOf({ text: "J1: 2 X -> 3 X; 3*X^2 - 2*X^3; J2: X -> ; 3*X - 1", start: [0], direction: [1], length: 20 }, 800);
    expect(Math.abs(ratio - 4)).toBeLessThan(0.4);
  });
  it("is exact at every volume for a complex-balanced network that is driven", () => {
    // A circulation of 1 through 0 -> X -> 2 X -> 0, balanced at X = 1.
    const network = networkOfText("J1: => X; 3 - 2*X; J2: X -> 2 X; 1.5*X - 0.5*X^2; J3: 2 X -> ; 4*X^2 - 3; X = 1");
    const { sigma } = deterministic(network, [0], [1], 10);
    expect(sigma).toBeCloseTo(Math.log(1.5) + Math.log(3) + Math.log(4 / 3), 12);
    for (const volume of [1, 3, 20, 100]) {
      const { chain, rest } = chainOfNetwork(network, { moleculesPerUnit: volume });
      expect(Math.abs(chainEntropyProduction(chain, rest) / volume / sigma - 1)).toBeLessThan(1e-12);
    }
  });
});
