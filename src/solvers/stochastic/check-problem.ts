import type { OdeSystem } from "../../models/system.ts";
import type { StochasticProblem } from "./solver.ts";

/** Refuses a run that does not fit its network. @throws RangeError with what is wrong and what to give. */
export function checkProblem({ system }: { readonly system: OdeSystem }, { times, parameters, molecules, maxEvents }: StochasticProblem): void {
  const refuse = (message: string): never => {
    throw new RangeError(`stochastic solver of "${system.id}": ${message}`);
  };
  if (parameters && parameters.length !== system.parameters.length) refuse(`${parameters.length} parameter values for ${system.parameters.length} parameters (${system.parameters.join(", ")})`);
  if (molecules && molecules.length !== system.states.length) refuse(`${molecules.length} molecule numbers for ${system.states.length} species (${system.states.join(", ")})`);
  const broken = molecules?.findIndex((count) => !(Number.isInteger(count) && count >= 0 && count <= 2 ** 53)) ?? -1;
  if (broken >= 0) refuse(`"${system.states[broken]}" starts with ${molecules?.[broken]} molecules; give a whole number from 0 to 2^53`);
  if (maxEvents !== undefined && !(maxEvents > 0)) refuse(`maxEvents is ${maxEvents}; it must be above 0`);
  let before = 0;
  for (let index = 0; index < times.length; index++) {
    const time = times[index] ?? Number.NaN;
    if (!(time >= before && time < Infinity)) refuse(`requested time ${index} is ${time}; times must be finite, ascending and at least 0`);
    before = time;
  }
}
