import type { FunctionBuilder, ProgramBuilder } from "../../kernel/builder.ts";
import { f64, i32 } from "../../kernel/builder.ts";
import type { Instance } from "../../kernel/instance.ts";
import type { MemoryLayout } from "../../kernel/layout.ts";
import type { Local, Value } from "../../kernel/program.ts";
import type { Products } from "./product-list.ts";

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
  /** Products of this shape, in their order. */
  readonly members: Int32Array;
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
      common.forEach((shape, index) => void writeRecords(words, (tables[index] ?? 0) / 4, shape, products, addresses, false));
      let at = otherTable / 4 + 1;
      for (const shape of others) at = writeRecords(words, at, shape, products, addresses, true);
      words[otherTable / 4] = 4 * at;
    },
  };
}

/** Writes the records of a shape's products, each with its shape before it or not; where they end. */
function writeRecords(words: Int32Array, start: number, shape: Shape, products: Products, { coefficients, factors: values }: ProductAddresses, withShape: boolean): number {
  const { members, factors: factorCount, minus: minusCount, plus: plusCount } = shape;
  const { coefficient, factors, factorStart, minus, minusStart, plus, plusStart } = products;
  let at = start;
  for (let index = 0; index < members.length; index++) {
    const product = members[index] ?? 0;
    if (withShape) {
      words[at++] = factorCount;
      words[at++] = minusCount;
      words[at++] = plusCount;
    }
    words[at++] = coefficients + 8 * (coefficient[product] ?? 0);
    let from = factorStart[product] ?? 0;
    for (let each = 0; each < factorCount; each++) words[at++] = values + 8 * (factors[from + each] ?? 0);
    from = minusStart[product] ?? 0;
    for (let each = 0; each < minusCount; each++) words[at++] = 8 * (minus[from + each] ?? 0);
    from = plusStart[product] ?? 0;
    for (let each = 0; each < plusCount; each++) words[at++] = 8 * (plus[from + each] ?? 0);
  }
  return at;
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

/** Counts up to this are told apart in a table; larger ones, which few products have, in a map. */
const SMALL = 8;

/** The products by shape, shapes and products in the order they come. */
function shapesOf({ count, factorStart, minusStart, plusStart }: Products): Shape[] {
  const small = new Int32Array(SMALL ** 3).fill(-1);
  const large = new Map<string, number>();
  const shapeOf = new Int32Array(count);
  const counts: number[] = [];
  const firsts: number[] = [];
  let [factorEnd, minusEnd, plusEnd] = [0, 0, 0];
  for (let product = 0; product < count; product++) {
    const factors = -factorEnd + (factorEnd = factorStart[product + 1] ?? 0);
    const minus = -minusEnd + (minusEnd = minusStart[product + 1] ?? 0);
    const plus = -plusEnd + (plusEnd = plusStart[product + 1] ?? 0);
    const isSmall = factors < SMALL && minus < SMALL && plus < SMALL;
    const place = (factors * SMALL + minus) * SMALL + plus;
    let shape = isSmall ? (small[place] ?? -1) : (large.get(`${factors} ${minus} ${plus}`) ?? -1);
    if (shape < 0) {
      shape = counts.length;
      counts.push(0);
      firsts.push(product);
      if (isSmall) small[place] = shape;
      else large.set(`${factors} ${minus} ${plus}`, shape);
    }
    shapeOf[product] = shape;
    counts[shape] = (counts[shape] ?? 0) + 1;
  }
  const shapes = firsts.map((first, shape) => ({
    factors: (factorStart[first + 1] ?? 0) - (factorStart[first] ?? 0),
    minus: (minusStart[first + 1] ?? 0) - (minusStart[first] ?? 0),
    plus: (plusStart[first + 1] ?? 0) - (plusStart[first] ?? 0),
    members: new Int32Array(counts[shape] ?? 0),
  }));
  counts.fill(0);
  for (let product = 0; product < count; product++) {
    const shape = shapeOf[product] ?? 0;
    const at = counts[shape] ?? 0;
    const members = shapes[shape]?.members;
    if (members) members[at] = product;
    counts[shape] = at + 1;
  }
  return shapes;
}
