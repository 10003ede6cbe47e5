import { type ProgramBuilder, f64 } from "./builder.ts";
import type { Expression } from "./expression.ts";
import type { MemoryLayout } from "./layout.ts";
import { lowerNodes } from "./lower.ts";
import { planNodes } from "./lowering-plan.ts";
import { type PackStep, type StoreTarget, packPlan, stepCost } from "./pack.ts";
import { writeSteps } from "./pack-write.ts";
import type { Local, Type, Value } from "./program.ts";

/** Operations on pairs that one function holds: JavaScript engines leave larger functions unoptimised. */
const operationsPerFunction = 500;

/** What the expressions of a function mean: values of symbols, and where each result goes. */
export interface LoweredScene {
  /** Called once a symbol; made of constants, loads and the function's parameters alone. */
  resolve(name: string): Value;
  /** No target may overlap what a symbol reads, nor another target. */
  target(index: number): StoreTarget;
}

/**
 * Writes a function without result that stores the values of expressions.
 *
 * Where they are alike enough for it to pay (`packPlan` says when), two at a time are computed as f64x2, with sums and products in
 * another order than the formula's; shared values then stand in memory that `layout` gives, and large functions call their parts.
 * Without `layout` this is never done.
 */
export function lowerFunction<Parameter extends string>(
  program: ProgramBuilder,
  name: string,
  parameters: Readonly<Record<Parameter, Type>>,
  expressions: readonly Expression[],
  scene: (parameters: Readonly<Record<Parameter, Local>>) => LoweredScene,
  layout: MemoryLayout | null,
): void {
  const partName = (index: number): string => `${name} part ${index + 1}`;
  let parts: PackStep[][] = [];
  let block = 0;
  program.function(name, { parameters }, (b, given: Readonly<Record<string, Local>>) => {
    const { resolve, target } = scene(given as Readonly<Record<Parameter, Local>>);
    const symbols = new Map<string, Value>();
    const symbol = (id: string): Value => {
      const known = symbols.get(id) ?? resolve(id);
      symbols.set(id, known);
      return known;
    };
    const planned = planNodes(expressions);
    const pack = layout && packPlan(planned, symbol, target);
    if (!pack) {
      const store = (index: number, value: Value): void => {
        const { address, offset = 0, add = false } = target(index);
        b.store(address, add ? f64.add(f64.load(address, offset), value) : value, offset);
      };
      return lowerNodes(b, planned, symbol, store, false);
    }
    block = layout.f64(Math.max(1, pack.slots));
    parts = split(pack.steps);
    const [only = [], ...others] = parts;
    if (others.length === 0) return writeSteps(b, only, block);
    parts.forEach((_, index) => b.call(partName(index), ...Object.values(given)));
  });
  if (parts.length <= 1) return;
  // Parameters are the same locals in every function that has the same, so that the steps fit any part.
  parts.forEach((steps, index) => program.function(partName(index), { parameters, exported: false }, (b) => writeSteps(b, steps, block)));
}

/** Steps in order, in groups of about one function's size. */
function split(steps: readonly PackStep[]): PackStep[][] {
  const parts: PackStep[][] = [];
  let operations = Infinity;
  for (const step of steps) {
    if (operations >= operationsPerFunction) {
      parts.push([]);
      operations = 0;
    }
    parts.at(-1)?.push(step);
    operations += 1 + stepCost(step);
  }
  return parts;
}
