import { describe, expect, it } from "vitest";
import { initialState, networkOf, odeSystem } from "../../../src/models/index.ts";
import { compileSolver } from "../../../src/solvers/compile.ts";
import { odeMethods } from "../../../src/solvers/ode/index.ts";
import type { AnyOdeMethod } from "../../../src/solvers/ode/method.ts";

/** A loop whose rates take a fractional power, an exponential and a logarithm. */
const { system } = odeSystem(
  networkOf({
    id: "powers",
    species: { A: 1, B: 0.3, C: 0.2 },
    parameters: { k: 1.7, n: 2.3, E: 0.4 },
    reactions: {
      R1: { reactants: { A: 1 }, products: { B: 1 }, rate: "k*A^n/(0.5 + A^n)" },
      R2: { reactants: { B: 1 }, products: { C: 1 }, rate: "B*exp(-E/(0.3 + C))" },
      R3: { reactants: { C: 1 }, products: { A: 1 }, rate: "C*ln(1 + 3*B)" },
    },
  }),
);
if (!system) throw new Error("the network of this test does not compile");
const parameters = Float64Array.from(system.parameterValues);
const state = initialState(system, parameters);
const problem = { parameters, state, times: Float64Array.of(0.5, 1, 5, 20) };
const own = Object.entries<AnyOdeMethod>(odeMethods).filter(([, { facts }]) => !facts.external);

describe("reproducible bits", () => {
  it.each(own)("%s has the same in WebAssembly and JavaScript, within rounding of the host's functions", async (_, method) => {
    const solved = async (target: "wasm" | "javascript", reproducible: boolean) => (await compileSolver(system, { method, target, reproducible, control: { rtol: 1e-8, atol: 1e-10 } })).solve(problem);
    const [wasm, javaScript, host] = [await solved("wasm", true), await solved("javascript", true), await solved("wasm", false)];
    expect(wasm.status.status).toBe("done");
    expect([...javaScript.values]).toEqual([...wasm.values]);
    // Another last bit may change which steps are taken, so the two agree as two runs at this tolerance do.
    wasm.values.forEach((value, index) => expect(Math.abs(value - (host.values[index] ?? Number.NaN))).toBeLessThan(1e-6));
  });

  it("are refused where a package takes the steps, and where only the host has a function", async () => {
    await expect(compileSolver(system, { method: odeMethods.odex, reproducible: true })).rejects.toThrow(/odex .* has no reproducible bits/);
    const forced = odeSystem(networkOf({ id: "forced", species: { X: 1 }, reactions: { R: { products: { X: 1 }, rate: "1 + sin(time)" } } }));
    if (!forced.system) throw new Error("the forced network does not compile");
    await expect(compileSolver(forced.system, { method: odeMethods.tsit5, reproducible: true })).rejects.toThrow(/sin in "rhs"/);
  });
});
