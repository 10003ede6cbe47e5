import { describe, expect, it } from "vitest";
import { bergPurcellReceptor } from "../../src/models/zoo/berg-purcell-receptor.ts";
import { chainOf, countingMoments, currentOf, cycleAffinityBound, jumpsOf, longTimeMoments, sensingError, transientEntropyProduction, uniformRingChain } from "../../src/thermo/markov/index.ts";
import { chainOfNetwork, known } from "./markov/chains.ts";

const near = (value: number | undefined, expected: number, slack: number): void => expect(Math.abs((value ?? NaN) - expected)).toBeLessThanOrEqual(slack);

const [p, q] = [2, 1];
/** Net steps from -reach to reach: far beyond what is reached in the times below. */
const reach = 90;
const line = chainOf(2 * reach + 1, Array.from({ length: 2 * reach }, (_, from) => ({ from, to: from + 1, forward: p, backward: q, channel: "step" })));
const start = Float64Array.from({ length: 2 * reach + 1 }, (_, state) => (state === reach ? 1 : 0));

/** P(n): forward and backward steps are Poisson numbers with means p t and q t, summed over the backward ones. */
function skellam(n: number, t: number): number {
  let total = 0;
  for (let back = Math.max(0, -n); back < 200; back++) {
    let log = -(p + q) * t + (n + back) * Math.log(p * t) + back * Math.log(q * t);
    for (let k = 2; k <= n + back; k++) log -= Math.log(k);
    for (let k = 2; k <= back; k++) log -= Math.log(k);
    total += Math.exp(log);
  }
  return total;
}

describe("2.2: net steps of a biased walk", () => {
  it.each([0.1, 1, 5])("P(n)/P(-n) = (p/q)^n at time %d, from the chain and from two Poisson numbers", (t) => {
    const { law } = transientEntropyProduction(line, start, t);
    for (const n of [1, 2, 3, 5]) {
      const [there, back] = [law[reach + n] ?? NaN, law[reach - n] ?? NaN];
      // Probabilities are exact to rounding of 1; the rarest compared here is 1e-9.
      near(there, skellam(n, t), 1e-14);
      near(skellam(n, t) / skellam(-n, t) / (p / q) ** n, 1, 1e-12);
      if (back > 1e-6) near(there / back / (p / q) ** n, 1, 1e-8);
    }
  });
  it("a walk whose steps differ from place to place has no such symmetry (a control)", () => {
    const uneven = chainOf(line.states, line.edges.map((edge, index) => (index % 2 === 0 ? { ...edge, forward: 5 } : edge)));
    const { law } = transientEntropyProduction(uneven, start, 1);
    expect(Math.abs((law[reach + 1] ?? NaN) / (law[reach - 1] ?? NaN) / (p / q) - 1)).toBeGreaterThan(0.1);
  });
});

describe("2.3: a ring with the same rates everywhere meets coth(A/2N)/N", () => {
  it.each([
    [3, 2, 1],
    [7, 1.1, 1],
    [20, 5, 0.2],
  ])("of %d states with rates %d and %d", (states, there, back) => {
    const ring = uniformRingChain(states, there, back);
    // One turn is so many steps.
    const { mean, covariance } = known(longTimeMoments(ring, [currentOf(ring, ring.edges.map(() => 1 / states))]));
    const affinity = states * Math.log(there / back);
    const bound = cycleAffinityBound({ meanRate: mean[0] ?? NaN, varianceRate: covariance[0] ?? NaN, states, affinity });
    near(bound.tightness ?? NaN, 1, 1e-11);
    // Steps are two Poisson numbers: (p + q)/N^2 over (p - q)/N.
    near(bound.left, (there + back) / (there - back) / states, 1e-11 * bound.left);
    near(bound.right, (there + back) / (there - back) / states, 1e-12 * bound.right);
  });
});

describe("2.14: bindings of a receptor that senses", () => {
  it("500 in a time of 1000, from the formula and counted on the chain: errors 0.004 and 0.002", () => {
    const { chain, rest } = chainOfNetwork(bergPurcellReceptor.network);
    const error = sensingError({ bindingRate: 1, unbindingRate: 1 }, 1000);
    // Bound and free take turns: half of all jumps are bindings.
    const jumps = countingMoments(chain, [jumpsOf(chain)], rest.law, 1000).mean[0] ?? NaN;
    near(jumps / 2, 500, 1e-9);
    near(error.bindings, 500, 1e-12);
    near(error.longTime, 0.004, 1e-15);
    near(error.maximumLikelihood, 0.002, 1e-15);
    near(error.occupancy, 0.003998, 5e-10);
  });
});
