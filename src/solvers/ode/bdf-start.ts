import type { ProgramBuilder } from "../../kernel/builder.ts";
import { f64, i32 } from "../../kernel/builder.ts";
import type { Value } from "../../kernel/program.ts";
import { at, bdfVectors } from "./bdf-differences.ts";
import type { BdfMemory } from "./bdf-memory.ts";
import { difference } from "./bdf-memory.ts";
import { STEP_FLOOR, STEP_TINIEST } from "./controller.ts";
import type { Vector } from "./vector.ts";

/**
 * Writes `restart(): i32`, which starts from the state where the run stands with order 1, a first step size and no memory of
 * what was before, and returns 0 when the state or its rate is not finite; and `begin(): i32`, which does so and writes the requested
 * times at or before the start.
 *
 * @source Hairer, Norsett & Wanner 1993, Solving Ordinary Differential Equations I, section II.4 (starting step size, for order 1)
 */
export function writeStart(program: ProgramBuilder, memory: BdfMemory, errorStates: number): void {
  const { size, real, integer } = memory;
  const y = at(difference(memory, 0));
  const rate = at(memory.rate);

  program.function("restart", { result: "i32" }, (b) => {
    const vectors = bdfVectors(b, memory);
    const t = b.local("f64", "t", f64.load(real.time));
    const rtol = b.local("f64", "rtol", f64.load(real.rtol));
    const atol = b.local("f64", "atol", f64.load(real.atol));
    const norm = (component: (of: (vector: Vector) => Value) => Value): Value => {
      const scaled = (of: (vector: Vector) => Value): Value => f64.div(component(of), f64.add(atol, f64.mul(rtol, f64.abs(of(y)))));
      const total = vectors.sum(0, errorStates, (of) => f64.mul(scaled(of), scaled(of)));
      return f64.sqrt(f64.mul(1 / Math.max(1, errorStates), total));
    };
    b.store(integer.order, i32.const(1));
    b.store(integer.equalSteps, i32.const(0));
    b.store(integer.failures, i32.const(0));
    b.store(integer.stale, i32.const(1));
    b.store(integer.afresh, i32.const(1));
    b.call("rhs", i32.const(memory.rate), t, i32.const(difference(memory, 0)));
    b.store(integer.rhsEvaluations, i32.add(i32.load(integer.rhsEvaluations), 2));
    const finite = vectors.sum(0, size, (of) => f64.add(f64.mul(0, of(y)), f64.mul(0, of(rate))));
    b.if(f64.ne(finite, 0), () => b.return(i32.const(0)));

    const d0 = b.local("f64", "d0", norm((of) => of(y)));
    const d1 = b.local("f64", "d1", norm((of) => of(rate)));
    const trialStep = b.local("f64", "trialStep", f64.const(1e-6));
    b.if(i32.or(f64.lt(d0, 1e-5), f64.lt(d1, 1e-5)), () => {}, () => b.set(trialStep, f64.div(f64.mul(0.01, d0), d1)));
    vectors.assign(at(memory.state), (of) => f64.add(of(y), f64.mul(trialStep, of(rate))));
    b.call("rhs", i32.const(memory.residual), f64.add(t, trialStep), i32.const(memory.state));
    const bend = b.local("f64", "bend", f64.div(norm((of) => f64.sub(of(at(memory.residual)), of(rate))), trialStep));
    const steepest = b.local("f64", "steepest", f64.max(d1, bend));
    const step = b.local("f64", "step", f64.max(1e-6, f64.mul(1e-3, trialStep)));
    // Not "greater": a trial outside the domain of the rates gives NaN, and then the careful value stays.
    b.if(f64.gt(steepest, 1e-15), () => b.set(step, f64.sqrt(f64.div(0.01, steepest))));
    // Far from time 0 the floor on steps can be above the guess; the error control then has the last word.
    const floor = f64.mul(4, f64.add(f64.mul(STEP_FLOOR, f64.abs(t)), STEP_TINIEST));
    b.set(step, f64.max(floor, f64.min(f64.mul(100, trialStep), step)));
    b.store(real.step, step);
    vectors.assign(at(difference(memory, 1)), (of) => f64.mul(step, of(rate)));
    for (const j of [2, 3]) vectors.assign(at(difference(memory, j)), () => f64.const(0));
    b.return(i32.const(1));
  });

  program.function("begin", { result: "i32" }, (b) => {
    b.if(i32.isZero(i32.call("restart")), () => b.return(i32.const(0)));
    const t = b.local("f64", "t", f64.load(real.time));
    const reached = b.local("i32", "reached", i32.const(0));
    const output = b.local("i32", "output", i32.load(integer.outputsAddress));
    b.loop((loop) => {
      b.if(i32.ge(reached, i32.load(integer.timeCount)), () => b.break(loop));
      b.if(f64.gt(f64.load(i32.add(i32.load(integer.timesAddress), i32.shl(reached, 3))), t), () => b.break(loop));
      b.repeat(size, (index) => b.store(i32.add(output, i32.shl(index, 3)), f64.load(i32.shl(index, 3), difference(memory, 0))));
      b.set(output, i32.add(output, 8 * size));
      b.set(reached, i32.add(reached, 1));
    });
    b.store(integer.reached, reached);
    b.return(i32.const(1));
  });
}
