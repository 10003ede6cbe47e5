import { z } from "zod";
import { learnedTerm } from "../scenario-schema.ts";
import type { ScenarioOf } from "../kind.ts";

const positive = z.number().positive();
const count = z.int().min(1);

/** One agent as written; its constants are checked by its kind. */
const agent = z.looseObject({ kind: z.string(), target: z.union([z.string(), z.array(z.string()).min(1)]) });

const iterations = z.strictObject({
  /** How many of the scenario's seeds are run. */
  seeds: count,
  /** Starts of the mechanism's least squares. */
  starts: count,
  /** Iterations: least squares of the mechanism alone, both together for the hybrid, and the neural ODE. */
  mechanism: count,
  together: count,
  neuralOde: count,
});

const protocols = z.strictObject({
  timeUnit: z.string(),
  duration: positive,
  times: z.array(positive).min(2),
  observables: z.array(z.string()).min(1),
  agents: z.record(z.string(), agent),
  design: z.strictObject({
    /** Dose of every single and of both partners of every pair. */
    dose: positive,
    /** Dose of the singles that nobody sees in training. */
    unseenDose: positive,
    replicates: count,
    noise: z.strictObject({ relative: z.number().min(0), floor: positive }),
  }),
});

/** What a run would trip over: times out of order or after the end, a listed name twice, an unseen dose that is seen. */
function checkTimesAndDoses({ times, duration, observables, design }: z.output<typeof protocols>, context: z.RefinementCtx): void {
  const report = (path: (string | number)[], message: string): void => context.addIssue({ code: "custom", path, message });
  times.forEach((time, index) => {
    if (time <= (times[index - 1] ?? 0)) report(["times", index], `time ${time} comes after ${times[index - 1]}; times ascend`);
    if (time > duration) report(["times", index], `time ${time} lies after the protocol's end at ${duration}`);
  });
  observables.forEach((id, index) => {
    if (observables.indexOf(id) < index) report(["observables", index], `"${id}" is listed twice`);
  });
  if (design.unseenDose === design.dose) report(["design", "unseenDose"], `${design.unseenDose} is the dose that training sees`);
}

/** Sections of `scenario.yaml` for a network of reactions with a learned flux or conductance, tried on data simulated from a known truth. */
export const reactionNetworkSchema = {
  model: z.string(),
  truth: z.string(),
  protocols: protocols.superRefine(checkTimesAndDoses),
  learned: learnedTerm,
  split: z.discriminatedUnion("kind", [
    z.strictObject({ id: z.string(), kind: z.literal("held-out-combination"), trained: z.number().min(0), validation: z.number().min(0) }),
    /** Singles at the design's unseen dose, asked of the models fitted for another split. */
    z.strictObject({ id: z.string(), kind: z.literal("unseen-dose"), fittedFor: z.string() }),
  ]),
  budget: z.strictObject({
    /** Rate constants that are fitted, from the model's own values. */
    fit: z.array(z.string()).min(1),
    /** Spread of their prior in natural logarithm. */
    priorLogSd: positive,
    /** Spread of the prior of a weight: weight decay. */
    weightSd: positive,
    hidden: z.array(count).min(1),
    /** Weight of ∫ v² dt of the learned flux, or of ∫ (ln κ/κ₀)² dt of learned conductances, averaged over conditions. */
    penalty: z.number().min(0),
    /** Step of Adam for weights and for logarithms of rate constants. */
    learningRate: positive,
    rtol: positive,
    atol: positive,
    quick: iterations,
    full: iterations,
  }),
} as const;

export type ReactionNetworkScenario = ScenarioOf<typeof reactionNetworkSchema>;
export type Iterations = z.output<typeof iterations>;
