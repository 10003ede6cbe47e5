import { f64, i32 } from "../kernel/builder.ts";
import type { FunctionBuilder } from "../kernel/builder.ts";
import type { Local, Value } from "../kernel/program.ts";

/** Fluxes of one reaction at one state · concentration per time; the force is dimensionless. */
export interface Flux {
  readonly net: number;
  readonly activity: number;
  /** `ln(forward / reverse)`; infinite where one of them is 0. */
  readonly force: number;
  /** `net * force` in units of R; Infinity where one direction alone runs, 0 where neither does. */
  readonly entropyProduction: number;
}

const atRest: Flux = { net: 0, activity: 0, force: 0, entropyProduction: 0 };

/** Below this |force| the difference of the rounded fluxes loses more digits than `expm1` of the force; dimensionless. */
const smallForce = 0.1;

/** 1/2!, 1/4!, 1/6!, ... and 1/3!, 1/5!, 1/7!, ..., last first: what is left out is below 3e-18 of the sum up to `smallForce`. */
const evenTerms = [1 / 3628800, 1 / 40320, 1 / 720, 1 / 24, 1 / 2] as const;
const oddTerms = [1 / 362880, 1 / 5040, 1 / 120, 1 / 6] as const;

/** `expm1` up to `smallForce`: x + x^2 (1/2! + x/3! + ...), the first term exact. Programs compute it without a call, in the same order. */
function smallExpm1(x: number): number {
  const square = x * x;
  const horner = (terms: readonly number[]): number => terms.reduce((total, term) => total * square + term);
  return x + square * (horner(evenTerms) + x * horner(oddTerms));
}

/**
 * Net flux, activity and entropy production from the two one-way fluxes and the force in logarithms.
 *
 * Next to equilibrium the net flux comes from the force, not from the difference of rounded fluxes, so that it keeps its
 * digits and its sign; far from it the difference is as exact, and cancels exactly where two reactions balance.
 * @source Kondepudi & Prigogine 2014, Modern Thermodynamics, sec. 9.5 (entropy production of a reaction is flux times force)
 */
export function fluxFrom(forward: number, reverse: number, force: number): Flux {
  if (forward === 0 && reverse === 0) return atRest;
  const net = Math.abs(force) > smallForce ? forward - reverse : force >= 0 ? -forward * smallExpm1(-force) : reverse * smallExpm1(force);
  return { net, activity: forward + reverse, force, entropyProduction: net === 0 ? 0 : net * force };
}

/** The locals of one reaction inside a program. */
export interface FluxLocals {
  readonly forward: Local;
  readonly reverse: Local;
  readonly net: Local;
  readonly force: Local;
}

/** `fluxFrom` inside a program: reads `forward`, `reverse` and `force`, sets `net`, and `force` to 0 where neither direction runs. */
export function writeFlux(b: FunctionBuilder, { forward, reverse, net, force }: FluxLocals): void {
  b.if(
    i32.and(f64.eq(forward, 0), f64.eq(reverse, 0)),
    () => {
      b.set(net, 0);
      b.set(force, 0);
    },
    () =>
      b.if(
        f64.gt(f64.abs(force), smallForce),
        () => b.set(net, f64.sub(forward, reverse)),
        () =>
          b.if(
            f64.ge(force, 0),
            () => b.set(net, f64.mul(f64.neg(forward), writeSmallExpm1(f64.neg(force)))),
            () => b.set(net, f64.mul(reverse, writeSmallExpm1(force))),
          ),
      ),
  );
}

function writeSmallExpm1(x: Value): Value {
  const square = f64.mul(x, x);
  const horner = ([first = 0, ...terms]: readonly number[]): Value => terms.reduce((total: Value, term) => f64.add(f64.mul(total, square), term), f64.const(first));
  return f64.add(x, f64.mul(square, f64.add(horner(evenTerms), f64.mul(x, horner(oddTerms)))));
}
