import { type ProgramBuilder, f64 } from "./builder.ts";
import type { Expression } from "./expression.ts";
import type { MemoryLayout } from "./layout.ts";
import { lowerNodes } from "./lower.ts";
import { type PlannedNodes, planNodes } from "./lowering-plan.ts";
import { type PackStep, type StoreTarget, packPlan, stepCost } from "./pack.ts";
import { writeSteps } from "./pack-write.ts";
import type { Local, Type, Value } from "./program.ts";

/** Operations on pairs that one function holds: JavaScript engines leave larger functions unoptimised. */
const operationsPerFunction = 500;

/** Symbols of one function that locals are taken for, at most: more would only be spilled. */
const mostShared = 100;

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
      const shared = sharedSymbols(planned);
      const locals = new Map<string, Value>();
      // Engines load again for each reading (V8 11), but take what is in a local, or spilled from it, as it stands: a tenth of the code of rates.
      const readOnce = (id: string): Value => {
        const found = symbol(id);
        const value = locals.get(id) ?? (found.kind === "load" && shared.has(id) ? b.local(found.type, id, found) : found);
        locals.set(id, value);
        return value;
      };
      return lowerNodes(b, planned, readOnce, store, false);
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

/** Names of the symbols that are read more than once; none where they are too many. */
function sharedSymbols({ nodes }: PlannedNodes): ReadonlySet<string> {
  const readings = new Map<string, number>();
  for (const { operation, name, uses } of nodes) if (operation === "symbol") readings.set(name, (readings.get(name) ?? 0) + uses);
  const shared = [...readings.keys()].filter((name) => (readings.get(name) ?? 0) > 1);
  return new Set(shared.length > mostShared ? [] : shared);
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
