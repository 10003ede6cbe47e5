import type { OdeSystem } from "../models/system.ts";
import { explicitReverser } from "./adjoint/explicit.ts";
import type { AdjointMemory } from "./adjoint/memory.ts";
import { adjointMemory } from "./adjoint/memory.ts";
import { rosenbrockReverser } from "./adjoint/rosenbrock.ts";
import { type StepReverser, writeReverse } from "./adjoint/sweep.ts";
import { type ExtendContext, type SolverOptions, type WovenSolver, compileSolver } from "./compile.ts";
import { refuseEvents } from "./ode/event.ts";
import { oneStepMethods } from "./ode/index.ts";
import type { OdeMethod } from "./ode/method.ts";

export interface AdjointOptions extends Omit<SolverOptions<OdeMethod>, "record" | "rates" | "extend" | "nonNegative"> {
  /** Parameters whose derivatives are wanted; default all. */
  readonly wrt?: readonly string[];
}

/** A solver that can also pull derivatives back through the steps it took. */
export interface AdjointSolver extends WovenSolver {
  /**
   * Derivatives of a scalar L of the last solved trajectory, from `cotangents` = ∂L/∂values, row-major [nTime, nState].
   *
   * Adds ∂L/∂parameters to `gradParameters` [nParameter] and writes ∂L/∂state at the start into `gradState` [nState].
   * Exact for the computed numbers: it differentiates the steps really taken, their sizes held fixed.
   *
   * @throws RangeError when the last run did not reach all its times, or a length does not fit
   */
  pullBack(cotangents: Float64Array, gradParameters: Float64Array, gradState: Float64Array): void;
}

/** Rows of the tape that one call into the program reverses. */
const rowsPerCall = 20_000;

/**
 * Compiles a solver together with the discrete adjoint of its steps, explicit Runge-Kutta or Rosenbrock, both from one graph.
 *
 * @throws when the method is neither (an iteration's last correction has no adjoint), a parameter is unknown, or the system has events
 * @source Hager 2000, doi:10.1007/s002110000178 (adjoint of a Runge-Kutta method); Daescu, Carmichael & Sandu 2000, doi:10.1006/jcph.2000.6622 (of a Rosenbrock method); steps taken as in Sandu 2006, doi:10.1007/11758549_110
 */
export async function compileAdjoint(system: OdeSystem, options: AdjointOptions): Promise<AdjointSolver> {
  const { method } = options;
  const coefficients = method.rosenbrock;
  if (!coefficients && (method.tableau.stageUnit !== "rate" || method.facts.factorizationsPerStep > 0)) {
    const others = Object.values(oneStepMethods).flatMap(({ facts, rosenbrock }) => (rosenbrock ? [facts.id] : []));
    throw new Error(`adjoint of "${system.id}": ${method.facts.id} is implicit and no Rosenbrock method (${others.join(", ")}); use one of these, or an explicit one such as tsit5`);
  }
  refuseEvents(system, "the adjoint", "use compileEventAdjoint");
  const wrt = options.wrt ?? system.parameters;
  const unknown = wrt.filter((id) => !system.parameters.includes(id));
  if (unknown.length > 0) throw new Error(`adjoint of "${system.id}": no parameter called ${unknown.join(", ")}`);

  const place: { memory?: AdjointMemory; reverser?: StepReverser } = {};
  const prepare = (context: ExtendContext): Required<typeof place> => {
    const { memory: at = adjointMemory(context) } = place;
    const { reverser = coefficients ? rosenbrockReverser(context, at, wrt, coefficients) : explicitReverser(context, at, wrt) } = place;
    return Object.assign(place, { memory: at, reverser });
  };
  const solver = await compileSolver(system, {
    ...options,
    record: true,
    ...(coefficients ? {} : { rates: prepare }),
    extend(context) {
      const { memory: at, reverser } = prepare(context);
      writeReverse(context, at, reverser);
    },
  });
  const { memory: at } = place;
  if (!at) throw new Error("adjoint: the solver was compiled without its extension");
  const { instance, memory } = solver;
  const nState = system.states.length;
  const wrtIndex = wrt.map((id) => system.parameters.indexOf(id));
  const refuse = (message: string): never => {
    throw new RangeError(`adjoint of "${system.id}": ${message}`);
  };
  /** Where this run's cotangents go: every run gives back what was reserved before it. */
  let reserved: number | null = null;
  const anew = <Given extends readonly unknown[], Result>(call: (...given: Given) => Result): ((...given: Given) => Result) => (...given) => {
    reserved = null;
    return call(...given);
  };
  return {
    ...solver,
    begin: anew(solver.begin),
    solve: anew(solver.solve),
    solveAsync: anew(solver.solveAsync),
    pullBack(cotangents, gradParameters, gradState) {
      const [reached, wanted] = [instance.i32[memory.integer.reached / 4] ?? 0, instance.i32[memory.integer.timeCount / 4] ?? 0];
      if (reached < wanted) refuse(`the last run reached ${reached} of ${wanted} times; a loss has a derivative only where all were reached`);
      if (cotangents.length !== reached * nState) refuse(`${cotangents.length} cotangents for ${reached} reached times and ${nState} states`);
      if (gradParameters.length !== system.parameters.length) refuse(`room for ${gradParameters.length} derivatives by ${system.parameters.length} parameters`);
      if (gradState.length !== nState) refuse(`room for ${gradState.length} derivatives by ${nState} states`);
      const address = (reserved ??= instance.reserve(8 * Math.max(1, cotangents.length)));
      instance.f64.set(cotangents, address / 8);
      instance.f64.fill(0, at.gradient / 8, at.gradient / 8 + system.parameters.length);
      instance.f64.fill(0, at.lambda / 8, at.lambda / 8 + nState);
      instance.i32[at.cotangents / 4] = address;
      instance.i32[at.row / 4] = instance.i32[memory.integer.tapeCount / 4] ?? 0;
      instance.i32[at.output / 4] = reached;
      instance.i32[at.pending / 4] = 0;
      while (instance.functions["reverse"]?.(rowsPerCall) === 1) continue;
      for (const index of wrtIndex) gradParameters[index] += instance.f64[at.gradient / 8 + index] ?? 0;
      gradState.set(instance.f64.subarray(at.lambda / 8, at.lambda / 8 + nState));
    },
  };
}
