import type { FunctionBuilder, ProgramBuilder } from "../../kernel/builder.ts";
import { f64, i32 } from "../../kernel/builder.ts";
import type { Local, Value } from "../../kernel/program.ts";
import { HIGHEST_ORDER } from "./bdf-coefficients.ts";
import { at, bdfVectors, eachOrder, sumOf } from "./bdf-differences.ts";
import type { BdfMemory } from "./bdf-memory.ts";
import { difference } from "./bdf-memory.ts";
import type { StepInterpolant } from "./event-interpolant.ts";

/** Of more states than this all are interpolated: loops then are shorter than code that picks them. */
const MOST_PICKED = 32;

/** C(θ + m - 1, m), m = 0 … the highest order: the weight of ∇^m at θ steps after where the differences are taken; null = 1. */
function newtonWeights(b: FunctionBuilder, theta: Local): (Local | null)[] {
  const weights: (Local | null)[] = [null, theta];
  for (let m = 2; m <= HIGHEST_ORDER; m++) weights.push(b.local("f64", `newton${m}`, f64.div(f64.mul(weights[m - 1] ?? 1, f64.add(theta, m - 1)), m)));
  return weights;
}

const weighed = (weight: Local | null | undefined, value: Value): Value => (weight ? f64.mul(weight, value) : value);

/**
 * The path inside a step whose corrections have converged and that is not yet accepted: the polynomial of the step's order, which
 * is that of the differences at its start once the change is added to the last of them.
 */
export function bdfInterpolant(memory: BdfMemory, inside: number): StepInterpolant {
  const start = difference(memory, 0);
  return {
    start,
    end: memory.state,
    inside,
    write(program, needed) {
      program.function("interpolateNeeded", { parameters: { theta: "f64", h: "f64" }, exported: false }, (b, { theta }) => {
        if (!theta) return;
        const weights = newtonWeights(b, theta);
        eachOrder(b, b.local("i32", "order", i32.load(memory.integer.order)), (order) => {
          const path = (read: (address: number) => Value): Value =>
            sumOf(Array.from({ length: order + 1 }, (_, j) => weighed(weights[j], j < order ? read(difference(memory, j)) : f64.add(read(difference(memory, j)), read(memory.change)))));
          if (needed.length > MOST_PICKED) bdfVectors(b, memory).assign(at(inside), (of) => path((address) => of(at(address))));
          else for (const index of needed) b.store(inside + 8 * index, path((address) => f64.load(address + 8 * index)));
        });
      });
    },
  };
}

/**
 * Writes `truncate(order: i32, theta: f64)` for a step that ends at a fraction of itself: the differences of its polynomial there, at the
 * same step size. The state comes out as the interpolant gives it, to the bit.
 */
export function writeTruncate(program: ProgramBuilder, memory: BdfMemory): void {
  program.function("truncate", { parameters: { order: "i32", theta: "f64" }, exported: false }, (b, { order, theta }) => {
    if (!order || !theta) return;
    const vectors = bdfVectors(b, memory);
    const weights = newtonWeights(b, theta);
    eachOrder(b, order, (known) => {
      const last = at(difference(memory, known));
      vectors.assign(last, (of) => f64.add(of(last), of(at(memory.change))));
      // ∇^j P at θ is the sum of C(θ + m - 1, m) ∇^(j+m) P, which needs those from j on alone.
      for (let j = 0; j < known; j++) {
        vectors.assign(at(difference(memory, j)), (of) => sumOf(Array.from({ length: known - j + 1 }, (_, m) => weighed(weights[m], of(at(difference(memory, j + m)))))));
      }
    });
  });
}
