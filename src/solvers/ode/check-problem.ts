import type { OdeSystem } from "../../models/system.ts";
import type { OdeProblem } from "./solver.ts";

/** Refuses what does not fit the system. @throws RangeError naming the number, where it stands and what it must be. */
export function checkProblem(system: OdeSystem, { parameters, state, times, startTime = 0 }: OdeProblem): void {
  const refuse = (message: string): never => {
    throw new RangeError(`solver of "${system.id}": ${message}`);
  };
  if (parameters.length !== system.parameters.length) refuse(`${parameters.length} parameter values for ${system.parameters.length} parameters (${system.parameters.join(", ")})`);
  if (state.length !== system.states.length) refuse(`${state.length} initial values for ${system.states.length} states (${system.states.join(", ")})`);
  if (!Number.isFinite(startTime)) refuse(`the start time is ${startTime}; it must be finite`);
  let before = startTime;
  for (let index = 0; index < times.length; index++) {
    const time = times[index] ?? NaN;
    if (!(time >= before && time < Infinity)) refuse(`requested time ${index} is ${time}; times must be finite, ascending and not before the start at ${startTime}`);
    before = time;
  }
}
