import { clamp } from "./clamp.ts";
import { inhibition } from "./inhibition.ts";
import type { PerturbationKind } from "./kind.ts";
import { knockdown } from "./knockdown.ts";
import { knockout } from "./knockout.ts";
import { loss } from "./loss.ts";
import { medium } from "./medium.ts";
import { overexpression } from "./overexpression.ts";
import { production } from "./production.ts";

/** Every kind of perturbation; one file and one line each. */
export const perturbationKinds: Readonly<Record<string, PerturbationKind>> = {
  knockout,
  knockdown,
  inhibition,
  overexpression,
  production,
  loss,
  clamp,
  medium,
};
