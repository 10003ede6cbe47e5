import type { ProgramBuilder } from "../../kernel/builder.ts";
import { f64, i32 } from "../../kernel/builder.ts";
import type { Value } from "../../kernel/program.ts";
import type { OdeMemory } from "./memory.ts";
import type { Tableau } from "./method.ts";
import { weighted } from "./vector.ts";

/** θ (c₁ + θ (c₂ + …)): one stage's weight in the continuous output; null when it is always 0. */
export function denseWeight(coefficients: readonly number[], theta: Value): Value | null {
  let value: Value | null = null;
  for (const coefficient of coefficients.toReversed()) {
    if (value) value = coefficient === 0 ? value : f64.add(coefficient, value);
    else if (coefficient !== 0) value = f64.const(coefficient);
    if (value) value = f64.mul(theta, value);
  }
  return value;
}

/**
 * Writes `interpolate(target: i32, theta: f64, h: f64)`: the state at t + θh inside the step that was attempted last,
 * read from the state before it and its stages.
 */
export function writeInterpolate(program: ProgramBuilder, tableau: Tableau, memory: OdeMemory): void {
  const size = memory.stateCount;
  program.function("interpolate", { parameters: { target: "i32", theta: "f64", h: "f64" } }, (b, { target, theta, h }) => {
    if (!target || !theta || !h || size === 0) return;
    const weights = tableau.dense.map((coefficients, index) => {
      const weight = denseWeight(coefficients, theta);
      return weight && b.local("f64", `weight${index}`, tableau.stageUnit === "rate" ? f64.mul(h, weight) : weight);
    });
    b.repeat(size, (index) => {
      const offset = b.local("i32", "offset", i32.shl(index, 3));
      const stage = (at: number): Value => f64.mul(weights[at] ?? 0, f64.load(offset, memory.stages + 8 * size * at));
      const change = weighted(weights.map((weight) => (weight ? 1 : 0)), stage) ?? f64.const(0);
      b.store(i32.add(target, offset), f64.add(f64.load(offset, memory.state), change));
    });
  });
}
