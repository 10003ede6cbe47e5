import type { EnsembleState } from "../solvers/stochastic/ensemble-statistics.ts";
import type { Call } from "./arguments.ts";
import type { SimulateFolder } from "./simulate-folder.ts";
import { odeOutput } from "./simulate-ode.ts";
import { kindOf } from "./simulate-options.ts";
import type { SimulateOutput } from "./simulate-output.ts";
import type { SimulatePlan } from "./simulate-plan.ts";
import type { SampledAnswer } from "./simulate-sampled.ts";
import type { Scene } from "./verb.ts";

/** What a plan came to. */
export interface SimulateAnswer {
  readonly output: SimulateOutput;
  /** Null for a method of differential equations. */
  readonly sampled: SampledAnswer | null;
}

/** Does what a plan asks for, from where an ensemble got. @throws Refused with what is wrong with the model or the plan */
export async function answerSimulate(plan: SimulatePlan, call: Call, scene: Scene, folder: SimulateFolder, from: EnsembleState | null): Promise<SimulateAnswer> {
  if (kindOf(plan.method) === "ode") return { output: await odeOutput(plan, scene), sampled: null };
  // Workers, streams and statistics are loaded where something is sampled.
  const { sampledAnswer } = await import("./simulate-sampled.ts");
  const sampled = await sampledAnswer(plan, call, scene, folder, from);
  return { output: sampled.output, sampled };
}
