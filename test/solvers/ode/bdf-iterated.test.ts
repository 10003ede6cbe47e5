import { expect, it } from "vitest";
import { initialState } from "../../../src/models/initial-state.ts";
import { odeSystem } from "../../../src/models/compile.ts";
import type { Network, Reaction } from "../../../src/models/network.ts";
import { compileSolver } from "../../../src/solvers/compile.ts";
import { bdfWith } from "../../../src/solvers/ode/bdf.ts";

const side = (ids: readonly string[]) => ids.map((species) => ({ species, stoichiometry: 1 }));

/** One enzyme that binds all forms of a substrate, which turn into each other; rates spread over four decades. */
function hub(forms: number): Network {
  const reactions: Reaction[] = [];
  let random = 3;
  const add = (reactants: readonly string[], products: readonly string[]): void => {
    // Lehmer's generator.
    random = (random * 48271) % 2147483647;
    const constant = 10 ** ((4 * random) / 2147483647 - 2);
    reactions.push({ id: `R${reactions.length}`, reactants: side(reactants), products: side(products), rate: [constant, ...reactants].join("*"), reversible: false });
  };
  for (let form = 0; form < forms; form++) {
    add(["E", `S${form}`], [`C${form}`]);
    add([`C${form}`], ["E", `S${form}`]);
    add([`C${form}`], ["E", `S${(7 * form + 1) % forms}`]);
    add([`S${form}`, `C${form}`], [`C${(5 * form + 3) % forms}`, `S${form}`]);
  }
  const species = ["E", ...Array.from({ length: forms }, (_, form) => `S${form}`), ...Array.from({ length: forms }, (_, form) => `C${form}`)].map((id) => ({
    id,
    compartment: "c",
    initial: id === "E" ? 1 : id.startsWith("S") ? 3 / forms : 0,
    initialKind: "concentration" as const,
    boundary: false,
    constant: false,
    substanceOnly: false,
    unit: null,
  }));
  return { schema: "network/1", id: "hub", compartments: [{ id: "c", size: 1, constant: true, unit: null }], species, parameters: [], reactions, rules: [], initialAssignments: [], units: [] };
}

it.each(["lu", "krylov"] as const)("steps whose linear systems are solved by %s lose less than rtol of what a network conserves, however many they are", async (linear) => {
  const { system, problems } = odeSystem(hub(20));
  if (!system) throw new Error(JSON.stringify(problems));
  const parameters = Float64Array.from(system.parameterValues);
  const state = initialState(system, parameters);
  const rtol = 1e-6;
  const solver = await compileSolver(system, { method: bdfWith({ linear }), control: { rtol, atol: 1e-9 } });
  const { status, final, statistics } = solver.solve({ parameters, state, times: Float64Array.of(1e5) });
  expect(status.status).toBe("done");
  expect(statistics.accepted).toBeGreaterThan(300);
  const substrate = final.slice(1).reduce((total, value) => total + value, 0);
  const enzyme = (final[0] ?? NaN) + final.slice(21).reduce((total, value) => total + value, 0);
  expect(Math.abs(substrate / 3 - 1)).toBeLessThan(rtol);
  expect(Math.abs(enzyme - 1)).toBeLessThan(rtol);
});
