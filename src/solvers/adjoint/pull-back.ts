import type { Instance } from "../../kernel/instance.ts";
import type { OdeSystem } from "../../models/system.ts";
import type { AdjointMemory } from "./memory.ts";

/** Pulls derivatives back through the last run of a solver. */
export interface PullBack {
  /**
   * Derivatives of a scalar L of the last solved trajectory, from `cotangents` = ∂L/∂values, row-major [nTime, nState].
   *
   * Adds ∂L/∂parameters to `gradParameters` [nParameter] and writes ∂L/∂state at the start into `gradState` [nState].
   * Exact for the computed numbers: it differentiates the steps really taken, their sizes and orders held fixed.
   *
   * @throws RangeError when the last run did not reach all its times, or a length does not fit; Error when a linear system of the reverse sweep cannot be solved
   */
  pullBack(cotangents: Float64Array, gradParameters: Float64Array, gradState: Float64Array): void;
}

/** A solver's program in which `reverse(budget: i32): i32` stands: 1 = rows of the tape are left, 0 = done, -1 = it cannot go on. */
export interface ReversibleProgram {
  readonly system: OdeSystem;
  readonly instance: Instance;
  readonly memory: { readonly integer: Readonly<Record<"reached" | "timeCount" | "tapeCount", number>> };
}

/** Rows of the tape that one call into the program reverses. */
const rowsPerCall = 20_000;

/** `pullBack` of a solver, and what its runs have to be begun through: every run gives back what was reserved before it. */
export function pullBackOf({ system, instance, memory }: ReversibleProgram, at: AdjointMemory, wrt: readonly string[]) {
  const nState = system.states.length;
  const wrtIndex = wrt.map((id) => system.parameters.indexOf(id));
  const refuse = (message: string): never => {
    throw new RangeError(`adjoint of "${system.id}": ${message}`);
  };
  /** Where this run's cotangents go. */
  let reserved: number | null = null;
  return {
    anew:
      <Given extends readonly unknown[], Result>(call: (...given: Given) => Result): ((...given: Given) => Result) =>
      (...given) => {
        reserved = null;
        return call(...given);
      },
    pullBack(cotangents: Float64Array, gradParameters: Float64Array, gradState: Float64Array): void {
      const [reached, wanted] = [instance.i32[memory.integer.reached / 4] ?? 0, instance.i32[memory.integer.timeCount / 4] ?? 0];
      if (reached < wanted) refuse(`the last run reached ${reached} of ${wanted} times; a loss has a derivative only where all were reached`);
      if (cotangents.length !== reached * nState) refuse(`${cotangents.length} cotangents for ${reached} reached times and ${nState} states`);
      if (gradParameters.length !== system.parameters.length) refuse(`room for ${gradParameters.length} derivatives by ${system.parameters.length} parameters`);
      if (gradState.length !== nState) refuse(`room for ${gradState.length} derivatives by ${nState} states`);
      const address = (reserved ??= instance.reserve(8 * Math.max(1, cotangents.length)));
      instance.f64.set(cotangents, address / 8);
      instance.f64.fill(0, at.gradient / 8, at.gradient / 8 + system.parameters.length);
      instance.f64.fill(0, at.lambda / 8, at.lambda / 8 + nState);
      instance.i32[at.cotangents / 4] = address;
      instance.i32[at.row / 4] = instance.i32[memory.integer.tapeCount / 4] ?? 0;
      instance.i32[at.output / 4] = reached;
      instance.i32[at.pending / 4] = 0;
      for (let code = 1; code !== 0; ) {
        code = instance.functions["reverse"]?.(rowsPerCall) ?? 0;
        if (code < 0) throw new Error(`adjoint of "${system.id}": a transposed linear system has no solution that can be computed; tighten rtol, or use a one-step method`);
      }
      for (const index of wrtIndex) gradParameters[index] += instance.f64[at.gradient / 8 + index] ?? 0;
      gradState.set(instance.f64.subarray(at.lambda / 8, at.lambda / 8 + nState));
    },
  };
}
