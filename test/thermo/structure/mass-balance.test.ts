import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readFormula } from "../../../src/thermo/structure/chemical-formula.ts";
import { massBalanceOf } from "../../../src/thermo/structure/mass-balance.ts";
import { networkOfText } from "../states.ts";

const problemsOf = (text: string): string[] => readFormula(text).problems?.map(({ column, message }) => `${column}: ${message}`) ?? [];

describe("chemical formulas", () => {
  it.each([
    ["C6H12O6", { C: 6, H: 12, O: 6 }, 0],
    ["H2O", { H: 2, O: 1 }, 0],
    ["NH4+", { N: 1, H: 4 }, 1],
    ["H2PO4-", { H: 2, P: 1, O: 4 }, -1],
    ["H+", { H: 1 }, 1],
    ["Fe+++", { Fe: 1 }, 3],
    ["Ca^2+", { Ca: 1 }, 2],
    ["SO4-2", { S: 1, O: 4 }, -2],
    ["HPO4^2-", { H: 1, P: 1, O: 4 }, -2],
    ["C10H12N5O13P3^4-", { C: 10, H: 12, N: 5, O: 13, P: 3 }, -4],
    ["Ca(OH)2", { Ca: 1, O: 2, H: 2 }, 0],
    ["Fe(CN)6-3", { Fe: 1, C: 6, N: 6 }, -3],
    ["(CH3(CH2)2)2O", { C: 6, H: 14, O: 1 }, 0],
    ["CO", { C: 1, O: 1 }, 0],
    ["Co", { Co: 1 }, 0],
    ["RCOO-", { R: 1, C: 1, O: 2 }, -1],
    ["C1000H2^12-", { C: 1000, H: 2 }, -12],
  ])("%s", (text, elements, charge) => {
    expect(readFormula(text)).toEqual({ composition: { elements, charge } });
  });
  it("what was written is what is read", () => {
    const elements = fc.uniqueArray(fc.tuple(fc.constantFrom("C", "H", "N", "O", "P", "S", "Cl", "Na", "Fe"), fc.integer({ min: 1, max: 999 })), { minLength: 1, selector: ([id]) => id });
    fc.assert(
      fc.property(elements, fc.integer({ min: -9, max: 9 }), (counts, charge) => {
        const text = counts.map(([id, count]) => `${id}${count === 1 ? "" : count}`).join("") + (charge === 0 ? "" : `^${Math.abs(charge)}${charge > 0 ? "+" : "-"}`);
        expect(readFormula(text)).toEqual({ composition: { elements: Object.fromEntries(counts), charge } });
      }),
    );
  });
  it.each([
    ["Glc", [/^1: "Glc" is no element/]],
    ["c6h12", [/^1: "c"/, /^2: "6"/, /^3: "h"/, /^4: "1"/, /^5: "2"/]],
    ["C6Hz2O", [/^3: "Hz" is no element; it begins like "H"/]],
    ["Ca(OH", [/^3: .*never closed/]],
    ["OH)2", [/^3: .*closes no bracket/]],
    ["H0O", [/^1: "H0".*leave the element out/]],
    ["", [/^1: the formula is empty/]],
    // Sulfate with two charges, or 42 oxygens with one; calcium with two charges, or a dimer with one.
    ["SO42-", [/^5: .*reads two ways.*"\^1-" or "\^2-"/]],
    ["Ca2+", [/^4: .*reads two ways/]],
    ["C6·H2", [/^3: "·" cannot stand here/]],
  ])("%s is refused with its place", (text, expected) => {
    expect(problemsOf(text)).toEqual(expected.map((pattern) => expect.stringMatching(pattern)));
  });
});

const hexokinase = networkOfText("species $Mg; HK: Glc + ATP -> G6P + ADP + Hplus; Glc*ATP - G6P*ADP; In: -> Glc; 1; Bind: ATP + Mg -> ATP_Mg; ATP; Glc = 1; ATP = 1; G6P = 1; ADP = 1; Hplus = 1; ATP_Mg = 1; Mg = 1");
const formulas = { Glc: "C6H12O6", ATP: "C10H12N5O13P3^4-", ADP: "C10H12N5O10P2^3-", G6P: "C6H11O9P^2-", Hplus: "H+" };

describe("mass balance of reactions", () => {
  it("hexokinase balances with its proton; an exchange is open; what has no formula is unknown, chemostats included", () => {
    expect(massBalanceOf(hexokinase, formulas).massBalance?.reactions).toEqual([
      { reaction: "HK", status: "balanced", surplus: {}, missing: [] },
      { reaction: "In", status: "open", surplus: {}, missing: [] },
      { reaction: "Bind", status: "unknown", surplus: {}, missing: ["Mg", "ATP_Mg"] },
    ]);
  });
  it("a forgotten charge and a wrong formula show as what is made out of nothing", () => {
    expect(massBalanceOf(hexokinase, { ...formulas, Hplus: "H" }).massBalance?.reactions[0]).toMatchObject({ status: "unbalanced", surplus: { charge: -1 } });
    expect(massBalanceOf(hexokinase, { ...formulas, G6P: "C6H13O9P^2-" }).massBalance?.reactions[0]).toMatchObject({ status: "unbalanced", surplus: { H: 2 } });
  });
  it("stoichiometries count, decimal ones too; catalysts do not need a formula", () => {
    const network = networkOfText("W: 2 H2 + O2 + E -> 2 H2O + E; H2; V: 0.1 O2 -> 0.2 Ox; O2; H2 = 1; O2 = 1; H2O = 1; Ox = 1; E = 1");
    expect(massBalanceOf(network, { H2: "H2", O2: "O2", H2O: "H2O", Ox: "O" }).massBalance?.reactions.map(({ status }) => status)).toEqual(["balanced", "balanced"]);
  });
  it("all problems at once, each with its place", () => {
    expect(massBalanceOf(hexokinase, { ...formulas, Atp: "C", Glc: "C6H12Oo6" }).problems).toEqual([
      { where: "formula:Glc", message: expect.stringMatching(/formula "C6H12Oo6" of "Glc", column 6: "Oo" is no element/) },
      { where: "formula:Atp", message: expect.stringMatching(/no species "Atp".*did you mean "ATP"/) },
    ]);
  });
});
