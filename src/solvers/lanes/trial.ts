import type { ProgramBuilder } from "../../kernel/builder.ts";
import { f64 } from "../../kernel/builder.ts";
import { ERROR_FLOOR, controllerExponents, rootPowers } from "../ode/controller.ts";
import type { OdeMemory } from "../ode/memory.ts";
import type { OdeMethod } from "../ode/method.ts";
import type { Vector } from "../ode/vector.ts";
import { memoryVectors } from "../ode/vector.ts";

const at = (address: number): Vector => ({ kind: "memory", address });


/**
 * Writes `trial()`, one attempted step with its verdict and the size of the next, and `commit()`, which carries an accepted
 * step on. `refused` is the address of the verdict: 0 accepted, 1 rejected, 2 a rate was not finite. Both are scalar code
 * without a way of its own for any run, so that lanes of them stay together; they compute what `advance` of one run does.
 *
 * @source Gustafsson 1991, doi:10.1145/210232.210242 (the proportional-integral controller)
 */
export function writeTrial(program: ProgramBuilder, method: OdeMethod, memory: OdeMemory, refused: number, largestStep: number): void {
  const { real } = memory;
  const size = memory.stateCount;
  const exponents = controllerExponents(method.facts.errorOrder ?? method.facts.order);

  program.function("trial", {}, (b) => {
    const h = b.local("f64", "h", f64.load(real.step));
    const error = b.local("f64", "error", f64.call("attempt", f64.load(real.time), h));
    b.store(real.attempted, h);
    const isAccepted = b.local("i32", "isAccepted", f64.le(error, 1));
    const isFinite = b.local("i32", "isFinite", f64.lt(error, Infinity));
    const [integral = f64.const(1), proportional = f64.const(1)] = rootPowers(b, f64.max(error, ERROR_FLOOR), [exponents.integral, exponents.proportional]);
    const before = b.local("f64", "before", f64.load(real.previousPower));
    const grown = b.local("f64", "grown", f64.div(f64.mul(f64.load(real.safety), before), integral));
    b.set(grown, f64.min(f64.load(real.grow), f64.max(f64.load(real.shrink), grown)));
    b.set(grown, f64.select(f64.ne(f64.load(refused), 0), f64.min(grown, 1), grown));
    const shrunk = f64.select(isFinite, f64.max(f64.load(real.shrink), f64.div(f64.load(real.safety), integral)), f64.load(real.retreat));
    b.store(real.step, f64.select(isAccepted, f64.min(f64.mul(h, grown), largestStep), f64.mul(h, shrunk)));
    b.store(real.previousPower, f64.select(isAccepted, proportional, before));
    b.store(refused, f64.select(isAccepted, 0, f64.select(isFinite, 1, 2)));
  });

  program.function("commit", {}, (b) => {
    const vectors = memoryVectors(b, size, memory.vector);
    b.if(f64.eq(f64.load(refused), 0), () => {
      vectors.assign(at(memory.state), (of) => of(at(memory.next)));
      const last = memory.stages + 8 * size * (method.tableau.nodes.length - 1);
      if (method.facts.firstSameAsLast) vectors.assign(at(memory.stages), (of) => of(at(last)));
    });
  });
}
