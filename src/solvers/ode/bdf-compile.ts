import { programBuilder } from "../../kernel/builder.ts";
import { instantiate } from "../../kernel/instantiate.ts";
import { withOwnFunctions } from "../../kernel/reproducible.ts";
import { memoryLayout } from "../../kernel/layout.ts";
import type { OdeSystem } from "../../models/system.ts";
import { chooseShiftedSolver } from "../linear/choose.ts";
import { rateProgram } from "../tables/index.ts";
import { symbolPlaces } from "../tables/symbol-places.ts";
import type { BdfOptions, BdfSolver } from "./bdf.ts";
import { HIGHEST_ORDER, writeInverseRoot } from "./bdf-coefficients.ts";
import { writeCorrect } from "./bdf-correct.ts";
import { writeDifferences } from "./bdf-differences.ts";
import { bdfInterpolant, writeTruncate } from "./bdf-event.ts";
import { writeBdfLoop } from "./bdf-loop.ts";
import { bdfMemory } from "./bdf-memory.ts";
import { writeCorrectExactly } from "./bdf-correct-exactly.ts";
import { writeBdfRecord } from "./bdf-record.ts";
import type { CompiledBdf } from "./bdf-run.ts";
import { beginBdf } from "./bdf-run.ts";
import { writeStart } from "./bdf-start.ts";
import { breakpointsOf } from "./breakpoint.ts";
import { resolveControl } from "./control.ts";
import { drive } from "./drive.ts";
import { eventPlan } from "./event.ts";
import { writeEvents } from "./event-program.ts";
import type { CompiledMethod } from "./method.ts";
import type { WeaveMultistep, WovenMultistep } from "./multistep.ts";
import type { SolverOptions } from "./solver.ts";

/** The solver of a method made by `bdfWith`, with what `extend` weaves into its program. @throws Error as `CompiledMethod.compile` */
export async function compileBdf(method: CompiledMethod, { linear = "auto", highestOrder = HIGHEST_ORDER, rates = rateProgram }: BdfOptions, system: OdeSystem, options: Omit<SolverOptions, "method">, weave: Parameters<WeaveMultistep>[2] | null = null): Promise<BdfSolver & WovenMultistep> {
  const { target = "wasm", reproducible = false, control, record = false, exactly = false, errorStates = system.states.length, rates: ownRates, extend } = options;
  const lacking = [ownRates && "rates", extend && "extend"].filter(Boolean).join(", ");
  if (lacking) throw new Error(`solver of "${system.id}": bdf has no ${lacking}; use a one-step method such as rodas5p`);
  if (!(Number.isInteger(errorStates) && errorStates >= 0 && errorStates <= system.states.length)) {
    throw new RangeError(`solver of "${system.id}": errorStates is ${errorStates}; the system has ${system.states.length} states`);
  }
  const resolved = resolveControl(control);
  const plan = eventPlan(system);
  if (record && plan) throw new Error(`solver of "${system.id}": bdf keeps no record of steps through events; use a one-step method such as rodas5p`);
  const written = rates(system);
  const shifted = chooseShiftedSolver(written.pattern, linear);
  const program = programBuilder();
  const layout = memoryLayout();
  const memory = bdfMemory(layout, system.states.length, written.pattern.column.length);
  const functions = written.write(program, layout);
  const solving = shifted.write(program, layout, { jacobian: memory.jacobian, scale: memory.scale, tolerance: memory.real.tolerance });
  writeInverseRoot(program);
  writeDifferences(program, memory);
  writeCorrect(program, memory, errorStates);
  writeStart(program, memory, errorStates);
  writeBdfLoop(program, memory, { errorStates, highestOrder, hasEvents: plan !== null, record, exactly });
  if (record || exactly) writeCorrectExactly(program, memory, errorStates);
  if (record) writeBdfRecord(program, memory);
  let events: CompiledBdf["events"] = null;
  if (plan) {
    writeTruncate(program, memory);
    const interpolant = bdfInterpolant(memory, layout.f64(Math.max(1, system.states.length)));
    events = { plan, memory: writeEvents(program, layout, system, plan, interpolant, symbolPlaces(system, functions.parametersAddress)) };
  }
  const woven = weave?.({ program, layout, system, memory, rates: functions, pattern: written.pattern, linear });
  const instance = await instantiate(withOwnFunctions(program.finish(layout.bytes), reproducible), target);
  functions.prepare(instance);
  solving.prepare(instance);
  woven?.prepare(instance);
  const compiled = {
    system,
    memory,
    instance,
    control: resolved,
    errorStates,
    record,
    pattern: written.pattern,
    rates: functions,
    // Without the right-hand side written out, which large systems do not need here.
    breakpoints: breakpointsOf(system, errorStates),
    events,
    kept: { runs: 0 },
  };
  const { kind, factorEntries, factorProducts } = shifted;
  return { system, method, control: resolved, instance, memory, linear: { kind, factorEntries, factorProducts }, ...drive((problem) => beginBdf(compiled, problem)) };
}
