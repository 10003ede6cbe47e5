import { programBuilder } from "../../kernel/builder.ts";
import { instantiate } from "../../kernel/instantiate.ts";
import { withOwnFunctions } from "../../kernel/reproducible.ts";
import { memoryLayout } from "../../kernel/layout.ts";
import type { OdeSystem } from "../../models/system.ts";
import type { LinearKind } from "../linear/choose.ts";
import { chooseShiftedSolver } from "../linear/choose.ts";
import type { ShiftedSolver } from "../linear/shifted-solver.ts";
import type { RateProgram } from "../tables/index.ts";
import { rateProgram } from "../tables/index.ts";
import { symbolPlaces } from "../tables/symbol-places.ts";
import { HIGHEST_ORDER, writeInverseRoot } from "./bdf-coefficients.ts";
import { writeCorrect } from "./bdf-correct.ts";
import { writeDifferences } from "./bdf-differences.ts";
import { bdfInterpolant, writeTruncate } from "./bdf-event.ts";
import { writeBdfLoop } from "./bdf-loop.ts";
import { bdfMemory } from "./bdf-memory.ts";
import type { CompiledBdf } from "./bdf-run.ts";
import { beginBdf } from "./bdf-run.ts";
import { writeStart } from "./bdf-start.ts";
import { breakpointsOf } from "./breakpoint.ts";
import { resolveControl } from "./control.ts";
import { drive } from "./drive.ts";
import { eventPlan } from "./event.ts";
import { writeEvents } from "./event-program.ts";
import type { CompiledMethod } from "./method.ts";
import type { OdeSolver } from "./solver.ts";

export interface BdfOptions {
  /** How the linear systems are solved. Default "auto": what their counts of multiplications say is cheaper. */
  readonly linear?: LinearKind;
  /** Highest order in use, 1 to 5. Default 5. */
  readonly highestOrder?: number;
  /** Default: `rateProgram` of the system. */
  readonly rates?: (system: OdeSystem) => RateProgram;
}

/** A multistep solver, with what was chosen for its linear systems. */
export interface BdfSolver extends OdeSolver {
  readonly linear: Pick<ShiftedSolver, "kind" | "factorEntries" | "factorProducts">;
}

/** The method `bdf` with other choices than its own. @throws RangeError when the highest order is not 1 to 5. */
export function bdfWith({ linear = "auto", highestOrder = HIGHEST_ORDER, rates = rateProgram }: BdfOptions): CompiledMethod {
  if (!(Number.isInteger(highestOrder) && highestOrder >= 1 && highestOrder <= HIGHEST_ORDER)) {
    throw new RangeError(`bdf: the highest order is ${highestOrder}; it must be 1 to ${HIGHEST_ORDER}`);
  }
  const method: CompiledMethod = {
    facts: {
      id: "bdf",
      title: "Numerical differentiation formulas of variable order",
      order: highestOrder,
      denseOrder: highestOrder,
      denseOutput: true,
      stiff: true,
      firstSameAsLast: false,
      rhsPerStep: 1,
      factorizationsPerStep: 0,
      events: true,
      source: "Shampine & Reichelt 1997, doi:10.1137/S1064827594276424",
    },
    async compile(system, { target = "wasm", reproducible = false, control, record = false, errorStates = system.states.length, rates: ownRates, extend }): Promise<BdfSolver> {
      const lacking = [record && "record", ownRates && "rates", extend && "extend"].filter(Boolean).join(", ");
      if (lacking) throw new Error(`solver of "${system.id}": bdf has no ${lacking}; use a one-step method such as rodas5p`);
      if (!(Number.isInteger(errorStates) && errorStates >= 0 && errorStates <= system.states.length)) {
        throw new RangeError(`solver of "${system.id}": errorStates is ${errorStates}; the system has ${system.states.length} states`);
      }
      const resolved = resolveControl(control);
      const plan = eventPlan(system);
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
      writeBdfLoop(program, memory, { errorStates, highestOrder, hasEvents: plan !== null });
      let events: CompiledBdf["events"] = null;
      if (plan) {
        writeTruncate(program, memory);
        const interpolant = bdfInterpolant(memory, layout.f64(Math.max(1, system.states.length)));
        events = { plan, memory: writeEvents(program, layout, system, plan, interpolant, symbolPlaces(system, functions.parametersAddress)) };
      }
      const instance = await instantiate(withOwnFunctions(program.finish(layout.bytes), reproducible), target);
      functions.prepare(instance);
      solving.prepare(instance);
      const compiled = {
        system,
        memory,
        instance,
        control: resolved,
        errorStates,
        pattern: written.pattern,
        rates: functions,
        // Without the right-hand side written out, which large systems do not need here.
        breakpoints: breakpointsOf(system, errorStates),
        events,
        kept: { runs: 0 },
      };
      const { kind, factorEntries, factorProducts } = shifted;
      return { system, method, control: resolved, linear: { kind, factorEntries, factorProducts }, ...drive((problem) => beginBdf(compiled, problem)) };
    },
  };
  return method;
}

/**
 * Variable-order numerical differentiation formulas with one Jacobian and one factorisation for many steps: for stiff systems
 * whose linear algebra is expensive, and large ones.
 *
 * @source Shampine & Reichelt 1997, doi:10.1137/S1064827594276424
 */
export const bdf: CompiledMethod = bdfWith({});
