import type { FunctionBuilder } from "../../kernel/builder.ts";
import { f64, f64x2, i32 } from "../../kernel/builder.ts";
import { writePair } from "../../kernel/pairs.ts";
import type { Local, Value } from "../../kernel/program.ts";

/** A vector of the state's length inside a program: one local per component, or a block of memory. */
export type Vector =
  | { readonly kind: "locals"; readonly components: readonly Local[] }
  | { readonly kind: "memory"; readonly address: number };

/** One component as a formula; `of` reads the same component of any vector. */
export type Component = (of: (vector: Vector) => Value) => Value;

/** Writes component-wise arithmetic without the author having to know where vectors live. */
export interface VectorWriter {
  readonly size: number;
  /** A scratch vector. */
  scratch(name: string): Vector;
  /** target_i = component_i for all i; the target may appear in the formula. */
  assign(target: Vector, component: Component): void;
  /** A local with the sum of the component over i in [from, to). */
  sum(from: number, to: number, component: Component): Local;
}

/** Vectors up to this length in memory are written out component by component instead of as a loop. */
const UNROLL = 4;

/** Reads component `index` of any vector. */
const at = (index: number) => (vector: Vector): Value => {
  if (vector.kind === "memory") return f64.load(vector.address + 8 * index);
  const component = vector.components[index];
  if (!component) throw new RangeError(`vector: no component ${index}`);
  return component;
};

/** Reads the component at a byte offset: the vector's address is the load's constant offset, so a loop needs one pointer for all of its vectors. */
const moving = (pointer: Local) => (vector: Vector): Value => f64.load(pointer, addressOf(vector));

/** Vectors in locals: fastest for small systems, where everything stays in registers. */
export function localVectors(b: FunctionBuilder, size: number): VectorWriter {
  return {
    size,
    scratch: (name) => ({ kind: "locals", components: Array.from({ length: size }, (_, i) => b.local("f64", `${name}${i}`)) }),
    assign(target, component) {
      for (let i = 0; i < size; i++) {
        if (target.kind === "memory") b.store(target.address + 8 * i, component(at(i)));
        else {
          const local = target.components[i];
          if (local) b.set(local, component(at(i)));
        }
      }
    },
    sum: (from, to, component) => unrolledSum(b, from, to, (i) => component(at(i))),
  };
}

/**
 * Vectors in memory: short ones written out, longer ones in loops over two components at a time. A long sum is that of the
 * even places plus that of the odd ones, then the last component where their number is odd. `allocate` gives the address of a
 * scratch vector; what a component sets is its own and may not be read elsewhere.
 */
export function memoryVectors(b: FunctionBuilder, size: number, allocate: (name: string) => number): VectorWriter {
  /** Visits the pairs of [from, to), then a component that is left. */
  const walk = (from: number, to: number, component: Component, pair: (pointer: Local, value: Value) => void, single: (index: number, value: Value) => void): void => {
    const pointer = b.local("i32", "pointer", i32.const(8 * from));
    b.loop((loop) => {
      pair(pointer, writePair(b, pointer, () => component(moving(pointer))));
      b.set(pointer, i32.add(pointer, 16));
      b.if(i32.ge(pointer, 8 * (to - 1)), () => b.break(loop));
    });
    if ((to - from) % 2 === 1) single(to - 1, component(at(to - 1)));
  };
  return {
    size,
    scratch: (name) => ({ kind: "memory", address: allocate(name) }),
    assign(target, component) {
      const address = addressOf(target);
      if (size <= UNROLL) for (let i = 0; i < size; i++) b.store(address + 8 * i, component(at(i)));
      else walk(0, size, component, (pointer, value) => b.store(pointer, value, address), (index, value) => b.store(address + 8 * index, value));
    },
    sum(from, to, component) {
      if (to - from <= UNROLL) return unrolledSum(b, from, to, (i) => component(at(i)));
      const pairs = b.local("f64x2", "pairs", f64x2.const(0));
      const total = b.local("f64", "sum", f64.const(0));
      walk(from, to, component, (_pointer, value) => b.set(pairs, f64x2.add(pairs, value)), (_index, value) => b.set(total, value));
      b.set(total, f64.add(f64x2.sumLanes(pairs), total));
      return total;
    },
  };
}

function addressOf(vector: Vector): number {
  if (vector.kind === "locals") throw new TypeError("vector: a vector in locals has no address");
  return vector.address;
}

function unrolledSum(b: FunctionBuilder, from: number, to: number, component: (index: number) => Value): Local {
  const total = b.local("f64", "sum", f64.const(0));
  for (let i = from; i < to; i++) b.set(total, f64.add(total, component(i)));
  return total;
}

/** Σ coefficient_j value_j without its zero terms; null when all are zero. A coefficient of 1 costs no product. */
export function weighted(coefficients: readonly number[], value: (index: number) => Value): Value | null {
  let total: Value | null = null;
  coefficients.forEach((coefficient, index) => {
    if (coefficient === 0) return;
    const term = coefficient === 1 ? value(index) : f64.mul(coefficient, value(index));
    total = total ? f64.add(total, term) : term;
  });
  return total;
}
