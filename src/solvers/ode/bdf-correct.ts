import type { FunctionBuilder, ProgramBuilder } from "../../kernel/builder.ts";
import { f64, i32 } from "../../kernel/builder.ts";
import type { Local, Value } from "../../kernel/program.ts";
import { at, bdfVectors } from "./bdf-differences.ts";
import type { BdfMemory } from "./bdf-memory.ts";
import type { Vector } from "./vector.ts";

/** What `correct` returns. */
export const correction = { converged: 1, tooSlow: 0, nonFinite: -1 } as const;

/** Corrections of one step before it is tried anew. */
const MOST_CORRECTIONS = 4;
/** Corrections after which factors count as stale. */
const SLOW_CORRECTIONS = 3;
/** A correction this many times as large as the one before ends the iteration. */
const DIVERGENCE = 2;
/** The remembered rate is never trusted to have fallen faster than this. */
const RATE_MEMORY = 0.2;
/** Share of the error test that the iteration may leave behind. */
const ITERATION_SHARE = 0.02;
/**
 * Share of that which a linear solver may leave. What it leaves of what changes slowly, conserved totals above all, adds up over all steps: with
 * 0.05, which is usual, a long run of egfr_net ends a hundred times as far from its path as with complete factors. A tenth of that costs
 * a third more products and saves steps; a fiftieth costs three quarters more (fceri_gamma2).
 */
const LINEAR_SHARE = 0.005;

/**
 * Writes `refresh(time: f64, c: f64): i32`, the Jacobian at the predicted state and its factors (0 when it has none), and
 * `correct(time: f64, c: f64, share: f64): i32`, the Newton iteration of one step on y - c f(time, y) + history = predicted
 * with the factors at hand; `share` is the local error per unit of change.
 *
 * @source Shampine & Reichelt 1997, doi:10.1137/S1064827594276424, section 2.3; the remembered rate as in Hindmarsh et al. 2005, doi:10.1145/1089014.1089020
 */
export function writeCorrect(program: ProgramBuilder, memory: BdfMemory, errorStates: number): void {
  const { real, integer } = memory;

  program.function("refresh", { parameters: { time: "f64", c: "f64" }, result: "i32", exported: false }, (b, { time, c }) => {
    if (!time || !c) return;
    b.call("jacobian", i32.const(memory.jacobian), time, i32.const(memory.predicted));
    b.store(integer.factorizations, i32.add(i32.load(integer.factorizations), 1));
    b.store(real.factored, c);
    b.store(real.rate, f64.const(1));
    b.store(integer.stale, i32.const(0));
    b.return(i32.call("factorShifted", c));
  });

  program.function("correct", { parameters: { time: "f64", c: "f64", share: "f64" }, result: "i32", exported: false }, (b, { time, c, share }) => {
    if (!time || !c || !share) return;
    const vectors = bdfVectors(b, memory);
    const limit = b.local("f64", "limit", f64.div(ITERATION_SHARE, share));
    const rate = b.local("f64", "rate", f64.load(real.rate));
    const norm = b.local("f64", "norm");
    const previous = b.local("f64", "previous", f64.const(0));
    const count = b.local("i32", "count", i32.const(0));
    const products = b.local("i32", "products");
    b.store(real.tolerance, f64.mul(LINEAR_SHARE, limit));
    vectors.assign(at(memory.state), (of) => of(at(memory.predicted)));
    vectors.assign(at(memory.change), () => f64.const(0));
    b.loop(() => {
      b.call("rhs", i32.const(memory.rate), time, i32.const(memory.state));
      b.store(integer.rhsEvaluations, i32.add(i32.load(integer.rhsEvaluations), 1));
      vectors.assign(at(memory.residual), (of) => f64.sub(f64.sub(f64.mul(c, of(at(memory.rate))), of(at(memory.history))), of(at(memory.change))));
      const finite = vectors.sum(0, memory.size, (of) => f64.mul(0, of(at(memory.residual))));
      b.if(f64.ne(finite, 0), () => b.return(i32.const(correction.nonFinite)));
      b.set(products, i32.call("solveShifted", i32.const(memory.residual), c));
      b.if(i32.lt(products, 0), () => b.return(i32.const(correction.tooSlow)));
      b.store(integer.products, i32.add(i32.load(integer.products), products));
      b.store(integer.corrections, i32.add(i32.load(integer.corrections), 1));
      vectors.assign(at(memory.change), (of) => f64.add(of(at(memory.change)), of(at(memory.residual))));
      vectors.assign(at(memory.state), (of) => f64.add(of(at(memory.predicted)), of(at(memory.change))));
      const scaled = (of: (vector: Vector) => Value): Value => f64.mul(of(at(memory.residual)), of(at(memory.scale)));
      const total = vectors.sum(0, errorStates, (of) => f64.mul(scaled(of), scaled(of)));
      b.set(norm, f64.sqrt(f64.mul(1 / Math.max(1, errorStates), total)));
      b.if(f64.lt(norm, Infinity), () => {}, () => b.return(i32.const(correction.nonFinite)));
      b.set(count, i32.add(count, 1));
      b.if(i32.gt(count, 1), () => {
        b.if(f64.gt(norm, f64.mul(DIVERGENCE, previous)), () => b.return(i32.const(correction.tooSlow)));
        b.set(rate, f64.max(f64.mul(RATE_MEMORY, rate), f64.div(norm, previous)));
      });
      b.if(f64.le(f64.mul(norm, f64.min(1, rate)), limit), () => {
        b.store(real.rate, rate);
        b.if(i32.ge(count, SLOW_CORRECTIONS), () => b.store(integer.stale, i32.const(1)));
        b.return(i32.const(correction.converged));
      });
      b.if(i32.ge(count, MOST_CORRECTIONS), () => b.return(i32.const(correction.tooSlow)));
      b.set(previous, norm);
    });
  });
}

/** Sets `fresh` where a step with this c needs new factors: those at hand are stale, or c has `moved` from theirs by more than a fraction. */
export function findFresh(b: FunctionBuilder, { real, integer }: BdfMemory, { c, moved, fresh }: Readonly<Record<"c" | "moved" | "fresh", Local>>, range: number): void {
  b.set(moved, f64.div(c, f64.load(real.factored)));
  b.set(fresh, i32.or(i32.load(integer.stale), i32.or(f64.lt(moved, 1 - range), f64.gt(moved, 1 + range))));
}
