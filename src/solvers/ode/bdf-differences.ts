import type { FunctionBuilder, ProgramBuilder } from "../../kernel/builder.ts";
import { f64, i32 } from "../../kernel/builder.ts";
import type { Local, Value } from "../../kernel/program.ts";
import { HIGHEST_ORDER, bdfCoefficients } from "./bdf-coefficients.ts";
import type { BdfMemory } from "./bdf-memory.ts";
import { difference } from "./bdf-memory.ts";
import type { Vector, VectorWriter } from "./vector.ts";
import { memoryVectors } from "./vector.ts";

const orders = Array.from({ length: HIGHEST_ORDER }, (_, index) => index + 1);
/** The vector at an address. */
export const at = (address: number): Vector => ({ kind: "memory", address });

/** Vectors of a multistep solver, none of them scratch. */
export const bdfVectors = (b: FunctionBuilder, memory: BdfMemory): VectorWriter =>
  memoryVectors(b, memory.size, (name) => {
    throw new Error(`bdf: no scratch vector "${name}"`);
  });

/** Writes one body per order and runs that of the order at hand: sums over differences are then written out. */
export const eachOrder = (b: FunctionBuilder, order: Local, body: (order: number) => void): void => {
  for (const known of orders) b.if(i32.eq(order, known), () => body(known));
};

/** Sum from left to right. */
export const sumOf = (terms: readonly Value[]): Value => terms.slice(1).reduce((total, term) => f64.add(total, term), terms[0] ?? f64.const(0));

/**
 * Writes what backward differences are for:
 * `predict(order: i32)`, the extrapolated state, the history term and the error scales of a step;
 * `accept(order: i32)`, the differences at the step's end from those at its start and the change;
 * `rescale(factor: f64, order: i32)`, the differences of the same polynomial at another step size;
 * `interpolate(target: i32, time: f64)`, that polynomial at a time, after a step was accepted.
 *
 * @source Shampine & Reichelt 1997, doi:10.1137/S1064827594276424, section 2
 */
export function writeDifferences(program: ProgramBuilder, memory: BdfMemory): void {
  const of = (j: number): Vector => at(difference(memory, j));
  const one = { parameters: { order: "i32" }, exported: false } as const;

  program.function("predict", one, (b, { order }) => {
    if (!order) return;
    const vectors = bdfVectors(b, memory);
    const rtol = b.local("f64", "rtol", f64.load(memory.real.rtol));
    const atol = b.local("f64", "atol", f64.load(memory.real.atol));
    eachOrder(b, order, (known) => {
      const differences = Array.from({ length: known + 1 }, (_, j) => of(j));
      vectors.assign(at(memory.predicted), (read) => sumOf(differences.map(read)));
      const weight = (j: number): number => (bdfCoefficients.gamma[j] ?? 0) / (bdfCoefficients.alpha[known] ?? 1);
      vectors.assign(at(memory.history), (read) => sumOf(differences.slice(1).map((each, j) => f64.mul(weight(j + 1), read(each)))));
    });
    vectors.assign(at(memory.scale), (read) => f64.div(1, f64.add(atol, f64.mul(rtol, f64.max(f64.abs(read(of(0))), f64.abs(read(at(memory.predicted))))))));
  });

  program.function("accept", one, (b, { order }) => {
    if (!order) return;
    const vectors = bdfVectors(b, memory);
    eachOrder(b, order, (known) => {
      vectors.assign(of(known + 2), (read) => f64.sub(read(at(memory.change)), read(of(known + 1))));
      vectors.assign(of(known + 1), (read) => read(at(memory.change)));
      for (let j = known; j >= 0; j--) vectors.assign(of(j), (read) => f64.add(read(of(j)), read(of(j + 1))));
    });
  });

  program.function("rescale", { parameters: { factor: "f64", order: "i32" }, exported: false }, (b, { factor, order }) => {
    if (!factor || !order) return;
    const vectors = bdfVectors(b, memory);
    const weights = rescaleWeights(b, factor);
    eachOrder(b, order, (known) => {
      // Upward: ∇^j of the new step needs those of the old one from j on alone.
      for (let j = 1; j <= known; j++) {
        vectors.assign(of(j), (read) => sumOf(orders.slice(j - 1, known).flatMap((i) => (weights[i]?.[j] ? [f64.mul(weights[i][j], read(of(i)))] : []))));
      }
    });
    b.store(memory.real.step, f64.mul(factor, f64.load(memory.real.step)));
  });

  program.function("interpolate", { parameters: { target: "i32", time: "f64" } }, (b, { target, time }) => {
    if (!target || !time) return;
    const steps = b.local("f64", "steps", f64.div(f64.sub(time, f64.load(memory.real.time)), f64.load(memory.real.step)));
    const weight = b.local("f64", "weight", f64.const(1));
    const offset = b.local("i32", "offset");
    b.repeat(memory.size, (index) => {
      b.set(offset, i32.shl(index, 3));
      b.store(i32.add(target, offset), f64.load(offset, difference(memory, 0)));
    });
    for (const j of orders) {
      b.if(i32.ge(i32.load(memory.integer.order), j), () => {
        b.set(weight, f64.div(f64.mul(weight, f64.add(steps, j - 1)), j));
        b.repeat(memory.size, (index) => {
          b.set(offset, i32.shl(index, 3));
          b.store(i32.add(target, offset), f64.add(f64.load(i32.add(target, offset)), f64.mul(weight, f64.load(offset, difference(memory, j)))));
        });
      });
    }
  });
}

/** T[i][j] with ∇^j of the new step = Σ_{i ≥ j} T[i][j] ∇^i of the old one, for the new step's size over the old one's: T = R(factor) R(1). */
export function rescaleWeights(b: FunctionBuilder, factor: Local): Local[][] {
  // R[i][l] = Π_{m ≤ i} (m - 1 - factor l) / m is ∇^i's weight in the value l new steps back.
  const values = orders.map((l) => {
    const product = [b.local("f64", `value${l}_0`, f64.const(1))];
    const back = b.local("f64", `back${l}`, f64.mul(l, factor));
    for (const i of orders) product.push(b.local("f64", `value${l}_${i}`, f64.mul(product[i - 1] ?? 1, f64.div(f64.sub(i - 1, back), i))));
    return product;
  });
  return [0, ...orders].map((i) =>
    [0, ...orders].map((j) => {
      // ∇^j = Σ_l (-1)^l C(j, l) × the value l steps back; the value at 0 steps back holds ∇^0 alone.
      const terms = orders.slice(0, j).flatMap((l) => {
        const value = values[l - 1]?.[i];
        return value ? [f64.mul((l % 2 === 0 ? 1 : -1) * binomial(j, l), value)] : [];
      });
      return b.local("f64", `weight${i}_${j}`, sumOf(terms));
    }),
  );
}

const binomial = (n: number, k: number): number => Array.from({ length: k }, (_, m) => (n - m) / (m + 1)).reduce((product, term) => product * term, 1);
