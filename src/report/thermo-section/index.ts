import type { Section } from "../context.ts";
import type { ThermoContext } from "./context.ts";
import { cyclesSection } from "./cycles.ts";
import { entropySection } from "./entropy-production.ts";
import { thermoFindingsSection } from "./findings.ts";
import { forcesSection } from "./forces.ts";
import { thermoProvenance } from "./provenance.ts";
import { speedLimitsSection } from "./speed-limits.ts";
import { steadyStateSection } from "./steady-state.ts";
import { structureSection } from "./structure.ts";
import { tightnessSection } from "./tightness.ts";
import { thermoVerdict } from "./verdict-text.ts";
import { verdictSectionOf } from "./verdict.ts";

/** The sections of a thermodynamic page, in the order they are printed; null where one does not apply. */
export const thermoSections: readonly ((context: ThermoContext) => Section | null)[] = [
  (context) => verdictSectionOf(thermoVerdict(context)),
  entropySection,
  forcesSection,
  cyclesSection,
  tightnessSection,
  speedLimitsSection,
  steadyStateSection,
  structureSection,
  ({ report }) => thermoFindingsSection(report.findings),
  ({ about }) => thermoProvenance(about),
];
