import type { FunctionBuilder, ProgramBuilder } from "../../kernel/builder.ts";
import { f64, i32 } from "../../kernel/builder.ts";
import type { Instance } from "../../kernel/instance.ts";
import type { MemoryLayout } from "../../kernel/layout.ts";
import type { Local, Value } from "../../kernel/program.ts";

/** Products, and the entries of a vector that each is taken from and added to. An entry may be named twice. */
export interface Products {
  readonly count: number;
  /** Which coefficient each product begins with [count]. */
  readonly coefficient: readonly number[];
  /** The factors of all products, one product after the other, and where each one's begin [count + 1]. */
  readonly factors: readonly number[];
  readonly factorStart: readonly number[];
  readonly minus: readonly number[];
  readonly minusStart: readonly number[];
  readonly plus: readonly number[];
  readonly plusStart: readonly number[];
}

/** Products under construction. */
export interface ProductList extends Products {
  add(coefficient: number, factors: readonly number[], minus: readonly number[], plus: readonly number[]): void;
  /** The same with entries that stand in one list: those taken from from `from` up to `middle`, those added to up to `to`. */
  addAt(coefficient: number, factors: readonly number[], entries: Int32Array, from: number, middle: number, to: number): void;
}

export function productList(): ProductList {
  const coefficients: number[] = [];
  const lists = { factors: [] as number[], minus: [] as number[], plus: [] as number[] };
  const starts = { factors: [0], minus: [0], plus: [0] };
  const end = (coefficient: number, factors: readonly number[]): void => {
    coefficients.push(coefficient);
    for (let index = 0; index < factors.length; index++) lists.factors.push(factors[index] ?? 0);
    starts.factors.push(lists.factors.length);
    starts.minus.push(lists.minus.length);
    starts.plus.push(lists.plus.length);
  };
  return {
    get count() {
      return coefficients.length;
    },
    coefficient: coefficients,
    factors: lists.factors,
    factorStart: starts.factors,
    minus: lists.minus,
    minusStart: starts.minus,
    plus: lists.plus,
    plusStart: starts.plus,
    add(coefficient, factors, minus, plus) {
      for (let index = 0; index < minus.length; index++) lists.minus.push(minus[index] ?? 0);
      for (let index = 0; index < plus.length; index++) lists.plus.push(plus[index] ?? 0);
      end(coefficient, factors);
    },
    addAt(coefficient, factors, entries, from, middle, to) {
      for (let index = from; index < middle; index++) lists.minus.push(entries[index] ?? 0);
      for (let index = middle; index < to; index++) lists.plus.push(entries[index] ?? 0);
      end(coefficient, factors);
    },
  };
}

/** Where products find what they read: byte addresses of the coefficients and of the factors. */
export interface ProductAddresses {
  readonly coefficients: number;
  readonly factors: number;
}

/** Products of one shape: so many factors, so many entries taken from, so many added to. */
interface Shape {
  readonly factors: number;
  readonly minus: number;
  readonly plus: number;
  readonly members: number[];
}

/** Shapes of fewer products than this share one loop that reads the shape from the record. */
const OWN_LOOP = 24;
/** Words of a record beyond which a shape has no loop of its own, so that code stays small. */
const MOST_WORDS = 16;

/**
 * Writes `name(target: i32)`, which adds every product to its entries of the vector at `target`. The program has one short loop for each
 * common shape and one for all others, whatever the number of products; these stand in memory as records of addresses.
 */
export function writeProducts(program: ProgramBuilder, layout: MemoryLayout, name: string, products: Products, addresses: ProductAddresses): { prepare(instance: Instance): void } {
  const shapes = shapesOf(products);
  const common = shapes.filter((shape) => shape.members.length >= OWN_LOOP && wordsOf(shape) <= MOST_WORDS);
  const others = shapes.filter((shape) => !common.includes(shape));
  const tables = common.map((shape) => layout.i32(wordsOf(shape) * shape.members.length));
  const otherTable = layout.i32(1 + others.reduce((total, shape) => total + (wordsOf(shape) + 3) * shape.members.length, 0));

  program.function(name, { parameters: { target: "i32" }, exported: false }, (b, { target }) => {
    if (!target) return;
    const record = b.local("i32", "record");
    const value = b.local("f64", "value");
    const until = (end: number | Value, body: () => void): void =>
      b.loop((label) => {
        b.if(i32.ge(record, end), () => b.break(label));
        body();
      });
    common.forEach((shape, index) => {
      const bytes = 4 * wordsOf(shape);
      const start = tables[index] ?? 0;
      b.set(record, start);
      until(start + bytes * shape.members.length, () => {
        let product: Value = f64.load(i32.load(record));
        for (let factor = 0; factor < shape.factors; factor++) product = f64.mul(product, f64.load(i32.load(record, 4 * (1 + factor))));
        b.set(value, product);
        for (let entry = 0; entry < shape.minus + shape.plus; entry++) {
          const address = b.local("i32", `entry${entry}`, i32.add(target, i32.load(record, 4 * (1 + shape.factors + entry))));
          b.store(address, entry < shape.minus ? f64.sub(f64.load(address), value) : f64.add(f64.load(address), value));
        }
        b.set(record, i32.add(record, bytes));
      });
    });
    if (others.length > 0) writeAnyShape(b, target, record, value, until, otherTable);
  });

  return {
    prepare({ i32: words }) {
      const write = (at: number, product: number): number => {
        words[at++] = addresses.coefficients + 8 * (products.coefficient[product] ?? 0);
        for (let i = products.factorStart[product] ?? 0; i < (products.factorStart[product + 1] ?? 0); i++) words[at++] = addresses.factors + 8 * (products.factors[i] ?? 0);
        for (let i = products.minusStart[product] ?? 0; i < (products.minusStart[product + 1] ?? 0); i++) words[at++] = 8 * (products.minus[i] ?? 0);
        for (let i = products.plusStart[product] ?? 0; i < (products.plusStart[product + 1] ?? 0); i++) words[at++] = 8 * (products.plus[i] ?? 0);
        return at;
      };
      common.forEach((shape, index) => {
        let at = (tables[index] ?? 0) / 4;
        for (const product of shape.members) at = write(at, product);
      });
      let at = otherTable / 4 + 1;
      for (const shape of others) {
        for (const product of shape.members) {
          words[at++] = shape.factors;
          words[at++] = shape.minus;
          words[at++] = shape.plus;
          at = write(at, product);
        }
      }
      words[otherTable / 4] = 4 * at;
    },
  };
}

/** The loop over records that begin with their shape: [factors, minus, plus, coefficient, ...]; the word before the first says where they end. */
function writeAnyShape(b: FunctionBuilder, target: Value, record: Local, value: Local, until: (end: Value, body: () => void) => void, table: number): void {
  const next = b.local("i32", "next");
  const address = b.local("i32", "address");
  const end = b.local("i32", "end", i32.load(table));
  const each = (count: Value, visit: (word: Value) => void): void => {
    b.set(next, i32.add(record, i32.shl(count, 2)));
    b.loop((label) => {
      b.if(i32.ge(record, next), () => b.break(label));
      visit(i32.load(record, 16));
      b.set(record, i32.add(record, 4));
    });
  };
  // The counts are read before the record moves through the lists behind them.
  const minus = b.local("i32", "minus");
  const plus = b.local("i32", "plus");
  b.set(record, table + 4);
  until(end, () => {
    b.set(minus, i32.load(record, 4));
    b.set(plus, i32.load(record, 8));
    b.set(value, f64.load(i32.load(record, 12)));
    each(i32.load(record), (word) => b.set(value, f64.mul(value, f64.load(word))));
    each(minus, (word) => {
      b.set(address, i32.add(target, word));
      b.store(address, f64.sub(f64.load(address), value));
    });
    each(plus, (word) => {
      b.set(address, i32.add(target, word));
      b.store(address, f64.add(f64.load(address), value));
    });
    b.set(record, i32.add(record, 16));
  });
}

const wordsOf = ({ factors, minus, plus }: Shape): number => 1 + factors + minus + plus;

const lengthAt = (starts: readonly number[], index: number): number => (starts[index + 1] ?? 0) - (starts[index] ?? 0);

/** The products by shape, shapes and products in the order they come. */
function shapesOf(products: Products): Shape[] {
  const shapes = new Map<number, Shape>();
  for (let product = 0; product < products.count; product++) {
    const factors = lengthAt(products.factorStart, product);
    const minus = lengthAt(products.minusStart, product);
    const plus = lengthAt(products.plusStart, product);
    const key = (factors * 2 ** 20 + minus) * 2 ** 20 + plus;
    let shape = shapes.get(key);
    if (!shape) {
      shape = { factors, minus, plus, members: [] };
      shapes.set(key, shape);
    }
    shape.members.push(product);
  }
  return [...shapes.values()];
}
