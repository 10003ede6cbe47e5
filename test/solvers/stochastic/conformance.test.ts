import { stochasticMethods } from "../../../src/solvers/stochastic/index.ts";
import { stochasticMethodConformance } from "../../conformance/stochastic-method.ts";

for (const method of Object.values(stochasticMethods)) if (!("choose" in method)) stochasticMethodConformance(method);
