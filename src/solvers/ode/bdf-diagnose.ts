import type { Status } from "../status.ts";
import { difference } from "./bdf-memory.ts";
import type { BdfScene } from "./bdf-scene.ts";
import { diagnoseStart, firstNonFinite } from "./diagnose.ts";
import { loopCode } from "./loop.ts";

const vectorAt = ({ instance, memory }: BdfScene, address: number): Float64Array => instance.f64.subarray(address / 8, address / 8 + memory.size);

/** The status of a run that failed where steps begin: at the start, or after an event. */
export const diagnoseBdfStart = ({ system, instance, memory, rates }: BdfScene, time: number, event: string | null = null): Status =>
  diagnoseStart({ system, instance, memory: { state: difference(memory, 0), stages: memory.rate, parameters: rates.parametersAddress } }, time, event);

/** The status of a run whose loop gave up, from what its last attempt left in memory. */
export function diagnoseBdf(scene: BdfScene, code: number): Status {
  const { system, memory, instance, control } = scene;
  const time = instance.f64[memory.real.time / 8] ?? NaN;
  const refused = instance.i32[memory.integer.refused / 4];
  const slope = code === loopCode.tooManySteps ? null : infiniteSlope(scene);
  if (slope) {
    const hint = `the derivative of its rate by "${slope.by}" is not finite here: a root or a power below 1 of a value at 0? try tsit5, or start above 0`;
    return { status: "non-finite", time, worst: slope.of, hint };
  }
  if (code === loopCode.nonFinite || (code === loopCode.stepTooSmall && refused === 2)) {
    const wrong = [memory.state, memory.rate, memory.residual].map((address) => firstNonFinite(vectorAt(scene, address))).find((index) => index >= 0);
    return {
      status: "non-finite",
      time,
      worst: system.states[wrong ?? largestChange(scene)] ?? "",
      hint: "its rate stops being finite just after this time; look for a division by zero, a logarithm or root of a negative value, or an overflow",
    };
  }
  const worst = system.states[largestChange(scene)] ?? "";
  if (code === loopCode.stepsEnded) return { status: "too-many-steps", time, worst, hint: "the given steps end before the last requested time; give more steps" };
  if (code === loopCode.tooManySteps) return { status: "too-many-steps", time, worst, hint: `more than ${control.maxSteps} steps; raise maxSteps or loosen rtol` };
  return { status: "step-too-small", time, worst, hint: "it may grow without bound or jump at this time; check its rate, end earlier, or loosen rtol" };
}

/** Index of the state with the largest scaled error in the step attempted last. */
function largestChange(scene: BdfScene): number {
  const { memory, errorStates } = scene;
  const change = vectorAt(scene, memory.change);
  const scale = vectorAt(scene, memory.scale);
  let worst = 0;
  let largest = -1;
  for (let i = 0; i < errorStates; i++) {
    const scaled = Math.abs((change[i] ?? 0) * (scale[i] ?? 0));
    if (scaled > largest) [largest, worst] = [scaled, i];
  }
  return worst;
}

/** The first entry of the Jacobian that is not finite where the run stands. */
function infiniteSlope({ system, memory, instance, pattern }: BdfScene): { readonly of: string; readonly by: string } | null {
  const time = instance.f64[memory.real.time / 8] ?? NaN;
  instance.functions["jacobian"]?.(memory.jacobian, time, difference(memory, 0));
  const values = instance.f64.subarray(memory.jacobian / 8, memory.jacobian / 8 + pattern.column.length);
  const entry = firstNonFinite(values);
  if (entry < 0) return null;
  const row = pattern.rowStart.findIndex((start) => start > entry) - 1;
  return { of: system.states[row] ?? "", by: system.states[pattern.column[entry] ?? 0] ?? "" };
}
