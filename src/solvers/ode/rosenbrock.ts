import { f64 } from "../../kernel/builder.ts";
import type { Value } from "../../kernel/program.ts";
import type { OdeFacts, OdeMethod, RosenbrockCoefficients, Tableau } from "./method.ts";
import { lastAdded, writeStageSums } from "./stage-sums.ts";
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
      linear.factor(f64.mul(inverse, 1 / gamma), f64.mul(h, gamma));
      const drift = linear.timeDerivative;
      const rate = vectors.scratch("rate");
      const argument = vectors.scratch("argument");
      a.forEach((row, index) => {
        const target = stage(index);
        const before = a[index - 1] ?? [];
        const [from, weightsOn] = isContinued(row, before) ? [argument, row.map((_, j) => (j === row.length - 1 ? 1 : 0))] : [y, row];
        const push = timeWeights[index] ?? 0;
        const pushed = drift && push !== 0 ? { vector: drift, push: b.local("f64", "push", f64.mul(push, h)) } : null;
        const coupled = coupling[index] ?? [];
        if (target.kind === "memory" && index > 0) {
          writeStageSums(b, { size: vectors.size, stages, argument, from, advance: weightsOn, target, coupling: coupled, scale: inverse, drift: pushed });
          rhs(rate, stageTime(nodes[index] ?? 0), argument);
          linear.solve(target, rate);
          return;
        }
        if (index > 0) vectors.assign(argument, (of) => lastAdded(of(from), weightsOn, (j) => of(stage(j))));
        rhs(rate, index === 0 ? t : stageTime(nodes[index] ?? 0), index === 0 ? y : argument);
        vectors.assign(target, (of) => {
          let source: Value = of(rate);
          const sum = weighted(coupled, (j) => of(stage(j)));
          if (sum) source = f64.add(source, f64.mul(inverse, sum));
          if (pushed) source = f64.add(source, f64.mul(pushed.push, of(pushed.vector)));
          return source;
        });
        linear.solve(target);
      });
      if (isContinued(weights, a.at(-1) ?? [])) vectors.assign(next, (of) => f64.add(of(argument), of(stage(weights.length - 1))));
      else vectors.assign(next, (of) => lastAdded(of(y), weights, (j) => of(stage(j))));
      return (of) => weighted(tableau.error, (j) => of(stage(j))) ?? f64.const(0);
    },
  };
}

/** Whether a row only adds its last stage to the row before, so that it can go on from that one's argument. */
function isContinued(row: readonly number[], before: readonly number[]): boolean {
  const last = row.length - 1;
  return last >= 1 && row[last] === 1 && before.length === last && before.every((value, j) => value === row[j]);
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
