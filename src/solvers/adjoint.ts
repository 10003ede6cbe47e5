import { type FunctionBuilder, f64, i32 } from "../kernel/builder.ts";
import { lowerEach } from "../kernel/lower.ts";
import type { Value } from "../kernel/program.ts";
import { vectorJacobian } from "../kernel/reverse.ts";
import type { OdeSystem } from "../models/system.ts";
import { type ExtendContext, type SolverOptions, type WovenSolver, compileSolver } from "./compile.ts";
import { denseWeight } from "./ode/interpolate.ts";
import { tapeRow } from "./ode/memory.ts";
import type { OdeMethod } from "./ode/method.ts";

export interface AdjointOptions extends Omit<SolverOptions<OdeMethod>, "record" | "extend" | "errorStates"> {
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
 * Compiles a solver together with the discrete adjoint of its explicit Runge-Kutta steps, both from one graph.
 *
 * @throws when the method is not explicit Runge-Kutta (its stages are not rates), or a parameter is unknown
 * @source Hager 2000, doi:10.1007/s002110000178 (adjoint of a Runge-Kutta method); steps taken as in Sandu 2006, doi:10.1007/11758549_110
 */
export async function compileAdjoint(system: OdeSystem, options: AdjointOptions): Promise<AdjointSolver> {
  const { method } = options;
  if (method.tableau.stageUnit !== "rate" || method.facts.factorizationsPerStep > 0) {
    throw new Error(`adjoint of "${system.id}": ${method.facts.id} is implicit; only explicit Runge-Kutta methods have an adjoint yet, use tsit5`);
  }
  const wrt = options.wrt ?? system.parameters;
  const unknown = wrt.filter((id) => !system.parameters.includes(id));
  if (unknown.length > 0) throw new Error(`adjoint of "${system.id}": no parameter called ${unknown.join(", ")}`);

  const place: { memory?: AdjointMemory } = {};
  const solver = await compileSolver(system, {
    ...options,
    record: true,
    extend(context) {
      place.memory = adjointMemory(context);
      writeVectorJacobian(context, place.memory, wrt);
      writeReverse(context, place.memory);
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
      while (instance.functions["reverse"]?.(rowsPerCall) === 1) continue;
      for (const index of wrtIndex) gradParameters[index] += instance.f64[at.gradient / 8 + index] ?? 0;
      gradState.set(instance.f64.subarray(at.lambda / 8, at.lambda / 8 + nState));
    },
  };
}

/** Byte addresses of what the reverse sweep keeps. */
interface AdjointMemory {
  /** ∂L/∂y at the end of the row being reversed, then at its start [nState]. */
  readonly lambda: number;
  /** ∂L/∂stage [nStage, nState]. */
  readonly stageCotangents: number;
  /** State at which a stage was evaluated, and Jᵀ times its cotangent [nState]. */
  readonly stageState: number;
  readonly pulled: number;
  /** ∂L/∂parameters [nParameter]. */
  readonly gradient: number;
  /** i32: address of the cotangents, tape rows and outputs still to be reversed. */
  readonly cotangents: number;
  readonly row: number;
  readonly output: number;
}

function adjointMemory({ layout, system, method }: ExtendContext): AdjointMemory {
  const n = Math.max(1, system.states.length);
  return {
    lambda: layout.f64(n),
    stageCotangents: layout.f64(n * method.tableau.nodes.length),
    stageState: layout.f64(n),
    pulled: layout.f64(n),
    gradient: layout.f64(Math.max(1, system.parameters.length)),
    cotangents: layout.i32(1),
    row: layout.i32(1),
    output: layout.i32(1),
  };
}

/** Writes `pull(time: f64, cotangent: i32)`: at the stage state, `pulled` = Jᵀ·cotangent and gradient += (∂f/∂p)ᵀ·cotangent. */
function writeVectorJacobian({ program, system, resolve }: ExtendContext, at: AdjointMemory, wrt: readonly string[]): void {
  const { graph } = system;
  // Names with a colon cannot be ids of a model.
  const cotangentNames = system.states.map((_, index) => `cotangent:${index}`);
  const pulled = vectorJacobian(graph, system.rhs, cotangentNames.map((name) => graph.symbol(name)), [...system.states, ...wrt]);
  const nState = system.states.length;
  program.function("pull", { parameters: { time: "f64", cotangent: "i32" } }, (b, { time, cotangent }) => {
    if (!time || !cotangent) return;
    const model = resolve(time, (index) => f64.load(at.stageState + 8 * index));
    const cotangentIndex = new Map(cotangentNames.map((name, index) => [name, index]));
    const value = (name: string): Value => {
      const index = cotangentIndex.get(name);
      return index === undefined ? model(name) : f64.load(cotangent, 8 * index);
    };
    lowerEach(b, pulled, value, (index, derivative) => {
      if (index < nState) return b.store(at.pulled + 8 * index, derivative);
      const address = at.gradient + 8 * system.parameters.indexOf(wrt[index - nState] ?? "");
      b.store(address, f64.add(f64.load(address), derivative));
    });
  });
}

/** Writes `reverse(budget: i32): i32`: reverses up to `budget` rows of the tape, last first; 1 = rows are left. */
function writeReverse(context: ExtendContext, at: AdjointMemory): void {
  const { program, memory, method, system } = context;
  const n = system.states.length;
  const { nodes } = method.tableau;
  const stage = (index: number): number => memory.stages + 8 * n * index;
  const stageCotangent = (index: number): number => at.stageCotangents + 8 * n * index;
  program.function("reverse", { parameters: { budget: "i32" }, result: "i32" }, (b, { budget }) => {
    if (!budget) return;
    const row = b.local("i32", "row", i32.load(at.row));
    const output = b.local("i32", "output", i32.load(at.output));
    const address = b.local("i32", "address");
    const t = b.local("f64", "t");
    const h = b.local("f64", "h");
    b.loop((loop) => {
      b.if(i32.le(row, 0), () => b.break(loop));
      b.if(i32.le(budget, 0), () => {
        b.store(at.row, row);
        b.store(at.output, output);
        b.return(i32.const(1));
      });
      b.set(budget, i32.sub(budget, 1));
      b.set(row, i32.sub(row, 1));
      b.set(address, i32.add(i32.load(memory.integer.tapeAddress), i32.mul(row, tapeRow.bytes(n))));
      b.set(t, f64.load(address, tapeRow.time));
      b.set(h, f64.load(address, tapeRow.step));
      each(b, n, (offset) => b.store(offset, f64.load(i32.add(address, offset), tapeRow.state), memory.state));
      // The stages of the step, as they were.
      b.call("rhs", i32.const(memory.stages), t, i32.const(memory.state));
      b.set(b.local("f64", "error"), f64.call("attempt", t, h));
      nodes.forEach((_, index) => {
        const weight = method.tableau.weights[index] ?? 0;
        each(b, n, (offset) => b.store(offset, weight === 0 ? f64.const(0) : f64.mul(f64.mul(h, weight), f64.load(offset, at.lambda)), stageCotangent(index)));
      });
      writeOutputCotangents(b, context, at, { t, h, output });
      for (let index = nodes.length - 1; index >= 0; index--) {
        const coefficients = method.tableau.a[index] ?? [];
        each(b, n, (offset) => {
          let sum: Value = f64.load(offset, memory.state);
          coefficients.forEach((a, earlier) => {
            if (a !== 0) sum = f64.add(sum, f64.mul(f64.mul(h, a), f64.load(offset, stage(earlier))));
          });
          b.store(offset, sum, at.stageState);
        });
        b.call("pull", f64.add(t, f64.mul(h, nodes[index] ?? 0)), i32.const(stageCotangent(index)));
        each(b, n, (offset) => {
          const pulled = b.local("f64", "pulled", f64.load(offset, at.pulled));
          b.store(offset, f64.add(f64.load(offset, at.lambda), pulled), at.lambda);
          coefficients.forEach((a, earlier) => {
            if (a === 0) return;
            b.store(offset, f64.add(f64.load(offset, stageCotangent(earlier)), f64.mul(f64.mul(h, a), pulled)), stageCotangent(earlier));
          });
        });
      }
    });
    // Outputs at the start itself are the start state.
    b.loop((loop) => {
      b.if(i32.le(output, 0), () => b.break(loop));
      b.set(output, i32.sub(output, 1));
      addOutput(b, n, at, output, at.lambda);
    });
    b.store(at.row, row);
    b.store(at.output, output);
    b.return(i32.const(0));
  });
}

/** Adds what every output inside the step (t, t + h] says about the step's start and its stages. */
function writeOutputCotangents(
  b: FunctionBuilder,
  { memory, method, system }: ExtendContext,
  at: AdjointMemory,
  step: { readonly t: Value; readonly h: Value; readonly output: ReturnType<FunctionBuilder["local"]> },
): void {
  const n = system.states.length;
  const time = b.local("f64", "requested");
  const theta = b.local("f64", "theta");
  b.loop((loop) => {
    b.if(i32.le(step.output, 0), () => b.break(loop));
    b.set(time, f64.load(i32.add(i32.load(memory.integer.timesAddress), i32.shl(i32.sub(step.output, 1), 3))));
    b.if(f64.le(time, step.t), () => b.break(loop));
    b.set(step.output, i32.sub(step.output, 1));
    b.set(theta, f64.div(f64.sub(time, step.t), step.h));
    const source = b.local("i32", "source", i32.add(i32.load(at.cotangents), i32.mul(step.output, 8 * n)));
    method.tableau.dense.forEach((coefficients, index) => {
      const polynomial = denseWeight(coefficients, theta);
      if (!polynomial) return;
      const weight = b.local("f64", "weight", f64.mul(step.h, polynomial));
      each(b, n, (offset) => {
        const target = at.stageCotangents + 8 * n * index;
        b.store(offset, f64.add(f64.load(offset, target), f64.mul(weight, f64.load(i32.add(source, offset)))), target);
      });
    });
    addOutput(b, n, at, step.output, at.lambda);
  });
}

function addOutput(b: FunctionBuilder, n: number, at: AdjointMemory, output: Value, target: number): void {
  const source = b.local("i32", "source", i32.add(i32.load(at.cotangents), i32.mul(output, 8 * n)));
  each(b, n, (offset) => b.store(offset, f64.add(f64.load(offset, target), f64.load(i32.add(source, offset))), target));
}

/** Loops over components; `offset` counts bytes. */
function each(b: FunctionBuilder, n: number, body: (offset: Value) => void): void {
  const offset = b.local("i32", "offset", i32.const(0));
  b.loop((loop) => {
    b.if(i32.ge(offset, 8 * n), () => b.break(loop));
    body(offset);
    b.set(offset, i32.add(offset, 8));
  });
}
