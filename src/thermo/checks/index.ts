import type { Finding } from "../finding.ts";
import type { Evidence } from "./check.ts";
import { closedEquilibrium } from "./closed-equilibrium.ts";
import { conservation } from "./conservation.ts";
import { deficiencyTheorem } from "./deficiency.ts";
import { elementary } from "./elementary.ts";
import { fluctuationTheorem } from "./fluctuation-theorem.ts";
import { haldane } from "./haldane.ts";
import { kineticUncertainty } from "./kinetic-uncertainty.ts";
import { learnedFlux } from "./learned-flux.ts";
import { logarithmDomain } from "./logarithm-domain.ts";
import { massActionForm } from "./mass-action.ts";
import { massBalance } from "./mass-balance.ts";
import { oneWay } from "./one-way.ts";
import { positivity } from "./positivity.ts";
import { rateRule } from "./rate-rule.ts";
import { secondLaw } from "./second-law.ts";
import { uncertaintyRelation } from "./uncertainty-relation.ts";
import { undeterminedTightness } from "./undetermined-tightness.ts";
import { wegscheider } from "./wegscheider.ts";

/** Every thermodynamic check, in the order findings are reported. */
export const thermoChecks = [
  secondLaw,
  uncertaintyRelation,
  undeterminedTightness,
  kineticUncertainty,
  fluctuationTheorem,
  oneWay,
  wegscheider,
  haldane,
  massBalance,
  conservation,
  positivity,
  closedEquilibrium,
  deficiencyTheorem,
  logarithmDomain,
  massActionForm,
  learnedFlux,
  rateRule,
  elementary,
] as const;

/** What all checks find. */
export const findingsOf = (evidence: Evidence): Finding[] => thermoChecks.flatMap((kind) => kind.check(evidence));

export type * from "./check.ts";
