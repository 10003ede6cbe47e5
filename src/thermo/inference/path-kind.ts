import type { NetworkProblem } from "../../models/check.ts";

/** Where a path comes from: jumps of the master equation, or an approximation of them. */
export type PathKind = "jumps" | "tau-leaping" | "chemical-langevin" | "linear-noise";

const diffusions: Readonly<Record<Exclude<PathKind, "jumps" | "tau-leaping">, string>> = {
  "chemical-langevin": "chemical Langevin",
  "linear-noise": "linear noise",
};

/**
 * Why entropy production may not be computed from paths of a kind; null for jumps, the only kind it may be computed from.
 *
 * A diffusion knows each coordinate's net drift and noise, not which reactions made them: where reactions share a change
 * their opposite currents cancel, and the apparent entropy production of a driven steady state can be 0.
 * @source Horowitz 2015, doi:10.1063/1.4927395 (diffusion approximations have the right entropy production only at equilibrium)
 */
export function whyNoEntropyProduction(kind: PathKind): NetworkProblem | null {
  const where = "option:paths";
  if (kind === "jumps") return null;
  if (kind === "tau-leaping") return { where, message: "entropy production is not computed from leaps: a leap does not keep the order of its events; sample with an exact method, such as direct" };
  return {
    where,
    message: `entropy production is never computed from ${diffusions[kind]} paths: they are consistent with it only at equilibrium; sample jumps with an exact method, such as direct, or use the entropy production of the rate equation`,
  };
}
