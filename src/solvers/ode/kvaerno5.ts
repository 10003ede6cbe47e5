import { type FunctionBuilder, type LoopLabel, f64, i32 } from "../../kernel/builder.ts";
import type { Local, Value } from "../../kernel/program.ts";
import { RESTLESS_ITERATIONS, isExact } from "./exactly.ts";
import type { OdeMethod, StepContext, Tableau } from "./method.ts";
import type { Vector } from "./vector.ts";
import { weighted } from "./vector.ts";

/** Diagonal of every stage but the first. */
const gamma = 0.26;

/** The sixth stage is the embedded solution of order 4, the seventh the new state. */
const embedded = [0.13855640231268224, 0, -0.04245337201752043, 0.02446657898003141, 0.6194303907248068, gamma];
const weights = [0.13659751177640292, 0, -0.05496908796538376, -0.04118626728321046, 0.629933048990164, 0.06962479448202728, gamma];

const tableau: Tableau = {
  stageUnit: "rate",
  nodes: [0, 0.52, 1.230333209967908, 0.8957659843500759, 0.43639360985864756, 1, 1],
  a: [
    [],
    [gamma, gamma],
    [0.13, 0.8403332099679081, gamma],
    [0.22371961478320504, 0.476755323197997, -0.06470895363112615, gamma],
    [0.16648564323248322, 0.1045001884159172, 0.03631482272098715, -0.13090704451073998, gamma],
    embedded,
    weights,
  ],
  weights,
  error: weights.map((weight, j) => weight - (embedded[j] ?? 0)),
  // Found here: without stage 2, whose order is lower, order 4 asks for no more than moments 1 to 4; slopes and values are right at
  // both ends, and stages 6 and 7, which share a time, are cubic.
  dense: [
    [1, -2.110017084610063, 1.766424216325738, -0.5198096199392719],
    [],
    [0, 0.6000662569329254, -1.4200088657273857, 0.7649735208290767],
    [0, -1.9394807293039915, 3.7142163894751414, -1.8159219274543603],
    [0, 3.4605571735350473, -4.401382151109439, 1.5707580265645553],
    [0, 0.20887438344608183, -0.13924958896405457],
    [0, -0.22, 0.48],
  ],
};

/** What is left of a stage's equation may be this share of the tolerance. */
const SHARE_OF_TOLERANCE = 0.001;
/** How well one stage may speak for the next, which may be less linear. */
const SMALLEST_REMAINDER = 1e-3;
/** Iterations of a stage before the step is refused. */
const LARGEST_ITERATIONS = 10;
/** Iterations of a stage that is solved exactly, slow as they may be. */
const LARGEST_EXACT_ITERATIONS = 100;

/** The polynomial through the stages before one, at its time: weights of their rates. */
const predictor = (index: number): number[] => {
  const at = tableau.nodes[index] ?? 0;
  const earlier = tableau.nodes.slice(0, index);
  return earlier.map((own) => earlier.reduce((product, other) => (other === own ? product : (product * (at - other)) / (own - other)), 1));
};

/**
 * Singly diagonally implicit Runge-Kutta method of order 5(4) with an explicit first stage, seven stages, L-stable and stiffly
 * accurate: for stiff systems with costly factorizations. One matrix serves all stages of a step; a stage whose iteration does not
 * converge makes the attempt come to nothing.
 *
 * @source Kvaerno 2004, doi:10.1023/B:BITN.0000046811.70614.38 (method 5/4b); iteration as in Hairer & Wanner 1996, section IV.8
 */
export const kvaerno5: OdeMethod = {
  facts: {
    id: "kvaerno5",
    title: "Kvaerno 5(4) ESDIRK",
    order: 5,
    denseOrder: 4,
    denseOutput: true,
    stiff: true,
    firstSameAsLast: true,
    rhsPerStep: 6,
    factorizationsPerStep: 1,
    source: "Kvaerno 2004, doi:10.1023/B:BITN.0000046811.70614.38",
  },
  tableau,
  diagonal: gamma,
  step(context) {
    const { b, vectors, h, y, next, stages, rhs, stageTime, linear } = context;
    const stage = (index: number): Vector => {
      const found = stages[index];
      if (!found) throw new RangeError(`kvaerno5: no stage ${index}`);
      return found;
    };
    const shift = b.local("f64", "shift", f64.div(1 / gamma, h));
    const reach = b.local("f64", "reach", f64.mul(gamma, h));
    linear.factor(shift);
    const base = vectors.scratch("base");
    const argument = vectors.scratch("argument");
    const change = vectors.scratch("change");
    const at = iterationLocals(b);
    const { failure, remainder, iteration } = at;
    tableau.a.forEach((row, index) => {
      if (index === 0) return;
      const state = index === stages.length - 1 ? next : argument;
      const time = stageTime(tableau.nodes[index] ?? 0);
      b.if(f64.eq(failure, 0), () => {
        vectors.assign(base, (of) => f64.add(of(y), f64.mul(h, weighted(row.slice(0, -1), (j) => of(stage(j))) ?? f64.const(0))));
        vectors.assign(state, (of) => f64.add(of(base), f64.mul(reach, weighted(predictor(index), (j) => of(stage(j))) ?? f64.const(0))));
        b.set(iteration, 0);
        b.set(remainder, f64.max(remainder, SMALLEST_REMAINDER));
        b.loop((loop) => {
          rhs(stage(index), time, state);
          vectors.assign(change, (of) => f64.sub(of(stage(index)), f64.mul(shift, f64.sub(of(state), of(base)))));
          linear.solve(change);
          vectors.assign(state, (of) => f64.add(of(state), of(change)));
          (context.exactly ? judgeExactly : judge)(context, at, change, state, loop);
        });
        // From the state, not the rate at it: what is left of the iteration is not multiplied by the stiffness.
        vectors.assign(stage(index), (of) => f64.mul(shift, f64.sub(of(state), of(base))));
      });
    });
    return (of) => f64.add(failure, f64.mul(h, weighted(tableau.error, (j) => of(stage(j))) ?? f64.const(0)));
  },
};

type IterationLocals = ReturnType<typeof iterationLocals>;

const iterationLocals = (b: FunctionBuilder) => ({
  /** Infinite once a stage has not converged. */
  failure: b.local("f64", "failure", f64.const(0)),
  /** Factor from a change to what is left after it, η / (1 - η) for changes that shrink by η; kept from stage to stage. */
  remainder: b.local("f64", "remainder", f64.const(1)),
  /** Of the change just made, and of the one before it. */
  size: b.local("f64", "size"),
  before: b.local("f64", "before"),
  /** The smallest change since `restless` iterations, none of which halved it. */
  least: b.local("f64", "least"),
  restless: b.local("i32", "restless"),
  iteration: b.local("i32", "iteration"),
});

/** Ends a stage's iteration once what is left of its equation is a small share of the tolerance, or gives the step up. */
function judge({ b, tolerated }: StepContext, { failure, remainder, size, before, iteration }: IterationLocals, change: Vector, state: Vector, loop: LoopLabel): void {
  b.set(size, tolerated((of) => of(change), state));
  b.if(i32.gt(iteration, 0), () => b.set(remainder, f64.select(f64.lt(size, before), f64.div(size, f64.sub(before, size)), Infinity)));
  b.if(f64.le(f64.mul(remainder, size), SHARE_OF_TOLERANCE), () => b.break(loop));
  b.set(before, size);
  b.set(iteration, i32.add(iteration, 1));
  // Not "at most": what is not a number ends here too.
  giveUpIf(b, i32.or(i32.ge(iteration, LARGEST_ITERATIONS), i32.isZero(f64.lt(remainder, Infinity))), failure, loop);
}

/** The same once rounding is all that moves the stage. */
function judgeExactly({ b, tolerated, rounded }: StepContext, { failure, size, before, least, restless, iteration }: IterationLocals, change: Vector, state: Vector, loop: LoopLabel): void {
  b.set(size, rounded((of) => of(change), state));
  const isLess = i32.or(i32.isZero(iteration), f64.lt(size, before));
  b.if(isExact(size, i32.isZero(isLess), i32.ge(iteration, LARGEST_EXACT_ITERATIONS)), () => b.break(loop));
  b.set(restless, i32.select(i32.or(i32.isZero(iteration), f64.lt(size, f64.mul(0.5, least))), 0, i32.add(restless, 1)));
  b.set(least, f64.select(restless, least, size));
  b.if(i32.and(i32.ge(restless, RESTLESS_ITERATIONS), f64.le(size, before)), () => b.if(f64.le(tolerated((of) => of(change), state), SHARE_OF_TOLERANCE), () => b.break(loop)));
  b.set(before, size);
  b.set(iteration, i32.add(iteration, 1));
  giveUpIf(b, i32.or(i32.gt(iteration, LARGEST_EXACT_ITERATIONS), i32.isZero(f64.lt(size, Infinity))), failure, loop);
}

const giveUpIf = (b: FunctionBuilder, condition: Value, failure: Local, loop: LoopLabel): void =>
  b.if(condition, () => {
    b.set(failure, Infinity);
    b.break(loop);
  });
