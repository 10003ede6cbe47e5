import { describe, expect, it } from "vitest";
import type { Expression } from "../../src/kernel/expression.ts";
import { postorder } from "../../src/kernel/traverse.ts";
import { conservationLaws } from "../../src/models/structure.ts";
import { solveLinear, product, transpose } from "../../src/numerics/linear.ts";
import { linearNoise } from "../../src/solvers/linear-noise.ts";
import { linearisation } from "../../src/solvers/linearisation.ts";
import { fluxesOfNetwork, systemOfNetwork } from "../thermo/states.ts";
import { scaledDiffusion } from "../../src/thermo/uncertainty.ts";
import { complexBalancedCase } from "../thermo/complex-balanced-network.ts";
import { casesOf, judgedCase } from "../thermo/random-network.ts";

const all = Array.from({ length: casesOf(80) }, (_, index) => index);

/** J X + X Jᵀ + D and the sizes of its terms, for X = diag(x). */
function leftOver(jacobian: Float64Array, x: readonly number[], diffusion: Float64Array): { readonly rest: Float64Array; readonly gross: Float64Array } {
  const n = x.length;
  const part = (at: number): [number, number] => {
    const [i, j] = [Math.floor(at / n), at % n];
    return [(jacobian[i * n + j] ?? NaN) * (x[j] ?? NaN), (jacobian[j * n + i] ?? NaN) * (x[i] ?? NaN)];
  };
  return {
    rest: diffusion.map((value, at) => value + part(at)[0] + part(at)[1]),
    gross: diffusion.map((value, at) => Math.abs(value) + Math.abs(part(at)[0]) + Math.abs(part(at)[1])),
  };
}

/** Upper bounds of the terms that a Jacobian entry adds up: Σ |S_i| (nu+_j J+ + nu-_j J-) / x_j, from the one-way fluxes. */
function grossJacobian(network: ReturnType<typeof judgedCase>["network"], activity: ArrayLike<number>, force: ArrayLike<number>, x: readonly number[]): Float64Array {
  const n = x.length;
  const gross = new Float64Array(n * n);
  const ids = network.species.map(({ id }) => id);
  network.reactions.forEach(({ reactants, products }, reaction) => {
    const count = (side: typeof reactants, id: string): number => side.reduce((total, one) => (one.species === id ? total + one.stoichiometry : total), 0);
    const forward = (activity[reaction] ?? NaN) / (1 + Math.exp(-(force[reaction] ?? NaN)));
    const reverse = (activity[reaction] ?? NaN) / (1 + Math.exp(force[reaction] ?? NaN));
    ids.forEach((row, i) => {
      const change = Math.abs(count(products, row) - count(reactants, row));
      ids.forEach((column, j) => {
        gross[i * n + j] = (gross[i * n + j] ?? 0) + (change * (count(reactants, column) * forward + count(products, column) * reverse)) / (x[j] ?? NaN);
      });
    });
  });
  return gross;
}

type Complex = readonly [re: number, im: number];
/** Value of polynomials at a complex point: what the rates of these networks are made of. */
function complexValues(expressions: readonly Expression[], lookup: (name: string) => Complex): Complex[] {
  const values = new Map<number, Complex>();
  const times = ([a, b]: Complex, [c, d]: Complex): Complex => [a * c - b * d, a * d + b * c];
  for (const node of postorder(expressions)) {
    const [first = [NaN, NaN], second = [NaN, NaN]] = node.operands.map(({ id }) => values.get(id) ?? ([NaN, NaN] as Complex));
    const of: Partial<Record<Expression["operation"], () => Complex>> = {
      constant: () => [node.value, 0],
      symbol: () => lookup(node.name),
      add: () => [first[0] + second[0], first[1] + second[1]],
      subtract: () => [first[0] - second[0], first[1] - second[1]],
      negate: () => [-first[0], -first[1]],
      multiply: () => times(first, second),
      power: () => Array.from({ length: second[0] }).reduce<Complex>((total) => times(total, first), [1, 0]),
    };
    values.set(node.id, of[node.operation]?.() ?? [NaN, NaN]);
  }
  return expressions.map(({ id }) => values.get(id) ?? [NaN, NaN]);
}

describe("linear noise of random networks", () => {
  it("20: complex balanced and without conservation law, C = diag(x*)", () => {
    let tried = 0;
    for (const index of all) {
      const { network, balanced } = complexBalancedCase(index, { decades: 1, driven: true });
      if (conservationLaws(network).length > 0) continue;
      tried++;
      const system = systemOfNetwork(network);
      const { noise, problems } = linearNoise(network, system, { parameters: system.parameterValues, state: balanced });
      if (!noise) throw new Error(problems.map(({ message }) => message).join("\n"));
      noise.covariance.forEach((value, at) => {
        const [i, j] = [Math.floor(at / balanced.length), at % balanced.length];
        const size = Math.sqrt((balanced[i] ?? NaN) * (balanced[j] ?? NaN));
        expect(Math.abs(value - (i === j ? (balanced[i] ?? NaN) : 0))).toBeLessThanOrEqual(1e-9 * size);
      });
    }
    expect(tried).toBeGreaterThan(all.length / 4);
  });

  it("20: over six decades, diag(x*) leaves nothing of J X + X J' + D", () => {
    for (const index of all) {
      const { network, balanced } = complexBalancedCase(index, { decades: 3, driven: true });
      const fluxes = fluxesOfNetwork(network);
      const point = fluxes.at(0, fluxes.system.parameterValues, balanced);
      const { jacobian } = linearisation(fluxes.system)(fluxes.system.parameterValues, balanced);
      const gross = grossJacobian(network, point.activity, point.force, balanced);
      const { rest } = leftOver(jacobian, balanced, Float64Array.from(scaledDiffusion(fluxes, point).flat()));
      const { gross: scale } = leftOver(gross, balanced, Float64Array.from(scaledDiffusion(fluxes, point).flat()));
      // Exact up to rounding of the terms themselves.
      rest.forEach((value, at) => expect(Math.abs(value)).toBeLessThanOrEqual(1e-13 * (scale[at] ?? 0)));
    }
  });

  it("20: detailed balanced, D = -2 J X, and C = X - X L' (L X L')^-1 L X with conservation laws", () => {
    let withLaws = 0;
    for (const index of all) {
      const { network, balanced } = complexBalancedCase(index, { decades: 1, driven: false });
      const n = balanced.length;
      const system = systemOfNetwork(network);
      const { noise, problems } = linearNoise(network, system, { parameters: system.parameterValues, state: balanced });
      if (!noise) throw new Error(problems.map(({ message }) => message).join("\n"));
      const { jacobian } = linearisation(system)(system.parameterValues, balanced);
      const fluxes = fluxesOfNetwork(network);
      const point = fluxes.at(0, fluxes.system.parameterValues, balanced);
      const gross = grossJacobian(network, point.activity, point.force, balanced);
      noise.diffusion.forEach((value, at) => {
        const x = balanced[at % n] ?? NaN;
        expect(Math.abs(value + 2 * (jacobian[at] ?? NaN) * x)).toBeLessThanOrEqual(1e-12 * (gross[at] ?? NaN) * x);
      });
      const laws = conservationLaws(network).map((row) => system.states.map((id) => row[id] ?? 0));
      if (laws.length > 0) withLaws++;
      const X = Float64Array.from({ length: n * n }, (_, at) => (at % (n + 1) === 0 ? (balanced[at % n] ?? NaN) : 0));
      const expected = laws.length === 0 ? X : conditioned(X, Float64Array.from(laws.flat()), laws.length, n);
      noise.covariance.forEach((value, at) => {
        const size = Math.sqrt((balanced[Math.floor(at / n)] ?? NaN) * (balanced[at % n] ?? NaN));
        expect(Math.abs(value - (expected[at] ?? NaN))).toBeLessThanOrEqual(1e-9 * size);
      });
    }
    expect(withLaws).toBeGreaterThan(all.length / 10);
  });

  it("21: the Jacobian is the complex step's", () => {
    for (const index of all) {
      const { network, fluxes, point, x } = judgedCase(index);
      const { system } = fluxes;
      const { jacobian } = linearisation(system)(system.parameterValues, x);
      const gross = grossJacobian(network, point.activity, point.force, x);
      const n = x.length;
      x.forEach((value, column) => {
        const step = value * 1e-100;
        const rates = complexValues(system.rhs, (name) => {
          const at = system.states.indexOf(name);
          if (at < 0) return [system.parameterValues[system.parameters.indexOf(name)] ?? NaN, 0];
          return [x[at] ?? NaN, at === column ? step : 0];
        });
        rates.forEach(([, im], row) => {
          expect(Math.abs(im / step - (jacobian[row * n + column] ?? NaN))).toBeLessThanOrEqual(1e-12 * (gross[row * n + column] ?? 0));
        });
      });
    }
  });
});

/** X - X Lᵀ (L X Lᵀ)⁻¹ L X for L [laws, n]. */
function conditioned(X: Float64Array, L: Float64Array, laws: number, n: number): Float64Array {
  const across = product(L, X, laws, n, n);
  const solved = solveLinear(product(across, transpose(L, laws, n), laws, n, laws), across, laws);
  if ("problem" in solved) throw new Error(solved.problem);
  const removed = product(transpose(across, laws, n), solved.solution, n, laws, n);
  return X.map((value, at) => value - (removed[at] ?? NaN));
}
