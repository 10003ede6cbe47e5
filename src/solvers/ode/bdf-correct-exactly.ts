import type { ProgramBuilder } from "../../kernel/builder.ts";
import { f64, i32 } from "../../kernel/builder.ts";
import { correction } from "./bdf-correct.ts";
import { at, bdfVectors } from "./bdf-differences.ts";
import type { BdfMemory } from "./bdf-memory.ts";
import { RESTLESS_ITERATIONS, isExact } from "./exactly.ts";

/** Corrections of one step, slow as they may be. */
const MOST_EXACT_CORRECTIONS = 60;
/** Of the error test: what corrections that rounding keeps restless may leave. */
const SHARE_OF_TOLERANCE = 0.02;
/** Corrections after which factors count as stale: making them anew costs no more than what they then spare in a few steps. */
const SLOW_CORRECTIONS = 3;
/** What an iterative linear solver may leave of a correction. */
const LINEAR_REST = 1e-3;

/**
 * Writes `correctExactly(time: f64, c: f64): i32`, which goes on with the corrections of a step, from the change at hand and with the factors at
 * hand, until rounding ends them: derivatives of a step are those of its equation.
 */
export function writeCorrectExactly(program: ProgramBuilder, memory: BdfMemory, errorStates: number): void {
  const { real, integer, size } = memory;
  program.function("correctExactly", { parameters: { time: "f64", c: "f64" }, result: "i32", exported: false }, (b, { time, c }) => {
    if (!time || !c) return;
    const vectors = bdfVectors(b, memory);
    const atol = b.local("f64", "atol", f64.load(real.atol));
    const count = b.local("i32", "count", i32.const(0));
    const products = b.local("i32", "products");
    const norm = b.local("f64", "norm");
    const before = b.local("f64", "before", f64.const(Infinity));
    const least = b.local("f64", "least", f64.const(Infinity));
    const restless = b.local("i32", "restless", i32.const(0));
    const ended = b.local("i32", "ended");
    const scaled = b.local("f64", "scaled");
    const share = 1 / Math.max(1, size);
    b.loop(() => {
      b.call("rhs", i32.const(memory.rate), time, i32.const(memory.state));
      b.store(integer.rhsEvaluations, i32.add(i32.load(integer.rhsEvaluations), 1));
      vectors.assign(at(memory.residual), (of) => f64.sub(f64.sub(f64.mul(c, of(at(memory.rate))), of(at(memory.history))), of(at(memory.change))));
      const residual = vectors.sum(0, size, (of) => {
        b.set(scaled, f64.mul(of(at(memory.residual)), of(at(memory.scale))));
        return f64.mul(scaled, scaled);
      });
      b.if(f64.lt(residual, Infinity), () => {}, () => b.return(i32.const(correction.nonFinite)));
      b.store(real.tolerance, f64.mul(LINEAR_REST, f64.sqrt(f64.mul(share, residual))));
      b.set(products, i32.call("solveShifted", i32.const(memory.residual), c));
      b.if(i32.lt(products, 0), () => b.return(i32.const(correction.tooSlow)));
      b.store(integer.products, i32.add(i32.load(integer.products), products));
      b.store(integer.corrections, i32.add(i32.load(integer.corrections), 1));
      vectors.assign(at(memory.change), (of) => f64.add(of(at(memory.change)), of(at(memory.residual))));
      vectors.assign(at(memory.state), (of) => f64.add(of(at(memory.predicted)), of(at(memory.change))));
      const total = vectors.sum(0, size, (of) => {
        b.set(scaled, f64.div(of(at(memory.residual)), f64.add(atol, f64.abs(of(at(memory.state))))));
        return f64.mul(scaled, scaled);
      });
      b.set(norm, f64.sqrt(f64.mul(share, total)));
      b.if(f64.lt(norm, Infinity), () => {}, () => b.return(i32.const(correction.nonFinite)));
      b.set(ended, isExact(norm, f64.ge(norm, before), i32.ge(count, MOST_EXACT_CORRECTIONS)));
      b.set(restless, i32.select(f64.lt(norm, f64.mul(0.5, least)), 0, i32.add(restless, 1)));
      b.set(least, f64.select(restless, least, norm));
      b.if(i32.and(i32.ge(restless, RESTLESS_ITERATIONS), f64.le(norm, before)), () => {
        const seen = vectors.sum(0, errorStates, (of) => {
          b.set(scaled, f64.mul(of(at(memory.residual)), of(at(memory.scale))));
          return f64.mul(scaled, scaled);
        });
        b.set(ended, i32.or(ended, f64.le(seen, errorStates * SHARE_OF_TOLERANCE ** 2)));
      });
      b.if(ended, () => {
        b.if(i32.ge(count, SLOW_CORRECTIONS), () => b.store(integer.stale, i32.const(1)));
        b.return(i32.const(correction.converged));
      });
      b.if(i32.ge(count, MOST_EXACT_CORRECTIONS), () => b.return(i32.const(correction.tooSlow)));
      b.set(count, i32.add(count, 1));
      b.set(before, norm);
    });
  });
}
