import type { ReportContext, Section } from "../context.ts";
import { accessesSection } from "./accesses.ts";
import { findingsSection } from "./findings.ts";
import { fitSection } from "./fit.ts";
import { numericsSection } from "./numerics.ts";
import { paritySection } from "./parity.ts";
import { provenanceSection } from "./provenance.ts";
import { residualSection } from "./residual.ts";
import { scoresSection } from "./scores.ts";
import { thermodynamicsSection } from "./thermodynamics.ts";
import { trainingSection } from "./training.ts";
import { verdictSection } from "./verdict.ts";

/** The sections of a run's report, in the order they are printed. */
export const sections: readonly ((context: ReportContext) => Section)[] = [
  verdictSection,
  scoresSection,
  fitSection,
  paritySection,
  trainingSection,
  residualSection,
  thermodynamicsSection,
  findingsSection,
  numericsSection,
  provenanceSection,
  accessesSection,
];
