import { describe, expect, it } from "vitest";
import { stream } from "../../src/numerics/random.ts";
import { compileStochastic } from "../../src/solvers/stochastic/compile.ts";
import { direct } from "../../src/solvers/stochastic/direct.ts";
import type { StochasticSolver } from "../../src/solvers/stochastic/solver.ts";
import { pathEntropyOf } from "../../src/thermo/inference/path-entropy.ts";
import { stochasticThermo } from "../../src/thermo/stochastic-report.ts";
import { conductancePropensities } from "../../src/hybrid/conductance-propensity.ts";
import { networkOfText } from "../thermo/states.ts";
import { balancedCase, drawnParameters, enforced } from "./enforced-network.ts";

const messagesOf = (problems: readonly { readonly message: string }[] = []): string => problems.map(({ message }) => message).join("\n");
async function solverOf(attached: ReturnType<typeof enforced>, isAtResidue = true): Promise<StochasticSolver> {
  const { solver, problems } = await compileStochastic(attached.network, { method: direct, ...(isAtResidue && { residues: attached.residues }) });
  if (!solver) throw new Error(messagesOf(problems));
  return solver;
}
/** ln n! */
const logFactorial = (n: number): number => Array.from({ length: n }, (_, below) => Math.log(below + 1)).reduce((total, log) => total + log, 0);

const closed = enforced(networkOfText("species A, B; R: 2 A -> B; 0.2*A^2 - B; A = 12; B = 0"), stream(1n, "conductance", 0), { networks: "shared" });

describe("entropy along jumps of a learned conductance", () => {
  it("is ln of the equilibrium law at the end over the start, run by run, whatever the weights", async () => {
    const solver = await solverOf(closed);
    const parameters = Float64Array.from(drawnParameters(closed, solver.system, stream(2n, "weights", 0)));
    const { entropy } = pathEntropyOf(solver, parameters);
    const [a, b] = [solver.states.indexOf("A"), solver.states.indexOf("B")];
    const logLaw = (molecules: ArrayLike<number>): number => (molecules[b] ?? NaN) * Math.log(0.2) - logFactorial(molecules[a] ?? NaN) - logFactorial(molecules[b] ?? NaN);
    let moved = 0;
    for (let index = 0; index < 20; index++) {
      const path = solver.run({ seed: 3n, index, times: Float64Array.of(0, 2), parameters });
      const [start, end] = [path.molecules.subarray(0, 2), path.molecules.subarray(2, 4)];
      const expected = logLaw(end) - logLaw(start);
      expect(Math.abs((entropy?.along(start, end, path.firings) ?? NaN) - expected)).toBeLessThan(1e-12 * (1 + path.events));
      if (expected !== 0) moved++;
    }
    expect(moved).toBeGreaterThan(5);
  });

  it("grows at a state by what its propensities and those of the states around say", async () => {
    let compared = 0;
    for (let index = 0; index < 8; index++) {
      const { network, random } = balancedCase(index, 2);
      const counts = network.species.map(() => 2 + random.integer(5));
      const attached = enforced({ ...network, species: network.species.map((one, at) => ({ ...one, initial: counts[at] ?? 2 })) }, random);
      const made = conductancePropensities(attached.network, attached.residues);
      if (made.problems) throw new Error(messagesOf(made.problems));
      const solver = await solverOf(attached);
      const { system, at } = made.propensities;
      const parameters = drawnParameters(attached, system, random);
      const { entropy, problems } = pathEntropyOf(solver, parameters);
      if (!entropy) throw new Error(messagesOf(problems));
      const molecules = system.states.map((_, place) => counts[place] ?? 2);
      const here = at(molecules, 1, parameters);
      let expected = 0;
      let scale = 0;
      network.reactions.forEach((reaction, which) => {
        for (const sign of [1, -1] as const) {
          const rate = (sign === 1 ? here.forward : here.reverse)[which] ?? NaN;
          if (rate === 0) continue;
          const sum = (side: typeof reaction.reactants, id: string): number => side.reduce((total, one) => total + (one.species === id ? one.stoichiometry : 0), 0);
          const after = molecules.map((count, place) => count + sign * (sum(reaction.products, system.states[place] ?? "") - sum(reaction.reactants, system.states[place] ?? "")));
          const there = at(after, 1, parameters);
          const term = rate * Math.log(rate / ((sign === 1 ? there.reverse : there.forward)[which] ?? NaN));
          expected += term;
          scale += Math.abs(term) + rate;
        }
      });
      expect(Math.abs(entropy.rate(molecules) - expected), String(index)).toBeLessThanOrEqual(1e-11 * scale);
      if (scale > 0) compared++;
    }
    expect(compared).toBe(8);
  });

  it("has none where the conductance is read at the state, nor with an excess free energy, which is refused by name", async () => {
    expect(messagesOf(pathEntropyOf(await solverOf(closed, false)).problems)).toContain("do not meet");
    const bent = enforced(networkOfText("species A, B; R: 2 A -> B; 0.2*A^2 - B; A = 12; B = 0"), stream(1n, "conductance", 0), { excess: { species: ["A", "B"] } });
    expect(messagesOf(pathEntropyOf(await solverOf(bent)).problems)).toMatch(/"R".*excess free energy/);
  });

  it("is asked of sampled runs with the residues", async () => {
    const options = { seed: 5n, runs: 100, times: [5, 6] } as const;
    const { report } = await stochasticThermo(closed.network, { ...options, residues: closed.residues });
    expect(report?.entropyProduction?.jumps.value).not.toBeNaN();
    expect(report?.findings.filter(({ check, verdict }) => check === "path-entropy" || verdict === "violated")).toEqual([]);
    expect((await stochasticThermo(closed.network, options)).report?.entropyProduction).toBeNull();
  });
});
