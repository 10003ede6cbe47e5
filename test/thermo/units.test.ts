import { describe, expect, it } from "vitest";
import { zoo } from "../../src/models/zoo/index.ts";
import { networkUnits } from "../../src/thermo/network-units.ts";
import type { GivenUnits } from "../../src/thermo/network-units.ts";
import { avogadroConstant } from "../../src/models/unit.ts";
import { boltzmannConstant, dissipationInVolume, dissipationPerVolume, forceOfReactionEnergy, gasConstant, kilojoulePerMole, overRT, reactionEnergyOfForce } from "../../src/thermo/units.ts";
import { networkOfText } from "./states.ts";

describe("physical units", () => {
  it("R is k_B N_A, to the last digit of the exact values", () => {
    expect(Math.abs(boltzmannConstant * avogadroConstant - gasConstant)).toBeLessThanOrEqual(2 * Number.EPSILON * gasConstant);
  });

  it("1 mM/s at F = 20: 0.166289 J/(K L s) and 49.579 W/L, by R and by k_B N_A V", () => {
    const milliPerSecond = { molePerLitre: 1e-3, seconds: 1 };
    const { entropyProduction, power } = dissipationPerVolume(20, milliPerSecond, 298.15);
    expect(entropyProduction.toFixed(6)).toBe("0.166289");
    expect(power.toFixed(3)).toBe("49.579");
    // The same from the molecules in two litres, k_B each.
    const molecules = 20e-3 * avogadroConstant * 2;
    expect(dissipationInVolume(20, 2, milliPerSecond).entropyProduction / (boltzmannConstant * molecules)).toBeCloseTo(1, 14);
    expect(dissipationInVolume(20, 2, milliPerSecond).power).toBeCloseTo(2 * power, 12);
    expect(reactionEnergyOfForce(20, 298.15).toFixed(1)).toBe("-49.6");
    expect(forceOfReactionEnergy(reactionEnergyOfForce(20, 310), 310)).toBeCloseTo(20, 13);
    expect(kilojoulePerMole(overRT(7.3))).toBeCloseTo(7.3, 14);
  });

  it("do not depend on how concentration and time are written", () => {
    const one = dissipationPerVolume(0.5, { molePerLitre: 1e-3, seconds: 1 });
    expect(dissipationPerVolume(0.5 * 1e3 * 60, { molePerLitre: 1e-6, seconds: 60 }).power / one.power).toBeCloseTo(1, 14);
  });
});

const unitsOf = (text: string, given?: GivenUnits) => {
  const result = networkUnits(networkOfText(`R1: A -> B; k*A - B; A = 1; B = 1; k = 1; ${text}`), given);
  return result.units ?? result.problems.map(({ message }) => message);
};

describe("units a network declares", () => {
  it.each([
    ["A has mM; B has mM; unit time_unit = second", 1e-3, 1],
    ["A has uM; B has uM; k has 1/min", 1e-6, 60],
    ["A has M; B has M; k has h^-1", 1, 3600],
    ["unit mmol = 1e-3 mole; A has mmol/litre; B has mmol/litre; unit time_unit = 60 second", 1e-3, 60],
    ["compartment cell = 1; cell has metre^3; species A in cell, B in cell; A has mole; B has mole; k has uM/s", 1e-3, 1],
    ["unit substance = 1e-6 mole; unit volume = 1e-3 litre; unit time_unit = hour", 1e-3, 3600],
    ["unit mM = 2e-3 mole/litre; A has mM; B has mM; unit time_unit = s", 2e-3, 1],
  ])("%s", (text, molePerLitre, seconds) => {
    const units = unitsOf(text);
    if (Array.isArray(units)) throw new Error(units.join("\n"));
    expect(units).toMatchObject({ molePerLitre: expect.closeTo(molePerLitre, 15), seconds: expect.closeTo(seconds, 12) });
  });

  it("says everything that it cannot read", () => {
    expect(unitsOf("")).toEqual([expect.stringContaining('species "A": it has no unit'), expect.stringContaining('species "B": it has no unit'), expect.stringContaining("no unit of time is declared")]);
    expect(unitsOf("A has mM; B has uM; unit time_unit = litre")).toEqual([expect.stringContaining("different units of concentration (0.001 and 0.000001"), expect.stringContaining("no multiple of a second")]);
    expect(unitsOf("A has furlong; B has second; q = 1; q has s; k has 1/min")).toEqual([expect.stringContaining('"furlong" is not known'), expect.stringContaining("no amount"), expect.stringContaining("different units of time (60 and 1 s)")]);
  });

  it("takes what is given instead", () => {
    expect(unitsOf("", { concentration: "nM", time: "day" })).toMatchObject({ molePerLitre: expect.closeTo(1e-9, 22), seconds: 86_400 });
    expect(unitsOf("", { concentration: "second", time: "mM" })).toEqual([expect.stringContaining("no unit of concentration"), expect.stringContaining("no unit of time")]);
  });

  it("counts single molecules", () => {
    const { network } = zoo.repressilator;
    const { units, problems } = networkUnits({ ...network, units: [...network.units, { id: "substance", formula: "item" }] });
    expect(problems).toBeUndefined();
    expect(units).toMatchObject({ seconds: 60, molePerLitre: expect.closeTo(1 / avogadroConstant, 38) });
  });
});
