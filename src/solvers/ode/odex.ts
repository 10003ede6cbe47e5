import { programBuilder } from "../../kernel/builder.ts";
import { instantiate } from "../../kernel/instantiate.ts";
import { memoryLayout } from "../../kernel/layout.ts";
import type { OdeSystem } from "../../models/system.ts";
import { resolverFor, writeRhs } from "./attempt.ts";
import { breakpointsOf } from "./breakpoint.ts";
import { checkProblem } from "./check-problem.ts";
import { resolveControl } from "./control.ts";
import { drive } from "./drive.ts";
import { eventPlan } from "./event.ts";
import { writeEvents } from "./event-program.ts";
import { odeMemory } from "./memory.ts";
import type { CompiledMethod, OdeFacts } from "./method.ts";
import { extrapolationInterpolant } from "./odex-event.ts";
import type { SolverOptions } from "./solver.ts";

const facts: OdeFacts = {
  id: "odex",
  title: "GBS extrapolation of the midpoint rule, by the package odex",
  order: 18,
  denseOrder: 18,
  denseOutput: true,
  stiff: false,
  firstSameAsLast: true,
  rhsPerStep: 6,
  factorizationsPerStep: 0,
  external: true,
  events: true,
  source: "Hairer, Norsett & Wanner 1993, doi:10.1007/978-3-540-78862-1, section II.9; package odex 2.0.4 by C. Smith",
};

/**
 * Extrapolation of the explicit midpoint rule with variable order, taken by the package "odex": for systems that are not stiff, at tight
 * tolerances, and as a method of other make to compare with. The rates come from the compiled program, the steps do not.
 *
 * It takes its steps in runs of a fixed length, so that it can pause there; `advance` may go on to the end of one. Events are found on its
 * dense output, and a run of steps ends at each.
 *
 * @source Hairer, Norsett & Wanner 1993, doi:10.1007/978-3-540-78862-1, section II.9
 */
export const odex: CompiledMethod = {
  facts,
  async compile(system: OdeSystem, options: Omit<SolverOptions, "method">) {
    const { target = "wasm", errorStates = system.states.length } = options;
    refuse(system, options);
    const control = resolveControl(options.control);
    const plan = eventPlan(system);
    const [{ Solver }, { extrapolate }] = await Promise.all([import("odex"), import("./odex-run.ts")]);
    const program = programBuilder();
    const layout = memoryLayout();
    const memory = odeMemory(layout, system.states.length, system.parameters.length, 1);
    const resolve = resolverFor(system, memory);
    writeRhs(program, system, resolve);
    const found = plan && { plan, ...extrapolationInterpolant(memory, layout, plan.needed) };
    const events = found && { plan: found.plan, path: found.path, memory: writeEvents(program, layout, system, found.plan, found.interpolant, resolve) };
    const instance = await instantiate(program.finish(layout.bytes), target);
    const scene = { system, instance, memory, errorStates, breakpoints: breakpointsOf(system, errorStates), events, Solver };
    const kept = { runs: 0 };
    const driven = drive((problem) => {
      checkProblem(system, problem);
      if (problem.steps) throw new RangeError(`solver of "${system.id}": odex chooses its own steps; leave \`steps\` out, or use a method that is taken step by step`);
      return extrapolate(scene, kept, problem.control ? resolveControl(control, problem.control) : control, problem);
    });
    return { system, method: odex, control, ...driven };
  },
};

function refuse(system: OdeSystem, { record, rates, extend, reproducible, errorStates = 0 }: Omit<SolverOptions, "method">): void {
  const missing = [...(record ? ["record"] : []), ...(rates ? ["rates"] : []), ...(extend ? ["extend"] : []), ...(reproducible ? ["reproducible bits"] : [])];
  if (missing.length > 0) throw new Error(`solver of "${system.id}": odex steps outside our program and has no ${missing.join(", ")}; use a method that is taken step by step, such as dop853`);
  if (!(Number.isInteger(errorStates) && errorStates >= 0 && errorStates <= system.states.length)) {
    throw new RangeError(`solver of "${system.id}": errorStates is ${errorStates}; the system has ${system.states.length} states`);
  }
}
