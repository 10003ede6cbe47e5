import { evaluateAll } from "../../kernel/evaluate.ts";
import { postorder } from "../../kernel/traverse.ts";
import type { Instance } from "../../kernel/instance.ts";
import type { OdeSystem } from "../../models/system.ts";
import type { Status } from "../status.ts";
import type { OdeControl } from "./control.ts";
import type { Breakpoints } from "./breakpoint.ts";
import type { EventPlan } from "./event.ts";
import type { EventMemory } from "./event-program.ts";
import { jacobianOf } from "./jacobian.ts";
import { loopCode } from "./loop.ts";
import type { OdeMemory } from "./memory.ts";
import type { OdeMethod } from "./method.ts";

/** Above this |λ| h an explicit method steps at the edge of its stability, not of its accuracy; dimensionless. */
const STIFF_PRODUCT = 2;

/** What a diagnosis looks at. */
export interface Scene {
  readonly system: OdeSystem;
  readonly method: OdeMethod;
  readonly memory: OdeMemory;
  readonly instance: Instance;
  readonly control: OdeControl;
  readonly errorStates: number;
  /** Times at which rates change course, over the parameters. */
  readonly breakpoints: Breakpoints;
  /** Null where the system has none. */
  readonly events: { readonly plan: EventPlan; readonly memory: EventMemory } | null;
}

/** What it takes to find a reaction: `parameters` is the byte address of theirs. */
export type ReactionScene = Pick<Scene, "system" | "instance"> & { readonly memory: Pick<OdeMemory, "parameters"> };

/** What a failure where steps begin is seen from, whatever the method; the rates there stand where first stages do. */
export type StartScene = Pick<Scene, "system" | "instance"> & { readonly memory: Pick<OdeMemory, "parameters" | "state" | "stages"> };

/** The status of a run that failed where steps begin: at the start, or after an event. A state or a rate there is not finite. */
export function diagnoseStart(scene: StartScene, time: number, event: string | null = null): Status {
  const { system, instance, memory } = scene;
  const numbersAt = (address: number, count: number): Float64Array => instance.f64.subarray(address / 8, address / 8 + count);
  const wrongState = firstNonFinite(numbersAt(memory.state, system.states.length));
  if (wrongState >= 0) {
    const worst = system.states[wrongState] ?? "";
    if (event !== null) return { status: "non-finite", time, worst, hint: `event "${event}" leaves it with a value that is not finite; look for a division by zero, or a logarithm or root outside its domain, in what the event assigns` };
    return { status: "non-finite", time, worst, hint: "its initial value is not a finite number; give it one" };
  }
  const parameters = numbersAt(memory.parameters, system.parameters.length);
  const missing = system.parameters.filter((_, index) => !Number.isFinite(parameters[index]));
  const wrongIndex = firstNonFinite(numbersAt(memory.stages, system.states.length));
  const wrongRate = system.states[wrongIndex] ?? "";
  const reaction = reactionOf(scene, wrongIndex, time, memory.state);
  const cause = missing.length > 0 ? `parameter ${missing.join(", ")} has no finite value` : `look for a division by zero, or a logarithm or root outside its domain, at ${event === null ? "the initial state" : "this state"}`;
  return { status: "non-finite", time, worst: wrongRate, hint: `its rate${reaction === null ? "" : `, that of reaction "${reaction}",`} is not finite ${event === null ? "at the start" : `after event "${event}"`}; ${cause}` };
}

/** The status of a run whose loop gave up, found by attempting the failed step once more. */
export function diagnose(scene: Scene, code: number): Status {
  const { memory, instance, system, method, control } = scene;
  const time = instance.f64[memory.real.time / 8] ?? NaN;
  const h = instance.f64[memory.real.attempted / 8] ?? NaN;
  const refused = instance.i32[memory.integer.refused / 4];
  const error = instance.functions["attempt"]?.(time, h) ?? NaN;
  if (code === loopCode.nonFinite || (code === loopCode.stepTooSmall && refused === 2)) {
    const steep = Number.isFinite(error) ? null : infiniteSlope(scene, time);
    if (steep) {
      const hint = `the derivative of its rate by "${steep.by}" is not finite here: a root or a power below 1 of a value at 0? try tsit5, or start above 0`;
      return { status: "non-finite", time, worst: steep.of, hint };
    }
    const wrong = Number.isFinite(error) ? { index: largestError(scene, h), time } : rateOutOfDomain(scene, time, h);
    const reaction = reactionOf(scene, wrong.index, wrong.time, Number.isFinite(error) ? memory.state : memory.next);
    return {
      status: "non-finite",
      time,
      worst: system.states[wrong.index] ?? "",
      hint: `its rate${reaction === null ? "" : `, that of reaction "${reaction}",`} stops being finite just after this time; look for a division by zero, a logarithm or root of a negative value, or an overflow`,
    };
  }
  const index = largestError(scene, h);
  const worst = system.states[index] ?? "";
  const reaction = reactionOf(scene, index, time, memory.state);
  const fastest = reaction === null ? "" : `; its fastest reaction is "${reaction}"`;
  const stiff = !method.facts.stiff && Number.isFinite(error) && stiffProduct(scene, h) > STIFF_PRODUCT;
  if (code === loopCode.stepsEnded) {
    return { status: "too-many-steps", time, worst, hint: scene.events ? "here the given steps end, or an event happens in another of them than in the run that they are from; replay at values nearer to those of that run" : "the given steps end before the last requested time; give more steps" };
  }
  if (code === loopCode.tooManySteps) {
    return { status: "too-many-steps", time, worst, hint: `${stiff ? "stiff? try rodas5p" : `more than ${control.maxSteps} steps; raise maxSteps or loosen rtol`}${fastest}` };
  }
  return {
    status: "step-too-small",
    time,
    worst,
    hint: `${stiff ? "stiff? try rodas5p" : "it may grow without bound or jump at this time; check its rate, end earlier, or loosen rtol"}${fastest}`,
  };
}

const vectorAt = (scene: Scene, address: number): Float64Array => scene.instance.f64.subarray(address / 8, address / 8 + scene.memory.stateCount);

/** -1 where all are finite. */
export const firstNonFinite = (vector: Float64Array): number => vector.findIndex((value) => !Number.isFinite(value));

/** Σ_j coefficient_j stage_j for component i, times h where stages are rates. */
function combination(scene: Scene, h: number, coefficients: readonly number[], component: number): number {
  const { memory, method, instance } = scene;
  let total = 0;
  coefficients.forEach((coefficient, stage) => {
    if (coefficient !== 0) total += coefficient * (instance.f64[memory.stages / 8 + memory.stateCount * stage + component] ?? NaN);
  });
  return method.tableau.stageUnit === "rate" ? h * total : total;
}

/** Index of the state with the largest scaled error in the step just attempted. */
function largestError(scene: Scene, h: number): number {
  const { control, memory, method } = scene;
  const y = vectorAt(scene, memory.state);
  const next = vectorAt(scene, memory.next);
  let worst = 0;
  let largest = -1;
  for (let i = 0; i < scene.errorStates; i++) {
    const scale = control.atol + control.rtol * Math.max(Math.abs(y[i] ?? 0), Math.abs(next[i] ?? 0));
    const scaled = Math.abs(combination(scene, h, method.tableau.error, i)) / scale;
    if (scaled > largest) [largest, worst] = [scaled, i];
  }
  return worst;
}

/** The reaction that changes a state where its rate is not finite first, else fastest; null = none is known. */
export function reactionOf({ system, instance, memory }: ReactionScene, index: number, time: number, state: number): string | null {
  const rhs = system.rhs[index];
  if (!rhs || !system.reactions) return null;
  const parts = new Set(postorder([rhs]));
  const reactions = system.reactions.filter(({ rate }) => parts.has(rate) && rate.operation !== "constant");
  const values = new Map<string, number>([["time", time]]);
  system.states.forEach((id, place) => values.set(id, instance.f64[state / 8 + place] ?? NaN));
  system.parameters.forEach((id, place) => values.set(id, instance.f64[memory.parameters / 8 + place] ?? NaN));
  const rates = evaluateAll(reactions.map(({ rate }) => rate), (id) => values.get(id) ?? NaN);
  const wrong = reactions[rates.findIndex((rate) => !Number.isFinite(rate))];
  if (wrong) return wrong.id;
  let fastest = 0;
  for (let one = 1; one < reactions.length; one++) if (Math.abs(rates[one] ?? 0) > Math.abs(rates[fastest] ?? 0)) fastest = one;
  return reactions[fastest]?.id ?? null;
}

/** Index of the first state whose rate is not finite, at the first stage of the attempted step where there is one; its argument then stands in `memory.next`. */
function rateOutOfDomain(scene: Scene, time: number, h: number): { readonly index: number; readonly time: number } {
  const { memory, method, instance } = scene;
  const { tableau } = method;
  for (let stage = 0; stage < tableau.nodes.length; stage++) {
    const argument = vectorAt(scene, memory.next);
    const y = vectorAt(scene, memory.state);
    for (let i = 0; i < y.length; i++) argument[i] = (y[i] ?? NaN) + combination(scene, h, tableau.a[stage] ?? [], i);
    const stageTime = time + (tableau.nodes[stage] ?? 0) * h;
    const overflown = firstNonFinite(argument);
    if (overflown >= 0) return { index: overflown, time: stageTime };
    instance.functions["rhs"]?.(memory.spare, stageTime, memory.next);
    const wrong = firstNonFinite(vectorAt(scene, memory.spare));
    if (wrong >= 0) return { index: wrong, time: stageTime };
  }
  return { index: 0, time };
}

/** For methods with a Jacobian, its first entry at the start of the step that is not finite. */
function infiniteSlope({ system, memory, method, instance }: Scene, time: number): { readonly of: string; readonly by: string } | null {
  if (method.facts.factorizationsPerStep === 0) return null;
  const values = new Map<string, number>([["time", time]]);
  system.states.forEach((id, index) => values.set(id, instance.f64[memory.state / 8 + index] ?? NaN));
  system.parameters.forEach((id, index) => values.set(id, instance.f64[memory.parameters / 8 + index] ?? NaN));
  const { entries } = jacobianOf(system);
  const slopes = evaluateAll(entries.map(({ expression }) => expression), (id) => values.get(id) ?? NaN);
  const wrong = entries[slopes.findIndex((slope) => !Number.isFinite(slope))];
  return wrong ? { of: system.states[wrong.row] ?? "", by: system.states[wrong.column] ?? "" } : null;
}

/** |λ| h as seen between the last two stages, which share a time in methods that end with their new state. @source Hairer & Wanner 1996, section IV.2 */
function stiffProduct(scene: Scene, h: number): number {
  const { memory, method, instance } = scene;
  const { a, nodes, stageUnit } = method.tableau;
  const last = nodes.length - 1;
  if (stageUnit !== "rate" || nodes[last] !== nodes[last - 1]) return 0;
  let rates = 0;
  let distance = 0;
  for (let i = 0; i < memory.stateCount; i++) {
    const rate = (stage: number): number => instance.f64[memory.stages / 8 + memory.stateCount * stage + i] ?? NaN;
    rates += (rate(last) - rate(last - 1)) ** 2;
    distance += (combination(scene, h, a[last] ?? [], i) - combination(scene, h, a[last - 1] ?? [], i)) ** 2;
  }
  return distance > 0 ? h * Math.sqrt(rates / distance) : 0;
}
