import { describe, expect, it } from "vitest";
import { compileAdjoint } from "../../src/solvers/adjoint.ts";
import { tsit5 } from "../../src/solvers/ode/tsit5.ts";
import { canonicalFormula } from "../../src/hybrid/formula.ts";
import type { ResidualKind } from "../../src/hybrid/residual/kind.ts";
import { odeSystem } from "../../src/models/compile.ts";
import type { Network } from "../../src/models/network.ts";
import { stream } from "../../src/numerics/random.ts";

const quantity = (id: string, value: number | null, constant: boolean): Network["parameters"][number] => ({ id, value, constant, unit: null });

/** A network whose only motion is the residual's: x' = output, of x and an input u. */
function alone<Options>(kind: ResidualKind<Options>): { readonly network: Network; readonly weights: readonly string[] } {
  const written = kind.write("r", ["x", "u"], 1, kind.defaults, stream(3n, "conformance", 0));
  return {
    weights: written.weights.map((weight) => weight.id),
    network: {
      schema: "network/1",
      id: kind.facts.id,
      compartments: [],
      species: [],
      parameters: [quantity("u", 0.7, true), quantity("x", 0.3, false), ...written.weights, ...written.units.map((unit) => quantity(unit.id, null, false))],
      reactions: [],
      rules: [
        ...written.units.map((unit) => ({ kind: "assignment", target: unit.id, formula: canonicalFormula(unit.formula) }) as const),
        { kind: "rate", target: "x", formula: canonicalFormula(written.outputs[0] ?? "") },
      ],
      initialAssignments: [],
      units: [],
    },
  };
}

/** What every residual kind must do, whatever its form. */
export function conformsAsResidual<Options>(kind: ResidualKind<Options>): void {
  describe(`residual ${kind.facts.id}`, () => {
    const { network, weights } = alone(kind);
    const compiled = odeSystem(network);
    if (compiled.problems) throw new Error(compiled.problems.map((problem) => problem.message).join());
    const { system } = compiled;
    const times = Float64Array.of(0.5, 2);
    const state = Float64Array.of(0.3);
    const index = weights.map((id) => system.parameters.indexOf(id));
    const random = stream(5n, "conformance weights", 0);
    const drawn = Float64Array.from(system.parameterValues);
    for (const at of index) drawn[at] = random.normal();

    it("is silent as initialised, when it says so", async () => {
      if (!kind.facts.invariants.includes("zero output as initialised")) return;
      const solver = await compileAdjoint(system, { method: tsit5 });
      expect([...solver.solve({ parameters: Float64Array.from(system.parameterValues), state, times }).values]).toEqual([0.3, 0.3]);
    });

    it("has the gradient of its trajectory by every weight, on the recorded steps", async () => {
      const solver = await compileAdjoint(system, { method: tsit5, control: { rtol: 1e-6, atol: 1e-9 } });
      const run = solver.begin({ parameters: drawn, state, times });
      while (run.status.status === "paused") run.advance(1000);
      const { steps } = run.tape();
      const gradient = new Float64Array(system.parameters.length);
      solver.pullBack(Float64Array.of(1, -2), gradient, new Float64Array(1));
      const loss = (parameters: Float64Array): number => {
        const { values } = solver.solve({ parameters, state, times, steps });
        return (values[0] ?? 0) - 2 * (values[1] ?? 0);
      };
      const h = 1e-4;
      for (const at of index) {
        const moved = (shift: number): number => loss(drawn.map((value, k) => (k === at ? value + shift * h : value)));
        const difference = (8 * (moved(1) - moved(-1)) - (moved(2) - moved(-2))) / (12 * h);
        expect(Math.abs((gradient[at] ?? 0) - difference)).toBeLessThan(1e-8 * Math.max(1, Math.abs(difference)));
      }
    });

    it("survives JSON, and has as many weights as it says", () => {
      expect(JSON.parse(JSON.stringify(network))).toEqual(network);
      expect(new Set(weights).size).toBe(weights.length);
      expect(index.every((at) => at >= 0)).toBe(true);
    });
  });
}
