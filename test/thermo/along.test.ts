import { describe, expect, it } from "vitest";
import { attachLearnedFlux } from "../../src/hybrid/learned-flux.ts";
import { stream } from "../../src/numerics/random.ts";
import { compileSolver } from "../../src/solvers/compile.ts";
import { tsit5 } from "../../src/solvers/ode/index.ts";
import { thermoAlong } from "../../src/thermo/along.ts";
import { networkOfText, systemOfNetwork } from "./states.ts";

describe("thermodynamics along a given path", () => {
  const base = networkOfText("R1: A -> B; 2*A - B; R2: B -> C; k*(B - C/3); A = 1; B = 0.5; C = 0.2; k = 1");
  const hybrid = attachLearnedFlux(base, { id: "learned", stoichiometry: { A: -1, C: 1 }, inputs: ["A", "B"] }, { hidden: [3], gain: 1 }, stream(1n, "weights", 0)).network;

  it("leaves a learned flux out of the sums, says so, and counts its current", async () => {
    const system = systemOfNetwork(hybrid);
    const parameters = Float64Array.from(system.parameterValues, (value) => value + 0.1);
    const solver = await compileSolver(system, { method: tsit5 });
    const path = solver.solve({ parameters, state: Float64Array.from(system.initialState, ({ value }) => value), times: Float64Array.of(0, 0.5, 1) });
    const { along, problems } = thermoAlong(hybrid, system, parameters, path, ["B", "C"], { exclude: ["learned"] });
    expect(problems).toBeUndefined();
    expect(Object.keys(along?.perReaction ?? {})).toEqual(["R1", "R2"]);
    along?.total.forEach((total, row) => expect(total).toBe((along.perReaction["R1"]?.[row] ?? NaN) + (along.perReaction["R2"]?.[row] ?? NaN)));
    expect(along?.findings.filter(({ check }) => check === "non-thermodynamic")).toMatchObject([{ verdict: "not applicable", where: expect.stringContaining('"learned"') }]);
    // The learned flux moves C but not B.
    expect(along?.tightness["B"]?.every((value) => value >= 1 - 2e-12)).toBe(true);
    expect(along?.tightness["C"]?.every(Number.isNaN)).toBe(true);
    expect(along?.current["C"]?.every(Number.isFinite)).toBe(true);
    // The current of C is its time derivative, learned part included.
    const weights = new Map(system.parameters.map((id, index) => [id, parameters[index] ?? NaN]));
    expect(weights.size).toBeGreaterThan(3);
    const h = 1e-4;
    const nearby = solver.solve({ parameters, state: Float64Array.from(system.initialState, ({ value }) => value), times: Float64Array.of(0.5 - h, 0.5 + h), control: { rtol: 1e-11, atol: 1e-13 } });
    const c = system.states.indexOf("C");
    const slope = ((nearby.values[system.states.length + c] ?? NaN) - (nearby.values[c] ?? NaN)) / (2 * h);
    expect(along?.current["C"]?.[1]).toBeCloseTo(slope, 5);
  });

  it("uses the parameters of the path, not the defaults", () => {
    const system = systemOfNetwork(base);
    const path = { times: [3], values: [1, 0.5, 0.2] };
    const at = (k: number) => thermoAlong(base, system, [k], path, ["C"]).along?.perReaction["R2"]?.[0] ?? NaN;
    expect(at(2)).toBeCloseTo(2 * at(1), 13);
  });

  it("a negative interpolated concentration is undefined there alone, with species and time", () => {
    const system = systemOfNetwork(base);
    const path = { times: [0, 1, 2], values: [1, 0.5, 0.2, 1, 0.5, -1e-12, 1, 0.5, 0.2] };
    const { along } = thermoAlong(base, system, [1], path, ["A", "C"]);
    expect(Array.from(along?.total ?? [], Number.isNaN)).toEqual([false, true, false]);
    expect(along?.perReaction["R1"]?.every(Number.isFinite)).toBe(true);
    expect(along?.findings.filter(({ check }) => check === "logarithm-domain")).toMatchObject([{ value: -1e-12, where: expect.stringMatching(/species "C" is -1e-12 at time 1 /) }]);
  });

  it("reports unknown reactions and observables together", () => {
    const { problems } = thermoAlong(base, systemOfNetwork(base), [1], { times: [], values: [] }, ["D"], { exclude: ["nope"] });
    expect(problems?.map(({ message }) => message)).toEqual([expect.stringContaining('"nope"'), expect.stringContaining('"D" is not a species')]);
  });
});
