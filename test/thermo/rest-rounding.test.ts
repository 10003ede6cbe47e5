import { describe, expect, it } from "vitest";
import { zoo } from "../../src/models/zoo/index.ts";
import { steadyState } from "../../src/solvers/steady-state.ts";
import { thermoReport } from "../../src/thermo/report.ts";
import type { ThermoReport } from "../../src/thermo/report.ts";
import { fluxesAtRest, observeAt, restRounding } from "../../src/thermo/rest-rounding.ts";
import type { Network } from "../../src/models/network.ts";
import { readObservable } from "../../src/thermo/observable.ts";
import { totalEntropyProduction } from "../../src/thermo/uncertainty.ts";
import { complexBalancedCase } from "./complex-balanced-network.ts";
import { fluxesOfNetwork, networkOfText } from "./states.ts";

async function steadyOf(network: Network, observables?: readonly string[]): Promise<ThermoReport> {
  const { report, problems } = await thermoReport(network, { steady: true, ...(observables && { observables }) });
  if (!report) throw new Error(problems.map(({ message }) => message).join("\n"));
  return report;
}

describe("rounding at a steady state", () => {
  it("is no current at an equilibrium: everything is 0, tightness 0/0", async () => {
    const report = await steadyOf(networkOfText("R1: A + E -> AE; 1e6*A*E - 1e3*AE; R2: AE -> B + E; 1e2*AE - 10*B*E; A = 1e-3; E = 1e-6; AE = 1e-9; B = 1e-9"));
    const [row] = report.at;
    expect(row).toMatchObject({ entropyProduction: 0, fluxes: { R1: 0, R2: 0 }, forces: { R1: 0, R2: 0 }, perReaction: { R1: 0, R2: 0 } });
    for (const { current, tightness, bounds } of row?.observables ?? []) {
      expect([current, tightness]).toEqual([0, null]);
      expect(bounds.filter((bound) => bound.name !== "kinetic").map((bound) => bound.tightness)).toEqual(Array.from({ length: 7 }, () => null));
    }
    expect(report.findings.filter(({ check }) => check === "undetermined-tightness")).toHaveLength(4);
    expect(report.steady?.cycles.cycles.every(({ current }) => current === 0)).toBe(true);
  });
  it("is no current of what rests where reactions run: tightness is Infinity", async () => {
    const report = await steadyOf(networkOfText("species $A, $C; R1: A -> X; 3.7*A - 1.3*X; R2: X -> Y; 2.1*X - 0.7*Y; R3: Y -> C; 1.9*Y - 0.3*C; A = 1.1; C = 0.2; X = 1; Y = 1"), ["X", "Y", "C"]);
    const [x, y, c] = report.at[0]?.observables ?? [];
    expect(x).toMatchObject({ current: 0, tightness: Infinity });
    expect(y).toMatchObject({ current: 0, tightness: Infinity });
    expect(x?.bounds.find(({ name }) => name === "best-observable")).toMatchObject({ value: 0, tightness: Infinity });
    expect(c?.current).toBeGreaterThan(0.1);
    expect(c?.tightness).toBeGreaterThan(1);
    expect(report.findings.some(({ verdict }) => verdict === "violated")).toBe(false);
  });
  it("covers the equilibria of random networks, and nothing that is larger than rounding", () => {
    let compared = 0;
    for (let index = 0; index < 60; index++) {
      const { network, balanced } = complexBalancedCase(index, { decades: 1, driven: false });
      const fluxes = fluxesAtRest(fluxesOfNetwork(network));
      const { system } = fluxes;
      const found = steadyState(system, { parameters: system.parameterValues, state: balanced.map((value, at) => value * (1 + 0.3 * Math.sin(at + 1))), method: "pseudo-transient" });
      if (found.status.status !== "done") continue;
      compared++;
      expect(totalEntropyProduction(fluxes, fluxes.at(Infinity, system.parameterValues, found.state))).toBe(0);
    }
    expect(compared).toBeGreaterThan(50);
    const fluxes = fluxesOfNetwork(networkOfText("R: A -> B; A - B; A = 1; B = 1"));
    const at = (excess: number) => fluxesAtRest(fluxes).at(0, [], [1 + excess, 1]);
    expect(at(restRounding).net[0]).toBe(0);
    expect(at(4 * restRounding).net[0]).toBeCloseTo(4 * restRounding, 20);
    expect(at(4 * restRounding).entropyProduction[0]).toBeGreaterThan(0);
  });
  it("is asked about at steady states alone", async () => {
    const { report } = await thermoReport(networkOfText("R: A -> B; A - B; A = 1.000000000000001; B = 1"), { times: [0] });
    expect(report?.at[0]?.fluxes.R).toBeGreaterThan(0);
    const fluxes = fluxesOfNetwork(zoo.schlogl.network);
    const point = fluxes.at(0, fluxes.system.parameterValues, [2 + 1e-14]);
    const { observable } = readObservable(zoo.schlogl.network, "X");
    if (!observable) throw new Error("X is an observable");
    expect(observeAt(point, observable, 1).current).not.toBe(0);
    expect(observeAt({ ...point, rounding: restRounding }, observable, 1)).toMatchObject({ current: 0, tightness: Infinity });
  });
});
