import { describe, expect, it } from "vitest";
import { stream } from "../../../src/numerics/random.ts";
import { integralFluctuationEstimate } from "../../../src/thermo/inference/fluctuation-theorem.ts";
import { pathEntropyOf } from "../../../src/thermo/inference/path-entropy.ts";
import type { PathEntropy } from "../../../src/thermo/inference/path-entropy.ts";
import { sampleFluctuationTheorem } from "../../../src/thermo/inference/sampled-fluctuations.ts";
import { solverOf } from "../../solvers/stochastic/networks.ts";
import { chainOf, libraryNetwork, stationary } from "./chain.ts";
import { twenty } from "./small-networks.ts";

/** Entropy of biased walks, net steps times ln(p/q), at time t. */
const walks = (count: number, t: number): number[] => {
  const random = stream(9n, "biased walks", 0);
  return Array.from({ length: count }, () => (random.poisson(2 * t) - random.poisson(t)) * Math.LN2);
};

describe("integral fluctuation theorem", () => {
  it("holds for a biased walk, whose forward and reverse steps are Poisson numbers", () => {
    const theorem = integralFluctuationEstimate({ entropy: walks(20_000, 1) });
    expect(theorem).toMatchObject({ expected: 1, finding: { verdict: "ok", check: "fluctuation-theorem" } });
    expect(theorem.average?.batches).toBe(20);
    expect(Math.abs(theorem.meanEntropy - Math.LN2)).toBeLessThan(5 * Math.sqrt((3 * Math.LN2 ** 2) / 20_000));
  });
  it("finds an entropy that is wrong", () => {
    for (const wrong of [0.8, 1.2]) expect(integralFluctuationEstimate({ entropy: walks(20_000, 1).map((value) => wrong * value) }).finding.verdict).toBe("violated");
  });
  it("is refused where the mean entropy is above 3", () => {
    const theorem = integralFluctuationEstimate({ entropy: walks(1000, 6) });
    expect(theorem).toMatchObject({ average: null, expected: null, finding: { verdict: "note" } });
    expect(theorem.finding.where).toContain("above 3");
  });
  it("does not apply to one-way reactions", () => {
    const { finding, average } = integralFluctuationEstimate({ entropy: [1, 2], oneWay: ["K"] });
    expect(average).toBeNull();
    expect(finding).toMatchObject({ verdict: "not applicable", where: expect.stringContaining('the theorem does not apply: "K" runs one way') });
  });
});

/** States drawn from a chain's stationary law. */
function drawn(chain: ReturnType<typeof chainOf>, law: ArrayLike<number>, count: number): Float64Array[] {
  const random = stream(4n, "stationary states", 0);
  return Array.from({ length: count }, () => {
    let left = random.uniform();
    const at = Array.from(law).findIndex((weight) => (left -= weight) < 0);
    return Float64Array.from(chain.states[Math.max(0, at)] ?? []);
  });
}

describe("sampled from a network", () => {
  it.each([0, 1, 2, 3, 9, 14])("holds for network %i, from sampled starts alone", async (index) => {
    const network = twenty[index]?.network ?? { name: "", species: {}, steps: [] };
    const solver = await solverOf(libraryNetwork(network));
    const { entropy } = pathEntropyOf(solver);
    if (!entropy) throw new Error("no entropy");
    const chain = chainOf(network);
    const states = drawn(chain, stationary(chain), 4000);
    const sampled = await sampleFluctuationTheorem(solver, entropy, states, { seed: 8n, duration: 3, firstIndex: 0 });
    expect(sampled?.finding.verdict).toBe("ok");
    expect(sampled?.average?.value).toBeCloseTo(sampled?.expected ?? Number.NaN, 0);
    expect(sampled?.meanEntropy).toBeGreaterThan(0);
  });

  it("accounts for ends that no start has", async () => {
    const solver = await solverOf("J: A -> B; 2*A - 3*B; A = 6; B = 0");
    const { entropy } = pathEntropyOf(solver);
    const states = Array.from({ length: 4000 }, (_, index) => Float64Array.of(index % 2 === 0 ? 6 : 5, index % 2));
    const sampled = await sampleFluctuationTheorem(solver, entropy as PathEntropy, states, { seed: 8n, duration: 1, firstIndex: 0 });
    expect(sampled?.expected).toBeLessThan(0.9);
    expect(sampled?.expected).toBeGreaterThan(0.1);
    expect(sampled?.finding.verdict).toBe("ok");
  });

  it("finds counts weighed with the wrong constants", async () => {
    const network = twenty[0]?.network ?? { name: "", species: {}, steps: [] };
    const [right, wrong] = await Promise.all([network, { ...network, steps: network.steps.map((step, index) => (index === 0 ? { ...step, kPlus: 2 * step.kPlus } : step)) }].map((one) => solverOf(libraryNetwork(one))));
    if (!right || !wrong) throw new Error("no solver");
    const chain = chainOf(network);
    const states = drawn(chain, stationary(chain), 4000);
    const sampled = await sampleFluctuationTheorem(right, pathEntropyOf(wrong).entropy as PathEntropy, states, { seed: 8n, duration: 3, firstIndex: 0 });
    expect(sampled?.finding.verdict).toBe("violated");
  });
});
