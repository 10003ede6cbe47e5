import type { FunctionBuilder } from "../../kernel/builder.ts";
import { f64, i32 } from "../../kernel/builder.ts";
import type { Instance } from "../../kernel/instance.ts";
import type { Local, Value } from "../../kernel/program.ts";
import { HIGHEST_ORDER } from "../ode/bdf-coefficients.ts";
import { bdfTapeRow, difference } from "../ode/bdf-memory.ts";
import type { MultistepContext } from "../ode/multistep.ts";
import { symbolPlaces } from "../tables/symbol-places.ts";
import type { AdjointMemory } from "./memory.ts";
import { addTo, each, requestedTime } from "./memory.ts";
import type { ReverseScene } from "./multistep-step.ts";
import { writeReverseOutput, writeReverseRescale, writeReverseStep } from "./multistep-step.ts";
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
  const scene: ReverseScene = {
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

/** Writes `reverse`. */
function writeReverseLoop(scene: ReverseScene, at: AdjointMemory): void {
  const { program, memory, cotangent, start, end, copy } = scene;
  program.function("reverse", { parameters: { budget: "i32" }, result: "i32" }, (b, { budget }) => {
    if (!budget) return;
    const now = rowLocals(b, at);
    const { row, output, t, h, time, order, afresh } = now;
    const keepPlace = (): void => {
      b.store(at.row, row);
      b.store(at.output, output);
    };
    b.if(i32.isZero(i32.load(at.pending)), () => {
      clearDifferences(b, scene, 0);
      copy(b, difference(memory, 0), end);
      b.store(at.pending, i32.const(1));
    });
    b.loop((loop) => {
      b.if(i32.le(row, 0), () => b.break(loop));
      b.if(i32.le(budget, 0), () => {
        keepPlace();
        b.return(i32.const(1));
      });
      b.set(budget, i32.sub(budget, 1));
      b.set(row, i32.sub(row, 1));
      readRow(b, scene, now);
      reverseOutputs(b, scene, at, now);
      b.if(i32.isZero(i32.call("reverseStep", time, h, order)), () => b.return(i32.const(-1)));
      b.if(
        afresh,
        () => reverseBeginning(b, scene, t, h),
        () => {
          const before = b.local("f64", "before", f64.load(i32.add(now.address, bdfTapeRow.step - bdfTapeRow.bytes(memory.size))));
          b.if(f64.ne(before, h), () => b.call("reverseRescale", f64.div(h, before), order));
        },
      );
      copy(b, start, end);
    });
    addStartOutputs(b, scene, at, output);
    copy(b, cotangent(0), at.lambda);
    keepPlace();
    b.return(i32.const(0));
  });
}

type RowLocals = ReturnType<typeof rowLocals>;

/** The row of the tape being reversed. */
const rowLocals = (b: FunctionBuilder, at: AdjointMemory) => ({
  row: b.local("i32", "row", i32.load(at.row)),
  output: b.local("i32", "output", i32.load(at.output)),
  address: b.local("i32", "address"),
  t: b.local("f64", "t"),
  h: b.local("f64", "h"),
  /** t + h. */
  time: b.local("f64", "time"),
  requested: b.local("f64", "requested"),
  order: b.local("i32", "order"),
  afresh: b.local("i32", "afresh"),
});

function readRow(b: FunctionBuilder, { memory: { integer, size: n }, start }: ReverseScene, { row, address, t, h, time, order, afresh }: RowLocals): void {
  const step = (field: number): Value => f64.load(i32.add(address, field));
  b.set(address, i32.add(i32.load(integer.tapeAddress), i32.mul(row, bdfTapeRow.bytes(n))));
  b.set(t, step(bdfTapeRow.time));
  b.set(h, step(bdfTapeRow.step));
  b.set(time, f64.add(t, h));
  b.set(order, i32.fromF64(step(bdfTapeRow.order)));
  b.set(afresh, i32.isZero(order));
  b.if(afresh, () => b.set(order, 1));
  each(b, n, (offset) => b.store(offset, f64.load(i32.add(address, offset), bdfTapeRow.state), start));
}

const outputCotangents = ({ memory: { size: n } }: ReverseScene, at: AdjointMemory, output: Value): Value => i32.add(i32.load(at.cotangents), i32.mul(output, 8 * n));

/** Outputs inside the row's step. */
function reverseOutputs(b: FunctionBuilder, scene: ReverseScene, at: AdjointMemory, { output, t, h, time, requested, order }: RowLocals): void {
  b.loop((outputs) => {
    b.if(i32.le(output, 0), () => b.break(outputs));
    b.set(requested, requestedTime(scene.memory.integer, output));
    b.if(f64.le(requested, t), () => b.break(outputs));
    b.set(output, i32.sub(output, 1));
    b.call("reverseOutput", outputCotangents(scene, at, output), f64.div(f64.sub(requested, time), h), order);
  });
}

/** Outputs at the start itself are the start state. */
function addStartOutputs(b: FunctionBuilder, scene: ReverseScene, at: AdjointMemory, output: Local): void {
  b.loop((loop) => {
    b.if(i32.le(output, 0), () => b.break(loop));
    b.set(output, i32.sub(output, 1));
    each(b, scene.memory.size, (offset) => addTo(b, offset, scene.cotangent(0), f64.load(i32.add(outputCotangents(scene, at, output), offset))));
  });
}

/** Where steps begin afresh there is D_1 = h f, and nothing of what was before. */
function reverseBeginning(b: FunctionBuilder, scene: ReverseScene, t: Local, h: Local): void {
  const { memory: { size: n }, cotangent, start, weighed, pulled } = scene;
  each(b, n, (offset) => b.store(offset, f64.mul(h, f64.load(offset, cotangent(1))), weighed));
  b.call("pull", t, i32.const(start), i32.const(0), i32.const(weighed), i32.const(pulled));
  each(b, n, (offset) => addTo(b, offset, cotangent(0), f64.load(offset, pulled)));
  clearDifferences(b, scene, 1);
}

/** Clears the cotangents of the differences from ∇^j on. */
function clearDifferences(b: FunctionBuilder, { memory: { size: n }, cotangent }: ReverseScene, from: number): void {
  for (let j = from; j < MULTISTEP_DIFFERENCES; j++) each(b, n, (offset) => b.store(offset, f64.const(0), cotangent(j)));
}
