import { dose } from "./dose.ts";
import { heldOutCombination } from "./held-out-combination.ts";
import { heldOutPerturbation } from "./held-out-perturbation.ts";
import { leavePerturbationOut } from "./leave-perturbation-out.ts";
import { listed } from "./listed.ts";
import { random } from "./random.ts";
import { singleToCombination } from "./single-to-combination.ts";
import { time } from "./time.ts";

/** Every kind of split; a scenario's `splits[].kind` is one of their ids. */
export const splitKinds = {
  random,
  "held-out-combination": heldOutCombination,
  "single-to-combination": singleToCombination,
  "leave-perturbation-out": leavePerturbationOut,
  "held-out-perturbation": heldOutPerturbation,
  dose,
  time,
  listed,
} as const;

export type { SplitContext, SplitFacts, SplitKind, SplitPlan, Unseen } from "./kind.ts";
