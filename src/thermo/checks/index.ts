import type { Finding } from "../finding.ts";
import type { Evidence } from "./check.ts";
import { elementary } from "./elementary.ts";
import { learnedFlux } from "./learned-flux.ts";
import { logarithmDomain } from "./logarithm-domain.ts";
import { massActionForm } from "./mass-action.ts";
import { oneWay } from "./one-way.ts";
import { secondLaw } from "./second-law.ts";
import { uncertaintyRelation } from "./uncertainty-relation.ts";
import { undeterminedTightness } from "./undetermined-tightness.ts";
import { wegscheider } from "./wegscheider.ts";

/** Every thermodynamic check, in the order findings are reported. */
export const thermoChecks = [secondLaw, uncertaintyRelation, undeterminedTightness, oneWay, wegscheider, logarithmDomain, massActionForm, learnedFlux, elementary] as const;

/** What all checks find. */
export const findingsOf = (evidence: Evidence): Finding[] => thermoChecks.flatMap((kind) => kind.check(evidence));

export type * from "./check.ts";
