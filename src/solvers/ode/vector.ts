import type { FunctionBuilder } from "../../kernel/builder.ts";
import { f64, i32 } from "../../kernel/builder.ts";
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
const UNROLL = 32;

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

/** Vectors in memory, in loops over components (short ones written out). `allocate` gives the address of a scratch vector. */
export function memoryVectors(b: FunctionBuilder, size: number, allocate: (name: string) => number): VectorWriter {
  const each = (from: number, to: number, body: (pointer: Local) => void): void => {
    const pointer = b.local("i32", "pointer", i32.const(8 * from));
    b.loop((loop) => {
      body(pointer);
      b.set(pointer, i32.add(pointer, 8));
      b.if(i32.ge(pointer, 8 * to), () => b.break(loop));
    });
  };
  return {
    size,
    scratch: (name) => ({ kind: "memory", address: allocate(name) }),
    assign(target, component) {
      if (size <= UNROLL) for (let i = 0; i < size; i++) b.store(addressOf(target) + 8 * i, component(at(i)));
      else each(0, size, (pointer) => b.store(pointer, component(moving(pointer)), addressOf(target)));
    },
    sum(from, to, component) {
      if (to - from <= UNROLL) return unrolledSum(b, from, to, (i) => component(at(i)));
      const total = b.local("f64", "sum", f64.const(0));
      each(from, to, (pointer) => b.set(total, f64.add(total, component(moving(pointer)))));
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
