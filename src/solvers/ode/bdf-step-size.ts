import type { FunctionBuilder, ProgramBuilder } from "../../kernel/builder.ts";
import { f64, i32 } from "../../kernel/builder.ts";
import type { Local, Value } from "../../kernel/program.ts";
import { bdfCoefficients } from "./bdf-coefficients.ts";
import { at, bdfVectors } from "./bdf-differences.ts";
import type { BdfMemory } from "./bdf-memory.ts";
import { difference } from "./bdf-memory.ts";
import { ERROR_FLOOR, STEP_LARGEST } from "./controller.ts";
import type { Vector } from "./vector.ts";

/** A step stays as it is while the best change would be between these. */
const KEEP = [0.9, 1.2] as const;
/** Orders below and above the present one have to promise a little more. @source Shampine & Reichelt 1997 (ode15s: 1.3 and 1.4 against 1.2) */
const LOWER_CAUTION = 1.2 / 1.3;
const HIGHER_CAUTION = 1.2 / 1.4;

/** Writes `errorOfChange(): f64` and `size2(): f64` to `size6(): f64`: the root mean square of the change, and of ∇^2 to ∇^6, over tolerances at both ends of the step. */
export function writeErrorNorms(program: ProgramBuilder, memory: BdfMemory, errorStates: number): void {
  const write = (name: string, vector: Vector, before: Vector): void =>
    program.function(name, { result: "f64", exported: false }, (b) => {
      const rtol = b.local("f64", "rtol", f64.load(memory.real.rtol));
      const atol = b.local("f64", "atol", f64.load(memory.real.atol));
      const scaled = (read: (vector: Vector) => Value): Value =>
        f64.div(read(vector), f64.add(atol, f64.mul(rtol, f64.max(f64.abs(read(before)), f64.abs(read(at(memory.state)))))));
      const total = bdfVectors(b, memory).sum(0, errorStates, (read) => f64.mul(scaled(read), scaled(read)));
      b.return(f64.sqrt(f64.mul(1 / Math.max(1, errorStates), total)));
    });
  write("errorOfChange", at(memory.change), at(difference(memory, 0)));
  for (const j of [2, 3, 4, 5, 6]) write(`size${j}`, at(difference(memory, j)), at(memory.predicted));
}

/** What a step that was accepted says about the next one. */
interface AcceptedStep {
  readonly h: Local;
  readonly order: Local;
  readonly error: Local;
  /** To be set: the change of the step size. */
  readonly factor: Local;
  readonly safety: Local;
}

/** Writes the choice of the order, the present one or one beside it, that promises the longest step, and a change to that one by `rescale` where it pays. */
export function chooseOrder(b: FunctionBuilder, memory: BdfMemory, highestOrder: number, { h, order, error, factor, safety }: AcceptedStep, rescale: () => void): void {
  const { real, integer } = memory;
  b.set(error, f64.max(error, ERROR_FLOOR));
  b.set(factor, f64.call("inverseRoot", error, i32.add(order, 1)));
  const best = b.local("i32", "best");
  const other = b.local("f64", "other");
  b.set(best, order);
  const compare = (rival: number, caution: number): void => {
    b.set(other, f64.max(ERROR_FLOOR, f64.mul(bdfCoefficients.error[rival] ?? 1, f64.call(`size${rival + 1}`))));
    b.set(other, f64.mul(caution, f64.call("inverseRoot", other, i32.const(rival + 1))));
    b.if(f64.gt(other, factor), () => {
      b.set(factor, other);
      b.set(best, rival);
    });
  };
  for (let known = 1; known <= highestOrder; known++) {
    b.if(i32.eq(order, known), () => {
      if (known > 1) compare(known - 1, LOWER_CAUTION);
      if (known < highestOrder) compare(known + 1, HIGHER_CAUTION);
    });
  }
  b.set(factor, f64.min(f64.load(real.grow), f64.max(f64.load(real.shrink), f64.mul(safety, factor))));
  b.set(factor, f64.min(factor, f64.div(STEP_LARGEST, h)));
  b.if(i32.or(f64.lt(factor, KEEP[0]), f64.gt(factor, KEEP[1])), () => {
    b.set(order, best);
    b.store(integer.order, best);
    rescale();
  });
}
