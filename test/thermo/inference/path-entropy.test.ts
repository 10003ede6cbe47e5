import { describe, expect, it } from "vitest";
import { stream } from "../../../src/numerics/random.ts";
import { pathEntropyOf } from "../../../src/thermo/inference/path-entropy.ts";
import type { PathEntropy } from "../../../src/thermo/inference/path-entropy.ts";
import { whyNoEntropyProduction } from "../../../src/thermo/inference/path-kind.ts";
import { solverOf } from "../../solvers/stochastic/networks.ts";
import { after, libraryNetwork, propensityOf, walk } from "./chain.ts";
import type { SmallNetwork } from "./chain.ts";
import { twenty } from "./small-networks.ts";

async function entropyOf(text: string): Promise<PathEntropy> {
  const { entropy, problems } = pathEntropyOf(await solverOf(text));
  if (!entropy) throw new Error(problems.map(({ message }) => message).join("\n"));
  return entropy;
}

async function problemsOf(text: string): Promise<string[]> {
  return pathEntropyOf(await solverOf(text)).problems?.map(({ message }) => message) ?? [];
}

/** Rounding of the logarithms of every jump, each below ten. */
const perJump = 10 * Number.EPSILON;

const open: SmallNetwork = {
  name: "open",
  species: { X: 4, Y: 3, E: 2 },
  steps: [
    { from: { X: 2 }, to: { X: 3 }, kPlus: 0.3, kMinus: 0.04 },
    { from: { X: 1 }, to: {}, kPlus: 1.1, kMinus: 2 },
    { from: { X: 1, E: 1 }, to: { Y: 1, E: 1 }, kPlus: 0.7, kMinus: 0.2 },
    { from: { Y: 2 }, to: { E: 1, X: 1 }, kPlus: 0.2, kMinus: 0.3 },
  ],
};

describe("entropy along jumps, from counts", () => {
  it.each([...twenty.map(({ network }) => network), open].map((network) => [network.name, network] as const))("is the sum over jumps of %s, jump by jump", async (_name, network) => {
    const solver = await solverOf(libraryNetwork(network));
    const { entropy } = pathEntropyOf(solver);
    expect(solver.states).toEqual(Object.keys(network.species));
    for (let index = 0; index < 5; index++) {
      const path = walk(network, 3, stream(1n, `walk ${network.name}`, index));
      const firings = path.counts.flatMap(({ forward, reverse }) => [forward, reverse]);
      const jumps = firings.reduce((total, count) => total + count, 0);
      const along = entropy?.along(Object.values(network.species), path.end, firings) ?? Number.NaN;
      expect(Math.abs(along - path.entropy)).toBeLessThanOrEqual(perJump * (jumps + 1) * 10);
    }
  });

  it("is not the sum over jumps of propensities that count combinations", async () => {
    const { entropy } = pathEntropyOf(await solverOf(libraryNetwork(open)));
    const path = walk(open, 3, stream(1n, "walk", 0), true);
    const net = (step: number): number => (path.counts[step]?.forward ?? 0) - (path.counts[step]?.reverse ?? 0);
    const along = entropy?.along(Object.values(open.species), path.end, path.counts.flatMap(({ forward, reverse }) => [forward, reverse])) ?? Number.NaN;
    // 2 X over 2, 3 X over 6; 2 Y over 2: ln 3 a net event of the first step, -ln 2 of the last.
    expect(net(0) * Math.log(3) - net(3) * Math.LN2).not.toBeCloseTo(0, 6);
    expect(path.entropy - along).toBeCloseTo(net(0) * Math.log(3) - net(3) * Math.LN2, 9);
  });

  it("grows at a state by what every jump from there would add", async () => {
    const { entropy } = pathEntropyOf(await solverOf(libraryNetwork(open)));
    for (const state of [[4, 3, 2], [0, 1, 0], [1, 0, 5], [200, 100, 50]]) {
      const expected = open.steps.flatMap((_, step) =>
        ([1, -1] as const).map((sign) => {
          const rate = propensityOf(open, state, step, sign);
          return rate === 0 ? 0 : rate * Math.log(rate / propensityOf(open, after(open, state, step, sign), step, sign === 1 ? -1 : 1));
        }),
      );
      const scale = expected.reduce((total, term) => total + Math.abs(term), 0);
      expect(Math.abs((entropy?.rate(state) ?? Number.NaN) - expected.reduce((total, term) => total + term, 0))).toBeLessThanOrEqual(1e-12 * scale);
    }
  });

  it("lets a factor cancel that the reaction does not change", async () => {
    const plain = await entropyOf("J: A -> B; 3*A - 2*B; A = 5; B = 1");
    const catalysed = await entropyOf("J: A -> B; E*(3*A - 2*B)/(1 + E); K: E -> ; E - 1; A = 5; B = 1; E = 4");
    expect(catalysed.along([5, 1, 4], [3, 3, 4], [2, 0, 0, 0])).toBeCloseTo(plain.along([5, 1], [3, 3], [2, 0]), 13);
    expect(catalysed.pairs.map(({ diffusionIsApproximate }) => diffusionIsApproximate)).toEqual([true, false]);
  });

  it("takes the volume into account", async () => {
    const entropy = await entropyOf("compartment c = 8; species A in c, D in c; J: 2 A -> D; c*(3*A^2 - 2*D); A = 5; D = 1");
    // a+ = 3/8 n(n-1), a- = 2 n.
    expect(entropy.along([40, 8], [38, 9], [1, 0])).toBeCloseTo(Math.log((3 * 40 * 39) / 8 / (2 * 9)), 12);
  });

  it("is infinite once a one-way reaction has fired", async () => {
    const entropy = await entropyOf("J: A -> B; 3*A - 2*B; K: B => A; 0.1*B; A = 5; B = 1");
    expect(entropy.oneWay).toEqual(["K"]);
    expect(entropy.along([5, 1], [4, 2], [1, 0, 0])).toBeCloseTo(Math.log((3 * 5) / (2 * 2)), 13);
    expect(entropy.along([5, 1], [5, 1], [1, 0, 1])).toBe(Infinity);
    expect(entropy.rate([5, 1])).toBe(Infinity);
    expect((await entropyOf("J: A -> B; 3*A - k*B; k = 0; A = 5; B = 1")).oneWay).toEqual(["J"]);
  });

  it("refuses what has no entropy along paths, all reactions at once", async () => {
    const problems = await problemsOf("J: A -> B; (3*A - 2*B)/(1 + A); K: A -> B; 3*A^2; L: B => ; B/(1 + B); A = 5; B = 1");
    expect(problems.map((message) => message.replace(/:.*/, ""))).toEqual([
      'reaction "J" has no entropy production along paths',
    ]);
    expect(problems[0]).toContain("a factor that it changes itself");
    expect(await problemsOf("J: A -> B; sin(A); A = 5; B = 1")).toHaveLength(1);
  });
});

describe("paths that carry no entropy production", () => {
  it("names every kind but jumps", () => {
    expect(whyNoEntropyProduction("jumps")).toBeNull();
    for (const kind of ["chemical-langevin", "linear-noise"] as const) expect(whyNoEntropyProduction(kind)?.message).toMatch(/never computed from .* paths/);
    expect(whyNoEntropyProduction("tau-leaping")?.message).toContain("leap");
  });
  it("is asked by the solver's method", async () => {
    const solver = await solverOf("J: A -> B; 3*A - 2*B; A = 5; B = 1");
    const leaping = { ...solver, method: { ...solver.method, facts: { ...solver.method.facts, exact: false } } };
    expect(pathEntropyOf(leaping).problems?.[0]?.message).toContain("not computed from leaps");
  });
});
