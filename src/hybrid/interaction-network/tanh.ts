import type { FunctionBuilder } from "../../kernel/builder.ts";
import type { Value } from "../../kernel/program.ts";
import type { Lanes } from "./lanes.ts";

interface Plan {
  /** Beyond it tanh rounds to ±1. */
  readonly clamp: number;
  /** How often the argument is halved. */
  readonly halvings: number;
  /** Partial quotients of the continued fraction that are kept. */
  readonly terms: number;
}

/** Chosen so that rounding alone is left: relative error below 8 roundings of the arithmetic, which a test holds against `Math.tanh`. */
export const tanhPlans: Readonly<Record<"f64x2" | "f32x4", Plan>> = {
  f64x2: { clamp: 20, halvings: 4, terms: 8 },
  f32x4: { clamp: 9.25, halvings: 2, terms: 5 },
};

/**
 * tanh in every lane, from arithmetic alone: Lambert's continued fraction of tanh(x/2^h) as a ratio p/q, then h times
 * tanh 2y = 2pq/(q² + p²), and one division at the end. Doubling never enlarges a relative error.
 * @source Lambert 1768 (continued fraction x/(1 + x²/(3 + x²/(5 + …)))); addition theorem of tanh
 */
export function laneTanh(b: FunctionBuilder, lanes: Lanes, value: Value): Value {
  const plan = tanhPlans[lanes.precision === "f32x4" ? "f32x4" : "f64x2"];
  const { mul, add, div, min, max } = lanes;
  const local = (name: string, initial: Value) => b.local(lanes.type, name, initial);
  const y = local("y", mul(min(max(value, -plan.clamp), plan.clamp), 2 ** -plan.halvings));
  const z = local("z", mul(y, y));
  const { numerator, denominator } = convergent(plan.terms);
  let p = local("p", mul(y, horner(lanes, numerator, z)));
  let q = local("q", horner(lanes, denominator, z));
  for (let halving = 0; halving < plan.halvings; halving++) {
    const doubled = local("p", mul(mul(2, p), q));
    q = local("q", add(mul(q, q), mul(p, p)));
    p = doubled;
  }
  return div(p, q);
}

function horner({ add, mul }: Lanes, coefficients: readonly number[], z: Value): Value {
  const [highest = 0, ...rest] = coefficients.toReversed();
  return rest.reduce<Value | number>((sum, coefficient) => add(mul(sum, z), coefficient), highest) as Value;
}

/** tanh y ≈ y·N(y²)/D(y²): coefficients from the lowest, scaled so that D(0) = 1. */
export function convergent(terms: number): { readonly numerator: readonly number[]; readonly denominator: readonly number[] } {
  // A_k/B_k of the fraction with partial quotients 1, 3, 5, …: A_k = (2k - 1) A_(k-1) + z A_(k-2), the same for B.
  let before = { numerator: [0], denominator: [1] };
  let last = { numerator: [1], denominator: [1] };
  for (let k = 2; k <= terms; k++) {
    const next = { numerator: step(2 * k - 1, last.numerator, before.numerator), denominator: step(2 * k - 1, last.denominator, before.denominator) };
    before = last;
    last = next;
  }
  const [scale = 1] = last.denominator;
  return { numerator: last.numerator.map((each) => each / scale), denominator: last.denominator.map((each) => each / scale) };
}

function step(quotient: number, last: readonly number[], before: readonly number[]): number[] {
  return Array.from({ length: Math.max(last.length, before.length + 1) }, (_, power) => quotient * (last[power] ?? 0) + (before[power - 1] ?? 0));
}
