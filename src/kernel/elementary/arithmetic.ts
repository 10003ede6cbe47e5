/** Arithmetic on `V` with truths `M`: numbers themselves, or values of a program, one number or a pair. A bare number is a constant. */
export interface Numbers<V, M> {
  const(x: number): V;
  select(condition: M, then: V | number, otherwise: V | number): V;
  add(left: V | number, right: V | number): V;
  sub(left: V | number, right: V | number): V;
  mul(left: V | number, right: V | number): V;
  div(left: V | number, right: V | number): V;
  min(left: V | number, right: V | number): V;
  max(left: V | number, right: V | number): V;
  copySign(size: V | number, sign: V | number): V;
  neg(x: V | number): V;
  abs(x: V | number): V;
  floor(x: V | number): V;
  exponentOf(x: V | number): V;
  significandOf(x: V | number): V;
  powerOfTwo(k: V | number): V;
  eq(left: V | number, right: V | number): M;
  ne(left: V | number, right: V | number): M;
  lt(left: V | number, right: V | number): M;
  le(left: V | number, right: V | number): M;
  gt(left: V | number, right: V | number): M;
  ge(left: V | number, right: V | number): M;
}

/** What an elementary function is written with: one text for the interpreter, for one number and for pairs, so that all have the same bits. */
export interface Writer<V, M> {
  readonly numbers: Numbers<V, M>;
  readonly truths: { and(left: M, right: M): M; or(left: M, right: M): M; not(truth: M): M };
  /** A value that is used more than once. */
  keep(name: string, value: V): V;
  return(value: V): void;
  /** Gives something else where the truth holds for some lane; what is written after it must bear that. */
  unless(truth: M, otherwise: () => V): void;
}

/** Σ coefficient_i x^i by halves, quarters, …, so that few operations wait for each other. @source Estrin 1960, doi:10.1145/1460361.1460365 */
export function polynomial<V, M>({ numbers, keep }: Writer<V, M>, x: V, coefficients: readonly number[]): V {
  let terms: readonly (V | number)[] = coefficients;
  for (let power = x; terms.length > 1; ) {
    const next: (V | number)[] = [];
    for (let i = 0; i < terms.length; i += 2) {
      const even = terms[i] ?? 0;
      const odd = terms[i + 1];
      next.push(odd === undefined ? even : numbers.add(even, numbers.mul(odd, power)));
    }
    terms = next;
    if (terms.length > 1) power = keep("power", numbers.mul(power, power));
  }
  const [sum = 0] = terms;
  return typeof sum === "number" ? numbers.const(sum) : sum;
}

/** Σ coefficient_i x^i from the last on: the fewest operations. */
export function chain<V, M>({ numbers }: Writer<V, M>, x: V, coefficients: readonly number[]): V {
  return coefficients.slice(0, -1).reduceRight((sum: V, coefficient) => numbers.add(numbers.mul(sum, x), coefficient), numbers.const(coefficients.at(-1) ?? 0));
}

/** The 26 leading bits, rounded: products of two such numbers are exact. @source Dekker 1971, doi:10.1007/BF01397083 (Veltkamp's splitting) */
export function leadingBits<V, M>({ numbers, keep }: Writer<V, M>, x: V): V {
  const kept = keep("whole", x);
  const large = keep("large", numbers.mul(kept, 2 ** 27 + 1));
  return keep("leading", numbers.sub(large, numbers.sub(large, kept)));
}
