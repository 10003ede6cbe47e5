import { describe, expect, it } from "vitest";
import { nothing } from "../../src/thermo/checks/check.ts";
import type { ThermoCheck } from "../../src/thermo/checks/check.ts";

/** What every thermodynamic check must do. */
export function thermoCheckConformance(check: ThermoCheck): void {
  describe(`thermodynamic check ${check.facts.id}`, () => {
    it("says what it stands on", () => {
      expect(check.facts.title).not.toBe("");
      expect(check.facts.equation).not.toBe("");
      expect(check.facts.source).toMatch(/\d{4}, doi:10\./);
    });
    it("finds nothing wrong with its passing example", () => {
      for (const { verdict } of check.check(check.passing)) expect(verdict).toBe("ok");
    });
    it("reports its failing example, under its own name", () => {
      const findings = check.check(check.failing);
      expect(findings.some(({ verdict }) => verdict !== "ok")).toBe(true);
      for (const finding of findings) {
        expect(finding).toMatchObject({ check: check.facts.id, equation: check.facts.equation, source: check.facts.source, topic: "thermodynamics" });
        expect(finding.where).not.toMatch(/undefined|NaN/);
      }
    });
    it("finds nothing where it does not apply", () => {
      expect(check.check(nothing)).toEqual([]);
    });
  });
}
