import type { Deficiency } from "./deficiency.ts";
import type { Kinetics } from "./kinetics.ts";

/** What a theorem says about a network, or why it says nothing. */
export interface TheoremVerdict {
  readonly theorem: "deficiency zero" | "deficiency one";
  readonly applies: boolean;
  /** The conclusion where it applies, else empty. */
  readonly conclusion: string;
  /** Every precondition that fails; empty where it applies. */
  readonly because: readonly string[];
  /** Deficiency of the network and the sum over its linkage classes. */
  readonly deficiency: number;
  readonly sumOfClasses: number;
}

/**
 * The deficiency zero and deficiency one theorems with all their preconditions; none for a network without reactions.
 *
 * The one-theorem needs the linkage classes' deficiencies to add up to the network's: without that condition it would promise a
 * single steady state to the bistable Schlögl model.
 * @source Feinberg 1987, doi:10.1016/0009-2509(87)80099-4; Feinberg 1995, doi:10.1007/BF00375614;
 * product-Poisson law: Anderson, Craciun & Kurtz 2010, doi:10.1007/s11538-010-9517-4
 */
export function deficiencyTheorems(numbers: Deficiency, kinetics: Pick<Kinetics, "obstacles">): TheoremVerdict[] {
  if (numbers.complexes === 0) return [];
  return [zeroTheorem(numbers, kinetics.obstacles), oneTheorem(numbers, kinetics.obstacles)];
}

function zeroTheorem(numbers: Deficiency, obstacles: readonly string[]): TheoremVerdict {
  const because = [...obstacles, ...(numbers.deficiency === 0 ? [] : [`the deficiency is ${numbers.deficiency}, not 0`])];
  const conclusion = numbers.isWeaklyReversible
    ? "weakly reversible: complex balanced whatever the constants, with exactly one positive steady state per set of conserved amounts, locally asymptotically stable, and a product-Poisson stationary law"
    : "not weakly reversible: no positive steady state and no positive cycle, whatever the constants";
  return verdict("deficiency zero", numbers, because, conclusion);
}

function oneTheorem(numbers: Deficiency, obstacles: readonly string[]): TheoremVerdict {
  const name = (index: number): string => `linkage class {${numbers.linkageClasses[index]?.complexes.join(", ") ?? ""}}`;
  const sum = sumOfClasses(numbers);
  const because = [
    ...obstacles,
    ...numbers.linkageClasses.flatMap(({ deficiency }, index) => (deficiency > 1 ? [`${name(index)} has deficiency ${deficiency}, more than 1`] : [])),
    ...(sum === numbers.deficiency ? [] : [`the deficiencies of the linkage classes add up to ${sum}, not to the network's ${numbers.deficiency}`]),
    ...numbers.linkageClasses.flatMap(({ terminalStrongClasses }, index) => (terminalStrongClasses === 1 ? [] : [`${name(index)} has ${terminalStrongClasses} terminal strong classes, not one`])),
  ];
  const conclusion = numbers.isWeaklyReversible
    ? "weakly reversible: exactly one positive steady state per set of conserved amounts, whatever the constants"
    : "not weakly reversible: at most one positive steady state per set of conserved amounts, whatever the constants";
  return verdict("deficiency one", numbers, because, conclusion);
}

const sumOfClasses = ({ linkageClasses }: Deficiency): number => linkageClasses.reduce((total, { deficiency }) => total + deficiency, 0);

function verdict(theorem: TheoremVerdict["theorem"], numbers: Deficiency, because: readonly string[], conclusion: string): TheoremVerdict {
  const applies = because.length === 0;
  return { theorem, applies, conclusion: applies ? conclusion : "", because, deficiency: numbers.deficiency, sumOfClasses: sumOfClasses(numbers) };
}
