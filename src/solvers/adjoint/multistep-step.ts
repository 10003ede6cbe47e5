import type { FunctionBuilder } from "../../kernel/builder.ts";
import { f64, i32 } from "../../kernel/builder.ts";
import type { Value } from "../../kernel/program.ts";
import { HIGHEST_ORDER, bdfCoefficients, byOrder } from "../ode/bdf-coefficients.ts";
import { eachOrder, rescaleWeights } from "../ode/bdf-differences.ts";
import type { MultistepContext } from "../ode/multistep.ts";
import { addTo, each } from "./memory.ts";
import type { TransposedShifted } from "./transposed-shifted.ts";

/** What the functions of the reverse sweep share; addresses are bytes. */
export interface ReverseScene extends Pick<MultistepContext, "program" | "memory"> {
  /** ∂L/∂ of a difference [nState]. */
  cotangent(j: number): number;
  /** States at the ends of the row being reversed [nState]. */
  readonly start: number;
  readonly end: number;
  /** w, then c w, and what is pulled back through the rates [nState]. */
  readonly solved: number;
  readonly weighed: number;
  readonly pulled: number;
  copy(b: FunctionBuilder, from: number, to: number): void;
}

/** Writes `reverseOutput(source: i32, steps: f64, order: i32)`: an output so many steps after a row's end, from its cotangents to those of the differences there. */
export function writeReverseOutput({ program, memory: { size: n }, cotangent }: ReverseScene): void {
  program.function("reverseOutput", { parameters: { source: "i32", steps: "f64", order: "i32" }, exported: false }, (b, { source, steps, order }) => {
    if (!source || !steps || !order) return;
    const weight = b.local("f64", "weight", f64.const(1));
    for (let j = 0; j <= HIGHEST_ORDER; j++) {
      b.if(i32.gt(j, order), () => b.return());
      if (j > 0) b.set(weight, f64.div(f64.mul(weight, f64.add(steps, j - 1)), j));
      each(b, n, (offset) => addTo(b, offset, cotangent(j), f64.mul(weight, f64.load(i32.add(source, offset)))));
    }
  });
}

/** Writes `reverseStep(time: f64, h: f64, order: i32): i32`, from the differences at a row's end to those that its step began with; 0 where the linear system has no solution. */
export function writeReverseStep({ program, memory, cotangent, end, solved, weighed, pulled, copy }: ReverseScene, transposed: TransposedShifted): void {
  const { size: n } = memory;
  program.function("reverseStep", { parameters: { time: "f64", h: "f64", order: "i32" }, result: "i32", exported: false }, (b, { time, h, order }) => {
    if (!time || !h || !order) return;
    const c = b.local("f64", "c", f64.div(h, byOrder(order, bdfCoefficients.alpha)));
    const atol = b.local("f64", "atol", f64.load(memory.real.atol));
    b.call("jacobian", i32.const(memory.jacobian), time, i32.const(end));
    b.if(i32.isZero(transposed.factor(b, c)), () => b.return(i32.const(0)));
    each(b, n, (offset) => b.store(offset, f64.add(atol, f64.abs(f64.load(offset, end))), transposed.scale));
    eachOrder(b, order, (known) => {
      each(b, n, (offset) => {
        const sum = b.local("f64", "sum", f64.load(offset, cotangent(0)));
        for (let j = 1; j <= known; j++) {
          b.set(sum, f64.add(sum, f64.load(offset, cotangent(j))));
          b.store(offset, sum, cotangent(j));
        }
        b.store(offset, f64.add(sum, f64.load(offset, cotangent(known + 1))), solved);
        b.store(offset, f64.const(0), cotangent(known + 1));
      });
    });
    copy(b, solved, weighed);
    transposed.solve(b, solved, c, () => b.return(i32.const(0)));
    eachOrder(b, order, (known) => {
      each(b, n, (offset) => {
        const w = b.local("f64", "w", f64.load(offset, solved));
        const moved = b.local("f64", "moved", f64.sub(w, f64.load(offset, weighed)));
        for (let j = 0; j <= known; j++) {
          const history = (bdfCoefficients.gamma[j] ?? 0) / (bdfCoefficients.alpha[known] ?? 1);
          addTo(b, offset, cotangent(j), j === 0 ? moved : f64.sub(moved, f64.mul(history, w)));
        }
      });
    });
    each(b, n, (offset) => b.store(offset, f64.mul(c, f64.load(offset, solved)), weighed));
    b.call("pull", time, i32.const(end), i32.const(0), i32.const(weighed), i32.const(pulled));
    b.return(i32.const(1));
  });
}

/** Writes `reverseRescale(factor: f64, order: i32)`, from the differences that a step began with to those of the step size before. */
export function writeReverseRescale({ program, memory: { size: n }, cotangent }: ReverseScene): void {
  program.function("reverseRescale", { parameters: { factor: "f64", order: "i32" }, exported: false }, (b, { factor, order }) => {
    if (!factor || !order) return;
    const weights = rescaleWeights(b, factor);
    eachOrder(b, order, (known) => {
      // Downward: what ∇^i of the old step gave is read from those below it.
      each(b, n, (offset) => {
        for (let i = known; i >= 1; i--) {
          let sum: Value | null = null;
          for (let j = 1; j <= i; j++) {
            const weight = weights[i]?.[j];
            if (!weight) continue;
            const term = f64.mul(weight, f64.load(offset, cotangent(j)));
            sum = sum ? f64.add(sum, term) : term;
          }
          if (sum) b.store(offset, sum, cotangent(i));
        }
      });
    });
  });
}
