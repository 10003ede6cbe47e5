import type { Instance } from "../../kernel/instance.ts";
import type { OdeSystem } from "../../models/system.ts";
import type { Status } from "../status.ts";
import type { RateFunctions, RowPattern } from "../tables/index.ts";
import type { BdfMemory } from "./bdf-memory.ts";
import { difference } from "./bdf-memory.ts";
import type { OdeControl } from "./control.ts";
import { reactionOf } from "./diagnose.ts";
import { loopCode } from "./loop.ts";

/** What a diagnosis of a multistep run looks at. */
export interface BdfScene {
  readonly system: OdeSystem;
  readonly memory: BdfMemory;
  readonly instance: Instance;
  readonly control: OdeControl;
  readonly errorStates: number;
  readonly pattern: RowPattern;
  readonly parameters: Float64Array;
  readonly rates: RateFunctions;
}

const vectorAt = ({ instance, memory }: BdfScene, address: number): Float64Array => instance.f64.subarray(address / 8, address / 8 + memory.size);
const firstNonFinite = (vector: Float64Array): number => vector.findIndex((value) => !Number.isFinite(value));

/** The status of a run that failed where steps begin: at the start, or after an event. A state or a rate there is not finite. */
export function diagnoseBdfStart(scene: BdfScene, time: number, event: string | null = null): Status {
  const { system, memory, parameters } = scene;
  const wrongState = firstNonFinite(vectorAt(scene, difference(memory, 0)));
  if (wrongState >= 0) {
    const worst = system.states[wrongState] ?? "";
    const hint = event === null ? "its initial value is not a finite number; give it one" : `event "${event}" leaves it with a value that is not finite; look for a division by zero, or a logarithm or root outside its domain, in what the event assigns`;
    return { status: "non-finite", time, worst, hint };
  }
  const missing = system.parameters.filter((_, index) => !Number.isFinite(parameters[index] ?? 0));
  const wrongRate = firstNonFinite(vectorAt(scene, memory.rate));
  const reaction = reactionOf({ system, instance: scene.instance, memory: { parameters: scene.rates.parametersAddress } }, wrongRate, time, difference(memory, 0));
  const cause = missing.length > 0 ? `parameter ${missing.join(", ")} has no finite value` : `look for a division by zero, or a logarithm or root outside its domain, at ${event === null ? "the initial state" : "this state"}`;
  return {
    status: "non-finite",
    time,
    worst: system.states[wrongRate] ?? "",
    hint: `its rate${reaction === null ? "" : `, that of reaction "${reaction}",`} is not finite ${event === null ? "at the start" : `after event "${event}"`}; ${cause}`,
  };
}

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
