import { f64 } from "../../kernel/builder.ts";
import type { Value } from "../../kernel/program.ts";
import type { OdeFacts, OdeMethod, RosenbrockCoefficients, Tableau } from "./method.ts";
import type { Vector } from "./vector.ts";
import { weighted } from "./vector.ts";

/**
 * The Rosenbrock method of a tableau whose stages are increments: (1/(γh) - J) U_i = f(t + α_i h, y + Σ a_ij U_j) + Σ c_ij U_j / h + γ_i h ∂f/∂t.
 *
 * @source Hairer & Wanner 1996, doi:10.1007/978-3-642-05221-7, section IV.7, equation 7.25
 */
export function rosenbrock(facts: OdeFacts, tableau: Tableau, coefficients: RosenbrockCoefficients): OdeMethod {
  const { gamma, coupling, timeWeights } = coefficients;
  const { a, nodes, weights } = tableau;
  return {
    facts,
    tableau,
    rosenbrock: coefficients,
    step({ b, vectors, t, h, y, next, stages, rhs, stageTime, linear }) {
      const stage = (index: number): Vector => {
        const found = stages[index];
        if (!found) throw new RangeError(`${facts.id}: no stage ${index}`);
        return found;
      };
      const inverse = b.local("f64", "inverseStep", f64.div(1, h));
      linear.factor(f64.mul(inverse, 1 / gamma));
      const drift = linear.timeDerivative;
      const rate = vectors.scratch("rate");
      const argument = vectors.scratch("argument");
      /** Writes y + Σ row_j U_j into a target, from the argument before it where only its last stage is new. */
      const advance = (target: Vector, row: readonly number[], before: readonly number[]): void => {
        const last = row.length - 1;
        const isContinued = last >= 1 && row[last] === 1 && before.length === last && before.every((value, j) => value === row[j]);
        vectors.assign(target, (of) =>
          isContinued ? f64.add(of(argument), of(stage(last))) : f64.add(of(y), weighted(row, (j) => of(stage(j))) ?? f64.const(0)),
        );
      };
      a.forEach((row, index) => {
        if (index > 0) advance(argument, row, a[index - 1] ?? []);
        rhs(rate, index === 0 ? t : stageTime(nodes[index] ?? 0), index === 0 ? y : argument);
        const push = timeWeights[index] ?? 0;
        vectors.assign(stage(index), (of) => {
          let source: Value = of(rate);
          const coupled = weighted(coupling[index] ?? [], (j) => of(stage(j)));
          if (coupled) source = f64.add(source, f64.mul(inverse, coupled));
          if (drift && push !== 0) source = f64.add(source, f64.mul(f64.mul(push, h), of(drift)));
          return source;
        });
        linear.solve(stage(index));
      });
      advance(next, weights, a.at(-1) ?? []);
      return (of) => weighted(tableau.error, (j) => of(stage(j))) ?? f64.const(0);
    },
  };
}

/**
 * Powers of θ from the form y(t + θh) = (1 - θ) y + θ (y_new + (1 - θ) (H₁ + θ (H₂ + θ H₃ …))) with H_k = Σ_j row_kj U_j, in
 * which continuous outputs of stiffly accurate Rosenbrock methods are published [s, degree].
 */
export function denseFromEnds(weights: readonly number[], rows: readonly (readonly number[])[]): number[][] {
  return weights.map((weight, j) => {
    const inner = rows.map((row) => row[j] ?? 0);
    return [weight, ...inner].map((_, power) => (power === 0 ? weight : -(inner[power - 1] ?? 0)) + (inner[power] ?? 0));
  });
}
