import type { MathFunction } from "../program.ts";
import type { Writer } from "./arithmetic.ts";
import { writeCosine, writeExponential, writeExponentialMinus1, writeFarExponential, writeFarSine, writeFarTangent, writeSine, writeTangent } from "./exponential.ts";
import { writeLogarithm, writeLogarithm10, writeLogarithm1p, writeRareLogarithm, writeRareLogarithm10, writeRareLogarithm1p } from "./logarithm.ts";
import { writePower, writeRarePower } from "./power.ts";

/** How a function is written: the straight way, and, where that cannot serve every number, the way for the others. One operand is given twice. */
export interface Recipe {
  write<V, M>(w: Writer<V, M>, x: V, y: V, rare: (x: V, y: V) => V): void;
  rare?<V, M>(w: Writer<V, M>, x: V, y: V): void;
}

/** Elementary functions made of additions, products, quotients and the bits of exponents: on every machine the same. */
export const recipes = {
  exp: { write: (w, x, _, rare) => writeExponential(w, x, (each) => rare(each, each)), rare: writeFarExponential },
  expm1: { write: writeExponentialMinus1 },
  log: { write: (w, x, _, rare) => writeLogarithm(w, x, (each) => rare(each, each)), rare: writeRareLogarithm },
  log10: { write: (w, x, _, rare) => writeLogarithm10(w, x, (each) => rare(each, each)), rare: writeRareLogarithm10 },
  log1p: { write: (w, x, _, rare) => writeLogarithm1p(w, x, (each) => rare(each, each)), rare: writeRareLogarithm1p },
  sinh: { write: (w, x, _, rare) => writeSine(w, x, (each) => rare(each, each)), rare: writeFarSine },
  cosh: { write: writeCosine },
  tanh: { write: (w, x, _, rare) => writeTangent(w, x, (each) => rare(each, each)), rare: writeFarTangent },
  pow: { write: writePower, rare: writeRarePower },
} satisfies Partial<Record<MathFunction, Recipe>>;

export type OwnFunction = keyof typeof recipes;

/** The elementary functions that programs compute themselves; the trigonometric ones are the host's. */
export const ownFunctions = Object.keys(recipes) as readonly OwnFunction[];

export const isOwn = (name: MathFunction): name is OwnFunction => Object.hasOwn(recipes, name);
