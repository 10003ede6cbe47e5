import { odeMethods } from "../../../src/solvers/ode/index.ts";
import { odeMethodConformance } from "../../conformance/ode-method.ts";

for (const method of Object.values(odeMethods)) odeMethodConformance(method);
