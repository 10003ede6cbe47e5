import { describe, expect, it } from "vitest";
import { odeSystem } from "../../../src/models/compile.ts";
import { bergPurcellReceptor } from "../../../src/models/zoo/berg-purcell-receptor.ts";
import { hopfieldProofreading } from "../../../src/models/zoo/hopfield-proofreading.ts";
import { zoo } from "../../../src/models/zoo/index.ts";
import { uniformRing } from "../../../src/models/zoo/uniform-ring.ts";
import {
  chainActivity,
  chainEntropyProduction,
  chainOf,
  chainRelations,
  coherenceOf,
  countingMoments,
  currentOf,
  cycleAffinityBound,
  edgeFluxes,
  fluctuationTheoremUncertainty,
  longTimeMoments,
  sensingError,
  steadyUncertainty,
  timeIn,
  transientEntropyProduction,
  uniformRingChain,
  uniformRingCoherence,
} from "../../../src/thermo/markov/index.ts";
import { networkOfText } from "../states.ts";
import { chainOfNetwork, known, printedEntropyProduction, printedMoments, restOf } from "./chains.ts";

/** Half of the last printed decimal. */
const half = (decimals: number): number => 0.5 * 10 ** -decimals;
const near = (value: number | undefined, expected: number, slack: number): void => {
  expect(Math.abs((value ?? Number.NaN) - expected)).toBeLessThanOrEqual(slack);
};

describe("G4: Schlögl with one steady state, exact master equation", () => {
  const network = networkOfText("Autocatalysis: 2 X -> 3 X; 3*X^2 - X^3; Exchange: X -> ; 4*X - 4; X = 2");
  it.each([
    [1, 1.60837074],
    [10, 3.79707507],
    [100, 4.32880072],
    [1000, 4.38785948],
  ])("in a volume of %d: entropy production per volume %d, and the same from the flux times ln 3", (volume, expected) => {
    const { chain, rest } = chainOfNetwork(network, { moleculesPerUnit: volume });
    const rate = chainEntropyProduction(chain, rest) / volume;
    near(rate, expected, half(8));
    const { mean } = known(longTimeMoments(chain, [currentOf(chain, { Autocatalysis: 1 })]));
    near(((mean[0] ?? NaN) / volume) * Math.log(3), rate, 1e-12 * rate);
  });
  it("merging the two channels into one jump loses it all", () => {
    const { chain, rest } = chainOfNetwork(network, { moleculesPerUnit: 10 });
    const merged = new Map<string, { from: number; to: number; forward: number; backward: number; channel: string }>();
    for (const { from, to, forward, backward } of chain.edges) {
      const [low, high, up, down] = from < to ? [from, to, forward, backward] : [to, from, backward, forward];
      const edge = merged.get(`${low} ${high}`) ?? { from: low, to: high, forward: 0, backward: 0, channel: "both" };
      merged.set(`${low} ${high}`, { ...edge, forward: edge.forward + up, backward: edge.backward + down });
    }
    near(chainEntropyProduction(chainOf(chain.states, [...merged.values()]), rest), 0, 1e-12);
  });
  it("Fano factor tends to 2", () => {
    const { chain, rest, indexOf } = chainOfNetwork(network, { moleculesPerUnit: 1000 });
    let [mean, square] = [0, 0];
    for (let n = 0; n < chain.states; n++) {
      const p = rest.law[indexOf([n])] ?? 0;
      mean += n * p;
      square += n * n * p;
    }
    near((square - mean ** 2) / mean, 2, 0.01);
  });
});

describe("G7: one enzyme between chemostats", () => {
  const { chain, rest, indexOf } = chainOfNetwork(zoo["michaelis-menten"].network);
  const product = currentOf(chain, { Catalysis: 1 });
  it("e = 2/7 and es = 5/7", () => {
    near(rest.law[indexOf([1, 0])], 2 / 7, 1e-15);
    near(rest.law[indexOf([0, 1])], 5 / 7, 1e-15);
  });
  it("mean 3/7 and long-time variance rate 227/343 of the product made, by the equations and by the tilted eigenvalue", () => {
    const { mean, covariance } = known(longTimeMoments(chain, [product]));
    near(mean[0], 3 / 7, 1e-15);
    near(covariance[0], 227 / 343, 1e-15);
    near(covariance[0], 0.66180758, half(8));
    // The top eigenvalue of the 2 x 2 tilted generator, -7/2 + sqrt(9/4 + g), g(u) = (4 + e^-u)(1 + e^u), differentiated by hand.
    const [root, first, second] = [3.5, 3, 5];
    near(mean[0], first / (2 * root), 1e-15);
    near(covariance[0], second / (2 * root) - first ** 2 / (4 * root ** 3), 1e-15);
  });
  it("product with entropy production 2.140740", () => {
    const { mean, covariance } = known(longTimeMoments(chain, [product]));
    const sigma = chainEntropyProduction(chain, rest);
    near(sigma, (3 / 7) * Math.log(4), 1e-15);
    const relation = steadyUncertainty({ mean: mean[0] ?? NaN, variance: covariance[0] ?? NaN, entropyProduction: sigma });
    near(2 * (relation.tightness ?? NaN), 2.14074, half(6));
    expect(relation.holds).toBe(true);
  });
  it("unicycle of two states and affinity ln 4: 1.544218 >= 1.5", () => {
    const { mean, covariance } = known(longTimeMoments(chain, [product]));
    const bound = cycleAffinityBound({ meanRate: mean[0] ?? NaN, varianceRate: covariance[0] ?? NaN, states: 2, affinity: Math.log(4) });
    near(bound.left, 1.544218, half(6));
    near(bound.right, 1.5, 1e-15);
    expect(bound.holds).toBe(true);
    expect(cycleAffinityBound({ meanRate: 1, varianceRate: 1.49, states: 2, affinity: Math.log(4) }).holds).toBe(false);
  });
  it("long durations come to the long-time rates", () => {
    const duration = 1e5;
    const { mean, covariance } = countingMoments(chain, [product], rest.law, duration);
    near((mean[0] ?? NaN) / duration, 3 / 7, 1e-12);
    near((covariance[0] ?? NaN) / duration, 227 / 343, 1e-5);
  });
});

describe("biased walk on a ring", () => {
  const chain = uniformRingChain(3, 2, 1);
  it.each([0.01, 0.3, 1, 17, 1000])("variance x entropy production / mean^2 is 3 ln 2 at duration %d", (duration) => {
    const found = known(chainRelations(chain, currentOf(chain, { step: 1 }), duration));
    near((found.variance * found.entropyProduction) / found.mean ** 2, 3 * Math.LN2, 1e-11);
    const printed = printedMoments(chain, currentOf(chain, { step: 1 }), restOf(chain).law, duration);
    // The printed route takes both out of one exponential, whose largest entries are second moments and whose rounding grows with its norm.
    const rounding = Number.EPSILON * (100 + 6 * duration) * (1 + found.mean) ** 2;
    near(found.mean, printed.mean, rounding);
    near(found.variance, printed.variance, rounding * (2 + 2 * found.mean));
    for (const relation of found.relations) expect([relation.id, relation.holds]).toEqual([relation.id, true]);
    expect(found.relations.map(({ id }) => id)).toEqual(["transient", "transient-kinetic", "steady", "fluctuation-theorem", "thermokinetic", "kinetic"]);
  });
  it("one force everywhere makes the thermokinetic relation an equality", () => {
    const found = known(chainRelations(chain, currentOf(chain, { step: 1 }), 2));
    near(found.relations.find(({ id }) => id === "thermokinetic")?.tightness ?? NaN, 1, 1e-12);
  });
});

const entropy = (p: number): number => -p * Math.log(p) - (1 - p) * Math.log(1 - p);

describe("2.4: relaxation of two states", () => {
  const chain = chainOf(2, [{ from: 0, to: 1, forward: 1, backward: 1, channel: "jump" }]);
  const start = Float64Array.of(0.95, 0.05);
  const found = known(chainRelations(chain, currentOf(chain, { jump: 1 }), 5, start));
  it("mean .45, variance .2975, entropy production .4946", () => {
    near(found.mean, 0.45, half(4));
    near(found.variance, 0.2975, half(4));
    near(found.entropyProduction, 0.4946, half(4));
    const closed = 0.45 * -Math.expm1(-10);
    near(found.mean, closed, 1e-14);
    near(found.variance, printedMoments(chain, currentOf(chain, { jump: 1 }), start, 5).variance, 1e-13);
    // The net jumps are one where the walker ends elsewhere: -1, 0 or 1.
    const [stay, swap] = [(1 + Math.exp(-10)) / 2, -Math.expm1(-10) / 2];
    near(found.variance, swap - closed ** 2, 1e-13);
    const after = 0.95 * stay + 0.05 * swap;
    near(found.entropyProduction, entropy(after) - entropy(0.95), 1e-13);
  });
  it("the relation from fluctuation theorems fails, 1.469 against 3.13, as does the steady one", () => {
    const naive = fluctuationTheoremUncertainty(found);
    near(found.variance / found.mean ** 2, 1.469, half(3));
    near(2 / Math.expm1(found.entropyProduction), 3.13, half(2));
    expect(naive.holds).toBe(false);
    expect(steadyUncertainty(found).holds).toBe(false);
  });
  it("is not offered for such a start, and what is offered holds", () => {
    expect(found.relations.map(({ id, holds }) => [id, holds])).toEqual([["transient", true], ["transient-kinetic", true]]);
  });
});

const wrongPerRight = ({ rest, indexOf }: ReturnType<typeof chainOfNetwork>): number => (rest.law[indexOf([0, 0, 0, 0, 1])] ?? NaN) / (rest.law[indexOf([0, 0, 1, 0, 0])] ?? NaN);

describe("2.14: proofreading", () => {
  it("detailed balanced: errs once in a hundred, at no cost", () => {
    const balanced = chainOfNetwork(hopfieldProofreading.network, { parameters: { m_back: 0.1, k_direct: 1 } });
    near(wrongPerRight(balanced), 0.01, 1e-15);
    near(chainEntropyProduction(balanced.chain, balanced.rest), 0, 1e-15);
  });
  it("driven: error 1.1098788e-4, affinity 18.420681, entropy production 0.84221336", () => {
    const driven = chainOfNetwork(hopfieldProofreading.network);
    expect(driven.chain.states).toBe(5);
    near(wrongPerRight(driven), 1.1098788e-4, half(11));
    const rate = chainEntropyProduction(driven.chain, driven.rest);
    near(rate, 0.84221336, half(8));
    near(rate, printedEntropyProduction(driven.chain, driven.rest.law), 1e-13);
    const around = (branch: string): number => edgeFluxes(driven.chain, driven.rest).reduce((total, { force }, edge) => total + (driven.chain.edges[edge]?.channel.endsWith(branch) ? force : 0), 0);
    for (const branch of ["Right", "Wrong"]) near(around(branch), 18.420681, half(6));
    near(Math.log(0.1 / (1e-4 * 1e-5)), 18.420681, half(6));
  });
  it("tends to the irreversible limit 1.0989011e-4", () => {
    near((1.1 / 100.1) * (1 / 100), 1.0989011e-4, half(11));
    const far = chainOfNetwork(hopfieldProofreading.network, { parameters: { m_back: 1e-12, k_direct: 1e-13 } });
    near(wrongPerRight(far), 1.1 / 100.1 / 100, 1e-11);
  });
});

describe("2.14: a receptor that senses", () => {
  it("0.003998 exact, 0.004 for long times, half of it by maximum likelihood", () => {
    const error = sensingError({ bindingRate: 1, unbindingRate: 1 }, 1000);
    near(error.occupancy, 0.003998, half(9));
    expect(error.longTime).toBeCloseTo(0.004, 15);
    expect(error.maximumLikelihood).toBeCloseTo(1 / error.bindings, 15);
  });
  it("is the variance of the time spent bound, over the square of the response", () => {
    const { chain, rest, indexOf } = chainOfNetwork(bergPurcellReceptor.network);
    const bound = [0, 0];
    bound[indexOf([0, 1])] = 1;
    for (const duration of [0.1, 3, 1000]) {
      const { mean, covariance } = countingMoments(chain, [timeIn(chain, bound)], rest.law, duration);
      near(mean[0], duration / 2, 1e-12 * duration);
      // d occupancy / d ln concentration = p (1 - p) = 1/4.
      near((covariance[0] ?? NaN) / (duration / 4) ** 2, sensingError({ bindingRate: 1, unbindingRate: 1 }, duration).occupancy, 1e-11);
    }
  });
});

describe("2.14: coherence of a uniform ring", () => {
  it.each([
    [3, 2, 4.16, 2],
    [100, 2, 1.04, 2],
    [1000, 1.001, 1.00001, 5],
  ])("of %d states, p/q = %d: cost ratio %d", (states, p, expected, decimals) => {
    near(uniformRingCoherence(states, p, 1).costRatio, expected, half(decimals));
  });
  it.each([3, 10, 40])("closed form and eigenvalues agree for %d states", (states) => {
    const closed = uniformRingCoherence(states, 2, 1);
    const { coherence } = known(coherenceOf(uniformRingChain(states, 2, 1)));
    for (const key of ["period", "coherentOscillations", "entropyPerPeriod", "costRatio"] as const) near((coherence?.[key] ?? NaN) / closed[key], 1, 1e-10);
  });
  it("the model in the zoo is this ring; one without a drive does not oscillate", () => {
    const { chain } = chainOfNetwork(uniformRing.network);
    near(known(coherenceOf(chain)).coherence?.costRatio, uniformRingCoherence(3, 2, 1).costRatio, 1e-12);
    expect(known(coherenceOf(uniformRingChain(4, 1, 1))).coherence).toBeNull();
  });
});

describe("entropy of a transient", () => {
  const network = networkOfText("J1: A -> B; 2*A - B; J2: B -> C; 3*B - C; J3: C -> A; C - 0.5*A; A = 2; B = 0; C = 0");
  it("is the time integral of its rate", () => {
    const { chain, indexOf } = chainOfNetwork(network);
    const start = new Float64Array(chain.states).fill(0.02);
    start[indexOf([2, 0, 0])] = 1 - 0.02 * (chain.states - 1);
    const duration = 1.3;
    const simpson = (intervals: number): number =>
      Array.from({ length: intervals + 1 }, (_, k) => chainEntropyProduction(chain, { law: transientEntropyProduction(chain, start, (duration * k) / intervals).law }) * (k === 0 || k === intervals ? 1 : k % 2 === 1 ? 4 : 2)).reduce(
        (total, value) => total + value,
        0,
      ) * (duration / intervals / 3);
    const [coarse, fine] = [simpson(200), simpson(400)];
    // Simpson's rule is of order 4; order 3 is enough for the difference over 7 to bound its error.
    near(transientEntropyProduction(chain, start, duration).total, fine, Math.abs(fine - coarse) / 7);
    near(coarse, fine, 1e-3);
  });
  it("from rest it is rate times time, with no change of the system's own", () => {
    const { chain, rest } = chainOfNetwork(network);
    const { total, system, jumps } = transientEntropyProduction(chain, rest.law, 3);
    near(total, 3 * chainEntropyProduction(chain, rest), 1e-13 * total * 10);
    near(system, 0, 1e-13);
    near(jumps, 3 * chainActivity(chain, rest), 1e-11);
  });
  it("is infinite with one-way jumps, and where a state is empty only at first", () => {
    const oneWay = chainOf(2, [{ from: 0, to: 1, forward: 1, backward: 0, channel: "a" }, { from: 0, to: 1, forward: 1, backward: 2, channel: "b" }]);
    expect(chainEntropyProduction(oneWay, { law: [0.5, 0.5] })).toBe(Infinity);
    expect(transientEntropyProduction(oneWay, Float64Array.of(0.5, 0.5), 1).total).toBe(Infinity);
    const twoWay = uniformRingChain(3, 2, 1);
    expect(chainEntropyProduction(twoWay, { law: [1, 0, 0] })).toBe(Infinity);
    expect(transientEntropyProduction(twoWay, Float64Array.of(1, 0, 0), 1).total).toBeLessThan(10);
  });
  it("counts fuel that is turned over without a change of state", () => {
    const { chain, rest } = chainOfNetwork(networkOfText("J1: E + S -> E + P; 2*E*S - E*P; J2: E -> F; E - F; $S = 3; $P = 1; E = 1; F = 0"));
    near(chainEntropyProduction(chain, rest), 0.5 * 5 * Math.log(6), 1e-14);
    const turned = currentOf(chain, { J1: 1 });
    const { mean, covariance } = known(longTimeMoments(chain, [turned]));
    near(mean[0], 2.5, 1e-14);
    // Poisson jumps of 7/2 on average, and a rate that switches between 5 and 0 with relaxation time 1/2: + 2 (5/2)^2 / 2.
    near(covariance[0], 3.5 + 6.25, 1e-13);
    near(countingMoments(chain, [turned], rest.law, 0.7).covariance[0], printedMoments(chain, turned, rest.law, 0.7).variance, 1e-12);
  });
});

describe("chains", () => {
  it("of networks without a system start nowhere else", () => {
    expect(odeSystem(hopfieldProofreading.network).warnings).toEqual([]);
    expect(odeSystem(bergPurcellReceptor.network).warnings).toEqual([]);
    expect(odeSystem(uniformRing.network).warnings).toEqual([]);
  });
  it("refuse unknown states and impossible rates by name", () => {
    const edge = { from: 0, to: 1, forward: 1, backward: 1, channel: "a" };
    expect(() => chainOf(1, [edge])).toThrow(/edge 0 \(channel "a"\): there is no state 1/);
    expect(() => chainOf(2, [{ ...edge, backward: -1 }])).toThrow(/a rate of -1/);
  });
});
