import { programBuilder } from "../../kernel/builder.ts";
import { instantiate } from "../../kernel/instantiate.ts";
import { memoryLayout } from "../../kernel/layout.ts";
import { withOwnFunctions } from "../../kernel/reproducible.ts";
import type { OdeSystem } from "../../models/system.ts";
import { chooseShiftedSolver } from "../linear/choose.ts";
import { rateProgram } from "../tables/index.ts";
import { symbolPlaces } from "../tables/symbol-places.ts";
import type { BdfOptions, BdfSolver } from "./bdf.ts";
import { HIGHEST_ORDER, writeInverseRoot } from "./bdf-coefficients.ts";
import { writeCorrect } from "./bdf-correct.ts";
import { writeCorrectExactly } from "./bdf-correct-exactly.ts";
import { writeDifferences } from "./bdf-differences.ts";
import { bdfInterpolant, writeTruncate } from "./bdf-event.ts";
import { writeBdfLoop } from "./bdf-loop.ts";
import { bdfMemory } from "./bdf-memory.ts";
import { writeBdfRecord } from "./bdf-record.ts";
import { beginBdf } from "./bdf-run.ts";
import type { CompiledBdf } from "./bdf-scene.ts";
import { writeStart } from "./bdf-start.ts";
import { breakpointsOf } from "./breakpoint.ts";
import { resolveControl } from "./control.ts";
import { drive } from "./drive.ts";
import type { EventPlan } from "./event.ts";
import { eventPlan } from "./event.ts";
import { writeEvents } from "./event-program.ts";
import type { CompiledMethod } from "./method.ts";
import type { MultistepContext, WeaveMultistep, WovenMultistep } from "./multistep.ts";
import type { SolverOptions } from "./solver.ts";

type Options = Omit<SolverOptions, "method">;
type Weave = Parameters<WeaveMultistep>[2];

/** The solver of a method made by `bdfWith`, with what `weave` adds to its program. @throws Error as `CompiledMethod.compile` */
export async function compileBdf(method: CompiledMethod, choices: BdfOptions, system: OdeSystem, options: Options, weave: Weave | null = null): Promise<BdfSolver & WovenMultistep> {
  const { target = "wasm", reproducible = false, record = false, errorStates = system.states.length } = options;
  checkOptions(system, options);
  const control = resolveControl(options.control);
  const plan = eventPlan(system);
  if (record && plan) throw new Error(`solver of "${system.id}": bdf keeps no record of steps through events; use a one-step method such as rodas5p`);
  const { context, shifted, solving, events } = writeProgram(choices, system, options, plan);
  const { program, layout, memory, rates, pattern } = context;
  const woven = weave?.(context);
  const instance = await instantiate(withOwnFunctions(program.finish(layout.bytes), reproducible), target);
  for (const part of [rates, solving, woven]) part?.prepare(instance);
  // Without the right-hand side written out, which large systems do not need here.
  const breakpoints = breakpointsOf(system, errorStates);
  const compiled: CompiledBdf = { system, memory, instance, control, errorStates, record, pattern, rates, breakpoints, events, kept: { runs: 0 } };
  const { kind, factorEntries, factorProducts } = shifted;
  return { system, method, control, instance, memory, linear: { kind, factorEntries, factorProducts }, ...drive((problem) => beginBdf(compiled, problem)) };
}

/** Refuses what bdf lacks. @throws Error naming it; RangeError when `errorStates` does not fit the system. */
function checkOptions(system: OdeSystem, { rates, extend, errorStates = system.states.length }: Options): void {
  const lacking = [rates && "rates", extend && "extend"].filter(Boolean).join(", ");
  if (lacking) throw new Error(`solver of "${system.id}": bdf has no ${lacking}; use a one-step method such as rodas5p`);
  if (!(Number.isInteger(errorStates) && errorStates >= 0 && errorStates <= system.states.length)) {
    throw new RangeError(`solver of "${system.id}": errorStates is ${errorStates}; the system has ${system.states.length} states`);
  }
}

/** Writes all of a multistep solver's program; `context` is what more can be woven into it. */
function writeProgram({ linear = "auto", highestOrder = HIGHEST_ORDER, rates: ratesOf = rateProgram }: BdfOptions, system: OdeSystem, { record = false, exactly = false, errorStates = system.states.length }: Options, plan: EventPlan | null) {
  const written = ratesOf(system);
  const { pattern } = written;
  const shifted = chooseShiftedSolver(pattern, linear);
  const program = programBuilder();
  const layout = memoryLayout();
  const memory = bdfMemory(layout, system.states.length, pattern.column.length);
  const rates = written.write(program, layout);
  const solving = shifted.write(program, layout, { jacobian: memory.jacobian, scale: memory.scale, tolerance: memory.real.tolerance });
  writeInverseRoot(program);
  writeDifferences(program, memory);
  writeCorrect(program, memory, errorStates);
  writeStart(program, memory, errorStates);
  writeBdfLoop(program, memory, { errorStates, highestOrder, hasEvents: plan !== null, record, exactly });
  if (record || exactly) writeCorrectExactly(program, memory, errorStates);
  if (record) writeBdfRecord(program, memory);
  const context: MultistepContext = { program, layout, system, memory, rates, pattern, linear };
  if (!plan) return { context, shifted, solving, events: null };
  writeTruncate(program, memory);
  const interpolant = bdfInterpolant(memory, layout.f64(Math.max(1, system.states.length)));
  const events = { plan, memory: writeEvents(program, layout, system, plan, interpolant, symbolPlaces(system, rates.parametersAddress)) };
  return { context, shifted, solving, events };
}
