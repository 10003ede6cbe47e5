import { describe, expect, it } from "vitest";
import { conductancePropensities } from "../../src/hybrid/conductance-propensity.ts";
import { evaluateAll } from "../../src/kernel/evaluate.ts";
import { stream } from "../../src/numerics/random.ts";
import { channelsOf, countSymbol } from "../../src/solvers/stochastic/channel.ts";
import { compileStochastic } from "../../src/solvers/stochastic/compile.ts";
import { direct } from "../../src/solvers/stochastic/direct.ts";
import { networkOfText } from "../thermo/states.ts";
import { balancedCase, drawnParameters, enforced } from "./enforced-network.ts";

const messagesOf = (problems: readonly { readonly message: string }[]): string => problems.map(({ message }) => message).join("\n");

describe("propensities of a learned conductance", () => {
  it("are those that the stochastic solver runs, catalysts and excess free energies included", () => {
    let compared = 0;
    for (let index = 0; index < 12; index++) {
      const { network, random } = balancedCase(index, 2);
      const attached = enforced(network, random, index % 2 === 0 ? {} : { excess: { species: network.species.map(({ id }) => id) } });
      const made = conductancePropensities(attached.network, attached.residues);
      if (made.problems) throw new Error(messagesOf(made.problems));
      const { system, at } = made.propensities;
      const parameters = drawnParameters(attached, system, random);
      const volume = 30;
      const found = channelsOf(attached.network, system, volume, attached.residues);
      if (found.problems) throw new Error(messagesOf(found.problems));
      // Few molecules, so that some reactions lack theirs.
      const molecules = network.species.map(() => random.integer(5));
      const { forward, reverse } = at(molecules, volume, parameters);
      const values = new Map([...system.parameters.map((id, place) => [id, parameters[place]] as const), ...system.states.map((id, place) => [countSymbol(id), molecules[place]] as const)]);
      found.channels.forEach(({ coefficient, rest, orders }, channel) => {
        const [constant = 0, varying = 1] = evaluateAll(rest ? [coefficient, rest] : [coefficient], (name) => values.get(name) ?? Number.NaN);
        const falling = orders.reduce((product, { state, order }) => {
          for (let taken = 0; taken < order; taken++) product *= (molecules[state] ?? 0) - taken;
          return product;
        }, 1);
        const expected = (channel % 2 === 0 ? forward : reverse)[Math.floor(channel / 2)] ?? Number.NaN;
        expect(Math.abs(constant * varying * falling - expected), `${index} ${channel}`).toBeLessThanOrEqual(1e-12 * expected);
        if (expected > 0) compared++;
      });
    }
    expect(compared).toBeGreaterThan(20);
  });

  it("approach the rates of the differential equation as the volume grows", () => {
    const { network, random, x } = balancedCase(3, 2);
    const attached = enforced(network, random, { excess: { species: network.species.map(({ id }) => id) } });
    const made = conductancePropensities(attached.network, attached.residues);
    if (made.problems) throw new Error(messagesOf(made.problems));
    const { system, at } = made.propensities;
    const parameters = drawnParameters(attached, system, random);
    const error = (volume: number): number => {
      const { forward, reverse } = at(x.map((value) => Math.round(value * volume)), volume, parameters);
      const state = x.map((value) => Math.round(value * volume) / volume);
      const rates = evaluateAll(system.rhs, (name) => state[system.states.indexOf(name)] ?? parameters[system.parameters.indexOf(name)] ?? Number.NaN);
      return Math.max(
        ...system.states.map((id, place) => {
          const count = (side: readonly { readonly species: string; readonly stoichiometry: number }[]): number => side.reduce((sum, one) => sum + (one.species === id ? one.stoichiometry : 0), 0);
          const drift = network.reactions.reduce((sum, reaction, which) => sum + (count(reaction.products) - count(reaction.reactants)) * ((forward[which] ?? 0) - (reverse[which] ?? 0)), 0);
          return Math.abs(drift / volume - (rates[place] ?? 0)) / Math.max(...rates.map(Math.abs));
        }),
      );
    };
    const [small, large] = [error(1e4), error(1e6)];
    expect(large).toBeLessThan(small / 20);
    expect(large).toBeLessThan(1e-2);
  });

  it("say why there are none", () => {
    const network = networkOfText("species A, B; R: A => B; k*A; A = 1; B = 0; k = 1");
    expect(messagesOf(conductancePropensities(network, { reactions: ["R", "Q"], excess: null }).problems ?? [])).toMatch(/"R" has no conductance: its rate has no reverse term[^]*"Q" has no conductance/);
  });
});

describe("the stochastic solver with a learned conductance", () => {
  /** 2 A <-> B with a conductance of both numbers; A is 0 to 12 in steps of 2. */
  const model = "species A, B; R: 2 A -> B; kf*A^2 - kr*B; A = 12; B = 0; kf = 0.2; kr = 1";

  it("rests in product-Poisson over the states it can reach, and elsewhere without the residues", async () => {
    const attached = enforced(networkOfText(model), stream(1n, "conductance", 0), { networks: "shared" });
    // A conductance that rises steeply where A is about 5, in the middle of what is reached.
    const steep: Readonly<Record<string, number>> = { learned_w1_1_1: 4, learned_b1_1: -4 * Math.log(6), learned_w2_1_1: 1 };
    const network = { ...attached.network, parameters: attached.network.parameters.map((one) => (attached.weights.includes(one.id) ? { ...one, value: steep[one.id] ?? 0 } : one)) };
    // kr/kf = x_A²/x_B at equilibrium: means 1 and kf/kr, restricted to A + 2 B = 12.
    const law = Array.from({ length: 7 }, (_, b) => (0.2 ** b / factorial(b)) / factorial(12 - 2 * b));
    const total = law.reduce((sum, p) => sum + p, 0);
    const exact = law.reduce((sum, p, b) => sum + (b * p) / total, 0);
    const nRun = 1000;
    const mean = async (residues: typeof attached.residues | undefined): Promise<{ mean: number; se: number }> => {
      const compiled = await compileStochastic(network, { method: direct, ...(residues ? { residues } : {}) });
      if (compiled.problems) throw new Error(messagesOf(compiled.problems));
      const ends = Array.from({ length: nRun }, (_, run) => {
        const path = compiled.solver.run({ seed: 7n, index: run, times: Float64Array.of(50) });
        return path.molecules[compiled.solver.states.indexOf("B")] ?? Number.NaN;
      });
      const average = ends.reduce((sum, b) => sum + b, 0) / nRun;
      return { mean: average, se: Math.sqrt(ends.reduce((sum, b) => sum + (b - average) ** 2, 0) / (nRun - 1) / nRun) };
    };
    const [balanced, naive] = [await mean(attached.residues), await mean(undefined)];
    expect(Math.abs(balanced.mean - exact)).toBeLessThan(5 * balanced.se);
    expect(Math.abs(naive.mean - exact)).toBeGreaterThan(5 * naive.se);
  });
});

const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1));
