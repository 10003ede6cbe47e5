import { type LoopLabel, f64, i32 } from "../../kernel/builder.ts";
import type { Value } from "../../kernel/program.ts";
import type { OdeMethod, Tableau } from "./method.ts";
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
/** A stage that is solved exactly changes by no more than this share of itself, a few dozen units in the last place; */
const EXACT = 1e-14;
/** or by no more than this and no longer less than before: rounding then is all that moves it; */
const NEARLY_EXACT = 1e-10;
/** but after so many iterations, slow as they may be, by this alone. */
const LARGEST_EXACT_ITERATIONS = 100;
/**
 * Where a state is a small difference of large terms, rounding in these moves it by more than that. Rounding it is, too, where so many
 * iterations did not halve the change, which is too slow to end in as many as are allowed, the last one did not grow, as those of an
 * iteration that diverges do, and it is a share of the tolerance.
 */
const RESTLESS_ITERATIONS = 16;

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
  step({ b, vectors, h, y, next, stages, rhs, stageTime, linear, tolerated, rounded, exactly }) {
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
    /** Infinite once a stage has not converged. */
    const failure = b.local("f64", "failure", f64.const(0));
    /** Factor from a change to what is left after it, η / (1 - η) for changes that shrink by η; kept from stage to stage. */
    const remainder = b.local("f64", "remainder", f64.const(1));
    const size = b.local("f64", "size");
    const before = b.local("f64", "before");
    const least = b.local("f64", "least");
    const restless = b.local("i32", "restless");
    const iteration = b.local("i32", "iteration");
    const giveUpIf = (condition: Value, loop: LoopLabel): void =>
      b.if(condition, () => {
        b.set(failure, Infinity);
        b.break(loop);
      });
    tableau.a.forEach((row, index) => {
      if (index === 0) return;
      const state = index === stages.length - 1 ? next : argument;
      const time = stageTime(tableau.nodes[index] ?? 0);
      b.if(f64.eq(failure, 0), () => {
        vectors.assign(base, (of) => f64.add(of(y), f64.mul(h, weighted(row.slice(0, -1), (j) => of(stage(j))) ?? f64.const(0))));
        vectors.assign(state, (of) => f64.add(of(base), f64.mul(reach, weighted(predictor(index), (j) => of(stage(j))) ?? f64.const(0))));
        b.set(iteration, 0);
        b.set(remainder, f64.max(remainder, SMALLEST_REMAINDER));
        const iterateExactly = (loop: LoopLabel): void => {
          b.set(size, rounded((of) => of(change), state));
          const isLess = i32.or(i32.isZero(iteration), f64.lt(size, before));
          b.if(i32.or(f64.le(size, EXACT), i32.and(f64.le(size, NEARLY_EXACT), i32.or(i32.isZero(isLess), i32.ge(iteration, LARGEST_EXACT_ITERATIONS)))), () => b.break(loop));
          b.set(restless, i32.select(i32.or(i32.isZero(iteration), f64.lt(size, f64.mul(0.5, least))), 0, i32.add(restless, 1)));
          b.set(least, f64.select(restless, least, size));
          b.if(i32.and(i32.ge(restless, RESTLESS_ITERATIONS), f64.le(size, before)), () => b.if(f64.le(tolerated((of) => of(change), state), SHARE_OF_TOLERANCE), () => b.break(loop)));
          b.set(before, size);
          b.set(iteration, i32.add(iteration, 1));
          giveUpIf(i32.or(i32.gt(iteration, LARGEST_EXACT_ITERATIONS), i32.isZero(f64.lt(size, Infinity))), loop);
        };
        b.loop((loop) => {
          rhs(stage(index), time, state);
          vectors.assign(change, (of) => f64.sub(of(stage(index)), f64.mul(shift, f64.sub(of(state), of(base)))));
          linear.solve(change);
          vectors.assign(state, (of) => f64.add(of(state), of(change)));
          if (exactly) return iterateExactly(loop);
          b.set(size, tolerated((of) => of(change), state));
          b.if(i32.gt(iteration, 0), () => b.set(remainder, f64.select(f64.lt(size, before), f64.div(size, f64.sub(before, size)), Infinity)));
          b.if(f64.le(f64.mul(remainder, size), SHARE_OF_TOLERANCE), () => b.break(loop));
          b.set(before, size);
          b.set(iteration, i32.add(iteration, 1));
          // Not "at most": what is not a number ends here too.
          giveUpIf(i32.or(i32.ge(iteration, LARGEST_ITERATIONS), i32.isZero(f64.lt(remainder, Infinity))), loop);
        });
        // From the state, not the rate at it: what is left of the iteration is not multiplied by the stiffness.
        vectors.assign(stage(index), (of) => f64.mul(shift, f64.sub(of(state), of(base))));
      });
    });
    return (of) => f64.add(failure, f64.mul(h, weighted(tableau.error, (j) => of(stage(j))) ?? f64.const(0)));
  },
};
