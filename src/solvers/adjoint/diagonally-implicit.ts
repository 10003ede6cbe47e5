import type { FunctionBuilder } from "../../kernel/builder.ts";
import { f64, i32 } from "../../kernel/builder.ts";
import type { Local, Value } from "../../kernel/program.ts";
import type { ExtendContext } from "../compile.ts";
import { jacobianOf } from "../ode/jacobian.ts";
import type { AdjointMemory } from "./memory.ts";
import { addTo, each } from "./memory.ts";
import { stepRecord } from "./step-record.ts";
import type { ReversedStep, StepReverser } from "./sweep.ts";
import { transposedLinear } from "./transposed-linear.ts";
import { writeVectorJacobian } from "./vector-jacobian.ts";

/**
 * The reverse of a diagonally implicit step with stages k_i = f(t_i, Y_i), Y_i = y + h Σ_{j ≤ i} a_ij k_j, all of them solved exactly:
 * with κ_i = (I - γh J(Y_i)ᵀ)⁻¹ ∂L/∂k_i, v_i = J(Y_i)ᵀ κ_i goes on to y and h a_ij v_i to the stages before. The first
 * stage is the last one of the step before and is reversed with it, so that its cotangent, as large as the system is stiff, is solved for and not multiplied out.
 *
 * @source Hager 2000, doi:10.1007/s002110000178 (adjoint of any Runge-Kutta method, implicit ones too)
 */
export function diagonallyImplicitReverser(context: ExtendContext, at: AdjointMemory, wrt: readonly string[], gamma: number): StepReverser {
  const { layout, memory, method, system } = context;
  const n = system.states.length;
  const { nodes, a, weights } = method.tableau;
  const last = nodes.length - 1;
  const stage = (index: number): number => memory.stages + 8 * n * index;
  const cotangent = (index: number): number => at.stageCotangents + 8 * n * index;
  const block = (): number => layout.f64(Math.max(1, n));
  const [stageState, pulled] = [block(), block()];
  /** The first stage of the row reversed last: it waits for the row before. */
  const waiting = { cotangent: block(), time: layout.f64(1), state: block() };
  writeVectorJacobian(context, at, wrt, "pull", system.rhs);
  const transposedAt = transposedLinear(context, jacobianOf(system));
  const record = stepRecord(context);

  const copy = (b: FunctionBuilder, from: number, to: number): void => each(b, n, (offset) => b.store(offset, f64.load(offset, from), to));
  /** Reverses what waits by itself: a rate that was taken, not solved for. */
  const settle = (b: FunctionBuilder): void => {
    b.call("pull", f64.load(waiting.time), i32.const(waiting.state), i32.const(0), i32.const(waiting.cotangent), i32.const(pulled));
    each(b, n, (offset) => addTo(b, offset, at.lambda, f64.load(offset, pulled)));
    b.store(at.pending, i32.const(0));
  };
  /** The next breakpoint as it was when a step was taken: stages beyond the step's end do not look past it. */
  const findBreakpoint = (b: FunctionBuilder, t: Local): void => {
    const place = b.local("i32", "place", i32.load(memory.integer.firstBreakpoint));
    b.loop((loop) => {
      b.if(f64.gt(f64.load(place), t), () => b.break(loop));
      b.set(place, i32.add(place, 8));
    });
    b.store(memory.integer.breakpointAddress, place);
  };
  const timeOf = (b: FunctionBuilder, { t, h }: ReversedStep, node: number): Local => {
    const time = b.local("f64", "stageTime", f64.add(t, f64.mul(node, h)));
    if (node > 1) b.if(f64.ge(time, f64.load(i32.load(memory.integer.breakpointAddress))), () => b.set(time, f64.add(t, h)));
    return time;
  };

  return {
    direct: at.lambda,
    prepare(b, step) {
      const { t, h } = step;
      const joins = b.local("i32", "joins", i32.and(i32.load(at.pending), f64.eq(f64.load(waiting.time), f64.add(t, h))));
      b.if(i32.and(i32.load(at.pending), i32.isZero(joins)), () => settle(b));
      findBreakpoint(b, t);
      record.restore(b, step);
      weights.forEach((weight, index) => {
        each(b, n, (offset) => b.store(offset, weight === 0 ? f64.const(0) : f64.mul(f64.mul(h, weight), f64.load(offset, at.lambda)), cotangent(index)));
      });
      b.if(joins, () => each(b, n, (offset) => addTo(b, offset, cotangent(last), f64.load(offset, waiting.cotangent))));
    },
    stages(b, step) {
      const { t, h } = step;
      const shift = b.local("f64", "shift", f64.div(1 / gamma, h));
      for (let index = last; index > 0; index--) {
        const row = a[index] ?? [];
        each(b, n, (offset) => {
          const change = row.reduce<Value | null>((sum, weight, earlier) => {
            if (weight === 0) return sum;
            const term = f64.mul(weight, f64.load(offset, stage(earlier)));
            return sum ? f64.add(sum, term) : term;
          }, null);
          b.store(offset, f64.add(f64.load(offset, memory.state), f64.mul(h, change ?? f64.const(0))), stageState);
          b.store(offset, f64.mul(shift, f64.load(offset, cotangent(index))), cotangent(index));
        });
        const time = timeOf(b, step, nodes[index] ?? 0);
        const transposed = transposedAt(b, time, stageState);
        transposed.factor(shift);
        transposed.solve({ kind: "memory", address: cotangent(index) });
        b.call("pull", time, i32.const(stageState), i32.const(0), i32.const(cotangent(index)), i32.const(pulled));
        each(b, n, (offset) => {
          const value = b.local("f64", "value", f64.load(offset, pulled));
          addTo(b, offset, at.lambda, value);
          row.slice(0, index).forEach((weight, earlier) => {
            if (weight !== 0) addTo(b, offset, cotangent(earlier), f64.mul(f64.mul(h, weight), value));
          });
        });
      }
      copy(b, cotangent(0), waiting.cotangent);
      copy(b, memory.state, waiting.state);
      b.store(waiting.time, t);
      b.store(at.pending, i32.const(1));
    },
    prepareExtra: () => {},
    extraStages: () => {},
    finish: (b) => b.if(i32.load(at.pending), () => settle(b)),
  };
}
