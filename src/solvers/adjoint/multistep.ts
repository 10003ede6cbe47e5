import type { FunctionBuilder } from "../../kernel/builder.ts";
import { f64, i32 } from "../../kernel/builder.ts";
import type { Instance } from "../../kernel/instance.ts";
import type { Local, Value } from "../../kernel/program.ts";
import { HIGHEST_ORDER, bdfCoefficients, byOrder } from "../ode/bdf-coefficients.ts";
import { eachOrder, rescaleWeights } from "../ode/bdf-differences.ts";
import { bdfTapeRow, difference } from "../ode/bdf-memory.ts";
import type { MultistepContext } from "../ode/multistep.ts";
import { symbolPlaces } from "../tables/symbol-places.ts";
import type { AdjointMemory } from "./memory.ts";
import { addTo, each } from "./memory.ts";
import type { TransposedShifted } from "./transposed-shifted.ts";
import { transposedShifted } from "./transposed-shifted.ts";
import { writeVectorJacobian } from "./vector-jacobian.ts";

/** Differences that a step reads or makes: 0 to one above the highest order. */
export const MULTISTEP_DIFFERENCES = HIGHEST_ORDER + 2;

/**
 * Writes `reverse(budget: i32): i32`, which reverses up to `budget` rows of the tape, last first: 1 = rows are left, 0 = done, -1 = a linear
 * system had no solution. A row takes the differences D at its start to those at its end, by
 * rescaling, D_j ← Σ_i T_ij D_i; the equation (I - cJ) δd = cJ Σ δD_j - Σ (γ_j/α_k) δD_j + c f_p δp; and D_(k+1) ← d, D_j ← D_j + D_(j+1) for
 * j = k … 0. With Λ the cotangents of D, δ = Σ Λ_j and w = (I - cJᵀ)⁻¹ δ this is undone by Λ_j ← Λ_0 + … + Λ_j + (w - δ) - (γ_j/α_k) w,
 * then Λ_i ← Σ_j T_ij Λ_j; parameters receive c f_pᵀ w. A row that begins afresh has D_1 = h f(t, y).
 *
 * @source Shampine & Reichelt 1997, doi:10.1137/S1064827594276424 (the steps); Griewank & Walther 2008, doi:10.1137/1.9780898717761, section 15 (reversing implicit steps by transposed solutions)
 */
export function writeMultistepReverse(context: MultistepContext, at: AdjointMemory, wrt: readonly string[]): { prepare(instance: Instance): void } {
  const { program, layout, memory, rates, system } = context;
  const n = memory.size;
  const block = (): number => layout.f64(Math.max(1, n));
  const scene: Scene = {
    program,
    memory,
    cotangent: (j) => at.stageCotangents + 8 * n * j,
    start: block(),
    end: block(),
    solved: block(),
    weighed: block(),
    pulled: block(),
    copy: (b, from, to) => each(b, n, (offset) => b.store(offset, f64.load(offset, from), to)),
  };
  const transposed = transposedShifted(context);
  writeVectorJacobian({ program, layout, system, resolve: symbolPlaces(system, rates.parametersAddress) }, at, wrt, "pull", system.rhs);
  writeReverseOutput(scene);
  writeReverseStep(scene, transposed);
  writeReverseRescale(scene);
  writeReverseLoop(scene, at);
  return transposed;
}

/** What the functions of the reverse sweep share; addresses are bytes. */
interface Scene extends Pick<MultistepContext, "program" | "memory"> {
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
function writeReverseOutput({ program, memory: { size: n }, cotangent }: Scene): void {
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
function writeReverseStep({ program, memory, cotangent, end, solved, weighed, pulled, copy }: Scene, transposed: TransposedShifted): void {
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
function writeReverseRescale({ program, memory: { size: n }, cotangent }: Scene): void {
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

/** Writes `reverse`. */
function writeReverseLoop({ program, memory, cotangent, start, end, weighed, pulled, copy }: Scene, at: AdjointMemory): void {
  const { integer, size: n } = memory;
  const clear = (b: FunctionBuilder, j: number): void => each(b, n, (offset) => b.store(offset, f64.const(0), cotangent(j)));
  program.function("reverse", { parameters: { budget: "i32" }, result: "i32" }, (b, { budget }) => {
    if (!budget) return;
    const row = b.local("i32", "row", i32.load(at.row));
    const output = b.local("i32", "output", i32.load(at.output));
    const address = b.local("i32", "address");
    const t = b.local("f64", "t");
    const h = b.local("f64", "h");
    const time = b.local("f64", "time");
    const requested = b.local("f64", "requested");
    const order = b.local("i32", "order");
    const afresh = b.local("i32", "afresh");
    const outputCotangents = (): Value => i32.add(i32.load(at.cotangents), i32.mul(output, 8 * n));
    const step = (field: number): Value => f64.load(i32.add(address, field));
    b.if(i32.isZero(i32.load(at.pending)), () => {
      for (let j = 0; j < MULTISTEP_DIFFERENCES; j++) clear(b, j);
      copy(b, difference(memory, 0), end);
      b.store(at.pending, i32.const(1));
    });
    b.loop((loop) => {
      b.if(i32.le(row, 0), () => b.break(loop));
      b.if(i32.le(budget, 0), () => {
        b.store(at.row, row);
        b.store(at.output, output);
        b.return(i32.const(1));
      });
      b.set(budget, i32.sub(budget, 1));
      b.set(row, i32.sub(row, 1));
      b.set(address, i32.add(i32.load(integer.tapeAddress), i32.mul(row, bdfTapeRow.bytes(n))));
      b.set(t, step(bdfTapeRow.time));
      b.set(h, step(bdfTapeRow.step));
      b.set(time, f64.add(t, h));
      b.set(order, i32.fromF64(step(bdfTapeRow.order)));
      b.set(afresh, i32.isZero(order));
      b.if(afresh, () => b.set(order, 1));
      each(b, n, (offset) => b.store(offset, f64.load(i32.add(address, offset), bdfTapeRow.state), start));
      b.loop((outputs) => {
        b.if(i32.le(output, 0), () => b.break(outputs));
        b.set(requested, requestedTime(integer.timesAddress, output));
        b.if(f64.le(requested, t), () => b.break(outputs));
        b.set(output, i32.sub(output, 1));
        b.call("reverseOutput", outputCotangents(), f64.div(f64.sub(requested, time), h), order);
      });
      b.if(i32.isZero(i32.call("reverseStep", time, h, order)), () => b.return(i32.const(-1)));
      b.if(
        afresh,
        () => {
          each(b, n, (offset) => b.store(offset, f64.mul(h, f64.load(offset, cotangent(1))), weighed));
          b.call("pull", t, i32.const(start), i32.const(0), i32.const(weighed), i32.const(pulled));
          each(b, n, (offset) => addTo(b, offset, cotangent(0), f64.load(offset, pulled)));
          for (let j = 1; j < MULTISTEP_DIFFERENCES; j++) clear(b, j);
        },
        () => {
          const before = b.local("f64", "before", step(bdfTapeRow.step - bdfTapeRow.bytes(n)));
          b.if(f64.ne(before, h), () => b.call("reverseRescale", f64.div(h, before), order));
        },
      );
      copy(b, start, end);
    });
    // Outputs at the start itself are the start state.
    b.loop((loop) => {
      b.if(i32.le(output, 0), () => b.break(loop));
      b.set(output, i32.sub(output, 1));
      each(b, n, (offset) => addTo(b, offset, cotangent(0), f64.load(i32.add(outputCotangents(), offset))));
    });
    copy(b, cotangent(0), at.lambda);
    b.store(at.row, row);
    b.store(at.output, output);
    b.return(i32.const(0));
  });
}

const requestedTime = (timesAddress: number, output: Local): Value => f64.load(i32.add(i32.load(timesAddress), i32.shl(i32.sub(output, 1), 3)));
