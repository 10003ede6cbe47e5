import type { RandomStream } from "../../../src/numerics/random.ts";
import { stream } from "../../../src/numerics/random.ts";
import type { SmallNetwork } from "./chain.ts";

const seed = 20_260_102n;
const rate = (random: RandomStream): number => 0.4 * 5 ** random.uniform();

type Make = (random: RandomStream, size: number) => Omit<SmallNetwork, "name">;
const step = (random: RandomStream, from: Readonly<Record<string, number>>, to: Readonly<Record<string, number>>) => ({ from, to, kPlus: rate(random), kMinus: rate(random) });

/** Few states, one class, every step reversible; most are driven by constants that belong to no equilibrium. */
const families: readonly Make[] = [
  // A driven ring of conformations.
  (random, size) => ({ species: { A: size, B: 0, C: 0 }, steps: [step(random, { A: 1 }, { B: 1 }), step(random, { B: 1 }, { C: 1 }), step(random, { C: 1 }, { A: 1 })] }),
  // One substrate bound and let go in two ways: parallel channels between the same states.
  (random, size) => ({ species: { E: size, F: 0 }, steps: [step(random, { E: 1 }, { F: 1 }), step(random, { E: 1 }, { F: 1 })] }),
  // Pairs form, and fall apart, directly or by a partner: second order on one species.
  (random, size) => ({ species: { A: 2 * size + 2, D: 0 }, steps: [step(random, { A: 2 }, { D: 1 }), step(random, { A: 3 }, { A: 1, D: 1 })] }),
  // Autocatalytic conversion beside a spontaneous one.
  (random, size) => ({ species: { A: size + 3, B: 1 }, steps: [step(random, { A: 1 }, { B: 1 }), step(random, { A: 1, B: 1 }, { B: 2 })] }),
  // An enzyme with two ways round, of which one takes two molecules from a pool that another step refills.
  (random, size) => ({ species: { E: 1, C: 0, X: size + 1, Y: 1 }, steps: [step(random, { E: 1, X: 1 }, { C: 1 }), step(random, { C: 1 }, { E: 1, Y: 1 }), step(random, { X: 1 }, { Y: 1 }), step(random, { X: 2 }, { Y: 2 })] }),
];

/** Twenty fixed networks, and the weights of a current in each. */
export const twenty: readonly { readonly network: SmallNetwork; readonly weights: readonly number[] }[] = Array.from({ length: 20 }, (_, index) => {
  const random = stream(seed, "small networks", index);
  const made = (families[index % families.length] as Make)(random, 1 + Math.floor(index / families.length));
  return { network: { name: `n${index}`, ...made }, weights: made.steps.map((_step, position) => (position === 0 ? 1 : random.integer(3) - 1)) };
});
