import type { ProgramBuilder } from "../../kernel/builder.ts";
import { f64, i32 } from "../../kernel/builder.ts";
import type { Local, Value } from "../../kernel/program.ts";

/** Beyond order 5 backward differentiation is unstable for oscillations that decay slowly. */
export const HIGHEST_ORDER = 5;

/** κ of each order 0 … 5: what a numerical differentiation formula adds to the backward one. @source Shampine & Reichelt 1997, doi:10.1137/S1064827594276424, table 1 */
const kappa = [0, -0.185, -1 / 9, -0.0823, -0.0415, 0];

/** γ_k = Σ_{j ≤ k} 1/j [order 0 … 5] */
const gamma = kappa.map((_, order) => Array.from({ length: order }, (__, j) => 1 / (j + 1)).reduce((total, term) => total + term, 0));

/**
 * In backward differences of a constant step h the formula of order k is
 * (1 - κ_k) γ_k (y_new - predicted) + Σ_{j ≤ k} γ_j ∇^j y = h f(t_new, y_new); its error is (κ_k γ_k + 1/(k+1)) ∇^(k+1) y.
 */
export const bdfCoefficients = {
  kappa,
  gamma,
  /** α_k = (1 - κ_k) γ_k. */
  alpha: gamma.map((value, order) => (1 - (kappa[order] ?? 0)) * value),
  /** Local error per unit of ∇^(k+1) y. */
  error: gamma.map((value, order) => (kappa[order] ?? 0) * value + 1 / (order + 1)),
} as const;

/** values[order] for an order known only at run time. */
export function byOrder(order: Local, values: readonly number[]): Value {
  return values.reduceRight<Value>((otherwise, value, index) => f64.select(i32.eq(order, index), value, otherwise), f64.const(NaN));
}

/** Sixty-fourths nearest to 1/degree. */
const sixtyFourths = (degree: number): number => Math.round(64 / degree);

/** Writes `inverseRoot(x: f64, degree: i32): f64`, x^(-1/degree) for degrees 1 to 7 with the exponent in sixty-fourths: square roots and products only, so that every target computes the same bits. */
export function writeInverseRoot(program: ProgramBuilder): void {
  program.function("inverseRoot", { parameters: { x: "f64", degree: "i32" }, result: "f64", exported: false }, (b, { x, degree }) => {
    if (!x || !degree) return;
    const exponent = b.local("i32", "exponent", i32.const(sixtyFourths(HIGHEST_ORDER + 2)));
    for (let known = 1; known < HIGHEST_ORDER + 2; known++) b.if(i32.eq(degree, known), () => b.set(exponent, sixtyFourths(known)));
    const power = b.local("f64", "power", f64.const(1));
    for (let bit = 64; bit >= 1; bit /= 2) {
      b.if(i32.and(exponent, i32.const(bit)), () => b.set(power, f64.mul(power, x)));
      if (bit > 1) b.set(x, f64.sqrt(x));
    }
    b.return(f64.div(1, power));
  });
}
