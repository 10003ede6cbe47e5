import type { FunctionBuilder } from "../../kernel/builder.ts";
import { f64, f64x2, i32 } from "../../kernel/builder.ts";
import type { Local, Value } from "../../kernel/program.ts";
import type { Vector } from "./vector.ts";
import { weighted } from "./vector.ts";

/** Pairs of components up to which the sums are written out instead of as a loop. */
const UNROLLED_PAIRS = 12;

/** What one stage of a Rosenbrock method starts from; all vectors in memory. */
export interface StageSums {
  readonly size: number;
  readonly stages: readonly Vector[];
  /** Where the stage is taken: `from` + Σ advance_j stage_j, the newest term added last. */
  readonly argument: Vector;
  readonly from: Vector;
  readonly advance: readonly number[];
  /** What couples it to the stages before: `scale` Σ coupling_j stage_j, and `push` times the drift. */
  readonly target: Vector;
  readonly coupling: readonly number[];
  readonly scale: Local;
  readonly drift: { readonly vector: Vector; readonly push: Local } | null;
}

/** Reads and writes one component or pair: what is the same for both. */
interface Element {
  readonly load: (address: number) => Value;
  readonly store: (address: number, value: Value) => void;
  readonly local: (name: string, value: Value) => Local;
  readonly number: (x: number | Local) => Value;
  readonly add: (a: Value, b: Value) => Value;
  readonly mul: (a: Value, b: Value) => Value;
}

/**
 * Writes both sums of a stage in one pass, two components at a time: each earlier stage is read once for the two of them, and
 * there is one loop where there were two (a tenth of a step on 20 and on 50 states).
 */
export function writeStageSums(b: FunctionBuilder, sums: StageSums): void {
  const { size, stages } = sums;
  const addresses = stages.map(addressOf);
  const used = Math.max(sums.advance.length, sums.coupling.length);
  const element = ({ load, store, local, number, add, mul }: Element): void => {
    const values = addresses.slice(0, used).map((address, index) => local(`earlier${index}`, load(address)));
    const sum = (start: Value | null, row: readonly number[]): Value | null =>
      row.reduce<Value | null>((total, weight, index) => {
        const value = values[index];
        if (weight === 0 || !value) return total;
        const term = weight === 1 ? value : mul(number(weight), value);
        return total ? add(total, term) : term;
      }, start);
    const newest = sums.advance.length - 1;
    const start = load(addressOf(sums.from));
    const before = sum(null, sums.advance.slice(0, newest));
    const moved = sum(before ? add(start, before) : start, sums.advance.map((weight, index) => (index === newest ? weight : 0)));
    store(addressOf(sums.argument), moved ?? start);
    const coupled = sum(null, sums.coupling);
    let source = coupled ? mul(number(sums.scale), coupled) : number(0);
    if (sums.drift) source = add(source, mul(number(sums.drift.push), load(addressOf(sums.drift.vector))));
    store(addressOf(sums.target), source);
  };
  const pairs = (at: (address: number) => readonly [Value, number]): Element => ({
    load: (address) => f64x2.load(...at(address)),
    store: (address, value) => b.store(at(address)[0], value, at(address)[1]),
    local: (name, value) => b.local("f64x2", name, value),
    number: (x) => (typeof x === "number" ? f64x2.const(x) : f64x2.splat(x)),
    add: f64x2.add,
    mul: f64x2.mul,
  });
  const count = size >> 1;
  if (count <= UNROLLED_PAIRS) for (let pair = 0; pair < count; pair++) element(pairs((address) => [i32.const(address + 16 * pair), 0]));
  else {
    const pointer = b.local("i32", "pointer", i32.const(0));
    b.loop((loop) => {
      element(pairs((address) => [pointer, address]));
      b.set(pointer, i32.add(pointer, 16));
      b.if(i32.ge(pointer, 16 * count), () => b.break(loop));
    });
  }
  if (size % 2 === 0) return;
  const last = 8 * (size - 1);
  element({
    load: (address) => f64.load(address + last),
    store: (address, value) => b.store(address + last, value),
    local: (name, value) => b.local("f64", name, value),
    number: (x) => (typeof x === "number" ? f64.const(x) : x),
    add: f64.add,
    mul: f64.mul,
  });
}

/** start + Σ row_j value_j with the newest value added last: everything else is summed while that one is still being computed. */
export function lastAdded(start: Value, row: readonly number[], value: (index: number) => Value): Value {
  const newest = row.length - 1;
  const before = weighted(row.slice(0, newest), value);
  const settled = before ? f64.add(start, before) : start;
  const change = weighted(row.map((weight, index) => (index === newest ? weight : 0)), value);
  return change ? f64.add(settled, change) : settled;
}

function addressOf(vector: Vector): number {
  if (vector.kind === "locals") throw new TypeError("stage sums: a vector in locals has no address");
  return vector.address;
}
