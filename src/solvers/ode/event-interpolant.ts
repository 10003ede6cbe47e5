import type { ProgramBuilder } from "../../kernel/builder.ts";
import { f64 } from "../../kernel/builder.ts";
import { denseWeight, stageAddresses } from "./interpolate.ts";
import type { OdeMemory } from "./memory.ts";
import type { Tableau } from "./method.ts";
import { weighted } from "./vector.ts";

/** The path inside the step that was attempted last, as a search for events reads it. */
export interface StepInterpolant {
  /** Byte addresses of the states where the step begins and where it ends [nState]. */
  readonly start: number;
  readonly end: number;
  /** Byte address of a vector for states in between [nState]. */
  readonly inside: number;
  /** Writes `interpolateNeeded(theta: f64, h: f64)`: at least the states asked for at t + θh, into `inside`. */
  write(program: ProgramBuilder, needed: readonly number[]): void;
}

/** The continuous output of a one-step method: what `interpolate` gives. */
export function tableauInterpolant(tableau: Tableau, memory: OdeMemory): StepInterpolant {
  const inside = memory.vector("eventSearch");
  return {
    start: memory.state,
    end: memory.next,
    inside,
    write(program, needed) {
      const addresses = stageAddresses(tableau, memory);
      program.function("interpolateNeeded", { parameters: { theta: "f64", h: "f64" }, exported: false }, (b, { theta, h }) => {
        if (!theta || !h) return;
        if (tableau.extra) b.call("takeExtraStages", h);
        const weights = tableau.dense.map((coefficients, index) => {
          const weight = denseWeight(coefficients, theta);
          return weight && b.local("f64", `weight${index}`, tableau.stageUnit === "rate" ? f64.mul(h, weight) : weight);
        });
        const weightOf = weights.map((weight) => (weight ? 1 : 0));
        for (const index of needed) {
          const change = weighted(weightOf, (at) => f64.mul(weights[at] ?? 0, f64.load((addresses[at] ?? 0) + 8 * index))) ?? f64.const(0);
          b.store(inside + 8 * index, f64.add(f64.load(memory.state + 8 * index), change));
        }
      });
    },
  };
}
