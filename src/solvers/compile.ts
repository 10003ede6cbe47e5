import { programBuilder } from "../kernel/builder.ts";
import { instantiate } from "../kernel/instantiate.ts";
import { withOwnFunctions } from "../kernel/reproducible.ts";
import { memoryLayout } from "../kernel/layout.ts";
import type { OdeSystem } from "../models/system.ts";
import { resolverFor, writeAttempt, writeRhs } from "./ode/attempt.ts";
import { breakpointsOf } from "./ode/breakpoint.ts";
import { resolveControl } from "./ode/control.ts";
import { writeInterpolate } from "./ode/interpolate.ts";
import { writeLoop } from "./ode/loop.ts";
import { eventObstacle, eventPlan } from "./ode/event.ts";
import { tableauInterpolant } from "./ode/event-interpolant.ts";
import { writeEvents } from "./ode/event-program.ts";
import { drive } from "./ode/drive.ts";
import { odeMemory } from "./ode/memory.ts";
import { type AnyOdeMethod, type OdeMethod, isOneStep } from "./ode/method.ts";
import { runsOf } from "./ode/run.ts";
import type { OdeSolver, SolverOptions, WovenSolver } from "./ode/solver.ts";
import { writeBegin } from "./ode/start.ts";

export type { ExtendContext, OdeProblem, OdeRun, OdeSolver, SolveAsyncOptions, SolverOptions, Tape, WovenSolver } from "./ode/solver.ts";

/**
 * Compiles a system and a method into one program with the whole step loop inside; a method with a loop of its own compiles itself.
 *
 * @throws Error when the system uses an undeclared symbol, or has events that the method cannot follow; RangeError when the control or `errorStates` is impossible.
 */
export function compileSolver(system: OdeSystem, options: SolverOptions<OdeMethod>): Promise<WovenSolver>;
export function compileSolver(system: OdeSystem, options: SolverOptions): Promise<OdeSolver>;
export async function compileSolver(system: OdeSystem, options: SolverOptions<AnyOdeMethod>): Promise<OdeSolver> {
  const { nonNegative = false } = options;
  if (!nonNegative) return compiled(system, options);
  const [solver, { beginWithoutNegatives }] = await Promise.all([compiled(system, options), import("./non-negative.ts")]);
  return { ...solver, ...drive(beginWithoutNegatives(solver)) };
}

async function compiled(system: OdeSystem, { method, nonNegative, ...others }: SolverOptions): Promise<OdeSolver> {
  const obstacle = eventObstacle(system, method);
  if (obstacle !== null) throw new Error(obstacle);
  return isOneStep(method) ? weave(system, { ...others, method, nonNegative: nonNegative ?? false }) : method.compile(system, others);
}

async function weave(system: OdeSystem, options: SolverOptions<OdeMethod>): Promise<WovenSolver> {
  const { method, target = "wasm", reproducible = false, record = false, errorStates = system.states.length, nonNegative = false, rates, extend, keepsStages = false, exactly = false } = options;
  const control = resolveControl(options.control);
  const plan = eventPlan(system);
  if (!(Number.isInteger(errorStates) && errorStates >= 0 && errorStates <= system.states.length)) {
    throw new RangeError(`solver of "${system.id}": errorStates is ${errorStates}; the system has ${system.states.length} states`);
  }
  const program = programBuilder();
  const layout = memoryLayout();
  const memory = odeMemory(layout, system.states.length, system.parameters.length, method.tableau.nodes.length);
  const resolve = resolverFor(system, memory);
  const context = { program, layout, system, method, memory, errorStates, resolve };
  if (rates) rates(context);
  else writeRhs(program, system, resolve, layout);
  writeAttempt(program, layout, system, method, memory, errorStates, nonNegative, exactly);
  writeInterpolate(program, method.tableau, memory);
  writeBegin(program, method, memory, errorStates);
  writeLoop(program, method, memory, record, plan !== null, record && keepsStages);
  const events = plan && { plan, memory: writeEvents(program, layout, system, plan, tableauInterpolant(method.tableau, memory), resolve) };
  extend?.(context);
  const instance = await instantiate(withOwnFunctions(program.finish(layout.bytes), reproducible), target);

  const scene = { system, method, memory, instance, control, errorStates, breakpoints: breakpointsOf(system, errorStates), events };
  const driven = drive(runsOf(scene, record));
  return { system, method, control, instance, memory, ...driven };
}
