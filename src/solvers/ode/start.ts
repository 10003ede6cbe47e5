import type { ProgramBuilder } from "../../kernel/builder.ts";
import { f64, i32 } from "../../kernel/builder.ts";
import { STEP_FLOOR, STEP_TINIEST, rootPowers } from "./controller.ts";
import type { OdeMemory } from "./memory.ts";
import type { OdeMethod } from "./method.ts";
import type { Vector } from "./vector.ts";
import { memoryVectors } from "./vector.ts";

/**
 * Writes `restart(): i32`: rates where the run stands and the size of the step to try there; returns 1, or 0 when the
 * state or a rate is not finite. The interval's length plays no part. And `begin(): i32`: the same, and the requested
 * times at or before the start.
 *
 * @source Hairer, Norsett & Wanner 1993, Solving Ordinary Differential Equations I, section II.4 (starting step size); the root 1/(p+1) is replaced by sixteenths
 */
export function writeBegin(program: ProgramBuilder, method: OdeMethod, memory: OdeMemory, errorStates: number): void {
  const size = memory.stateCount;
  program.function("restart", { result: "i32" }, (b) => {
    const vectors = memoryVectors(b, size, memory.vector);
    const y: Vector = { kind: "memory", address: memory.state };
    const trial: Vector = { kind: "memory", address: memory.next };
    const rate: Vector = { kind: "memory", address: memory.stages };
    const trialRate: Vector = { kind: "memory", address: memory.spare };
    const t = b.local("f64", "t", f64.load(memory.real.time));
    const rtol = b.local("f64", "rtol", f64.load(memory.real.rtol));
    const atol = b.local("f64", "atol", f64.load(memory.real.atol));
    const ratio = b.local("f64", "ratio");
    const share = 1 / Math.max(1, errorStates);
    const norm = (component: (of: (vector: Vector) => ReturnType<typeof f64.const>) => ReturnType<typeof f64.const>) =>
      f64.sqrt(
        f64.mul(
          share,
          vectors.sum(0, errorStates, (of) => {
            b.set(ratio, f64.div(component(of), f64.add(atol, f64.mul(rtol, f64.abs(of(y))))));
            return f64.mul(ratio, ratio);
          }),
        ),
      );

    // The first stage's slot holds the rate here, which is where methods that reuse their last stage expect it.
    b.call("rhs", i32.const(memory.stages), t, i32.const(memory.state));
    const finite = vectors.sum(0, size, (of) => f64.add(f64.mul(0, of(y)), f64.mul(0, of(rate))));
    b.if(f64.ne(finite, 0), () => b.return(i32.const(0)));

    b.if(i32.eq(i32.load(memory.integer.stepsCount), 0), () => {
      const d0 = b.local("f64", "d0", norm((of) => of(y)));
      const d1 = b.local("f64", "d1", norm((of) => of(rate)));
      const small = i32.or(f64.lt(d0, 1e-5), f64.lt(d1, 1e-5));
      const h0 = b.local("f64", "h0", f64.const(1e-6));
      b.if(small, () => {}, () => b.set(h0, f64.div(f64.mul(0.01, d0), d1)));
      vectors.assign(trial, (of) => f64.add(of(y), f64.mul(h0, of(rate))));
      b.call("rhs", i32.const(memory.spare), f64.add(t, h0), i32.const(memory.next));
      const d2 = b.local("f64", "d2", f64.div(norm((of) => f64.sub(of(trialRate), of(rate))), h0));
      const steepest = b.local("f64", "steepest", f64.max(d1, d2));
      const h1 = b.local("f64", "h1", f64.max(1e-6, f64.mul(1e-3, h0)));
      // Not "greater": a trial outside the domain of the rates gives NaN, and then the careful value stays.
      b.if(f64.gt(steepest, 1e-15), () => {
        const [guess] = rootPowers(b, f64.div(0.01, steepest), [Math.round(16 / (method.facts.order + 1))]);
        if (guess) b.set(h1, guess);
      });
      // Far from time 0 the floor on steps can be above the guess; the error control then has the last word.
      const floor = f64.mul(4, f64.add(f64.mul(STEP_FLOOR, f64.abs(t)), STEP_TINIEST));
      b.store(memory.real.step, f64.max(floor, f64.min(f64.mul(100, h0), h1)));
    });
    b.return(i32.const(1));
  });

  program.function("begin", { result: "i32" }, (b) => {
    b.if(i32.isZero(i32.call("restart")), () => b.return(i32.const(0)));
    const t = b.local("f64", "t", f64.load(memory.real.time));
    const reached = b.local("i32", "reached", i32.const(0));
    const count = b.local("i32", "count", i32.load(memory.integer.timeCount));
    const times = b.local("i32", "times", i32.load(memory.integer.timesAddress));
    const output = b.local("i32", "output", i32.load(memory.integer.outputsAddress));
    b.loop((loop) => {
      b.if(i32.ge(reached, count), () => b.break(loop));
      b.if(f64.gt(f64.load(i32.add(times, i32.shl(reached, 3))), t), () => b.break(loop));
      b.repeat(size, (index) => b.store(i32.add(output, i32.shl(index, 3)), f64.load(i32.shl(index, 3), memory.state)));
      b.set(output, i32.add(output, 8 * size));
      b.set(reached, i32.add(reached, 1));
    });
    b.store(memory.integer.reached, reached);
    b.return(i32.const(1));
  });
}
