import type { CheckFacts, ThermoCheck } from "./check.ts";
import { finding, nothing } from "./check.ts";

const facts: CheckFacts = {
  id: "diffusionIsApproximate",
  title: "Rate laws that stand for several steps",
  equation: "D = S diag(J+ + J-) S^T holds for elementary steps",
  source: "Yoshimura & Ito 2021, doi:10.1103/PhysRevLett.127.160601; Rao & Esposito 2016, doi:10.1103/PhysRevX.6.041064",
};

const reaction = (elementary: boolean) => ({ ...nothing, reactions: [{ id: "R", kind: "reversible" as const, elementary, reason: null }] });

/** Reduced rate laws: their entropy production is right, forward plus reverse flux is not their diffusion. */
export const elementary: ThermoCheck = {
  facts,
  check: ({ reactions }) =>
    reactions.flatMap(({ id, kind, elementary: isElementary }) =>
      isElementary || (kind !== "reversible" && kind !== "one-way") ? [] : [finding(facts, "note", `reaction "${id}": its rate law is no elementary step, so diffusion and tightness that use it are approximate`)],
    ),
  passing: reaction(true),
  failing: reaction(false),
};
