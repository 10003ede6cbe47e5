/** Products, and the entries of a vector that each is taken from and added to. An entry may be named twice. */
export interface Products {
  readonly count: number;
  /** Which coefficient each product begins with [count]; arrays may be longer than what stands in them. */
  readonly coefficient: Int32Array;
  /** The factors of all products, one product after the other, and where each one's begin [count + 1]. */
  readonly factors: Int32Array;
  readonly factorStart: Int32Array;
  readonly minus: Int32Array;
  readonly minusStart: Int32Array;
  readonly plus: Int32Array;
  readonly plusStart: Int32Array;
}

/** Products under construction, in arrays that grow. */
export class ProductList implements Products {
  count = 0;
  coefficient = new Int32Array(0);
  factors = new Int32Array(0);
  factorStart = new Int32Array(1);
  minus = new Int32Array(0);
  minusStart = new Int32Array(1);
  plus = new Int32Array(0);
  plusStart = new Int32Array(1);

  /** Makes room for so many more, so that whoever fills the arrays need not look. */
  reserve(products: number, factors: number, minus: number, plus: number): void {
    const { count } = this;
    this.coefficient = withRoom(this.coefficient, count + products);
    this.factorStart = withRoom(this.factorStart, count + products + 1);
    this.minusStart = withRoom(this.minusStart, count + products + 1);
    this.plusStart = withRoom(this.plusStart, count + products + 1);
    this.factors = withRoom(this.factors, (this.factorStart[count] ?? 0) + factors);
    this.minus = withRoom(this.minus, (this.minusStart[count] ?? 0) + minus);
    this.plus = withRoom(this.plus, (this.plusStart[count] ?? 0) + plus);
  }

  add(coefficient: number, factors: readonly number[], minus: readonly number[], plus: readonly number[]): void {
    this.reserve(1, factors.length, minus.length, plus.length);
    const { count } = this;
    this.coefficient[count] = coefficient;
    this.factorStart[count + 1] = append(this.factors, this.factorStart[count] ?? 0, factors);
    this.minusStart[count + 1] = append(this.minus, this.minusStart[count] ?? 0, minus);
    this.plusStart[count + 1] = append(this.plus, this.plusStart[count] ?? 0, plus);
    this.count += 1;
  }
}

function append(target: Int32Array, from: number, values: readonly number[]): number {
  for (let index = 0; index < values.length; index++) target[from + index] = values[index] ?? 0;
  return from + values.length;
}

function withRoom(array: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  if (length <= array.length) return array;
  const longer = new Int32Array(Math.max(length, 2 * array.length));
  longer.set(array);
  return longer;
}
