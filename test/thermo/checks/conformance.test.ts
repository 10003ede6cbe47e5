import { thermoChecks } from "../../../src/thermo/checks/index.ts";
import { thermoCheckConformance } from "../../conformance/check.ts";

for (const check of thermoChecks) thermoCheckConformance(check);
